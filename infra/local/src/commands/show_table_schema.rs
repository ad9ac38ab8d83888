//! `.show table T schema as json` and `.show table T cslschema`

use super::cursor::Cursor;
use super::{Invocation, schema};
use crate::engine::result::ResultTable;
use crate::entities::table;
use crate::error::KustoError;
use crate::storage::table::Table;

/// The columns as JSON.
pub(super) fn as_json(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    show(invocation, cursor, schema::json)
}

/// The columns as KQL writes them.
pub(super) fn as_csl(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    show(invocation, cursor, schema::csl)
}

fn show(
    invocation: &Invocation<'_>,
    cursor: Cursor<'_>,
    schema: fn(&Table) -> String,
) -> Result<ResultTable, KustoError> {
    cursor.end()?;
    let catalog = invocation.node.store.snapshot();
    let table = table(&catalog, invocation.database, invocation.table())?;
    Ok(schema::answer(invocation.database, table, schema(table)))
}
