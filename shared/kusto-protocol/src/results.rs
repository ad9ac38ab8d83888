//! The result tables of an answer on their way to the sink.

use crate::{
    cell::Row,
    decoder::PrimaryTable,
    error::Problem,
    sink::{Sink, TableHeader},
    split::RowText,
};

/// The sink, and what it has been handed.
#[derive(Debug)]
pub(crate) struct Results<S> {
    pub(crate) sink: S,
    tables: Vec<ResultTable>,
    /// Empty between rows; kept for its memory.
    cells: Vec<&'static str>,
}

#[derive(Debug)]
struct ResultTable {
    header: TableHeader,
    row_count: u64,
}

impl<S: Sink> Results<S> {
    pub(crate) fn new(sink: S) -> Self {
        Self { sink, tables: Vec::new(), cells: Vec::new() }
    }

    /// A result table begins; the number it has among them.
    pub(crate) fn begin(&mut self, header: TableHeader) -> Result<usize, Problem> {
        self.sink.table(&header)?;
        self.tables.push(ResultTable { header, row_count: 0 });
        Ok(self.tables.len() - 1)
    }

    /// Whether table `index` is the one that rows now belong to.
    pub(crate) fn is_current(&self, index: usize) -> bool {
        index + 1 == self.tables.len()
    }

    /// The next row of the current table.
    pub(crate) fn row(&mut self, row: RowText<'_>) -> Result<(), Problem> {
        let Some(table) = self.tables.last_mut() else { return Err(Problem::Malformed("rows without a table")) };
        let columns = table.header.columns.as_slice();
        if row.len() != columns.len() {
            return Err(Problem::Malformed("a row has not as many cells as its table has columns"));
        }
        let mut cells: Vec<&str> = std::mem::take(&mut self.cells);
        cells.extend(row.cells());
        self.sink.row(&Row::new(columns, &cells))?;
        table.row_count += 1;
        cells.clear();
        // Collecting what is drained of a vector into one of the same layout keeps its memory, so rows allocate nothing.
        self.cells = cells.into_iter().map(|_| "").collect();
        Ok(())
    }

    /// The rows of the current table are void.
    pub(crate) fn forget_rows(&mut self) {
        self.sink.forget_rows();
        if let Some(table) = self.tables.last_mut() {
            table.row_count = 0;
        }
    }

    /// Whether the sink has rows.
    pub(crate) fn has_rows(&self) -> bool {
        self.tables.iter().any(|table| table.row_count > 0)
    }

    /// The tables, in the order in which they began.
    pub(crate) fn into_tables(self) -> Vec<PrimaryTable> {
        let tables = self.tables.into_iter();
        tables
            .map(|ResultTable { header: TableHeader { name, columns }, row_count }| PrimaryTable {
                name,
                columns,
                row_count,
                visualization: None,
            })
            .collect()
    }
}
