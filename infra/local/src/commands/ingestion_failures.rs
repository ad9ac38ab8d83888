//! `.show ingestion failures`

use super::Invocation;
use super::cursor::Cursor;
use crate::answer;
use crate::engine::result::ResultTable;
use crate::error::KustoError;
use crate::storage::column_type::ColumnType::{Bool, DateTime, String as Text};
use crate::storage::value::Value;

/// Shows what was queued and could not be ingested, since the process was started.
pub(super) fn show(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    cursor.end()?;
    let failures = invocation.node.staged.failures();
    let columns = [
        ("IngestionSourceId", Text),
        ("Database", Text),
        ("Table", Text),
        ("FailedOn", DateTime),
        ("IngestionSourcePath", Text),
        ("Details", Text),
        ("ErrorCode", Text),
        ("FailureKind", Text),
        ("ShouldRetry", Bool),
    ];
    let rows = failures.iter().map(|failure| {
        let kind = if failure.error.permanent { "Permanent" } else { "Transient" };
        [
            Value::from(failure.source_id.as_str()),
            Value::from(failure.database.as_str()),
            Value::from(failure.table.as_str()),
            Value::DateTime(failure.failed),
            Value::from(failure.path.as_str()),
            Value::from(failure.error.message.as_str()),
            Value::from(&*failure.error.code),
            Value::from(kind),
            Value::Bool(!failure.error.permanent),
        ]
    });
    Ok(answer::table(columns, rows))
}
