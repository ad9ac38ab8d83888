//! What a statement came to, as it is shown.

use crate::clock::elapsed;
use crate::commands;
use crate::engine::result::ResultTable;
use crate::error::KustoError;
use crate::node::Node;
use crate::serve::envelope::Caller;
use crate::serve::options::Options;
use crate::serve::query::{self, Answer};
use crate::serve::statement::Statement;
use crate::serve::{management, v2};
use crate::storage::column_type::ColumnType;
use crate::storage::time::Timespan;
use crate::storage::value::Value;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kql::statement::{StatementKind, statement_kind};
use report::answer::pictures;
use report::chart::ChartOptions;
use report::instant::Zone;
use report::picture::{Picture, Width};
use std::sync::Arc;

/// Rows of a table that are shown: more make a browser slow, and nobody reads them.
const ROWS: usize = 500;
/// Characters of a cell that are shown.
const CHARACTERS: usize = 1000;

/// The result of a statement.
pub(super) struct Outcome {
    /// What its `render` asks for.
    pub(super) chart: Option<Chart>,
    /// Why there is no picture though one was asked for.
    pub(super) no_chart: Option<String>,
    /// Its tables.
    pub(super) grids: Vec<Grid>,
    /// How long it took.
    pub(super) took: String,
}

/// A picture for wide windows and one for narrow ones.
pub(super) struct Chart {
    pub(super) wide: Image,
    pub(super) narrow: Image,
}

/// A picture as a browser takes it.
pub(super) struct Image {
    /// A `data:` URL.
    pub(super) source: String,
    /// What it shows, in words.
    pub(super) words: String,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// A table, the first rows of it.
pub(super) struct Grid {
    pub(super) caption: String,
    pub(super) head: Vec<Cell>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// A text in a table.
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) column_type: ColumnType,
}

/// Runs a query or a management command.
///
/// # Errors
/// Those of the engine.
pub(super) fn run(node: &Arc<Node>, caller: Caller, statement: &Statement) -> Result<Outcome, KustoError> {
    let answer = match statement_kind(&statement.text) {
        StatementKind::ManagementCommand => command(node, caller, statement)?,
        StatementKind::Query | StatementKind::Empty => query::run(node, caller, statement)?,
    };
    let took = duration(elapsed(answer.started));
    let (chart, no_chart) = match chart(&answer, &statement.database) {
        Ok(chart) => (chart, None),
        Err(why) => (None, Some(why)),
    };
    Ok(Outcome { chart, no_chart, grids: answer.tables.iter().map(Grid::new).collect(), took })
}

fn command(node: &Arc<Node>, caller: Caller, statement: &Statement) -> Result<Answer, KustoError> {
    let options = Options::of(&statement.properties.options, management::TIMEOUT);
    let request = caller.request(statement, &options);
    let tables = match commands::run(node, &request)? {
        commands::Answer::Table(table) => vec![*table],
        commands::Answer::Query(tables) => tables,
    };
    Ok(Answer { tables, started: request.started, options, ids: caller.ids })
}

/// The pictures, drawn from what a client would get over the wire; none where the tables are all that is wanted.
fn chart(answer: &Answer, database: &str) -> Result<Option<Chart>, String> {
    let asked = answer.tables.first().and_then(|table| table.visualization.as_ref()?.visualization.as_deref());
    if asked.is_none_or(|kind| kind == "table") {
        return Ok(None);
    }
    let options = ChartOptions {
        title: None,
        source: vec![format!("database {database}")],
        warning: None,
        zone: Zone::utc(),
        execution_seconds: None,
        chart_type: None,
    };
    let wire = v2::write(answer).map_err(|error| error.message)?;
    let drawn = pictures(&wire, &options, [Width::Wide, Width::Narrow]).map_err(|error| error.to_string())?;
    Ok(drawn.map(|[wide, narrow]| Chart { wide: Image::new(wide), narrow: Image::new(narrow) }))
}

/// A time in words.
pub(super) fn duration(time: Timespan) -> String {
    match time.0 / 10_000 {
        ..1 => "under 1 ms".to_owned(),
        milliseconds @ 1..1000 => format!("{milliseconds} ms"),
        milliseconds => format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100),
    }
}

impl Image {
    fn new(picture: Picture) -> Self {
        Self {
            source: format!("data:image/svg+xml;base64,{}", BASE64_STANDARD.encode(&picture.svg)),
            words: picture.alt_text,
            width: picture.width,
            height: picture.height,
        }
    }
}

impl Grid {
    fn new(table: &ResultTable) -> Self {
        let shown = table.rows.min(ROWS);
        let count = if shown < table.rows { format!("the first {shown} of {}", table.rows) } else { shown.to_string() };
        let cell = |text: &str, column_type| Cell { text: beginning(text), column_type };
        let types = || table.schema.iter().map(|column| column.column_type);
        let text = |value: &Value<'_>| match value {
            // Most times are of whole seconds.
            Value::DateTime(time) => time.to_string().replace(".0000000Z", "Z"),
            value => value.to_string(),
        };
        let row = |row| table.row(row).zip(types()).map(|(value, kind)| cell(&text(&value), kind)).collect();
        Self {
            caption: format!("{}: {count} {}", beginning(&table.name), if table.rows == 1 { "row" } else { "rows" }),
            head: table.schema.iter().map(|column| cell(&column.name, column.column_type)).collect(),
            rows: (0..shown).map(row).collect(),
        }
    }
}

/// As much of a text as is shown.
fn beginning(text: &str) -> String {
    match text.char_indices().nth(CHARACTERS) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
