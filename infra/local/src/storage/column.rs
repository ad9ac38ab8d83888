//! A column: a vector of one type, with its nulls apart.

use crate::storage::column_type::ColumnType;
use crate::storage::dynamic::Dynamic;
use crate::storage::strings::Strings;
use crate::storage::time::{DateTime, Timespan};
use crate::storage::value::Value;
use rust_decimal::Decimal;
use uuid::Uuid;

/// A row that is none, in a list of rows to gather: its cells are null.
pub const NO_ROW: u32 = u32::MAX;

/// Cells of one fixed-size type, each a value or null.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cells<T> {
    values: Vec<T>,
    /// True where the cell is null; none where no cell is.
    nulls: Option<Vec<bool>>,
}

impl<T: Clone + Default> Cells<T> {
    /// No cells, with room for `capacity`.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { values: Vec::with_capacity(capacity), nulls: None }
    }

    /// How many cells.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The values; those of null cells mean nothing.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// True where a cell is null; none where no cell is.
    pub fn nulls(&self) -> Option<&[bool]> {
        self.nulls.as_deref()
    }

    /// The value at `index`; none for null.
    pub fn get(&self, index: usize) -> Option<&T> {
        let null = self.nulls.as_ref().is_some_and(|nulls| nulls.get(index).copied().unwrap_or(true));
        if null { None } else { self.values.get(index) }
    }

    /// All cells in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<&T>> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Adds a cell.
    pub fn push(&mut self, value: Option<T>) {
        match (value, &mut self.nulls) {
            (Some(value), nulls) => {
                self.values.push(value);
                nulls.iter_mut().for_each(|nulls| nulls.push(false));
            }
            (None, nulls) => {
                nulls.get_or_insert_with(|| vec![false; self.values.len()]).push(true);
                self.values.push(T::default());
            }
        }
    }

    fn gather(&self, rows: &[u32]) -> Self {
        if self.nulls.is_none() && !rows.contains(&NO_ROW) {
            return rows.iter().filter_map(|row| self.values.get(*row as usize)).cloned().collect::<Vec<_>>().into();
        }
        rows.iter().map(|row| self.get(*row as usize).cloned()).collect()
    }

    fn append(&mut self, other: &Self) {
        if self.nulls.is_some() || other.nulls.is_some() {
            let nulls = self.nulls.get_or_insert_with(|| vec![false; self.values.len()]);
            match &other.nulls {
                Some(added) => nulls.extend_from_slice(added),
                None => nulls.resize(nulls.len() + other.len(), false),
            }
        }
        self.values.extend_from_slice(&other.values);
    }

    fn shrink(&mut self) {
        self.values.shrink_to_fit();
        self.nulls.iter_mut().for_each(Vec::shrink_to_fit);
    }
}

impl<T> From<Vec<T>> for Cells<T> {
    fn from(values: Vec<T>) -> Self {
        Self { values, nulls: None }
    }
}

impl<T: Clone + Default> FromIterator<Option<T>> for Cells<T> {
    fn from_iter<I: IntoIterator<Item = Option<T>>>(cells: I) -> Self {
        let cells = cells.into_iter();
        let mut result = Self::with_capacity(cells.size_hint().0);
        cells.for_each(|cell| result.push(cell));
        result
    }
}

/// A column of any type.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Bools.
    Bool(Cells<bool>),
    /// Ints.
    Int(Cells<i32>),
    /// Longs.
    Long(Cells<i64>),
    /// Reals.
    Real(Cells<f64>),
    /// Decimals.
    Decimal(Cells<Decimal>),
    /// Datetimes.
    DateTime(Cells<DateTime>),
    /// Timespans.
    Timespan(Cells<Timespan>),
    /// Guids.
    Guid(Cells<Uuid>),
    /// Strings.
    String(Strings),
    /// Dynamic values; null is a null cell, never [`Dynamic::Null`].
    Dynamic(Cells<Dynamic>),
}

/// Runs the same expression on the cells of whichever type the column has.
macro_rules! each_type {
    ($column:expr, $cells:ident => $cells_do:expr, $strings:ident => $strings_do:expr) => {
        match $column {
            Column::Bool($cells) => $cells_do,
            Column::Int($cells) => $cells_do,
            Column::Long($cells) => $cells_do,
            Column::Real($cells) => $cells_do,
            Column::Decimal($cells) => $cells_do,
            Column::DateTime($cells) => $cells_do,
            Column::Timespan($cells) => $cells_do,
            Column::Guid($cells) => $cells_do,
            Column::Dynamic($cells) => $cells_do,
            Column::String($strings) => $strings_do,
        }
    };
}

/// Builds the column of the same type from what is computed from the cells.
macro_rules! map_type {
    ($column:expr, $cells:ident => $cells_do:expr, $strings:ident => $strings_do:expr) => {
        match $column {
            Column::Bool($cells) => Column::Bool($cells_do),
            Column::Int($cells) => Column::Int($cells_do),
            Column::Long($cells) => Column::Long($cells_do),
            Column::Real($cells) => Column::Real($cells_do),
            Column::Decimal($cells) => Column::Decimal($cells_do),
            Column::DateTime($cells) => Column::DateTime($cells_do),
            Column::Timespan($cells) => Column::Timespan($cells_do),
            Column::Guid($cells) => Column::Guid($cells_do),
            Column::Dynamic($cells) => Column::Dynamic($cells_do),
            Column::String($strings) => Column::String($strings_do),
        }
    };
}

impl Column {
    /// A column without cells, with room for `capacity`.
    pub fn new(column_type: ColumnType, capacity: usize) -> Self {
        match column_type {
            ColumnType::Bool => Self::Bool(Cells::with_capacity(capacity)),
            ColumnType::Int => Self::Int(Cells::with_capacity(capacity)),
            ColumnType::Long => Self::Long(Cells::with_capacity(capacity)),
            ColumnType::Real => Self::Real(Cells::with_capacity(capacity)),
            ColumnType::Decimal => Self::Decimal(Cells::with_capacity(capacity)),
            ColumnType::DateTime => Self::DateTime(Cells::with_capacity(capacity)),
            ColumnType::Timespan => Self::Timespan(Cells::with_capacity(capacity)),
            ColumnType::Guid => Self::Guid(Cells::with_capacity(capacity)),
            ColumnType::String => Self::String(Strings::with_capacity(capacity)),
            ColumnType::Dynamic => Self::Dynamic(Cells::with_capacity(capacity)),
        }
    }

    /// A column of `count` times the same value.
    pub fn repeat(column_type: ColumnType, value: &Value<'_>, count: usize) -> Self {
        let mut column = Self::new(column_type, count);
        (0..count).for_each(|_| column.push(value.clone()));
        column
    }

    /// The type.
    pub fn column_type(&self) -> ColumnType {
        match self {
            Self::Bool(_) => ColumnType::Bool,
            Self::Int(_) => ColumnType::Int,
            Self::Long(_) => ColumnType::Long,
            Self::Real(_) => ColumnType::Real,
            Self::Decimal(_) => ColumnType::Decimal,
            Self::DateTime(_) => ColumnType::DateTime,
            Self::Timespan(_) => ColumnType::Timespan,
            Self::Guid(_) => ColumnType::Guid,
            Self::String(_) => ColumnType::String,
            Self::Dynamic(_) => ColumnType::Dynamic,
        }
    }

    /// How many cells.
    pub fn len(&self) -> usize {
        each_type!(self, cells => cells.len(), strings => strings.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a row; null beyond the last.
    pub fn value(&self, row: usize) -> Value<'_> {
        match self {
            Self::Bool(cells) => cells.get(row).copied().map_or(Value::Null, Value::Bool),
            Self::Int(cells) => cells.get(row).copied().map_or(Value::Null, Value::Int),
            Self::Long(cells) => cells.get(row).copied().map_or(Value::Null, Value::Long),
            Self::Real(cells) => cells.get(row).copied().map_or(Value::Null, Value::Real),
            Self::Decimal(cells) => cells.get(row).copied().map_or(Value::Null, Value::Decimal),
            Self::DateTime(cells) => cells.get(row).copied().map_or(Value::Null, Value::DateTime),
            Self::Timespan(cells) => cells.get(row).copied().map_or(Value::Null, Value::Timespan),
            Self::Guid(cells) => cells.get(row).copied().map_or(Value::Null, Value::Guid),
            Self::String(strings) => Value::from(strings.get(row)),
            Self::Dynamic(cells) => cells.get(row).cloned().map_or(Value::Null, Value::from),
        }
    }

    /// Adds a value of the column's type, or null. A value of any other type becomes null: convert it first.
    pub fn push(&mut self, value: Value<'_>) {
        debug_assert!(value.column_type().is_none_or(|found| found == self.column_type()), "{value:?}");
        match (self, value) {
            (Self::Bool(cells), Value::Bool(value)) => cells.push(Some(value)),
            (Self::Int(cells), Value::Int(value)) => cells.push(Some(value)),
            (Self::Long(cells), Value::Long(value)) => cells.push(Some(value)),
            (Self::Real(cells), Value::Real(value)) => cells.push(Some(value)),
            (Self::Decimal(cells), Value::Decimal(value)) => cells.push(Some(value)),
            (Self::DateTime(cells), Value::DateTime(value)) => cells.push(Some(value)),
            (Self::Timespan(cells), Value::Timespan(value)) => cells.push(Some(value)),
            (Self::Guid(cells), Value::Guid(value)) => cells.push(Some(value)),
            (Self::String(strings), Value::String(text)) => strings.push(&text),
            (Self::Dynamic(cells), Value::Dynamic(value)) => cells.push(Some(value)),
            (column, _) => each_type!(column, cells => cells.push(None), strings => strings.push("")),
        }
    }

    /// The cells of these rows, in this order; [`NO_ROW`] gives null.
    pub fn gather(&self, rows: &[u32]) -> Self {
        map_type!(self, cells => cells.gather(rows), strings => rows.iter().map(|row| strings.get(*row as usize)).collect())
    }

    /// Adds the cells of a column of the same type.
    pub fn append(&mut self, other: &Self) {
        match (self, other) {
            (Self::Bool(cells), Self::Bool(added)) => cells.append(added),
            (Self::Int(cells), Self::Int(added)) => cells.append(added),
            (Self::Long(cells), Self::Long(added)) => cells.append(added),
            (Self::Real(cells), Self::Real(added)) => cells.append(added),
            (Self::Decimal(cells), Self::Decimal(added)) => cells.append(added),
            (Self::DateTime(cells), Self::DateTime(added)) => cells.append(added),
            (Self::Timespan(cells), Self::Timespan(added)) => cells.append(added),
            (Self::Guid(cells), Self::Guid(added)) => cells.append(added),
            (Self::String(strings), Self::String(added)) => strings.append(added),
            (Self::Dynamic(cells), Self::Dynamic(added)) => cells.append(added),
            (column, added) => (0..added.len()).for_each(|_| column.push(Value::Null)),
        }
    }

    /// Gives back memory that was set aside for more cells.
    pub fn shrink(&mut self) {
        each_type!(self, cells => cells.shrink(), strings => strings.shrink());
    }

    /// Bytes in use, without what dynamic values hold elsewhere.
    pub fn size(&self) -> usize {
        each_type!(self, cells => size_of_val(cells.values()) + cells.nulls().map_or(0, <[bool]>::len), strings => strings.size())
    }
}

#[cfg(test)]
mod tests {
    use super::{Column, NO_ROW};
    use crate::storage::column_type::ColumnType;
    use crate::storage::convert::parse;
    use crate::storage::value::Value;

    fn column(column_type: ColumnType, texts: &[&str]) -> Column {
        let mut column = Column::new(column_type, 0);
        texts.iter().for_each(|text| column.push(parse(text, column_type)));
        column
    }

    fn texts(column: &Column) -> Vec<String> {
        (0..column.len()).map(|row| column.value(row).to_string()).collect()
    }

    #[test]
    fn nulls_survive_gathering_and_appending() {
        for column_type in ColumnType::ALL {
            let mut first =
                column(column_type, &["1", "true", "2020-01-01", "0b4dd0a5-1f5e-4d1e-9a0c-3c1ea1a8a2b1", "1d", "x"]);
            let before = texts(&first);
            let picked = first.gather(&[2, NO_ROW, 0]);
            assert_eq!(texts(&picked), [before[2].clone(), String::new(), before[0].clone()], "{column_type}");
            first.append(&picked);
            assert_eq!(first.len(), 9);
            assert_eq!(first.value(8), first.value(0));
            assert_eq!(first.value(7).is_null(), column_type != ColumnType::String);
        }
    }

    #[test]
    fn a_string_is_never_null() {
        let mut column = Column::new(ColumnType::String, 0);
        column.push(Value::Null);
        assert_eq!(column.value(0), Value::from(""));
    }
}
