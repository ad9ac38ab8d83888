//! `.show tables details` and `.show table T details`

use super::Invocation;
use super::cursor::Cursor;
use crate::answer;
use crate::engine::result::ResultTable;
use crate::entities::{database, table};
use crate::error::KustoError;
use crate::storage::column_type::ColumnType::{DateTime, Long, Real, String as Text};
use crate::storage::table::Table;
use crate::storage::value::Value;

/// All tables of the database.
pub(super) fn all(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    cursor.end()?;
    let catalog = invocation.node.store.snapshot();
    Ok(answer(invocation, database(&catalog, invocation.database)?.tables()))
}

/// One table.
pub(super) fn one(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    cursor.end()?;
    let catalog = invocation.node.store.snapshot();
    Ok(answer(invocation, [table(&catalog, invocation.database, invocation.table())?]))
}

/// Everything is in memory, hence hot. There are no policies but that of streaming ingestion, and extents have no time.
fn answer<'t>(invocation: &Invocation<'_>, tables: impl IntoIterator<Item = &'t Table>) -> ResultTable {
    let columns = [
        ("TableName", Text),
        ("DatabaseName", Text),
        ("Folder", Text),
        ("DocString", Text),
        ("TotalExtents", Long),
        ("TotalExtentSize", Real),
        ("TotalOriginalSize", Real),
        ("TotalRowCount", Long),
        ("HotExtents", Long),
        ("HotExtentSize", Real),
        ("HotOriginalSize", Real),
        ("HotRowCount", Long),
        ("AuthorizedPrincipals", Text),
        ("RetentionPolicy", Text),
        ("CachingPolicy", Text),
        ("ShardingPolicy", Text),
        ("MergePolicy", Text),
        ("StreamingIngestionPolicy", Text),
        ("MinExtentsCreationTime", DateTime),
        ("MaxExtentsCreationTime", DateTime),
        ("RowOrderPolicy", Text),
    ];
    let rows = tables.into_iter().map(|table| {
        let [extents, rows] = [table.extents().len(), table.rows()].map(count);
        let size = Value::Real(table.size() as f64);
        let streaming = table.settings.streaming_ingestion;
        [
            Value::from(table.name()),
            Value::from(invocation.database),
            Value::from(table.settings.folder.as_str()),
            Value::from(table.settings.docstring.as_str()),
            extents.clone(),
            size.clone(),
            size.clone(),
            rows.clone(),
            extents,
            size.clone(),
            size,
            rows,
            Value::from("[]"),
            Value::from("null"),
            Value::from("null"),
            Value::from("null"),
            Value::from("null"),
            Value::from(streaming.map_or_else(|| "null".to_owned(), |enabled| format!("{{\"IsEnabled\":{enabled}}}"))),
            Value::Null,
            Value::Null,
            Value::from("null"),
        ]
    });
    answer::table(columns, rows)
}

fn count(count: usize) -> Value<'static> {
    Value::Long(i64::try_from(count).unwrap_or(i64::MAX))
}
