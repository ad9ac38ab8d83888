//! Some results as data for others to draw, and the page that shows their pictures beside ours.

use crate::{
    sheet::escape,
    states::{Answer, answers, of_kind, options, picture, render, with},
};
use kusto_protocol::visualization::Visualization;
use serde_json::{Value, json};
use std::{error::Error, fs, path::Path};

const OTHERS: [&str; 3] = ["matplotlib", "vega-lite", "plotly"];
const HEAD: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Charts beside others</title>\n\
    <style>body{background:#c8ccd4;font:12px sans-serif;margin:16px}td{padding:4px;vertical-align:top}img{width:440px}\
    </style>\n<h1>The same data drawn by others, with their defaults</h1>\n<table><tr><th>ours<th>matplotlib<th>Vega-Lite<th>Plotly\n";

fn cases() -> Vec<(&'static str, Answer, Visualization, &'static str)> {
    let both_log = with("scatterchart", |asked| {
        (asked.x_axis, asked.y_axis) = (Some("log".into()), Some("log".into()));
    });
    let marked = with("anomalychart", |asked| asked.anomaly_columns = vec!["Anomaly".into()]);
    let alerts = "Alerts by day and severity";
    vec![
        ("time", answers::services(&answers::FIVE), render("timechart"), "Requests per 5 minutes by service"),
        ("stack", answers::hourly(), render("stackedareachart"), "Requests per hour by service"),
        ("columns", answers::alerts(), of_kind("columnchart", "stacked"), alerts),
        ("grouped", answers::alerts(), render("columnchart"), alerts),
        ("anomaly", answers::anomalies(), marked, "Sign-ins per 15 minutes"),
        ("pie", answers::results(), render("piechart"), "Requests by result"),
        ("bars", answers::states(67), render("barchart"), "Storm events by state"),
        ("scatter", answers::sizes(600), both_log, "Latency by size"),
    ]
}

/// Writes `compare.html`, our pictures, and `cases.json` for those who draw the others.
pub(crate) fn write(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder.join("compare"))?;
    let (mut page, mut written) = (String::from(HEAD), Vec::new());
    for (name, answer, asked, title) in cases() {
        let ours = report::png::png(&picture(&answer, Some(&asked), &options(title)))?;
        fs::write(folder.join(format!("compare/{name}-ours.png")), ours)?;
        page.push_str(&format!("<tr><td><img src=\"compare/{name}-ours.png\" alt=\"{}\">", escape(title)));
        for other in OTHERS {
            page.push_str(&format!("<td><img src=\"compare/{name}-{other}.png\" alt=\"{other}\">"));
        }
        page.push('\n');
        written.push(json!({
            "name": name, "title": title, "kind": asked.visualization, "columns": columns(&answer), "rows": rows(&answer)?,
        }));
    }
    fs::write(folder.join("compare.html"), page)?;
    fs::write(folder.join("compare/cases.json"), Value::Array(written).to_string())?;
    Ok(())
}

fn columns(answer: &Answer) -> Vec<&str> {
    answer.schema.split(' ').filter_map(|column| column.rsplit_once(':')).map(|(name, _)| name).collect()
}

fn rows(answer: &Answer) -> Result<Vec<Vec<Value>>, serde_json::Error> {
    answer.rows.iter().map(|row| row.iter().map(|cell| serde_json::from_str(cell)).collect()).collect()
}
