//! Run KQL query and render a chart: a picture, a table, or both, ready to be mailed.

mod deep_link;
pub mod request;
pub mod response;
mod sinks;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use deep_link::deep_link;
use kusto_client::{client::Answer, connection::Database};
use report::{
    chart::{ChartOptions, chart_type::ChartType},
    html::{Html, figure::ImageSource, table::DEFAULT_ROWS},
    mail::Section,
    picture::Picture,
    png::png,
    rows::Output,
};
use request::{Attach, Request};
use response::{Attachment, Response};
use runtime::{context::Context, error::ActionError, invocation::Channel, kusto::Kusto, metadata::Metadata};
use sinks::Sinks;

/// Runs the query and shows its result.
pub async fn run(context: &Context<Kusto>, request: Request) -> Result<Response, ActionError> {
    let (chart_type, zone, table_rows) = (request.chart_type()?, request.zone()?, request.table_rows()?);
    let as_table = chart_type == Some(ChartType::Table);
    let database = context.client.database(request.target(), &context.invocation)?;
    let csv = (as_table || request.attach.contains(&Attach::Csv)).then_some(csv_limit(context));
    let mut sinks = Sinks::new(if as_table { DEFAULT_ROWS } else { table_rows }, csv);
    let answer = context.client.query("query-chart", request.query(), &context.invocation, &mut sinks).await?;
    let options = ChartOptions {
        title: request.title.clone(),
        source: vec![source(&database)],
        warning: answer.truncated.then(|| "The result was cut at the limit of rows".to_owned()),
        zone,
        execution_seconds: answer.completion.statistics.as_ref().and_then(|stats| stats.execution_time_seconds),
        chart_type,
    };
    let direct = context.invocation.channel != Channel::Http;
    let made = Made { answer, sinks, options, link: deep_link(&database, &request.query), table_rows };
    if as_table && made.visualization().is_none() {
        Ok(made.table(direct))
    } else {
        made.chart(direct, &request.attach)
    }
}

/// Bytes of CSV that can be in a reply: base64 makes four of three.
fn csv_limit(context: &Context<Kusto>) -> u64 {
    context.invocation.channel.reply_limit() as u64 / 4 * 3
}

fn source(database: &Database<'_>) -> String {
    let cluster = database.connection().cluster().host();
    let cluster = cluster.strip_suffix(".kusto.windows.net").unwrap_or(cluster);
    format!("cluster {cluster}, database {}", database.name())
}

/// Everything that was made of an answer.
struct Made {
    answer: Answer,
    sinks: Sinks,
    options: ChartOptions,
    link: String,
    table_rows: usize,
}

impl Made {
    fn visualization(&self) -> Option<&kusto_protocol::visualization::Visualization> {
        self.answer.completion.tables.first()?.visualization.as_ref()
    }

    /// A name for files that says what they show and that no other result has, so that two charts in one mail are never swapped: the
    /// title, and the end of the client request id, which is random.
    fn stem(&self, untitled: &str) -> String {
        let asked = self.visualization().and_then(|visualization| visualization.title.as_deref());
        let title = asked.or(self.options.title.as_deref()).unwrap_or_default();
        let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let words: Vec<String> =
            words.take(6).map(|word| word.chars().take(20).collect::<String>().to_lowercase()).collect();
        let words = if words.is_empty() { untitled.to_owned() } else { words.join("-") };
        let random: String =
            self.answer.client_request_id.chars().rev().filter(char::is_ascii_hexdigit).take(8).collect();
        format!("{words}-{random}")
    }

    /// The rows as an HTML table, all of them attached as CSV.
    fn table(self, direct: bool) -> Response {
        let stem = self.stem("table");
        let name = format!("{stem}.csv");
        let csv = self.sinks.csv.map(|csv| csv.finish().content).unwrap_or_default();
        let html = self.sinks.table.cut(self.answer.truncated).finish(Some(&name)).into_string();
        let attachment = Attachment::new(name.clone(), "text/csv", &csv);
        Response {
            body: (!direct).then(|| BASE64_STANDARD.encode(&html)),
            body_html: html,
            body_text: text(&self.sinks.text.finish(), self.answer.truncated),
            attachment_content: (!direct).then(|| attachment.content.clone()),
            attachment_name: name,
            kusto_deep_link: self.link,
            attachments: if direct { vec![attachment] } else { Vec::new() },
            notes: Vec::new(),
            metadata: Metadata::new(self.answer),
        }
    }

    /// The picture, and under it the first rows where they are wanted.
    fn chart(self, direct: bool, attach: &[Attach]) -> Result<Response, ActionError> {
        let visualization = self.visualization().cloned();
        let stem = self.stem("chart");
        let picture = self.sinks.chart.finish(visualization.as_ref(), &self.options);
        let image = png(&picture).map_err(|_| ActionError::internal())?;
        let content_id = format!("{stem}@report");
        let source = if direct { ImageSource::ContentId(&content_id) } else { ImageSource::Png(&image) };
        let mut section = Section::chart(None, &picture, source);
        let mut attachments = further(&stem, attach, &picture, self.sinks.csv.map(|csv| csv.finish()));
        if self.table_rows > 0 && self.answer.completion.tables.iter().any(|table| table.row_count > 0) {
            let csv = attachments.iter().find(|attachment| attachment.content_type == "text/csv");
            let rows = self.sinks.table.cut(self.answer.truncated).finish(csv.map(|csv| csv.name.as_str()));
            section.html = Html::joined([section.html, rows]);
            section.text = format!("{}\n\n{}", section.text, text(&self.sinks.text.finish(), self.answer.truncated));
        }
        let name = format!("{stem}.png");
        let encoded = BASE64_STANDARD.encode(&image);
        if direct {
            let content_id = Some(content_id);
            attachments.insert(0, Attachment { content_id, ..Attachment::new(name.clone(), "image/png", &image) });
        }
        Ok(Response {
            body: (!direct).then(|| encoded.clone()),
            body_html: section.html.into_string(),
            body_text: section.text,
            attachment_content: (!direct).then_some(encoded),
            attachment_name: name,
            kusto_deep_link: self.link,
            attachments,
            notes: picture.notes,
            metadata: Metadata::new(self.answer),
        })
    }
}

/// What is attached beside the picture.
fn further(stem: &str, attach: &[Attach], picture: &Picture, csv: Option<Output>) -> Vec<Attachment> {
    let csv = csv.map(|csv| Attachment::new(format!("{stem}.csv"), "text/csv", &csv.content));
    let svg = attach.contains(&Attach::Svg);
    let svg = svg.then(|| Attachment::new(format!("{stem}.svg"), "image/svg+xml", picture.svg.as_bytes()));
    csv.into_iter().chain(svg).collect()
}

/// The rows as text, and that some were cut where they were.
fn text(rows: &Output, is_cut: bool) -> String {
    let rows = String::from_utf8_lossy(&rows.content);
    if is_cut { format!("{rows}The rest was cut at the limit of rows.\n") } else { rows.into_owned() }
}
