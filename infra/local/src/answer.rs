//! Result tables built row by row: what commands answer, and what the service says about an answer.

use crate::engine::result::ResultTable;
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::table::ColumnSchema;
use crate::storage::value::Value;
use std::sync::Arc;

/// A result table of these columns, with a value for each in every row.
pub(crate) fn table<'v, const WIDTH: usize>(
    columns: [(&str, ColumnType); WIDTH],
    rows: impl IntoIterator<Item = [Value<'v>; WIDTH]>,
) -> ResultTable {
    let mut cells = columns.map(|(_, column_type)| Column::new(column_type, 0));
    let mut count = 0;
    for row in rows {
        cells.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
        count += 1;
    }
    ResultTable {
        name: "PrimaryResult".to_owned(),
        schema: columns.into_iter().map(|(name, column_type)| ColumnSchema::new(name, column_type)).collect(),
        columns: cells.into_iter().map(Arc::new).collect(),
        rows: count,
        visualization: None,
    }
}
