//! Answers of `/v1/rest/query` and `/v1/rest/mgmt`: an object of tables.

use super::envelope::RequestIds;
use super::limits::{Limits, Rows};
use super::query::Answer;
use super::v2::RESULT_SET_TOO_LARGE;
use crate::answer;
use crate::clock::now;
use crate::engine::result::ResultTable;
use crate::error::KustoError;
use crate::storage::column_type::ColumnType::{self, DateTime, Guid, Int, Long};
use crate::storage::value::Value;
use serde::Serialize;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tables<'a> {
    tables: Vec<Table<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exceptions: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Table<'a> {
    table_name: String,
    columns: Vec<Column<'a>>,
    rows: Vec<Box<RawValue>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Column<'a> {
    column_name: &'a str,
    data_type: &'static str,
    column_type: &'static str,
}

/// Writes what a management command answers: one table and nothing else.
pub(super) fn command(table: &ResultTable) -> Result<Vec<u8>, KustoError> {
    to_json(&Tables { tables: vec![whole(0, table)], exceptions: Vec::new() })
}

/// A table as it stands in an answer.
pub(super) fn table_value(ordinal: usize, table: &ResultTable) -> serde_json::Result<serde_json::Value> {
    serde_json::to_value(whole(ordinal, table))
}

/// Writes the answer of a query: the results, their properties, the status, and last the table of contents.
pub(super) fn write(answer: &Answer) -> Result<Vec<u8>, KustoError> {
    let mut limits = Limits::of(&answer.options);
    let mut exceptions = Vec::new();
    let mut tables = Vec::new();
    for (ordinal, result) in answer.tables.iter().enumerate() {
        let Rows { mut rows, error } = limits.rows(result);
        if let Some(error) = error {
            rows.extend(to_raw_value(&json!({ "Exceptions": [error.message] })));
            exceptions.push(error.message);
        }
        tables.push(table(ordinal, result, rows));
    }
    let (properties, status) = (
        extended_properties(&answer.tables),
        status(&answer.ids, exceptions.first().map(|text| (RESULT_SET_TOO_LARGE, text))),
    );
    tables.push(whole(tables.len(), &properties));
    tables.push(whole(tables.len(), &status));
    let results = answer.tables.iter().map(|result| ("QueryResult", result.name.as_str()));
    let others = [("QueryProperties", "@ExtendedProperties"), ("QueryStatus", "QueryStatus")];
    let contents = contents(results.chain(others));
    tables.push(whole(tables.len(), &contents));
    to_json(&Tables { tables, exceptions })
}

fn to_json(tables: &Tables<'_>) -> Result<Vec<u8>, KustoError> {
    serde_json::to_vec(tables).map_err(|error| KustoError::internal(format!("the answer cannot be written: {error}")))
}

/// A table without limits.
fn whole(ordinal: usize, result: &ResultTable) -> Table<'_> {
    table(ordinal, result, Limits::none().rows(result).rows)
}

fn table(ordinal: usize, result: &ResultTable, rows: Vec<Box<RawValue>>) -> Table<'_> {
    let columns = result.schema.iter().map(|column| Column {
        column_name: &column.name,
        data_type: data_type(column.column_type),
        column_type: column.column_type.name(),
    });
    Table { table_name: format!("Table_{ordinal}"), columns: columns.collect(), rows }
}

/// The name in .NET without its namespace, as in `Int64`.
fn data_type(column_type: ColumnType) -> &'static str {
    column_type.dotnet_name().rsplit('.').next().unwrap_or_default()
}

/// What `render` asked for, a JSON text for each result.
fn extended_properties(results: &[ResultTable]) -> ResultTable {
    let rows = results.iter().map(|result| {
        let visualization = serde_json::to_string(&result.visualization.clone().unwrap_or_default());
        [Value::from(visualization.unwrap_or_default())]
    });
    answer::table([("Value", ColumnType::String)], rows)
}

/// How the query ended: well, or with this code and exception.
pub(super) fn status(ids: &RequestIds, exception: Option<(i32, &String)>) -> ResultTable {
    let columns = [
        ("Timestamp", DateTime),
        ("Severity", Int),
        ("SeverityName", ColumnType::String),
        ("StatusCode", Int),
        ("StatusDescription", ColumnType::String),
        ("Count", Int),
        ("RequestId", Guid),
        ("ActivityId", Guid),
        ("SubActivityId", Guid),
        ("ClientActivityId", ColumnType::String),
    ];
    let (severity, name, code, description) = match exception {
        None => (4, "Info", 0, "Query completed successfully"),
        Some((code, exception)) => (2, "Error", code, exception.as_str()),
    };
    let activity = Value::Guid(ids.activity_id);
    answer::table(
        columns,
        [[
            Value::DateTime(now()),
            Value::Int(severity),
            Value::from(name),
            Value::Int(code),
            Value::from(description),
            Value::Int(1),
            activity.clone(),
            activity.clone(),
            activity,
            Value::from(ids.client_request_id.as_str()),
        ]],
    )
}

/// What the tables before this one are, each of a kind and with a name.
pub(super) fn contents<'n>(tables: impl Iterator<Item = (&'n str, &'n str)>) -> ResultTable {
    let columns = [
        ("Ordinal", Long),
        ("Kind", ColumnType::String),
        ("Name", ColumnType::String),
        ("Id", ColumnType::String),
        ("PrettyName", ColumnType::String),
    ];
    let rows = tables.zip(0..).map(|((kind, name), ordinal)| {
        [
            Value::Long(ordinal),
            Value::from(kind),
            Value::from(name),
            Value::from(uuid::Uuid::new_v4().to_string()),
            Value::from(""),
        ]
    });
    answer::table(columns, rows)
}
