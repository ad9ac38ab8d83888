//! `.create table T (a:string, b:long) with (folder="…", docstring="…")`, and `.create-merge table` and `.alter-merge table`.

use super::cursor::Cursor;
use super::properties::Properties;
use super::{Invocation, schema};
use crate::engine::result::ResultTable;
use crate::error::KustoError;
use crate::storage::table::{ColumnSchema, Table};

/// Creates a table that does not exist yet.
pub(super) fn create(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    change(invocation, cursor, |name, existing, columns| match existing {
        Some(_) => Err(KustoError::already_exists("Table", name)),
        None => Ok(Table::new(name, columns)),
    })
}

/// Creates a table, or adds the columns that it does not have yet.
pub(super) fn create_merge(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    change(invocation, cursor, |name, existing, columns| match existing {
        Some(table) => merged(table, columns),
        None => Ok(Table::new(name, columns)),
    })
}

/// Adds the columns that a table does not have yet.
pub(super) fn alter_merge(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    change(invocation, cursor, |name, existing, columns| match existing {
        Some(table) => merged(table, columns),
        None => Err(KustoError::not_found("Table", name)),
    })
}

fn change(
    invocation: &Invocation<'_>,
    mut cursor: Cursor<'_>,
    table: impl FnOnce(&str, Option<&Table>, Vec<ColumnSchema>) -> Result<Table, KustoError>,
) -> Result<ResultTable, KustoError> {
    let columns = schema::take(&mut cursor)?;
    let properties = Properties::take(&mut cursor, &["folder", "docstring"])?;
    cursor.end()?;
    invocation.node.store.update(|catalog| {
        let database = catalog.database_mut(invocation.database);
        let mut table = table(invocation.table(), database.table(invocation.table()), columns)?;
        if let Some(folder) = properties.get("folder") {
            table.settings.folder = folder.to_owned();
        }
        if let Some(docstring) = properties.get("docstring") {
            table.settings.docstring = docstring.to_owned();
        }
        let answer = schema::answer(invocation.database, &table, schema::json(&table));
        database.insert(table);
        Ok(answer)
    })
}

/// The table with those of the columns that it lacks.
fn merged(table: &Table, columns: Vec<ColumnSchema>) -> Result<Table, KustoError> {
    let mut added = Vec::new();
    for column in columns {
        match table.schema().iter().find(|existing| existing.name == column.name) {
            None => added.push(column),
            Some(existing) if existing.column_type == column.column_type => {}
            Some(existing) => {
                let (name, table) = (&column.name, table.name());
                let message = format!(
                    "column {name} of table {table} is {}: it cannot become {}",
                    existing.column_type, column.column_type
                );
                return Err(KustoError::bad_request(message));
            }
        }
    }
    let mut table = table.clone();
    table.add_columns(added);
    Ok(table)
}
