//! A result to look at: a picture, a table, or both, with the files that go with them, ready to be mailed.

pub mod attachment;
pub mod document;
pub mod look;
pub mod sinks;

use crate::{
    chart::ChartOptions,
    html::{
        Html,
        figure::{Figure, ImageSource},
    },
    mail::Section,
    picture::{Picture, Width},
    png::{PngError, png},
    rows::Output,
};
use attachment::Attachment;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use kusto_protocol::{decoder::Completion, visualization::Visualization};
use look::{Attach, Bitmaps, Look};
use serde::{Deserialize, Serialize};
use sinks::Sinks;

/// A result to look at, by the connector's names.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Visual {
    /// base64: the PNG of a chart, the HTML of a table. Only in a page; a mail has it in `attachments`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// HTML to put into a mail. A page's is self-contained; a mail's refers to `attachments` by `cid:`.
    pub body_html: String,
    /// The same for those who read text.
    pub body_text: String,
    /// base64: the PNG of a chart, the CSV of a table. Only in a page; a mail has it in `attachments`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment_content: Option<String>,
    /// The file name of what is attached first.
    pub attachment_name: String,
    /// Files that belong to the result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// What the picture does not show, or shows otherwise than asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Where a picture's bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// Beside the HTML, which refers to them: for a mail.
    Mail,
    /// Into the HTML.
    Page,
}

/// The answer that the rows are from.
#[derive(Clone, Debug)]
pub struct Origin<'a> {
    /// What the service said beside the rows.
    pub completion: &'a Completion,
    /// Whether rows were left out because of a limit.
    pub truncated: bool,
    /// Random at its end, which makes the names of files unique.
    pub client_request_id: &'a str,
    /// Where the rows are from (`cluster help, database Samples`), for the subtitle.
    pub place: String,
    /// For whom.
    pub medium: Medium,
}

impl Visual {
    /// What `sinks` have collected, as `look` wants it.
    ///
    /// # Errors
    /// Where the picture cannot become a PNG.
    pub fn new(sinks: Sinks, look: &Look, origin: Origin<'_>) -> Result<Self, PngError> {
        let making = Making { sinks, look, origin };
        if look.is_table() && making.asked().is_none() { Ok(making.table()) } else { making.chart() }
    }
}

/// Everything that a visual is made from.
struct Making<'a> {
    sinks: Sinks,
    look: &'a Look,
    origin: Origin<'a>,
}

impl Making<'_> {
    /// What the query's `render` asked for.
    fn asked(&self) -> Option<&Visualization> {
        self.origin.completion.tables.first()?.visualization.as_ref()
    }

    fn is_page(&self) -> bool {
        self.origin.medium == Medium::Page
    }

    /// A name for files that says what they show and that no other result has, so that two charts in one mail are never swapped: the
    /// title, and the end of the client request id, which is random.
    fn stem(&self, untitled: &str) -> String {
        let asked = self.asked().and_then(|visualization| visualization.title.as_deref());
        let title = asked.or(self.look.title.as_deref()).unwrap_or_default();
        let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let words: Vec<String> =
            words.take(6).map(|word| word.chars().take(20).collect::<String>().to_lowercase()).collect();
        let words = if words.is_empty() { untitled.to_owned() } else { words.join("-") };
        let random: String =
            self.origin.client_request_id.chars().rev().filter(char::is_ascii_hexdigit).take(8).collect();
        format!("{words}-{random}")
    }

    /// The rows as an HTML table, all of them attached as CSV.
    fn table(self) -> Visual {
        let (name, is_page, is_cut) = (format!("{}.csv", self.stem("table")), self.is_page(), self.origin.truncated);
        let csv = self.sinks.csv.map(|csv| csv.finish().content).unwrap_or_default();
        let html = self.sinks.table.cut(is_cut).finish(Some(&name)).into_string();
        let attachment = Attachment::new(name.clone(), "text/csv", &csv);
        Visual {
            body: is_page.then(|| BASE64_STANDARD.encode(&html)),
            body_html: html,
            body_text: text(&self.sinks.text.finish(), is_cut),
            attachment_content: is_page.then(|| attachment.content.clone()),
            attachment_name: name,
            attachments: if is_page { Vec::new() } else { vec![attachment] },
            notes: Vec::new(),
        }
    }

    fn chart_options(&self) -> ChartOptions {
        let statistics = self.origin.completion.statistics.as_ref();
        ChartOptions {
            title: self.look.title.clone(),
            source: vec![self.origin.place.clone()],
            warning: self.origin.truncated.then(|| "The result was cut at the limit of rows".to_owned()),
            zone: self.look.zone.clone(),
            execution_seconds: statistics.and_then(|statistics| statistics.execution_time_seconds),
            chart_type: self.look.chart_type,
        }
    }

    /// The picture, and under it the first rows where they are wanted.
    fn chart(self) -> Result<Visual, PngError> {
        let (stem, is_page, is_cut) = (self.stem("chart"), self.is_page(), self.origin.truncated);
        let (asked, options) = (self.asked().cloned(), self.chart_options());
        let has_rows =
            self.look.table_rows > 0 && self.origin.completion.tables.iter().any(|table| table.row_count > 0);
        let bitmaps = self.look.bitmaps;
        let (wide, narrow) = if bitmaps == Bitmaps::All {
            let [wide, narrow] = self.sinks.chart.finish(asked.as_ref(), &options, [Width::Wide, Width::Narrow]);
            (wide, Some(Image::new(narrow, &format!("{stem}-narrow"), true)?))
        } else {
            let [wide] = self.sinks.chart.finish(asked.as_ref(), &options, [Width::Wide]);
            (wide, None)
        };
        let wide = Image::new(wide, &stem, bitmaps != Bitmaps::None)?;
        let figure = if is_page { Image::in_page } else { Image::in_mail };
        let mut section = Section::chart(None, figure(&wide), narrow.as_ref().map(figure));
        let further = further(&stem, &self.look.attach, &wide.picture, self.sinks.csv.map(|csv| csv.finish()));
        if has_rows {
            let csv = further.iter().find(|attachment| attachment.content_type == "text/csv");
            let rows = self.sinks.table.cut(is_cut).finish(csv.map(|csv| csv.name.as_str()));
            section.html = Html::joined([section.html, rows]);
            section.text = format!("{}\n\n{}", section.text, text(&self.sinks.text.finish(), is_cut));
        }
        let shown: Vec<_> = [&wide].into_iter().chain(&narrow).filter(|_| !is_page).map(Image::attachment).collect();
        let encoded = is_page.then(|| BASE64_STANDARD.encode(&wide.png));
        Ok(Visual {
            body: encoded.clone(),
            body_html: section.html.into_string(),
            body_text: section.text,
            attachment_content: encoded,
            attachment_name: wide.name,
            attachments: shown.into_iter().chain(further).collect(),
            notes: wide.picture.notes,
        })
    }
}

/// A picture as a file.
struct Image {
    picture: Picture,
    /// Nothing where nobody will see it.
    png: Vec<u8>,
    name: String,
    content_id: String,
}

impl Image {
    fn new(picture: Picture, stem: &str, as_bitmap: bool) -> Result<Self, PngError> {
        let png = if as_bitmap { png(&picture)? } else { Vec::new() };
        Ok(Self { png, picture, name: format!("{stem}.png"), content_id: format!("{stem}@report") })
    }

    fn in_mail(&self) -> Figure<'_> {
        Figure { picture: &self.picture, source: ImageSource::ContentId(&self.content_id) }
    }

    fn in_page(&self) -> Figure<'_> {
        Figure { picture: &self.picture, source: ImageSource::Png(&self.png) }
    }

    fn attachment(&self) -> Attachment {
        let content_id = Some(self.content_id.clone());
        Attachment { content_id, ..Attachment::new(self.name.clone(), "image/png", &self.png) }
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
