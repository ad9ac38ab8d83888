//! What plugins that count along a time share: bins of a datetime or number, and the dimensions to count in.

use crate::engine::error::Result;
use crate::engine::keys::group;
use crate::engine::plugins::PluginCall;
use crate::engine::relation::NamedColumn;
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::time::DateTime;
use crate::storage::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A datetime or timespan in ticks, or a whole number.
pub(super) fn ticks(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::DateTime(value) => Some(value.ticks()),
        Value::Timespan(value) => Some(value.0),
        Value::Long(value) => Some(*value),
        Value::Int(value) => Some((*value).into()),
        _ => None,
    }
}

/// The datetime, timespan or number that an argument is.
pub(super) fn number(call: &PluginCall<'_>, index: usize, name: &str) -> Result<i64> {
    ticks(&call.value(index, name)?).ok_or_else(|| call.wrong(name, "a datetime, timespan or number"))
}

/// As [`number`], of something that has a length.
pub(super) fn size(call: &PluginCall<'_>, index: usize, name: &str) -> Result<i64> {
    Some(number(call, index, name)?).filter(|size| *size > 0).ok_or_else(|| call.wrong(name, "above 0"))
}

/// A column of counts.
pub(super) fn counts(name: &str, counts: impl IntoIterator<Item = usize>) -> NamedColumn {
    let counts: Vec<i64> = counts.into_iter().map(|count| count as i64).collect();
    NamedColumn::new(name, Column::Long(counts.into()))
}

/// The rows of the input along a time, and within each combination of the dimensions.
#[derive(Debug)]
pub(super) struct Timeline {
    name: String,
    time: Arc<Column>,
    dimensions: Vec<NamedColumn>,
    /// The combination of each row, and the first row of each combination.
    of_row: Vec<u32>,
    first_rows: Vec<u32>,
}

impl Timeline {
    /// The rows along a column; the arguments from `dimensions` on are the columns of the dimensions.
    pub(super) fn new(call: &PluginCall<'_>, time: usize, dimensions: usize) -> Result<Self> {
        let column = |index: usize| call.input.columns.get(index).cloned();
        let listed = (dimensions..call.arguments.len()).map(|index| call.column(index, "dimension"));
        let dimensions: Vec<NamedColumn> = listed.collect::<Result<Vec<_>>>()?.into_iter().filter_map(column).collect();
        let data: Vec<_> = dimensions.iter().map(|column| column.data.clone()).collect();
        let groups = group(&data, call.input.rows);
        let time = column(time).ok_or_else(|| call.wrong("timeline", "a column"))?;
        if !matches!(time.data.column_type(), ColumnType::DateTime | ColumnType::Long | ColumnType::Int) {
            return Err(call.wrong(&time.name, "a column of type datetime, long or int"));
        }
        let (of_row, first_rows) = (groups.of_row, groups.first_rows);
        Ok(Self { name: time.name, time: time.data, dimensions, of_row, first_rows })
    }

    /// When a row is, in ticks or as a number.
    pub(super) fn at(&self, row: usize) -> Option<i64> {
        ticks(&self.time.value(row))
    }

    /// The combination of dimensions that a row is in.
    pub(super) fn dimension(&self, row: usize) -> u32 {
        self.of_row.get(row).copied().unwrap_or_default()
    }

    /// The rows of each bin and combination.
    pub(super) fn bins(&self, start: i64, size: i64) -> BTreeMap<(i64, u32), Vec<u32>> {
        let mut bins: BTreeMap<(i64, u32), Vec<u32>> = BTreeMap::new();
        for row in 0..self.time.len() {
            if let Some(at) = self.at(row) {
                bins.entry((bin(at, start, size), self.dimension(row))).or_default().push(row as u32);
            }
        }
        bins
    }

    /// The column of times and those of the dimensions for bins.
    pub(super) fn columns(&self, bins: &[(i64, u32)]) -> Vec<NamedColumn> {
        let column_type = self.time.column_type();
        let mut times = Column::new(column_type, bins.len());
        for (at, _) in bins {
            times.push(match column_type {
                ColumnType::DateTime => DateTime::from_ticks(*at).map_or(Value::Null, Value::DateTime),
                _ => crate::storage::convert::cast(&Value::Long(*at), column_type),
            });
        }
        let first = |(_, dimension): &(i64, u32)| self.first_rows.get(*dimension as usize).copied().unwrap_or_default();
        let rows: Vec<u32> = bins.iter().map(first).collect();
        let dimensions =
            self.dimensions.iter().map(|column| NamedColumn::new(column.name.clone(), column.data.gather(&rows)));
        std::iter::once(NamedColumn::new(self.name.clone(), times)).chain(dimensions).collect()
    }
}

/// The start of the bin that a time is in, counted from `start`.
pub(super) fn bin(at: i64, start: i64, size: i64) -> i64 {
    at.saturating_sub(at.wrapping_sub(start).rem_euclid(size))
}
