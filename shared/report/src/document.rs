//! A result as one document, in the format that its reader asks for.

use crate::{
    html::table::Table,
    rows::{self, Counted, OnLimit, Output, RowLimits, Rows},
};
use kusto_protocol::{
    cell::Row,
    decoder::PrimaryTable,
    sink::{LimitReached, Sink, TableHeader},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// A format, by the name that a request gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// `{"value": [row…]}` with everything else that is said of the answer.
    Json,
    /// A JSON object a line.
    Jsonl,
    /// Comma-separated values, safe to open in a spreadsheet.
    Csv,
    /// An HTML table.
    Html,
    /// Columns aligned with blanks.
    Text,
}

/// The media types of the formats over HTTP, by every name that is in use. The first is what a caller gets who names none.
pub const MEDIA_TYPES: &[&str] = &[
    "application/json",
    "application/x-ndjson",
    "application/jsonl",
    "application/json-lines",
    "text/csv",
    "text/html",
    "text/plain",
];

impl Format {
    /// The format of one of [`MEDIA_TYPES`].
    pub fn of(media_type: &str) -> Self {
        match media_type {
            "application/x-ndjson" | "application/jsonl" | "application/json-lines" => Self::Jsonl,
            "text/csv" => Self::Csv,
            "text/html" => Self::Html,
            "text/plain" => Self::Text,
            _ => Self::Json,
        }
    }
}

/// An HTML table cannot be cut: only rows can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`onLimit` \"truncate\" is for rows: ask for another format than html")]
pub struct CannotTruncate;

/// A sink that collects a result in a format.
pub struct Document {
    collected: Collected,
    is_full: bool,
}

enum Collected {
    /// JSON, JSON lines, CSV or text.
    Rows(Rows),
    /// HTML.
    Html(Table),
}

impl Document {
    /// Collects at most `bytes` bytes; `direct` tells that JSON is to be the reply itself. Anything else becomes a string in the reply.
    ///
    /// # Errors
    /// Where the format cannot be cut and is to be.
    pub fn new(format: Format, bytes: usize, direct: bool, on_limit: OnLimit) -> Result<Self, CannotTruncate> {
        let counted = if direct && format == Format::Json { Counted::Plain } else { Counted::InJsonString };
        let limits = RowLimits { rows: u64::MAX, bytes: bytes as u64, counted, on_limit };
        let rows = |format| Collected::Rows(Rows::new(format, limits));
        let collected = match format {
            Format::Json => rows(rows::Format::Json),
            Format::Jsonl => rows(rows::Format::JsonLines),
            Format::Csv => rows(rows::Format::Csv),
            Format::Text => rows(rows::Format::Text),
            Format::Html if on_limit == OnLimit::Truncate => return Err(CannotTruncate),
            Format::Html => Collected::Html(Table::all(bytes)),
        };
        Ok(Self { collected, is_full: false })
    }

    /// Whether more came than it was to collect, which made the answer an error.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// All that was collected of an answer whose first table is `first`.
    pub fn finish(self, first: Option<&PrimaryTable>) -> Output {
        match self.collected {
            Collected::Rows(rows) => rows.finish(),
            Collected::Html(table) => Output {
                content: table.finish(None).into_string().into_bytes(),
                content_type: "text/html; charset=utf-8",
                columns: first.map(|first| first.columns.clone()).unwrap_or_default(),
                row_count: first.map_or(0, |first| first.row_count),
                truncated: false,
            },
        }
    }

    fn sink(&mut self) -> &mut dyn Sink {
        match &mut self.collected {
            Collected::Rows(rows) => rows,
            Collected::Html(table) => table,
        }
    }
}

impl Sink for Document {
    fn table(&mut self, table: &TableHeader) -> Result<(), LimitReached> {
        let taken = self.sink().table(table);
        self.is_full |= taken.is_err();
        taken
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached> {
        let taken = self.sink().row(row);
        self.is_full |= taken.is_err();
        taken
    }

    fn forget_rows(&mut self) {
        self.sink().forget_rows();
    }
}

#[cfg(test)]
mod tests {
    use super::{CannotTruncate, Document, Format, MEDIA_TYPES};
    use crate::rows::OnLimit;

    #[test]
    fn each_media_type_is_of_a_format() {
        let formats: Vec<Format> = MEDIA_TYPES.iter().map(|media_type| Format::of(media_type)).collect();
        let [jsonl, csv, html, text] = [Format::Jsonl, Format::Csv, Format::Html, Format::Text];
        assert_eq!(formats, [Format::Json, jsonl, jsonl, jsonl, csv, html, text]);
    }

    #[test]
    fn rows_can_be_cut_and_an_html_table_cannot() {
        assert!(Document::new(Format::Csv, 10, true, OnLimit::Truncate).is_ok());
        assert_eq!(Document::new(Format::Html, 10, true, OnLimit::Truncate).err(), Some(CannotTruncate));
    }
}
