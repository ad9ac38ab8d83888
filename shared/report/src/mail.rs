//! The mail that carries a report: an HTML document and the same as plain text.

use crate::{
    cell_text::clean,
    html::{
        Html,
        figure::{Figure, chart},
        table::{SUMMARY_COLUMNS, summary},
    },
    picture::SeriesSummary,
};
use askama::Template;
use std::fmt;
use url::Url;

/// What a mail says, in the order it is read.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The heading.
    pub title: String,
    /// A line under it: when, from where, how many rows.
    pub meta: String,
    /// What a mail client shows beside the subject: the headline fact.
    pub preheader: String,
    /// Charts, tables, texts.
    pub sections: Vec<Section>,
    /// One button at most.
    pub button: Option<Button>,
    /// The last line: who sent this and why.
    pub footer: String,
}

/// A part of a mail, in both forms.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its heading, where it needs one.
    pub title: Option<String>,
    /// What HTML readers see.
    pub html: Html,
    /// What plain text readers see.
    pub text: String,
}

/// A button that opens a page.
#[derive(Clone, Debug)]
pub struct Button {
    /// What it says.
    pub label: String,
    /// What it opens.
    pub link: Link,
}

/// An absolute `http` or `https` URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link(Url);

/// A link that a mail must not carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the link of a mail's button is not an http or https URL")]
pub struct RefusedLink;

/// A mail in its two forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The `text/html` part.
    pub html: String,
    /// The `text/plain` part.
    pub text: String,
}

#[derive(Template)]
#[template(path = "mail/document.html")]
struct Document {
    title: String,
    meta: String,
    preheader: String,
    sections: Vec<Section>,
    button: Option<Button>,
    footer: String,
}

impl Mail {
    /// Both forms of the mail.
    pub fn render(self) -> Rendered {
        let text = self.text();
        let section =
            |section: Section| Section { title: section.title.map(|title| clean(&title).into_owned()), ..section };
        let document = Document {
            title: clean(&self.title).into_owned(),
            meta: clean(&self.meta).into_owned(),
            preheader: clean(&self.preheader).into_owned(),
            sections: self.sections.into_iter().map(section).collect(),
            button: self.button.map(|button| Button { label: clean(&button.label).into_owned(), ..button }),
            footer: clean(&self.footer).into_owned(),
        };
        Rendered { html: Html::render(&document).into_string(), text }
    }

    fn text(&self) -> String {
        let title = clean(&self.title);
        let mut parts = vec![format!("{title}\n{}", "=".repeat(title.chars().count().min(72)))];
        parts.push(clean(&self.meta).into_owned());
        for section in &self.sections {
            parts.push(section.title.as_deref().map(clean).unwrap_or_default().into_owned());
            parts.push(section.text.trim_end().to_owned());
        }
        parts.extend(self.button.as_ref().map(|button| format!("{}: {}", clean(&button.label), button.link)));
        parts.push(format!("-- \n{}", clean(&self.footer)));
        let mut text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
        text.push('\n');
        text
    }
}

impl Section {
    /// A chart, with a summary of its series where it has any; `narrow` is the same for phones.
    pub fn chart(title: Option<String>, wide: Figure<'_>, narrow: Option<Figure<'_>>) -> Self {
        let (image, picture) = (chart(wide, narrow), wide.picture);
        if picture.series.is_empty() {
            return Self { title, html: image, text: picture.alt_text.clone() };
        }
        let text = format!("{}\n\n{}", picture.alt_text, aligned(&picture.series));
        Self { title, html: Html::joined([image, summary(&picture.series)]), text }
    }

    /// Plain text.
    pub fn text(title: Option<String>, text: &str) -> Self {
        Self { title, html: Html::paragraph(text), text: text.to_owned() }
    }
}

/// A summary in columns of equal width.
fn aligned(series: &[SeriesSummary]) -> String {
    let head = SUMMARY_COLUMNS.map(str::to_owned);
    let row = |series: &SeriesSummary| {
        let [average, minimum, maximum, last] = series.figures().map(str::to_owned);
        [series.name.clone(), average, minimum, maximum, last]
    };
    let rows: Vec<[String; 5]> = [head].into_iter().chain(series.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let line = |row: &[String; 5]| {
        let figures = (1..5).map(|column| format!("  {:>1$}", row[column], width(column))).collect::<String>();
        format!("{:<1$}{figures}", row[0], width(0))
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

impl Link {
    /// The link that `text` is.
    ///
    /// # Errors
    /// Where it is not an absolute URL of the web.
    pub fn parse(text: &str) -> Result<Self, RefusedLink> {
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Self(url)),
            _ => Err(RefusedLink),
        }
    }
}

impl fmt::Display for Link {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str())
    }
}
