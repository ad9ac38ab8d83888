//! `.cancel query "client request id" [with (reason="…")]` and `.cancel operation <id> [with (reason="…")]`

use super::Invocation;
use super::cursor::Cursor;
use super::properties::Properties;
use crate::answer;
use crate::engine::result::ResultTable;
use crate::error::KustoError;
use crate::storage::column_type::ColumnType::{Bool, DateTime, Guid, String as Text};
use crate::storage::value::Value;

/// The reason that the service notes where none is given.
const REASON: &str = "Query cancelled by the user's request";

/// Stops the running requests of a client request id.
pub(super) fn query(invocation: &Invocation<'_>, mut cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    let client_request_id = cursor.string()?;
    let reason = reason(cursor)?;
    let found = invocation.node.requests.cancel(&client_request_id, &reason);
    let columns = [("ClientRequestId", Text), ("ReasonPhrase", Text), ("RunningQueryCanceled", Bool)];
    Ok(answer::table(columns, [[Value::from(client_request_id), Value::from(reason), Value::Bool(found)]]))
}

/// Stops an operation that is at work.
pub(super) fn operation(invocation: &Invocation<'_>, mut cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    let id = cursor.guid()?;
    let reason = reason(cursor)?;
    let cancelled = invocation.node.operations.cancel(id, &reason);
    let (record, running) = cancelled.ok_or_else(|| KustoError::not_found("Operation", &id.to_string()))?;
    let columns = [
        ("OperationId", Guid),
        ("Operation", Text),
        ("StartedOn", DateTime),
        ("CancellationState", Text),
        ("ReasonPhrase", Text),
    ];
    Ok(answer::table(
        columns,
        [[
            Value::Guid(id),
            Value::from(record.operation),
            Value::DateTime(record.started),
            Value::from(if running { "Canceled successfully" } else { "Cancel failed" }),
            Value::from(reason),
        ]],
    ))
}

fn reason(mut cursor: Cursor<'_>) -> Result<String, KustoError> {
    let properties = Properties::take(&mut cursor, &["reason"])?;
    cursor.end()?;
    Ok(properties.get("reason").unwrap_or(REASON).to_owned())
}
