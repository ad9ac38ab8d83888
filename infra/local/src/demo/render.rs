//! A report from its file to the mail: query, chart, mail.

use super::{
    report_file::Report,
    running::Running,
    steps::{Cause, StepError, Steps},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Value, json, value::RawValue};

/// Rows of the table under the chart; what a mail has room for.
const TABLE_ROWS: usize = 50;

/// What a report became.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    /// The reply of `query`.
    pub(crate) rows: Rows,
    /// The reply of `query` where CSV was asked for.
    pub(crate) csv: Csv,
    /// The reply of `query-chart`.
    pub(crate) chart: Value,
}

/// Rows exactly as `query` answered them.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Rows {
    /// A JSON object each.
    pub(crate) value: Vec<Box<RawValue>>,
}

/// Rows as CSV.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Csv {
    /// With a header.
    pub(crate) content: String,
}

impl Rows {
    /// A JSON array with a row in each line.
    pub(crate) fn json(&self) -> String {
        let rows: Vec<&str> = self.value.iter().map(|row| row.get()).collect();
        format!("[\n{}\n]\n", rows.join(",\n"))
    }
}

/// Runs the query of `report` over its window, as if it had been due at `scheduled`, and draws its chart.
pub(crate) async fn render(
    running: &Running,
    report: &Report,
    scheduled: Timestamp,
    steps: &Steps,
) -> Result<Rendered, StepError> {
    let query = query(report, scheduled);
    let rows = steps.run("query", ask(running, "query", query.clone())).await?;
    let csv = with(query.clone(), json!({ "format": "csv" }));
    let csv = steps.run("query, as CSV", ask(running, "query", csv)).await?;
    let chart = steps.run("chart", ask(running, "query-chart", with(query, chart(report)))).await?;
    Ok(Rendered { rows, csv, chart })
}

async fn ask<T: DeserializeOwned>(running: &Running, function: &'static str, fields: Value) -> Result<T, Cause> {
    Ok(running.functions.invoke(function, &running.request(fields)).await?)
}

impl Rendered {
    /// The bytes of the attachment of the chart that has this media type; none where the result is shown as a table.
    pub(crate) fn attachment(&self, media_type: &str) -> Result<Option<Vec<u8>>, Cause> {
        let attachments = self.chart["attachments"].as_array().map(Vec::as_slice).unwrap_or_default();
        let found = attachments.iter().find(|attachment| attachment["contentType"] == media_type);
        let content = found.and_then(|attachment| attachment["content"].as_str());
        Ok(content.map(|content| BASE64_STANDARD.decode(content)).transpose()?)
    }

    /// The request that mails the chart and the table under it.
    pub(crate) fn mail(&self, report: &Report) -> Value {
        with(mail(report), json!({ "sections": [{ "result": self.chart }] }))
    }
}

/// The fields of a mail but for what is in it.
pub(crate) fn mail(report: &Report) -> Value {
    let file = &report.file;
    let fields = json!({ "title": file.title, "to": file.to, "cc": file.cc });
    let optional = [
        ("subject", json!(file.subject)),
        ("sendWhen", json!(file.send_when)),
        ("onEmpty", json!(file.on_empty)),
        ("link", json!(file.link)),
    ];
    let given = optional.into_iter().filter(|(_, value)| !value.is_null());
    with(fields, given.map(|(name, value)| (name.to_owned(), value)).collect::<serde_json::Map<_, _>>().into())
}

/// The fields of a request that runs the query of `report`.
fn query(report: &Report, scheduled: Timestamp) -> Value {
    let request = json!({ "query": report.query });
    match report.file.window.and_then(|window| window.parameters(scheduled)) {
        Some(parameters) => with(request, json!({ "parameters": parameters })),
        None => request,
    }
}

/// The further fields that say how its result is drawn.
pub(crate) fn chart(report: &Report) -> Value {
    let file = &report.file;
    let fields = json!({ "title": file.title, "timezone": file.timezone.name(), "tableRows": TABLE_ROWS, "attach": file.attach });
    match &file.chart {
        Some(chart) => with(fields, json!({ "chartType": chart })),
        None => fields,
    }
}

/// `object` with the fields of `further`.
pub(crate) fn with(mut object: Value, further: Value) -> Value {
    if let (Some(object), Value::Object(further)) = (object.as_object_mut(), further) {
        object.extend(further);
    }
    object
}

#[cfg(test)]
mod tests {
    use super::{Rendered, chart, query};
    use crate::demo::report_file::Report;
    use serde_json::json;

    fn report(further: &str) -> Report {
        let file = format!(
            "title='Load'\nschedule='rate(1 hour)'\nconnection='c'\ndatabase='d'\nquery='q.kql'\n\
             to=['a@example.com','b@example.com']\n{further}"
        );
        Report { name: "load".to_owned(), file: toml::from_str(&file).unwrap(), query: "T | count".to_owned() }
    }

    #[test]
    fn a_query_gets_its_window_and_nothing_else() {
        let due = "2026-11-20T07:00:00Z".parse().unwrap();
        assert_eq!(query(&report(""), due), json!({"query": "T | count"}));
        assert_eq!(
            query(&report("window={length='1d', delay='15m'}"), due)["parameters"]["_endTime"],
            json!({"type": "datetime", "value": "2026-11-20T06:45:00.0000000Z"})
        );
    }

    #[test]
    fn a_chart_is_drawn_as_the_file_says() {
        assert_eq!(
            chart(&report("chart='timechart'\ntimezone='Europe/Berlin'\nattach=['csv', 'svg']")),
            json!({"title": "Load", "timezone": "Europe/Berlin", "tableRows": 50, "attach": ["csv", "svg"], "chartType": "timechart"})
        );
        assert_eq!(chart(&report("")), json!({"title": "Load", "timezone": "UTC", "tableRows": 50, "attach": []}));
    }

    #[test]
    fn a_mail_goes_where_the_file_says() {
        let rendered = Rendered { chart: json!({"bodyHtml": "<img>"}), ..Rendered::default() };
        let mail = rendered.mail(&report("cc=['c@example.com']\nsend_when='rows > 0'\non_empty='note'"));
        assert_eq!(
            mail,
            json!({
                "title": "Load",
                "to": ["a@example.com", "b@example.com"],
                "cc": ["c@example.com"],
                "sections": [{"result": {"bodyHtml": "<img>"}}],
                "sendWhen": "rows > 0",
                "onEmpty": "note",
            })
        );
    }
}
