//! `.rename table Old to New`: answers the tables there are.

use super::Invocation;
use super::cursor::Cursor;
use crate::engine::result::ResultTable;
use crate::entities::table;
use crate::error::KustoError;

/// Gives a table another name, which no other has.
pub(super) fn rename(invocation: &Invocation<'_>, mut cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    if !cursor.take_word("to") {
        return Err(cursor.expected("to"));
    }
    let new = cursor.name()?;
    let rest = cursor.clone();
    cursor.end()?;
    invocation.node.store.update(|catalog| {
        let renamed = table(catalog, invocation.database, invocation.table())?.renamed(&new);
        let database = catalog.database_mut(invocation.database);
        if database.table(&new).is_some() {
            return Err(KustoError::already_exists("Table", &new));
        }
        database.remove(invocation.table());
        database.insert(renamed);
        Ok(())
    })?;
    super::show_tables::show(invocation, rest)
}
