//! Decodes an answer and writes down all that came of it.

use kusto_protocol::{
    cell::Row,
    decoder::{Completion, Decoder},
    error::DecodeError,
    sink::{LimitReached, Sink, TableHeader},
};
use std::fmt::Write;

/// Writes down what it is handed.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Notes {
    text: String,
    /// Where the rows of the current table start.
    rows: usize,
}

impl Sink for Notes {
    fn table(&mut self, table: &TableHeader) -> Result<(), LimitReached> {
        let columns: Vec<String> =
            table.columns.iter().map(|column| format!("{}:{}", column.name, column.column_type.name())).collect();
        writeln!(self.text, "table {} ({})", table.name, columns.join(", ")).unwrap();
        self.rows = self.text.len();
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached> {
        let cells: Vec<&str> = row.cells().map(|cell| cell.raw()).collect();
        writeln!(self.text, "  {}", cells.join(" | ")).unwrap();
        Ok(())
    }

    fn forget_rows(&mut self) {
        self.text.truncate(self.rows);
    }
}

/// What an answer comes to, and what the sink had been handed by then.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) result: Result<Completion, DecodeError>,
    notes: String,
}

impl Outcome {
    /// Everything, to be looked at.
    pub(crate) fn describe(&self) -> String {
        let mut text = self.notes.clone();
        match &self.result {
            Err(error) => writeln!(text, "{error:#?}").unwrap(),
            Ok(completion) => {
                for table in &completion.tables {
                    write!(text, "{} has {} rows", table.name, table.row_count).unwrap();
                    match &table.visualization {
                        Some(visualization) => writeln!(text, ", {visualization:?}").unwrap(),
                        None => writeln!(text).unwrap(),
                    }
                }
                if let Some(statistics) = &completion.statistics {
                    writeln!(text, "{statistics:?}").unwrap();
                }
            }
        }
        text
    }
}

/// Decodes an answer that comes in these chunks.
pub(crate) fn decode<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut notes = Notes::default();
    let mut decoder = Decoder::new(&mut notes);
    for chunk in chunks {
        if decoder.feed(chunk).is_err() {
            break;
        }
    }
    let result = decoder.finish();
    Outcome { result, notes: notes.text }
}

/// Decodes an answer that comes in one piece.
pub(crate) fn decode_whole(answer: &[u8]) -> Outcome {
    decode([answer])
}
