//! `.show database D principals`

use super::Invocation;
use super::cursor::Cursor;
use crate::answer;
use crate::engine::result::ResultTable;
use crate::entities::database;
use crate::error::KustoError;
use crate::storage::column_type::ColumnType;
use crate::storage::value::Value;

/// Who may do what: there is no login, so whoever asks is an admin.
pub(super) fn show(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    cursor.end()?;
    let name = invocation.table();
    database(&invocation.node.store.snapshot(), name)?;
    let columns = ["Role", "PrincipalType", "PrincipalDisplayName", "PrincipalObjectId", "PrincipalFQN", "Notes"];
    let row = [&format!("Database {name} Admin"), "Everybody", "everybody on this machine", "", "everybody", ""];
    Ok(answer::table(columns.map(|name| (name, ColumnType::String)), [row.map(Value::from)]))
}
