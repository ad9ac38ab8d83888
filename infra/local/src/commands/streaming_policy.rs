//! `.alter table T policy streamingingestion enable|disable`, or its JSON `'{"IsEnabled": true}'`, and `.show table T policy
//! streamingingestion`; the same for `database D`.

use super::Invocation;
use super::cursor::Cursor;
use crate::answer;
use crate::engine::result::ResultTable;
use crate::entities::{database, table, table_mut};
use crate::error::KustoError;
use crate::storage::column_type::ColumnType;
use crate::storage::value::Value;
use serde::Deserialize;

/// Sets the policy of a table.
pub(super) fn alter(invocation: &Invocation<'_>, mut cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    let enabled = take(&mut cursor)?;
    cursor.end()?;
    invocation.node.store.update(|catalog| {
        table_mut(catalog, invocation.database, invocation.table())?.settings.streaming_ingestion = Some(enabled);
        Ok(of_table(invocation, Some(enabled)))
    })
}

/// The policy of a table as it is.
pub(super) fn show(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    cursor.end()?;
    let catalog = invocation.node.store.snapshot();
    Ok(of_table(invocation, table(&catalog, invocation.database, invocation.table())?.settings.streaming_ingestion))
}

/// Sets the policy of a database, which holds for its tables that have none of their own.
pub(super) fn alter_database(invocation: &Invocation<'_>, mut cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    let enabled = take(&mut cursor)?;
    cursor.end()?;
    let name = invocation.table();
    invocation.node.store.update(|catalog| {
        database(catalog, name)?;
        catalog.database_mut(name).streaming_ingestion = enabled;
        Ok(answer(format!("[{name}]"), Some(enabled), "Database"))
    })
}

/// The policy of a database as it is.
pub(super) fn show_database(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    cursor.end()?;
    let name = invocation.table();
    let enabled = database(&invocation.node.store.snapshot(), name)?.streaming_ingestion;
    Ok(answer(format!("[{name}]"), Some(enabled), "Database"))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    is_enabled: bool,
}

fn take(cursor: &mut Cursor<'_>) -> Result<bool, KustoError> {
    match (cursor.take_word("enable"), cursor.take_word("disable")) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => {
            let policy = serde_json::from_str::<Policy>(&cursor.strings()?);
            policy
                .map(|policy| policy.is_enabled)
                .map_err(|_| KustoError::syntax("write enable, disable or '{\"IsEnabled\": true}'"))
        }
    }
}

fn of_table(invocation: &Invocation<'_>, enabled: Option<bool>) -> ResultTable {
    answer(format!("[{}].[{}]", invocation.database, invocation.table()), enabled, "Table")
}

fn answer(entity: String, enabled: Option<bool>, kind: &str) -> ResultTable {
    let columns =
        ["PolicyName", "EntityName", "Policy", "ChildEntities", "EntityType"].map(|name| (name, ColumnType::String));
    let policy = enabled.map(|enabled| format!("{{\"IsEnabled\":{enabled},\"HintAllocatedRate\":null}}"));
    answer::table(
        columns,
        [[
            Value::from("StreamingIngestionPolicy"),
            Value::from(entity),
            Value::from(policy.unwrap_or_else(|| "null".to_owned())),
            Value::from(""),
            Value::from(kind),
        ]],
    )
}
