//! `.alter table T policy streamingingestion enable|disable`, or its JSON `'{"IsEnabled": true}'`; `.show table T policy
//! streamingingestion`

use super::Invocation;
use super::cursor::Cursor;
use crate::answer;
use crate::engine::result::ResultTable;
use crate::entities::{table, table_mut};
use crate::error::KustoError;
use crate::storage::column_type::ColumnType;
use crate::storage::value::Value;
use serde::Deserialize;

/// Sets the policy.
pub(super) fn alter(invocation: &Invocation<'_>, mut cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    let enabled = take(&mut cursor)?;
    cursor.end()?;
    invocation.store.update(|catalog| {
        table_mut(catalog, invocation.database, invocation.table())?.settings.streaming_ingestion = enabled;
        Ok(answer(invocation, enabled))
    })
}

/// The policy as it is.
pub(super) fn show(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    cursor.end()?;
    let catalog = invocation.store.snapshot();
    Ok(answer(invocation, table(&catalog, invocation.database, invocation.table())?.settings.streaming_ingestion))
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

fn answer(invocation: &Invocation<'_>, enabled: bool) -> ResultTable {
    let columns =
        ["PolicyName", "EntityName", "Policy", "ChildEntities", "EntityType"].map(|name| (name, ColumnType::String));
    answer::table(
        columns,
        [[
            Value::from("StreamingIngestionPolicy"),
            Value::from(format!("[{}].[{}]", invocation.database, invocation.table())),
            Value::from(format!("{{\"IsEnabled\":{enabled},\"HintAllocatedRate\":null}}")),
            Value::from(""),
            Value::from("Table"),
        ]],
    )
}
