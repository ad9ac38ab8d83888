//! `.show queries`, `.show running queries`, `.show commands` and `.show commands-and-queries`

use super::Invocation;
use super::cursor::Cursor;
use crate::answer;
use crate::clock::now;
use crate::engine::result::ResultTable;
use crate::error::KustoError;
use crate::node::requests::Record;
use crate::storage::column_type::ColumnType::{self, DateTime, Dynamic, Guid, Long, String as Text, Timespan};
use crate::storage::time;
use crate::storage::value::Value;

/// What the log calls a query.
const QUERY: &str = "Query";

/// The queries that run and ran.
pub(super) fn queries(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    show_queries(invocation, cursor, |record| record.kind == QUERY)
}

/// The queries that run.
pub(super) fn running(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    show_queries(invocation, cursor, |record| record.kind == QUERY && record.is_running())
}

/// The commands that ended.
pub(super) fn commands(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    show_ended(invocation, cursor, |record| record.kind != QUERY)
}

/// The commands and queries that ended.
pub(super) fn commands_and_queries(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    show_ended(invocation, cursor, |_| true)
}

fn records(
    invocation: &Invocation<'_>,
    cursor: Cursor<'_>,
    wanted: fn(&Record) -> bool,
) -> Result<Vec<Record>, KustoError> {
    cursor.end()?;
    Ok(invocation.node.requests.records().into_iter().filter(wanted).collect())
}

fn show_queries(
    invocation: &Invocation<'_>,
    cursor: Cursor<'_>,
    wanted: fn(&Record) -> bool,
) -> Result<ResultTable, KustoError> {
    let columns = [
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
    let rows = records(invocation, cursor, wanted)?.into_iter().map(|record| {
        let started = Value::DateTime(record.started);
        let (updated, duration) = (Value::DateTime(record.updated), Value::Timespan(duration(&record)));
        [
            Value::from(record.client_request_id),
            Value::from(record.text),
            Value::from(record.database),
            started,
            updated,
            duration,
            Value::from(record.state),
            Value::Guid(record.activity_id),
            Value::from(record.user),
            Value::from(record.failure),
            Value::Null,
            Value::Null,
            Value::from(record.application),
            Value::Null,
            Value::Null,
            Value::from(""),
            Value::Null,
            Value::Null,
            Value::from("default"),
        ]
    });
    Ok(answer::table(columns, rows))
}

fn show_ended(
    invocation: &Invocation<'_>,
    cursor: Cursor<'_>,
    wanted: fn(&Record) -> bool,
) -> Result<ResultTable, KustoError> {
    let columns: [(&str, ColumnType); 20] = [
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
    let ended = records(invocation, cursor, wanted)?.into_iter().filter(|record| !record.is_running());
    let rows = ended.map(|record| {
        let started = Value::DateTime(record.started);
        let (updated, duration) = (Value::DateTime(record.updated), Value::Timespan(duration(&record)));
        [
            Value::from(record.client_request_id),
            Value::from(record.kind),
            Value::from(record.text),
            Value::from(record.database),
            started,
            updated,
            duration,
            Value::from(record.state),
            Value::from(record.failure),
            Value::Guid(record.activity_id),
            Value::from(record.user),
            Value::from(record.application),
            Value::from(""),
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            Value::from("default"),
        ]
    });
    Ok(answer::table(columns, rows))
}

/// How long it took, or takes so far.
fn duration(record: &Record) -> time::Timespan {
    if record.is_running() { now() } else { record.updated }.since(record.started)
}
