//! Rows on their way to the store: written as they come, and held only as long as they fit into a reply.

use kusto_protocol::{
    cell::Row,
    column::Column,
    sink::{LimitReached, Sink, TableHeader},
};
use report::rows::{Encoder, names};
use std::io;
use store::spool::Spool;

/// Bytes that are collected before they are written.
const BLOCK: usize = 32 * 1024;

/// A sink that writes rows into a spool.
pub struct Streamed {
    encoder: Box<dyn Encoder + Send>,
    spool: Spool,
    block: Vec<u8>,
    columns: Vec<Column>,
    /// Tables that have begun.
    tables: usize,
    /// Rows of the current table.
    rows: u64,
    /// Where in the spool they begin.
    start: u64,
    failure: Option<io::Error>,
}

/// Rows as a document.
#[derive(Debug)]
pub struct Finished {
    /// The document.
    pub content: Spool,
    /// Its media type.
    pub content_type: &'static str,
    /// The columns of the first table, by the names under which they are written.
    pub columns: Vec<Column>,
}

impl Streamed {
    /// A sink that writes with `encoder` into `spool`.
    pub fn new(encoder: Box<dyn Encoder + Send>, spool: Spool) -> Self {
        Self { encoder, spool, block: Vec::new(), columns: Vec::new(), tables: 0, rows: 0, start: 0, failure: None }
    }

    /// Why the rows could not be written, which made the answer an error.
    pub fn failure(&self) -> Option<&io::Error> {
        self.failure.as_ref()
    }

    /// All that was written.
    ///
    /// # Errors
    /// Where something could not be.
    pub fn finish(mut self) -> io::Result<Finished> {
        if let Some(error) = self.failure {
            return Err(error);
        }
        self.end_table();
        self.encoder.end(self.tables, &mut self.block);
        self.spool.write(&self.block)?;
        Ok(Finished { content: self.spool, content_type: self.encoder.content_type(), columns: self.columns })
    }

    fn end_table(&mut self) {
        if self.tables > 0 {
            self.encoder.end_table(&mut self.block);
        }
    }

    /// Writes what has come together.
    fn flush(&mut self) -> Result<(), LimitReached> {
        let written = self.spool.write(&self.block);
        self.block.clear();
        self.check(written)
    }

    /// A disk that is full ends the answer as a limit does.
    fn check(&mut self, written: io::Result<()>) -> Result<(), LimitReached> {
        written.map_err(|error| {
            self.failure = Some(error);
            LimitReached { limit: self.spool.len(), unit: "bytes" }
        })
    }
}

impl Sink for Streamed {
    fn table(&mut self, table: &TableHeader) -> Result<(), LimitReached> {
        self.end_table();
        let header = TableHeader { name: table.name.clone(), columns: names::unique(&table.columns) };
        self.encoder.table(self.tables, &header, &mut self.block);
        self.flush()?;
        if self.tables == 0 {
            self.columns = header.columns;
        }
        self.tables += 1;
        (self.rows, self.start) = (0, self.spool.len());
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached> {
        self.encoder.row(self.rows, row, &mut self.block);
        self.rows += 1;
        if self.block.len() < BLOCK { Ok(()) } else { self.flush() }
    }

    fn forget_rows(&mut self) {
        self.block.clear();
        self.encoder.keep_rows(0);
        self.rows = 0;
        let shortened = self.spool.truncate(self.start);
        // It is an error when the rows are finished.
        let _ = self.check(shortened);
    }
}

#[cfg(test)]
mod tests {
    use super::Streamed;
    use kusto_protocol::{
        cell::Row,
        column::{Column, ColumnType},
        sink::{Sink, TableHeader},
    };
    use report::rows::{Counted, Format, OnLimit, RowLimits, Rows};
    use store::spool::Spool;

    /// Tables with rows that are taken back, as of a progressive answer.
    fn feed(sink: &mut impl Sink) {
        let columns = vec![Column::new("a", ColumnType::Long), Column::new("a", ColumnType::String)];
        for name in ["first", "second"] {
            sink.table(&TableHeader { name: name.to_owned(), columns: columns.clone() }).unwrap();
            for round in 0..2 {
                sink.forget_rows();
                for number in 0..2000 {
                    let cells = [number.to_string(), format!("\"{round} é\\n{number}\"")];
                    let cells: Vec<_> = cells.iter().map(String::as_str).collect();
                    sink.row(&Row::new(&columns, &cells)).unwrap();
                }
            }
        }
    }

    #[test]
    fn it_writes_what_is_held_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        for format in [Format::Json, Format::JsonLines, Format::Csv] {
            let limits =
                RowLimits { rows: u64::MAX, bytes: u64::MAX, counted: Counted::Plain, on_limit: OnLimit::Error };
            let mut held = Rows::new(format, limits);
            feed(&mut held);
            let held = held.finish();
            for limit in [0, 1000, usize::MAX] {
                let mut streamed = Streamed::new(format.encoder(), Spool::new(limit, folder.path()));
                feed(&mut streamed);
                let streamed = streamed.finish().unwrap();
                assert_eq!((streamed.content_type, &streamed.columns), (held.content_type, &held.columns));
                assert_eq!(streamed.content.len(), held.content.len() as u64);
                if let Ok(content) = streamed.content.into_memory() {
                    assert!(content == held.content, "{format:?}");
                }
            }
        }
    }
}
