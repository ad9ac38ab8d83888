//! `.clear table T data`

use super::Invocation;
use super::cursor::Cursor;
use crate::answer;
use crate::engine::result::ResultTable;
use crate::entities::table_mut;
use crate::error::KustoError;
use crate::storage::column_type::ColumnType;
use crate::storage::value::Value;

/// Removes all rows; schema, mappings and policies stay.
pub(super) fn clear(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    cursor.end()?;
    invocation.node.store.update(|catalog| {
        table_mut(catalog, invocation.database, invocation.table())?.clear();
        Ok(answer::table([("Status", ColumnType::String)], [[Value::from("Data cleared successfully")]]))
    })
}
