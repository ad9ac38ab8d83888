//! A report from its file to the mail: query, chart, mail.

use super::{
    report_file::{Attachment, Report},
    running::Running,
    steps::{Cause, StepError, Steps},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde_json::{Value, json};

/// What a report became.
#[derive(Debug)]
pub(crate) struct Rendered {
    /// The reply of `query`.
    pub(crate) rows: Value,
    /// The rows as CSV.
    pub(crate) csv: String,
    /// The chart as SVG.
    pub(crate) svg: Vec<u8>,
    /// The chart as PNG.
    pub(crate) png: Vec<u8>,
    /// The request for `email`.
    pub(crate) mail: Value,
}

/// Runs the query of `report` over its window, as if it had been due at `scheduled`, and draws its chart.
pub(crate) async fn render(
    running: &Running,
    report: &Report,
    scheduled: Timestamp,
    steps: &Steps,
) -> Result<Rendered, StepError> {
    let rows = steps.run("query", ask(running, "query", query(report, scheduled, &[]))).await?;
    let csv = query(report, scheduled, &[("format", "csv")]);
    let csv = steps.run("query, as CSV", ask(running, "query", csv)).await?;
    let chart: Vec<_> = report.file.chart.iter().map(|chart| ("chartType", chart.as_str())).collect();
    let chart = steps.run("chart", ask(running, "query-chart", query(report, scheduled, &chart))).await?;
    steps
        .run("pictures", async move {
            let csv = csv["content"].as_str().ok_or("`query` answered without CSV")?.to_owned();
            let (svg, png) = (picture(&chart, "image/svg+xml")?, picture(&chart, "image/png")?);
            let mail = mail(report, &rows, &csv, &svg, &chart);
            Ok(Rendered { rows, csv, svg, png, mail })
        })
        .await
}

async fn ask(running: &Running, function: &'static str, fields: Value) -> Result<Value, Cause> {
    Ok(running.functions.invoke(function, &running.request(fields)).await?)
}

/// The fields of a request that runs the query of `report`.
fn query(report: &Report, scheduled: Timestamp, fields: &[(&str, &str)]) -> Value {
    let mut request = json!({ "query": report.query });
    if let Some(parameters) = report.file.window.and_then(|window| window.parameters(scheduled)) {
        request["parameters"] = parameters;
    }
    for (name, value) in fields {
        request[*name] = json!(value);
    }
    request
}

/// The request that mails the replies of `query` and `query-chart`.
fn mail(report: &Report, rows: &Value, csv: &str, svg: &[u8], chart: &Value) -> Value {
    let file = &report.file;
    let attachments: Vec<Value> = file
        .attach
        .iter()
        .map(|kind| match kind {
            Attachment::Csv => attachment(report, "csv", csv.as_bytes()),
            Attachment::Json => attachment(report, "json", rows["value"].to_string().as_bytes()),
            Attachment::Svg => attachment(report, "svg", svg),
        })
        .collect();
    let mut request = json!({
        "title": file.title,
        "to": file.to,
        "cc": file.cc,
        "sections": [{ "result": chart }, { "result": rows }],
        "attachments": attachments,
    });
    let optional = [
        ("subject", json!(file.subject)),
        ("sendWhen", json!(file.send_when)),
        ("onEmpty", json!(file.on_empty)),
        ("link", json!(file.link)),
    ];
    for (name, value) in optional.into_iter().filter(|(_, value)| !value.is_null()) {
        request[name] = value;
    }
    request
}

fn attachment(report: &Report, extension: &str, content: &[u8]) -> Value {
    json!({ "name": format!("{}.{extension}", report.name), "contentBytes": BASE64_STANDARD.encode(content) })
}

/// The bytes of the attachment of a chart reply that has this media type.
fn picture(chart: &Value, media_type: &str) -> Result<Vec<u8>, Cause> {
    let attachments = chart["attachments"].as_array().map(Vec::as_slice).unwrap_or_default();
    let found = attachments.iter().find(|attachment| attachment["contentType"] == media_type);
    let content = found.and_then(|attachment| attachment["content"].as_str());
    Ok(BASE64_STANDARD.decode(content.ok_or_else(|| format!("`query-chart` answered without {media_type}"))?)?)
}

#[cfg(test)]
mod tests {
    use super::{mail, query};
    use crate::demo::report_file::Report;
    use serde_json::json;

    fn report(toml: &str) -> Report {
        let file = format!(
            "title='Load'\nschedule='rate(1 hour)'\nconnection='c'\ndatabase='d'\nquery='q.kql'\nto=['a@example.com','b@example.com']\n{toml}"
        );
        Report { name: "load".to_owned(), file: toml::from_str(&file).unwrap(), query: "T | count".to_owned() }
    }

    #[test]
    fn a_query_gets_its_window_and_nothing_else() {
        let due = "2026-11-20T07:00:00Z".parse().unwrap();
        assert_eq!(query(&report(""), due, &[("format", "csv")]), json!({"query": "T | count", "format": "csv"}));
        assert_eq!(
            query(&report("window={length='1d', delay='15m'}"), due, &[])["parameters"]["_endTime"],
            json!({"type": "datetime", "value": "2026-11-20T06:45:00Z"})
        );
    }

    #[test]
    fn a_mail_shows_the_chart_and_the_rows_and_attaches_what_the_file_says() {
        let report = report("attach=['csv']\nsend_when='rows > 0'\non_empty='note'\nsubject='{title} {date}'");
        let mail = mail(
            &report,
            &json!({"value": [{"Count": 1}]}),
            "Count\r\n1\r\n",
            b"<svg/>",
            &json!({"bodyHtml": "<img>"}),
        );
        insta::assert_snapshot!(serde_json::to_string_pretty(&mail).unwrap());
    }
}
