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
use serde::Deserialize;

/// A format, by the name that a request gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
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

/// The media types that name a format.
const MEDIA_TYPES: [(&str, Format); 8] = [
    ("application/json", Format::Json),
    ("application/x-ndjson", Format::Jsonl),
    ("application/jsonl", Format::Jsonl),
    ("application/json-lines", Format::Jsonl),
    ("text/csv", Format::Csv),
    ("text/html", Format::Html),
    ("text/plain", Format::Text),
    ("*/*", Format::Json),
];

impl Format {
    /// The first format that an `Accept` header names, in the header's order; JSON where it names none.
    pub fn accepted(accept: Option<&str>) -> Self {
        let ranges =
            accept.unwrap_or_default().split(',').map(|range| range.split(';').next().unwrap_or_default().trim());
        let known = |range: &str| MEDIA_TYPES.iter().find(|(name, _)| name.eq_ignore_ascii_case(range));
        ranges.filter_map(known).map(|(_, format)| *format).next().unwrap_or(Self::Json)
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
    use super::{CannotTruncate, Document, Format};
    use crate::rows::OnLimit;

    #[test]
    fn the_first_known_type_of_accept_is_the_format() {
        for (accept, format) in [
            (None, Format::Json),
            (Some("*/*"), Format::Json),
            (Some("text/csv"), Format::Csv),
            (Some("image/png, TEXT/HTML;q=0.9, text/csv"), Format::Html),
            (Some("application/x-ndjson"), Format::Jsonl),
            (Some("nonsense"), Format::Json),
        ] {
            assert_eq!(Format::accepted(accept), format, "{accept:?}");
        }
    }

    #[test]
    fn rows_can_be_cut_and_an_html_table_cannot() {
        assert!(Document::new(Format::Csv, 10, true, OnLimit::Truncate).is_ok());
        assert_eq!(Document::new(Format::Html, 10, true, OnLimit::Truncate).err(), Some(CannotTruncate));
    }
}
