//! The contact sheet: every state as SVG and PNG, a page of all, and a mail.

use crate::states::{self, answers};
use report::{
    html::{
        figure::{Figure, ImageSource},
        table::Table,
    },
    mail::{Button, Link, Mail, Section},
};
use std::{error::Error, fs, path::Path, time::Instant};

const HEAD: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Charts</title>\n\
    <style>body{background:#c8ccd4;font:12px sans-serif;margin:16px}figure{display:inline-block;margin:6px;width:680px;\
    vertical-align:top}figcaption{padding:4px 0 8px}img{max-width:100%}</style>\n\
    <h1>Every kind of chart in every state</h1>\n<p><a href=compare.html>The same data drawn by others</a>\n";

/// Writes `index.html`, `mail.html` and the pictures.
pub(crate) fn write(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let mut page = String::from(HEAD);
    for (name, picture) in states::all() {
        let started = Instant::now();
        let png = report::png::png(&picture)?;
        println!(
            "{name:32} svg {:>7} B  png {:>7} B  {:>4} ms",
            picture.svg.len(),
            png.len(),
            started.elapsed().as_millis()
        );
        fs::write(folder.join(format!("{name}.svg")), &picture.svg)?;
        fs::write(folder.join(format!("{name}.png")), png)?;
        let (width, alt_text) = (picture.width, escape(&picture.alt_text));
        page.push_str(&format!(
            "<figure><img src=\"{name}.png\" width={width} alt=\"{alt_text}\"><figcaption><b>{name}</b> {alt_text}</figcaption></figure>\n"
        ));
    }
    fs::write(folder.join("index.html"), page)?;
    fs::write(folder.join("mail.html"), mail()?)?;
    println!("{}", folder.join("index.html").display());
    Ok(())
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// A mail as a page: its chart in the page itself.
fn mail() -> Result<String, Box<dyn Error>> {
    let answer = answers::services(&answers::FIVE);
    let [wide, narrow] =
        states::both(&answer, Some(&states::render("timechart")), &states::options("Requests per 5 minutes"));
    let mut table = Table::first(8);
    states::feed(&mut table, &answer);
    let (wide_png, narrow_png) = (report::png::png(&wide)?, report::png::png(&narrow)?);
    let figure = |picture, png| Figure { picture, source: ImageSource::Png(png) };
    let mail = Mail {
        title: "Requests by service: weekly report".into(),
        meta: "Fri 20 Nov 2026 06:00 UTC · help / Samples · 10,080 rows in 0.42 s".into(),
        preheader: "api-gateway peaked at 19,697 requests per 5 minutes".into(),
        sections: vec![
            Section::chart(None, figure(&wide, &wide_png), Some(figure(&narrow, &narrow_png))),
            Section { title: Some("Rows".into()), html: table.finish(Some("report.csv")), text: String::new() },
        ],
        button: Some(Button {
            label: "Open in Azure Data Explorer".into(),
            link: Link::parse("https://dataexplorer.azure.com/clusters/help/databases/Samples")?,
        }),
        footer: "Sent by the report requests-by-service to soc@example.com".into(),
    };
    Ok(mail.render().html)
}
