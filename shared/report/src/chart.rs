//! A result as a chart: a sink that keeps the points, and the picture at the end.

pub mod chart_type;

mod arrangement;
mod axis;
mod canvas;
mod categories;
mod choice;
mod chunks;
mod columns;
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
    cell_text::{clean, cut, display},
    instant::Zone,
    picture::Picture,
};
use chart_type::ChartType;
use choice::{choose, guess};
use columns::{KeptColumn, expand, push_row};
use kinds::{
    card,
    plate::{self, Mood},
    scatter,
    table::{self, Head},
};
use kusto_protocol::{
    cell::Row,
    column::ColumnType,
    sink::{LimitReached, Sink, TableHeader},
    visualization::Visualization,
};
use lines::Lines;
use look::Look;
use story::Story;
use text::short;
use unit::Unit;

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
/// Characters of a title; a picture shows about half of them.
const TITLE_CHARACTERS: usize = 200;

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
    /// Draws what the query's `render` asked for, else what `options` ask for, else what the types of the columns suggest.
    pub fn finish(self, asked: Option<&Visualization>, options: &ChartOptions) -> Picture {
        let mut story = Story::new(options, self.rows);
        if self.tables > 1 {
            story.notes.push(format!("First of {} tables", self.tables));
        }
        let (columns, skipped) = expand(self.columns);
        story
            .notes
            .extend(skipped.iter().map(|name| format!("{} not drawn: its arrays differ in length", short(name))));
        let kind = kind(asked, options, &columns, &mut story);
        story.title = title(asked, options).unwrap_or_else(|| kind.to_string());
        if self.rows == 0 {
            return empty(&story, options);
        }
        match draw(kind, (&columns, &self.head), asked, options, story.clone()) {
            Ok(picture) => picture,
            Err(Undrawn::Unfit(reason)) => {
                story.notes.extend(reason);
                table::draw(&self.head, story)
            }
            Err(Undrawn::Nothing(reason)) => plate::draw(
                Mood::Quiet,
                &story,
                "There is nothing to draw",
                &[format!("{reason}; this is not an error.")],
            ),
        }
    }
}

/// Why there is no chart.
enum Undrawn {
    /// A table was asked for, or the reason is why the rows are shown as one.
    Unfit(Option<String>),
    /// The columns fit and hold no value.
    Nothing(String),
}

fn kind(asked: Option<&Visualization>, options: &ChartOptions, columns: &[KeptColumn], story: &mut Story) -> ChartType {
    let named = asked.map(|asked| asked.visualization.as_str()).filter(|name| !name.is_empty());
    match (named.map(str::parse), options.chart_type) {
        (Some(Ok(kind)), _) => kind,
        (None, Some(kind)) => kind,
        (None, None) => guess(columns),
        (Some(Err(_)), _) => {
            story.notes.push(format!("{} is not known: a table instead", short(named.unwrap_or_default())));
            ChartType::Table
        }
    }
}

/// Draws the chart; the first part of `result` is its columns, the second their first rows as text.
fn draw(
    kind: ChartType,
    (columns, head): (&[KeptColumn], &[Head]),
    asked: Option<&Visualization>,
    options: &ChartOptions,
    mut story: Story,
) -> Result<Picture, Undrawn> {
    let is_map = asked.is_some_and(|asked| asked.kind.as_deref() == Some("map"));
    match kind {
        ChartType::Table | ChartType::List => return Err(Undrawn::Unfit(None)),
        ChartType::Card => return Ok(card::draw(columns, head, story)),
        ChartType::PieChart | ChartType::ScatterChart if is_map => {
            return Err(Undrawn::Unfit(instead(&format!("{kind} kind=map is not drawn"))));
        }
        ChartType::TimeChart
        | ChartType::LineChart
        | ChartType::AnomalyChart
        | ChartType::AreaChart
        | ChartType::StackedAreaChart
        | ChartType::BarChart
        | ChartType::ColumnChart
        | ChartType::PieChart
        | ChartType::ScatterChart => {}
        other => return Err(Undrawn::Unfit(instead(&format!("{other} is not drawn")))),
    }
    let choice = choose(kind, columns, asked).map_err(|reason| Undrawn::Unfit(instead(&reason)))?;
    let (look, unknown) = Look::new(kind, asked);
    story.title = title(asked, options).unwrap_or_else(|| choice.title(columns));
    story.notes.extend(unknown.into_iter().chain(choice.notes.iter().cloned()));
    match kind {
        ChartType::PieChart => kinds::draw_slices(columns, &choice, &look, story),
        ChartType::BarChart | ChartType::ColumnChart => kinds::draw_bars(kind, columns, &choice, &look, story),
        ChartType::ScatterChart => Lines::new(columns, &choice, &look).map(|lines| scatter::draw(lines, &look, story)),
        _ => kinds::draw_lines(kind, columns, &choice, &look, story),
    }
    .map_err(Undrawn::Nothing)
}

fn instead(reason: &str) -> Option<String> {
    Some(format!("{reason}: a table instead"))
}

fn title(asked: Option<&Visualization>, options: &ChartOptions) -> Option<String> {
    let asked = asked.and_then(|asked| asked.title.clone());
    asked.or_else(|| options.title.clone()).map(|title| title_text(&title)).filter(|title| !title.is_empty())
}

/// A title as every part of a picture can carry it.
fn title_text(title: &str) -> String {
    cut(clean(title).trim(), TITLE_CHARACTERS).into_owned()
}

fn empty(story: &Story, options: &ChartOptions) -> Picture {
    let line = match options.execution_seconds {
        Some(seconds) => format!("The query ran in {}; this is not an error.", Unit::Timespan.value(seconds * 1e7)),
        None => "This is not an error.".to_owned(),
    };
    plate::draw(Mood::Quiet, story, "The query returned no rows", &[line])
}

/// A picture that says that the query failed.
pub fn failure(failure: &Failure<'_>, options: &ChartOptions) -> Picture {
    let story = Story { title: title(None, options).unwrap_or_else(|| "Query".to_owned()), ..Story::new(options, 0) };
    let message = failure.message.lines().next().unwrap_or_default().to_owned();
    let activity = failure.activity_id.map(|id| format!("activity {id}")).unwrap_or_default();
    plate::draw(Mood::Bad, &story, &format!("The query failed: {}", failure.code), &[message, activity])
}
