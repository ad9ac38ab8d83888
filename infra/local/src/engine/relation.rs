//! What flows from operator to operator: named columns of equal length.

use crate::engine::result::Visualization;
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::value::Value;
use std::sync::Arc;

/// A column with the name it has in a relation.
#[derive(Clone, Debug)]
pub(super) struct NamedColumn {
    pub(super) name: String,
    pub(super) data: Arc<Column>,
}

impl NamedColumn {
    pub(super) fn new(name: impl Into<String>, data: impl Into<Arc<Column>>) -> Self {
        Self { name: name.into(), data: data.into() }
    }
}

/// The rows between two operators. Cheap to clone: columns are shared.
#[derive(Clone, Debug, Default)]
pub(super) struct Relation {
    pub(super) columns: Vec<NamedColumn>,
    pub(super) rows: usize,
    /// Whether the rows have an order, so that `prev()` and its like may be asked.
    pub(super) serialized: bool,
    /// Whether the order is that of a sort.
    pub(super) sorted: bool,
    /// The name of the table that these are all rows of, or that `as` gave them.
    pub(super) name: Option<String>,
    /// What `render` asked for.
    pub(super) visualization: Option<Box<Visualization>>,
}

impl Relation {
    /// A relation of these columns, in no particular order.
    pub(super) fn new(columns: Vec<NamedColumn>, rows: usize) -> Self {
        Self { columns, rows, ..Self::default() }
    }

    /// The same rows and order with other columns.
    pub(super) fn with_columns(&self, columns: Vec<NamedColumn>) -> Self {
        Self { columns, rows: self.rows, serialized: self.serialized, sorted: self.sorted, ..Self::default() }
    }

    /// The index of the column of this name.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The names and types.
    pub(super) fn schema(&self) -> Vec<(String, ColumnType)> {
        self.columns.iter().map(|column| (column.name.clone(), column.data.column_type())).collect()
    }

    /// These rows in this order. Whether that is an order, the caller says.
    pub(super) fn gather(&self, rows: &[u32]) -> Self {
        let columns = self.columns.iter().map(|column| NamedColumn::new(column.name.clone(), column.data.gather(rows)));
        let mut result = self.with_columns(columns.collect());
        result.rows = rows.len();
        result
    }

    /// The first `count` rows.
    pub(super) fn first(&self, count: usize) -> Self {
        if count >= self.rows {
            return self.clone();
        }
        self.gather(&(0..count as u32).collect::<Vec<_>>())
    }

    /// The cell of a row and column.
    pub(super) fn value(&self, row: usize, column: usize) -> Value<'_> {
        self.columns.get(column).map_or(Value::Null, |column| column.data.value(row))
    }
}
