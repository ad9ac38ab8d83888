//! Answers of `/v2/rest/query`: an array of frames.

use super::envelope::RequestIds;
use super::error_body;
use super::limits::{Limits, Rows};
use super::options::ErrorPlacement;
use super::query::Answer;
use crate::answer;
use crate::clock::now;
use crate::engine::result::ResultTable;
use crate::error::KustoError;
use crate::storage::column_type::ColumnType::{self, DateTime, Guid, Int};
use crate::storage::dynamic::Dynamic;
use crate::storage::table::ColumnSchema;
use crate::storage::value::Value;
use serde::Serialize;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

/// `E_QUERY_RESULT_SET_TOO_LARGE`, 0x80DA0003, as a signed number.
pub(super) const RESULT_SET_TOO_LARGE: i32 = -2_133_196_797;

#[derive(Serialize)]
#[serde(tag = "FrameType", rename_all_fields = "PascalCase")]
enum Frame<'a> {
    DataSetHeader {
        is_progressive: bool,
        version: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        is_fragmented: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error_reporting_placement: Option<&'static str>,
    },
    DataTable {
        table_id: usize,
        table_kind: &'static str,
        table_name: &'a str,
        columns: Vec<ColumnName<'a>>,
        rows: Vec<Box<RawValue>>,
    },
    TableHeader {
        table_id: usize,
        table_kind: &'static str,
        table_name: &'a str,
        columns: Vec<ColumnName<'a>>,
    },
    TableFragment {
        table_id: usize,
        field_count: usize,
        table_fragment_type: &'static str,
        rows: Vec<Box<RawValue>>,
    },
    TableProgress {
        table_id: usize,
        table_progress: f64,
    },
    TableCompletion {
        table_id: usize,
        row_count: usize,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        one_api_errors: Vec<serde_json::Value>,
    },
    DataSetCompletion {
        has_errors: bool,
        cancelled: bool,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        one_api_errors: Vec<serde_json::Value>,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ColumnName<'a> {
    column_name: &'a str,
    column_type: &'static str,
}

/// How many rows a piece of a result has.
const FRAGMENT: usize = 1000;

/// Writes an answer: header, properties of the results, the results, what is to be said of the run, completion.
pub(super) fn write(answer: &Answer) -> Result<Vec<u8>, KustoError> {
    let options = &answer.options;
    let properties = extended_properties(&answer.tables);
    let mut frames = vec![
        Frame::DataSetHeader {
            is_progressive: options.progressive,
            version: "v2.0",
            is_fragmented: options.fragmented.then_some(true),
            error_reporting_placement: options.placement.name(),
        },
        data_table(0, "QueryProperties", &properties, Limits::none().rows(&properties).rows),
    ];
    let mut limits = Limits::of(options);
    let mut errors = Vec::new();
    for (index, table) in answer.tables.iter().enumerate() {
        let Rows { rows, error } = limits.rows(table);
        frames.extend(result(index + 1, table, rows, error.as_ref(), answer));
        errors.extend(error);
    }
    let information = completion_information(answer, &errors);
    let rows = Limits::none().rows(&information).rows;
    frames.push(data_table(answer.tables.len() + 1, "QueryCompletionInformation", &information, rows));
    let shown = if options.defer_errors { Vec::new() } else { errors };
    frames.push(Frame::DataSetCompletion {
        has_errors: !shown.is_empty(),
        cancelled: false,
        one_api_errors: shown.iter().map(|error| error_body::value(error, &answer.ids)).collect(),
    });
    to_json(&frames, options.newlines)
        .map_err(|error| KustoError::internal(format!("the answer cannot be written: {error}")))
}

fn to_json(frames: &[Frame<'_>], newlines: bool) -> serde_json::Result<Vec<u8>> {
    if !newlines {
        return serde_json::to_vec(frames);
    }
    let mut bytes = Vec::new();
    for frame in frames {
        bytes.extend(if bytes.is_empty() { &b"["[..] } else { b"\n," });
        serde_json::to_writer(&mut bytes, frame)?;
    }
    bytes.extend(b"\n]");
    Ok(bytes)
}

/// The frames of a result: one, or several where it comes in pieces.
fn result<'a>(
    table_id: usize,
    table: &'a ResultTable,
    mut rows: Vec<Box<RawValue>>,
    error: Option<&KustoError>,
    answer: &Answer,
) -> Vec<Frame<'a>> {
    let options = &answer.options;
    let row_count = rows.len();
    let shown = error.filter(|_| !options.defer_errors).map(|error| error_body::value(error, &answer.ids));
    if options.placement == ErrorPlacement::InData {
        rows.extend(shown.as_ref().and_then(|error| to_raw_value(&json!({ "OneApiErrors": [error] })).ok()));
    }
    if !options.fragmented && !options.progressive {
        return vec![data_table(table_id, "PrimaryResult", table, rows)];
    }
    let mut frames = vec![Frame::TableHeader {
        table_id,
        table_kind: "PrimaryResult",
        table_name: &table.name,
        columns: columns(table),
    }];
    let (mut sent, all) = (0, rows.len());
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let rows: Vec<Box<RawValue>> = rows.by_ref().take(FRAGMENT).collect();
        sent += rows.len();
        let field_count = table.schema.len();
        frames.push(Frame::TableFragment { table_id, field_count, table_fragment_type: "DataAppend", rows });
        if options.progressive {
            frames.push(Frame::TableProgress { table_id, table_progress: sent as f64 / all as f64 * 100.0 });
        }
    }
    let at_end = shown.filter(|_| options.placement == ErrorPlacement::EndOfTable);
    frames.push(Frame::TableCompletion { table_id, row_count, one_api_errors: at_end.into_iter().collect() });
    frames
}

fn data_table<'a>(
    table_id: usize,
    table_kind: &'static str,
    table: &'a ResultTable,
    rows: Vec<Box<RawValue>>,
) -> Frame<'a> {
    Frame::DataTable { table_id, table_kind, table_name: &table.name, columns: columns(table), rows }
}

fn columns(table: &ResultTable) -> Vec<ColumnName<'_>> {
    let name = |column: &ColumnSchema| column.column_type.name();
    table.schema.iter().map(|column| ColumnName { column_name: &column.name, column_type: name(column) }).collect()
}

/// What `render` asked for, for each result.
fn extended_properties(tables: &[ResultTable]) -> ResultTable {
    let rows = tables.iter().enumerate().map(|(index, table)| {
        let visualization = serde_json::to_string(&table.visualization.clone().unwrap_or_default()).unwrap_or_default();
        [
            Value::Int(i32::try_from(index + 1).unwrap_or(i32::MAX)),
            Value::from("Visualization"),
            dynamic_text(&visualization),
        ]
    });
    let columns = [("TableId", Int), ("Key", ColumnType::String), ("Value", ColumnType::Dynamic)];
    ResultTable { name: "@ExtendedProperties".to_owned(), ..answer::table(columns, rows) }
}

/// Text as a dynamic value: the service writes JSON in a string here.
fn dynamic_text(text: &str) -> Value<'static> {
    Value::Dynamic(Dynamic::String(text.into()))
}

/// What the service says of the run: how it ended, and what it took.
fn completion_information(answer: &Answer, errors: &[KustoError]) -> ResultTable {
    let columns = [
        ("Timestamp", DateTime),
        ("ClientRequestId", ColumnType::String),
        ("ActivityId", Guid),
        ("SubActivityId", Guid),
        ("ParentActivityId", Guid),
        ("Level", Int),
        ("LevelName", ColumnType::String),
        ("StatusCode", Int),
        ("StatusCodeName", ColumnType::String),
        ("EventType", Int),
        ("EventTypeName", ColumnType::String),
        ("Payload", ColumnType::String),
    ];
    let mut events: Vec<Event> = errors.iter().map(Event::limit).collect();
    if events.is_empty() {
        events.push(Event::completed());
    }
    events.push(Event::resources(answer));
    let rows = events.iter().map(|event| event.row(&answer.ids));
    ResultTable { name: "QueryCompletionInformation".to_owned(), ..answer::table(columns, rows) }
}

struct Event {
    level: (i32, &'static str),
    status: (i32, &'static str),
    event: (i32, &'static str),
    payload: serde_json::Value,
}

impl Event {
    fn completed() -> Self {
        let payload = json!({"Count": 1, "Text": "Query completed successfully"});
        Self { level: (4, "Info"), status: (0, "S_OK (0)"), event: (4, "QueryInfo"), payload }
    }

    fn limit(error: &KustoError) -> Self {
        let name = "Query result set too large (E_QUERY_RESULT_SET_TOO_LARGE). (-2133196797)";
        let payload = json!({"Count": 1, "Text": error.message});
        Self { level: (2, "Error"), status: (RESULT_SET_TOO_LARGE, name), event: (1, "QueryLimitsExceeded"), payload }
    }

    fn resources(answer: &Answer) -> Self {
        let statistics = answer.tables.iter().map(|table| {
            let size: usize = table.columns.iter().map(|column| column.size()).sum();
            json!({"table_row_count": table.rows, "table_size": size})
        });
        let payload = json!({
            "ExecutionTime": answer.started.elapsed().as_secs_f64(),
            "dataset_statistics": statistics.collect::<Vec<_>>(),
        });
        Self { level: (6, "Stats"), status: (0, "S_OK (0)"), event: (0, "QueryResourceConsumption"), payload }
    }

    fn row<'v>(&self, ids: &'v RequestIds) -> [Value<'v>; 12] {
        let activity = Value::Guid(ids.activity_id);
        [
            Value::DateTime(now()),
            Value::from(ids.client_request_id.as_str()),
            activity.clone(),
            activity.clone(),
            activity,
            Value::Int(self.level.0),
            Value::from(self.level.1),
            Value::Int(self.status.0),
            Value::from(self.status.1),
            Value::Int(self.event.0),
            Value::from(self.event.1),
            Value::from(self.payload.to_string()),
        ]
    }
}
