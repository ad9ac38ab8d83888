//! Where rows go.

use crate::{cell::Row, column::Column};
use std::collections::BTreeMap;

/// What is known of a primary table before its first row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableHeader {
    /// The name the service gave it (`PrimaryResult`, `Table_0`, …).
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<Column>,
}

/// Takes the rows of an answer, one at a time.
///
/// For each primary table `table` is called once, then `row` for each of its rows. What a sink has made is void when the decoder
/// ends with an error.
pub trait Sink {
    /// A primary table begins.
    fn table(&mut self, table: &TableHeader) -> Result<(), LimitReached>;

    /// The next row of the table that began last. It has as many cells as the table has columns.
    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached>;

    /// A progressive answer replaces the rows it has sent of the current table: forget them.
    fn forget_rows(&mut self);
}

/// Keeps nothing: for an answer whose rows say nothing more than that there is one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ignored;

impl Sink for Ignored {
    fn table(&mut self, _table: &TableHeader) -> Result<(), LimitReached> {
        Ok(())
    }

    fn row(&mut self, _row: &Row<'_>) -> Result<(), LimitReached> {
        Ok(())
    }

    fn forget_rows(&mut self) {}
}

/// Of a row the cells of some columns, as text, by the columns' names.
pub type NamedCells = BTreeMap<&'static str, String>;

/// Keeps of each row the cells of these columns, as text: an answer may have more of others than fit into memory.
#[derive(Clone, Debug)]
pub struct Selected {
    columns: &'static [&'static str],
    rows: Vec<NamedCells>,
}

impl Selected {
    /// Keeps the columns of these names; one that an answer does not have is missing in its rows.
    pub fn columns(columns: &'static [&'static str]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// The rows, in order.
    pub fn into_rows(self) -> Vec<NamedCells> {
        self.rows
    }
}

impl Sink for Selected {
    fn table(&mut self, _table: &TableHeader) -> Result<(), LimitReached> {
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached> {
        let cell = |name: &&'static str| Some((*name, row.named(name)?.text().into_owned()));
        self.rows.push(self.columns.iter().filter_map(cell).collect());
        Ok(())
    }

    fn forget_rows(&mut self) {
        self.rows.clear();
    }
}

/// More than a sink was told to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the result has more than {limit} {unit}")]
pub struct LimitReached {
    /// The most that was allowed.
    pub limit: u64,
    /// What is counted: `rows`, `bytes`, `columns`, `nested levels`.
    pub unit: &'static str,
}

impl<S: Sink + ?Sized> Sink for &mut S {
    fn table(&mut self, table: &TableHeader) -> Result<(), LimitReached> {
        (**self).table(table)
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached> {
        (**self).row(row)
    }

    fn forget_rows(&mut self) {
        (**self).forget_rows();
    }
}
