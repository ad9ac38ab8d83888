//! One pass over the rows for everything that is made of them.

use super::look::Look;
use crate::{
    chart::Chart,
    html::table::Table,
    rows::{Counted, Format, OnLimit, RowLimits, Rows},
};
use kusto_protocol::{
    cell::Row,
    sink::{LimitReached, Sink, TableHeader},
};

/// The rows as points, as an HTML table, as text, and, where it is wanted, as CSV.
pub struct Sinks {
    /// The points.
    pub(crate) chart: Chart,
    /// The first rows, for HTML readers.
    pub(crate) table: Table,
    /// The first rows, for text readers.
    pub(crate) text: Rows,
    /// All rows.
    pub(crate) csv: Option<Rows>,
}

impl Sinks {
    /// Sinks for what `look` shows; CSV is refused where it has more than `csv_limit` bytes.
    pub fn new(look: &Look, csv_limit: u64) -> Self {
        let table_rows = look.shown_rows();
        let rows = |format, rows, bytes, on_limit| {
            Rows::new(format, RowLimits { rows, bytes, counted: Counted::Plain, on_limit })
        };
        Self {
            chart: Chart::default(),
            table: Table::first(table_rows),
            text: rows(Format::Text, table_rows as u64, u64::MAX, OnLimit::Truncate),
            csv: look.has_csv().then(|| rows(Format::Csv, u64::MAX, csv_limit, OnLimit::Error)),
        }
    }

    fn each(&mut self) -> impl Iterator<Item = &mut dyn Sink> {
        let always: [&mut dyn Sink; 3] = [&mut self.chart, &mut self.table, &mut self.text];
        always.into_iter().chain(self.csv.as_mut().map(|csv| csv as &mut dyn Sink))
    }
}

impl Sink for Sinks {
    fn table(&mut self, table: &TableHeader) -> Result<(), LimitReached> {
        self.each().try_for_each(|sink| sink.table(table))
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached> {
        self.each().try_for_each(|sink| sink.row(row))
    }

    fn forget_rows(&mut self) {
        self.each().for_each(Sink::forget_rows);
    }
}
