//! `.show tables`

use super::Invocation;
use super::cursor::Cursor;
use crate::answer;
use crate::engine::result::ResultTable;
use crate::entities::database;
use crate::error::KustoError;
use crate::storage::column_type::ColumnType;
use crate::storage::value::Value;

/// The tables of the database.
pub(super) fn show(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    cursor.end()?;
    let catalog = invocation.node.store.snapshot();
    let rows = database(&catalog, invocation.database)?.tables().map(|table| {
        [table.name(), invocation.database, &table.settings.folder, &table.settings.docstring].map(Value::from)
    });
    let columns = ["TableName", "DatabaseName", "Folder", "DocString"].map(|name| (name, ColumnType::String));
    Ok(answer::table(columns, rows))
}
