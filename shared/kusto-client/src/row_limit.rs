//! Counting rows on their way to the sink.

use crate::request::OnLimit;
use kusto_protocol::{
    cell::Row,
    decoder::Completion,
    sink::{LimitReached, Sink, TableHeader},
};

/// A sink that lets at most `limit` rows through, over all tables.
pub(crate) struct RowLimit<'s, S> {
    sink: &'s mut S,
    limit: u64,
    on_limit: OnLimit,
    kept: u64,
    tables: Vec<Count>,
}

#[derive(Default)]
struct Count {
    kept: u64,
    dropped: u64,
}

impl<'s, S: Sink> RowLimit<'s, S> {
    pub(crate) fn new(sink: &'s mut S, limit: u64, on_limit: OnLimit) -> Self {
        Self { sink, limit, on_limit, kept: 0, tables: Vec::new() }
    }

    /// Puts the numbers of rows that were kept into `completion`, and tells whether any was not.
    pub(crate) fn account(&self, completion: &mut Completion) -> bool {
        for (table, count) in completion.tables.iter_mut().zip(&self.tables) {
            table.row_count = count.kept;
        }
        self.tables.iter().any(|count| count.dropped > 0)
    }
}

impl<S: Sink> Sink for RowLimit<'_, S> {
    fn table(&mut self, table: &TableHeader) -> Result<(), LimitReached> {
        self.tables.push(Count::default());
        self.sink.table(table)
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached> {
        let full = self.kept >= self.limit;
        let Some(count) = self.tables.last_mut() else { return Ok(()) };
        match (full, self.on_limit) {
            (false, _) => {
                self.kept += 1;
                count.kept += 1;
                self.sink.row(row)
            }
            (true, OnLimit::Truncate) => {
                count.dropped += 1;
                Ok(())
            }
            (true, OnLimit::Error) => Err(LimitReached { limit: self.limit, unit: "rows" }),
        }
    }

    fn forget_rows(&mut self) {
        if let Some(count) = self.tables.last_mut() {
            self.kept -= count.kept;
            *count = Count::default();
        }
        self.sink.forget_rows();
    }
}
