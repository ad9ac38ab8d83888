//! `.drop table T [ifexists]`: answers the tables that are left.

use super::Invocation;
use super::cursor::Cursor;
use crate::answer;
use crate::engine::result::ResultTable;
use crate::error::KustoError;
use crate::storage::column_type::ColumnType;
use crate::storage::value::Value;

/// Drops a table with its rows, mappings and policies.
pub(super) fn drop(invocation: &Invocation<'_>, mut cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    let if_exists = cursor.take_word("ifexists");
    cursor.end()?;
    invocation.node.store.update(|catalog| {
        let database = catalog.database_mut(invocation.database);
        if !database.remove(invocation.table()) && !if_exists {
            return Err(KustoError::not_found("Table", invocation.table()));
        }
        let left = database.tables().map(|table| [Value::from(table.name()), Value::from(invocation.database)]);
        Ok(answer::table([("TableName", ColumnType::String), ("DatabaseName", ColumnType::String)], left))
    })
}
