//! A result as a chart: a sink that keeps the points, and the picture at the end.

pub mod chart_type;

mod arrangement;
mod axis;
mod canvas;
mod categories;
mod choice;
mod chunks;
mod columns;
mod domain;
mod header;
mod kinds;
mod labels;
mod legend;
mod lines;
mod log_axis;
mod look;
mod measure;
mod names;
mod palette;
mod panel;
mod plan;
mod plot;
mod ranking;
mod segments;
mod sentence;
mod story;
mod text;
mod time_axis;
mod trace;
mod unit;

use crate::{
    cell_text::{cut, display},
    instant::Zone,
    picture::{Picture, Width},
};
use chart_type::ChartType;
use columns::{KeptColumn, push_row};
use kinds::{
    plate::{self, Mood},
    table::{self, Head},
};
use kusto_protocol::{
    cell::Row,
    column::ColumnType,
    sink::{LimitReached, Sink, TableHeader},
    visualization::Visualization,
};
use plan::{Plan, title};
use story::Story;

/// What a chart says and how, beside the rows.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartOptions {
    /// The title, where the query's `render` gives none; without either the columns name the picture.
    pub title: Option<String>,
    /// Where the rows are from (`cluster help, database Samples`), for the subtitle.
    pub source: Vec<String>,
    /// What the reader must know of the rows, on an amber line (`the result was truncated at 50,000 rows`).
    pub warning: Option<String>,
    /// The time zone of the time axis.
    pub zone: Zone,
    /// How long the query ran on the cluster, in seconds, for the picture of an empty result.
    pub execution_seconds: Option<f64>,
    /// The kind of chart, where the query has no `render`; without either the types of the columns suggest one.
    pub chart_type: Option<ChartType>,
}

/// What went wrong, for a picture in place of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure<'a> {
    /// The error's code, such as `SEM0100`.
    pub code: &'a str,
    /// What happened; its first line is shown.
    pub message: &'a str,
    /// The activity id, for a support case.
    pub activity_id: Option<&'a str>,
}

/// Keeps of a result's first table what a chart may need.
#[derive(Debug, Default)]
pub struct Chart {
    columns: Vec<KeptColumn>,
    head: Vec<Head>,
    rows: u64,
    tables: u64,
}

/// Columns of the first rows that are kept as text; more have no room in a picture.
const HEAD_COLUMNS: usize = 10;
/// Characters of such a text; more have no room either.
const HEAD_CHARACTERS: usize = 100;
/// Values that are kept, points times columns: 500,000 rows, the most that Kusto returns, of five columns. Each takes 8 bytes, and room
/// to grow as much again.
const MOST_VALUES: u64 = 2_500_000;
/// Bytes of one array: twice what Kusto returns (docs: encoding policy, `MaxValueSize`).
const MOST_ARRAY_BYTES: usize = 2 << 20;

impl Sink for Chart {
    fn table(&mut self, table: &TableHeader) -> Result<(), LimitReached> {
        self.tables += 1;
        if self.tables == 1 {
            self.columns = table.columns.iter().map(KeptColumn::new).collect();
            self.head = table.columns.iter().map(Head::new).collect();
        }
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached> {
        if self.tables != 1 {
            return Ok(());
        }
        if row.cells().any(|cell| cell.column_type() == ColumnType::Dynamic && cell.raw().len() > MOST_ARRAY_BYTES) {
            return Err(LimitReached { limit: MOST_ARRAY_BYTES as u64, unit: "bytes in an array for a chart" });
        }
        if self.rows < table::MAX_ROWS as u64 {
            for (head, cell) in self.head.iter_mut().zip(row.cells()).take(HEAD_COLUMNS) {
                head.cells.push(cut(&display(&cell), HEAD_CHARACTERS).into_owned());
            }
        }
        self.rows += 1;
        push_row(&mut self.columns, row);
        // Arrays become points, for which the values of the other columns are repeated.
        let points = columns::longest(&self.columns).max(self.rows);
        if points * self.columns.len() as u64 > MOST_VALUES {
            return Err(LimitReached { limit: MOST_VALUES, unit: "values for a chart, rows times columns" });
        }
        Ok(())
    }

    fn forget_rows(&mut self) {
        if self.tables == 1 {
            self.rows = 0;
            self.columns.iter_mut().for_each(KeptColumn::forget);
            self.head.iter_mut().for_each(|head| head.cells.clear());
        }
    }
}

impl Chart {
    /// Draws what the query's `render` asked for, else what `options` ask for, else what the types of the columns suggest: a picture
    /// of each of these widths.
    pub fn finish<const N: usize>(
        self,
        asked: Option<&Visualization>,
        options: &ChartOptions,
        widths: [Width; N],
    ) -> [Picture; N] {
        let plan = Plan::new(self, asked, options);
        widths.map(|width| plan.draw(width))
    }
}

/// A picture that says that the query failed.
pub fn failure(failure: &Failure<'_>, options: &ChartOptions, width: Width) -> Picture {
    let story =
        Story { width, title: title(None, options).unwrap_or_else(|| "Query".to_owned()), ..Story::new(options, 0) };
    let message = failure.message.lines().next().unwrap_or_default().to_owned();
    let activity = failure.activity_id.map(|id| format!("activity {id}")).unwrap_or_default();
    plate::draw(Mood::Bad, &story, &format!("The query failed: {}", failure.code), &[message, activity])
}
