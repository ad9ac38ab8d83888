//! `.show databases` and `.show databases entities`

use super::cursor::Cursor;
use super::{Invocation, schema};
use crate::answer;
use crate::engine::result::ResultTable;
use crate::error::KustoError;
use crate::storage::column_type::ColumnType::{Bool, Dynamic, Guid, String};
use crate::storage::value::Value;
use uuid::Uuid;

/// The databases of this process. Their ids are made of their names.
pub(super) fn show(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    cursor.end()?;
    let columns = [
        ("DatabaseName", String),
        ("PersistentStorage", String),
        ("Version", String),
        ("IsCurrent", Bool),
        ("DatabaseAccessMode", String),
        ("PrettyName", String),
        ("DatabaseId", Guid),
    ];
    let catalog = invocation.node.store.snapshot();
    let rows = catalog.databases().map(|(name, _)| {
        [
            Value::from(name),
            Value::from(""),
            Value::from("v1.0"),
            Value::Bool(name == invocation.database),
            Value::from("ReadWrite"),
            Value::from(""),
            Value::Guid(id(name)),
        ]
    });
    Ok(answer::table(columns, rows))
}

/// What is in the databases of this process, which is tables alone, under the columns that Microsoft documents.
pub(super) fn entities(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    cursor.end()?;
    let columns = [
        ("DatabaseName", String),
        ("EntityType", String),
        ("EntityName", String),
        ("DocString", String),
        ("Folder", String),
        ("CslInputSchema", String),
        ("Content", String),
        ("CslOutputSchema", String),
        ("Properties", Dynamic),
    ];
    let catalog = invocation.node.store.snapshot();
    let rows = catalog.databases().flat_map(|(database, content)| {
        content.tables().map(move |table| {
            [
                Value::from(database),
                Value::from("Table"),
                Value::from(table.name()),
                Value::from(table.settings.docstring.as_str()),
                Value::from(table.settings.folder.as_str()),
                Value::from(""),
                Value::from(""),
                Value::from(schema::csl(table)),
                Value::Null,
            ]
        })
    });
    Ok(answer::table(columns, rows))
}

/// An id that is the same in every process: the first 16 bytes of the name.
fn id(name: &str) -> Uuid {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(name.bytes()).for_each(|(byte, character)| *byte = character);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
