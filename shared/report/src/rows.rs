//! Rows as text: JSON, JSON lines, CSV and aligned columns, one row at a time.
//!
//! An [`Encoder`] turns rows into bytes; [`Rows`] is the sink that collects them within limits. Whoever wants the bytes elsewhere,
//! in pieces, puts a sink of their own around an encoder.

mod csv;
mod json;
pub mod names;
mod text;

use kusto_protocol::{
    cell::Row,
    column::Column,
    sink::{LimitReached, Sink, TableHeader},
    text::escapes,
};

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The beginning of a reply: `{"value":[{"column":value,…},…]`, and with further tables
    /// `,"tables":[{"name","columns","value"},…]`. The object is left open for the other fields of the reply.
    Json,
    /// A JSON object on a line of its own for each row, of all tables.
    JsonLines,
    /// A header and a line for each row, safe to open in a spreadsheet: a text that would be a formula there gets a leading `'`.
    /// Further tables follow after an empty line.
    Csv,
    /// Columns aligned with blanks, for reading; long cells are cut. Further tables follow after an empty line and their name.
    Text,
}

impl Format {
    /// What writes this format.
    pub fn encoder(self) -> Box<dyn Encoder + Send> {
        match self {
            Self::Json => Box::new(json::Json::default()),
            Self::JsonLines => Box::new(json::JsonLines::default()),
            Self::Csv => Box::new(csv::Csv),
            Self::Text => Box::new(text::Text::default()),
        }
    }
}

/// Writes result tables in one format.
///
/// For each table `table` is called, then `row` for each row, then `end_table`; after the last table `end`.
pub trait Encoder {
    /// The media type of what is written.
    fn content_type(&self) -> &'static str;

    /// Table `number`, counted from 0, begins. The names of its columns are unique.
    fn table(&mut self, number: usize, table: &TableHeader, out: &mut Vec<u8>);

    /// Row `number`, counted from 0, of the table that began last.
    fn row(&mut self, number: u64, row: &Row<'_>, out: &mut Vec<u8>);

    /// The current table has no more rows.
    fn end_table(&mut self, out: &mut Vec<u8>);

    /// There are no more tables than these.
    fn end(&mut self, tables: usize, out: &mut Vec<u8>);

    /// Bytes that are still to be written if nothing more comes.
    fn pending(&self) -> usize;

    /// Forgets all rows of the current table but the first `kept`, as far as they are not yet written.
    fn keep_rows(&mut self, kept: u64);
}

/// How much is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowLimits {
    /// Rows, over all tables.
    pub rows: u64,
    /// Bytes that are written, over all tables.
    pub bytes: u64,
    /// How a byte is counted.
    pub counted: Counted,
    /// What happens beyond.
    pub on_limit: OnLimit,
}

/// How the bytes of the content are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// As they are.
    Plain,
    /// As in a JSON string, where quotes, backslashes and control characters take more than one: the content is to become one.
    InJsonString,
}

/// What happens with a row that is beyond the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnLimit {
    /// The result is refused.
    Error,
    /// The row and all after it are left out.
    Truncate,
}

/// Rows as text, and what is known of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The text, UTF-8.
    pub content: Vec<u8>,
    /// Its media type.
    pub content_type: &'static str,
    /// The columns of the first table, by the unique names under which they are written.
    pub columns: Vec<Column>,
    /// Rows of the first table in `content`.
    pub row_count: u64,
    /// Whether rows were left out.
    pub truncated: bool,
}

/// A sink that collects rows as text.
pub struct Rows {
    encoder: Box<dyn Encoder + Send>,
    limits: RowLimits,
    content: Vec<u8>,
    columns: Vec<Column>,
    /// Tables that are written.
    tables: usize,
    /// Rows of the tables before the current one.
    earlier_rows: u64,
    first_rows: u64,
    table: Table,
    /// Bytes of the content that are measured, and how many more they are in a JSON string.
    measured: usize,
    escapes: u64,
    /// How full it is, now and when the current table began.
    fill: Fill,
    fill_before: Fill,
}

/// The current table.
#[derive(Debug, Default)]
struct Table {
    /// Where in the content its rows begin.
    start: usize,
    rows: u64,
    /// Whether it is being written.
    open: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Fill {
    /// All has been taken.
    #[default]
    Open,
    /// There was a row too many; tables still have room.
    NoMoreRows,
    /// There was a byte too many.
    Full,
}

/// The largest reply of Lambda.
const REPLY: u64 = 6 << 20;

/// The room to begin with for a content of at most `limit` bytes. All of it where it is to be a reply: what is not written to costs
/// nothing, and a content that grows is copied and leaves holes.
pub(crate) fn reserved(limit: u64) -> usize {
    if limit <= REPLY { limit as usize } else { 0 }
}

impl Rows {
    /// A sink that writes `format` within `limits`.
    pub fn new(format: Format, limits: RowLimits) -> Self {
        Self::with(format.encoder(), limits)
    }

    /// A sink that writes with `encoder` within `limits`.
    pub fn with(encoder: Box<dyn Encoder + Send>, limits: RowLimits) -> Self {
        Self {
            encoder,
            limits,
            content: Vec::with_capacity(reserved(limits.bytes)),
            columns: Vec::new(),
            tables: 0,
            earlier_rows: 0,
            first_rows: 0,
            table: Table::default(),
            measured: 0,
            escapes: 0,
            fill: Fill::Open,
            fill_before: Fill::Open,
        }
    }

    /// Whether rows were left out.
    pub fn truncated(&self) -> bool {
        self.fill != Fill::Open
    }

    /// Rows that are written, of all tables.
    pub fn total_row_count(&self) -> u64 {
        self.earlier_rows + self.table.rows
    }

    /// All that was written.
    pub fn finish(mut self) -> Output {
        self.end_table();
        self.encoder.end(self.tables, &mut self.content);
        Output {
            content_type: self.encoder.content_type(),
            truncated: self.truncated(),
            content: self.content,
            columns: self.columns,
            row_count: self.first_rows,
        }
    }

    fn end_table(&mut self) {
        if self.table.open {
            self.encoder.end_table(&mut self.content);
            if self.tables == 1 {
                self.first_rows = self.table.rows;
            }
            self.earlier_rows += self.table.rows;
        }
        self.table = Table::default();
    }

    fn is_too_long(&mut self) -> bool {
        if self.limits.counted == Counted::InJsonString {
            let new = self.content.get(self.measured..).unwrap_or_default();
            self.escapes += escapes(new);
            self.measured = self.content.len();
        }
        (self.content.len() + self.encoder.pending()) as u64 + self.escapes > self.limits.bytes
    }

    /// Takes back what was written after the first `length` bytes.
    fn take_back(&mut self, length: usize) {
        let gone = self.content.get(length..self.measured.max(length)).unwrap_or_default();
        self.escapes -= if self.limits.counted == Counted::InJsonString { escapes(gone) } else { 0 };
        self.measured = self.measured.min(length);
        self.content.truncate(length);
    }

    /// A limit is met: the error it is, or how full the sink is from now on.
    fn limit(&mut self, fill: Fill) -> Result<(), LimitReached> {
        let reached = match fill {
            Fill::Full => LimitReached { limit: self.limits.bytes, unit: "bytes" },
            Fill::Open | Fill::NoMoreRows => LimitReached { limit: self.limits.rows, unit: "rows" },
        };
        match self.limits.on_limit {
            OnLimit::Error => Err(reached),
            OnLimit::Truncate => {
                self.fill = fill;
                Ok(())
            }
        }
    }
}

impl Sink for Rows {
    fn table(&mut self, table: &TableHeader) -> Result<(), LimitReached> {
        self.end_table();
        self.fill_before = self.fill;
        if self.fill == Fill::Full {
            return Ok(());
        }
        let header = TableHeader { name: table.name.clone(), columns: names::unique(&table.columns) };
        let before = self.content.len();
        self.encoder.table(self.tables, &header, &mut self.content);
        if self.is_too_long() {
            self.take_back(before);
            return self.limit(Fill::Full);
        }
        self.tables += 1;
        if self.tables == 1 {
            self.columns = header.columns;
        }
        self.table = Table { start: self.content.len(), rows: 0, open: true };
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached> {
        if self.fill != Fill::Open {
            return Ok(());
        }
        if self.earlier_rows + self.table.rows >= self.limits.rows {
            return self.limit(Fill::NoMoreRows);
        }
        let before = self.content.len();
        self.encoder.row(self.table.rows, row, &mut self.content);
        if self.is_too_long() {
            self.take_back(before);
            self.encoder.keep_rows(self.table.rows);
            return self.limit(Fill::Full);
        }
        self.table.rows += 1;
        Ok(())
    }

    fn forget_rows(&mut self) {
        if self.table.open {
            self.take_back(self.table.start);
            self.encoder.keep_rows(0);
            self.table.rows = 0;
            self.fill = self.fill_before;
        }
    }
}

#[cfg(test)]
mod tests;
