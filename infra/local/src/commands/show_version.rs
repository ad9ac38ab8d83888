//! `.show version`

use super::Invocation;
use super::cursor::Cursor;
use crate::answer;
use crate::engine::result::ResultTable;
use crate::error::KustoError;
use crate::storage::column_type::ColumnType::{self, DateTime};
use crate::storage::time::UNIX_EPOCH;
use crate::storage::value::Value;

/// Which Kusto this is. A build has no time of its own here, so that the same source gives the same answer.
pub(super) fn show(_invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    cursor.end()?;
    let columns = [
        ("BuildVersion", ColumnType::String),
        ("BuildTime", DateTime),
        ("ServiceType", ColumnType::String),
        ("ProductVersion", ColumnType::String),
        ("ServiceOffering", ColumnType::String),
    ];
    Ok(answer::table(
        columns,
        [[
            Value::from(env!("CARGO_PKG_VERSION")),
            Value::DateTime(UNIX_EPOCH),
            Value::from("Engine"),
            Value::from(concat!("kusto-local ", env!("CARGO_PKG_VERSION"))),
            Value::from("{\"Type\":\"Embedded Kusto\"}"),
        ]],
    ))
}
