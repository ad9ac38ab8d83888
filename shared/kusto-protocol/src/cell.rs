//! A row and its cells, as the raw JSON text that arrived.

use crate::column::{Column, ColumnType};
use std::borrow::Cow;

/// One row: a cell for each column.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    columns: &'a [Column],
    cells: &'a [&'a str],
}

impl<'a> Row<'a> {
    /// A row of `cells`, each the JSON text of a value, one for each of `columns`.
    pub fn new(columns: &'a [Column], cells: &'a [&'a str]) -> Self {
        debug_assert_eq!(columns.len(), cells.len());
        Self { columns, cells }
    }

    /// The columns, in order.
    pub fn columns(&self) -> &'a [Column] {
        self.columns
    }

    /// The cells, in column order.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = Cell<'a>> + use<'a> {
        self.columns.iter().zip(self.cells).map(|(column, raw)| Cell::new(raw, column.column_type))
    }

    /// The cell of column `index`; none where there is no such column.
    pub fn cell(&self, index: usize) -> Option<Cell<'a>> {
        Some(Cell::new(self.cells.get(index)?, self.columns.get(index)?.column_type))
    }
}

/// One value: its JSON text and the type of its column.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    raw: &'a str,
    column_type: ColumnType,
}

impl<'a> Cell<'a> {
    /// The value that `raw`, a complete JSON text, is in a column of this type.
    pub fn new(raw: &'a str, column_type: ColumnType) -> Self {
        Self { raw, column_type }
    }

    /// The JSON text exactly as it arrived.
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// The type of the column.
    pub fn column_type(&self) -> ColumnType {
        self.column_type
    }

    /// Whether the value is null. A string never is: null in a string column is the empty string.
    pub fn is_null(&self) -> bool {
        self.raw == "null" && self.column_type != ColumnType::String
    }

    /// The value as plain text: a JSON string without its quotes and escapes, null as nothing, anything else as it arrived.
    pub fn text(&self) -> Cow<'a, str> {
        match self.raw.as_bytes().first() {
            Some(b'"') => match serde_json::from_str::<Cow<'a, str>>(self.raw) {
                Ok(text) => text,
                Err(_) => Cow::Borrowed(self.raw),
            },
            Some(b'n') => Cow::Borrowed(""),
            _ => Cow::Borrowed(self.raw),
        }
    }
}
