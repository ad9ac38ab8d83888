//! `.create[-or-alter] table T ingestion json|csv mapping "m" '[…]'`, `.drop table T ingestion json|csv mapping "m"` and `.show table T ingestion [json|csv] mappings`

use super::Invocation;
use super::cursor::Cursor;
use crate::answer;
use crate::clock::now;
use crate::engine::result::ResultTable;
use crate::entities::{table, table_mut};
use crate::error::KustoError;
use crate::ingest::mapping::Mapping;
use crate::storage::column_type::ColumnType::{DateTime, String};
use crate::storage::settings::IngestionMapping;
use crate::storage::value::Value;

/// Creates a mapping that does not exist yet.
pub(super) fn create(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    change(invocation, cursor, false)
}

/// Creates a mapping, or puts it in place of the one of its name.
pub(super) fn create_or_alter(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    change(invocation, cursor, true)
}

fn change(invocation: &Invocation<'_>, mut cursor: Cursor<'_>, replace: bool) -> Result<ResultTable, KustoError> {
    let kind = kind(invocation)?.unwrap_or_default();
    let name = cursor.string()?;
    let text = cursor.strings()?;
    cursor.end()?;
    Mapping::parse(&kind, &text)?;
    invocation.node.store.update(|catalog| {
        let table = table_mut(catalog, invocation.database, invocation.table())?;
        let key = (kind, name);
        if !replace && table.settings.mappings.contains_key(&key) {
            return Err(KustoError::already_exists("MappingPersistent", &key.1));
        }
        let mapping = IngestionMapping { text, updated: now() };
        let answer = answer(invocation, [(&key.0, &key.1, &mapping)]);
        table.settings.mappings.insert(key, mapping);
        Ok(answer)
    })
}

/// Drops a mapping, and answers those of its kind that are left.
pub(super) fn drop(invocation: &Invocation<'_>, mut cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    let kind = kind(invocation)?.unwrap_or_default();
    let name = cursor.string()?;
    let rest = cursor.clone();
    cursor.end()?;
    invocation.node.store.update(|catalog| {
        let table = table_mut(catalog, invocation.database, invocation.table())?;
        let key = (kind, name);
        table.settings.mappings.remove(&key).ok_or_else(|| KustoError::not_found("MappingPersistent", &key.1))
    })?;
    show(invocation, rest)
}

/// The mappings of a table, of one kind or all.
pub(super) fn show(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    cursor.end()?;
    let kind = kind(invocation)?;
    let catalog = invocation.node.store.snapshot();
    let mappings = &table(&catalog, invocation.database, invocation.table())?.settings.mappings;
    let wanted = mappings.iter().filter(|((found, _), _)| kind.as_ref().is_none_or(|kind| kind == found));
    Ok(answer(invocation, wanted.map(|((kind, name), mapping)| (kind, name, mapping))))
}

/// The kind of mapping, if the command names one.
fn kind(invocation: &Invocation<'_>) -> Result<Option<std::string::String>, KustoError> {
    match invocation.names.get(1).map(|kind| kind.to_ascii_lowercase()) {
        Some(kind) if kind != "json" && kind != "csv" => {
            Err(KustoError::syntax(format!("{kind} mappings are not supported by the embedded Kusto: use json or csv")))
        }
        kind => Ok(kind),
    }
}

fn answer<'m>(
    invocation: &Invocation<'_>,
    mappings: impl IntoIterator<Item = (&'m std::string::String, &'m std::string::String, &'m IngestionMapping)>,
) -> ResultTable {
    let columns = [
        ("Name", String),
        ("Kind", String),
        ("Mapping", String),
        ("LastUpdatedOn", DateTime),
        ("Database", String),
        ("Table", String),
    ];
    let rows = mappings.into_iter().map(|(kind, name, mapping)| {
        [
            Value::from(name.as_str()),
            Value::from(if kind == "json" { "Json" } else { "Csv" }),
            Value::from(mapping.text.as_str()),
            Value::DateTime(mapping.updated),
            Value::from(invocation.database),
            Value::from(invocation.table()),
        ]
    });
    answer::table(columns, rows)
}
