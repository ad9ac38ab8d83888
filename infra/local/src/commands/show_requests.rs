//! `.show queries`, `.show running queries`, `.show commands` and `.show commands-and-queries`

use super::Invocation;
use super::cursor::Cursor;
use crate::answer;
use crate::clock::now;
use crate::engine::result::ResultTable;
use crate::error::KustoError;
use crate::node::requests::Record;
use crate::storage::column_type::ColumnType::{self, DateTime, Dynamic, Guid, Long, String as Text, Timespan};
use crate::storage::value::Value;

/// What the log calls a query.
const QUERY: &str = "Query";

const QUERY_COLUMNS: [(&str, ColumnType); 19] = [
    ("ClientActivityId", Text),
    ("Text", Text),
    ("Database", Text),
    ("StartedOn", DateTime),
    ("LastUpdatedOn", DateTime),
    ("Duration", Timespan),
    ("State", Text),
    ("RootActivityId", Guid),
    ("User", Text),
    ("FailureReason", Text),
    ("TotalCpu", Timespan),
    ("CacheStatistics", Dynamic),
    ("Application", Text),
    ("MemoryPeak", Long),
    ("ScannedExtentsStatistics", Dynamic),
    ("Principal", Text),
    ("ClientRequestProperties", Dynamic),
    ("ResultSetStatistics", Dynamic),
    ("WorkloadGroup", Text),
];

const COMMAND_COLUMNS: [(&str, ColumnType); 17] = [
    ("ClientActivityId", Text),
    ("CommandType", Text),
    ("Text", Text),
    ("Database", Text),
    ("StartedOn", DateTime),
    ("LastUpdatedOn", DateTime),
    ("Duration", Timespan),
    ("State", Text),
    ("RootActivityId", Guid),
    ("User", Text),
    ("FailureReason", Text),
    ("Application", Text),
    ("Principal", Text),
    ("TotalCpu", Timespan),
    ("ResourcesUtilization", Dynamic),
    ("ClientRequestProperties", Dynamic),
    ("WorkloadGroup", Text),
];

const COMMAND_AND_QUERY_COLUMNS: [(&str, ColumnType); 20] = [
    ("ClientActivityId", Text),
    ("CommandType", Text),
    ("Text", Text),
    ("Database", Text),
    ("StartedOn", DateTime),
    ("LastUpdatedOn", DateTime),
    ("Duration", Timespan),
    ("State", Text),
    ("FailureReason", Text),
    ("RootActivityId", Guid),
    ("User", Text),
    ("Application", Text),
    ("Principal", Text),
    ("ClientRequestProperties", Dynamic),
    ("TotalCpu", Timespan),
    ("MemoryPeak", Long),
    ("CacheStatistics", Dynamic),
    ("ScannedExtentsStatistics", Dynamic),
    ("ResultSetStatistics", Dynamic),
    ("WorkloadGroup", Text),
];

/// The queries that ended.
pub(super) fn queries(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    show(invocation, cursor, QUERY_COLUMNS, |record| record.kind == QUERY && !record.is_running())
}

/// The queries that run.
pub(super) fn running(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    show(invocation, cursor, QUERY_COLUMNS, |record| record.kind == QUERY && record.is_running())
}

/// The commands that ended.
pub(super) fn commands(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    show(invocation, cursor, COMMAND_COLUMNS, |record| record.kind != QUERY && !record.is_running())
}

/// The commands and queries that ended.
pub(super) fn commands_and_queries(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    show(invocation, cursor, COMMAND_AND_QUERY_COLUMNS, |record| !record.is_running())
}

fn show<const WIDTH: usize>(
    invocation: &Invocation<'_>,
    cursor: Cursor<'_>,
    columns: [(&'static str, ColumnType); WIDTH],
    wanted: fn(&Record) -> bool,
) -> Result<ResultTable, KustoError> {
    cursor.end()?;
    let records = invocation.node.requests.records();
    let rows = records.iter().filter(|record| wanted(record)).map(|record| columns.map(|(name, _)| cell(record, name)));
    Ok(answer::table(columns, rows))
}

/// What a record has for a column; null for what nobody measures here.
fn cell<'r>(record: &'r Record, column: &str) -> Value<'r> {
    match column {
        "ClientActivityId" => Value::from(record.client_request_id.as_str()),
        "CommandType" => Value::from(record.kind),
        "Text" => Value::from(record.text.as_str()),
        "Database" => Value::from(record.database.as_str()),
        "StartedOn" => Value::DateTime(record.started),
        "LastUpdatedOn" => Value::DateTime(record.updated),
        "Duration" => {
            let end = if record.is_running() { now() } else { record.updated };
            Value::Timespan(end.since(record.started))
        }
        "State" => Value::from(record.state),
        "RootActivityId" => Value::Guid(record.activity_id),
        "User" => Value::from(record.user.as_str()),
        "FailureReason" => Value::from(record.failure.as_str()),
        "Application" => Value::from(record.application.as_str()),
        "WorkloadGroup" => Value::from("default"),
        _ => Value::Null,
    }
}
