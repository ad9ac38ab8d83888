//! The order of values and rows.

use crate::engine::relation::Relation;
use crate::storage::column::Column;
use crate::storage::value::Value;
use std::cmp::Ordering;

/// The order of two values of the same type; none where one is null or they have none. NaN equals NaN and is less than numbers.
pub(super) fn compare(first: &Value<'_>, second: &Value<'_>) -> Option<Ordering> {
    Some(match (first, second) {
        (Value::Bool(first), Value::Bool(second)) => first.cmp(second),
        (Value::Int(first), Value::Int(second)) => first.cmp(second),
        (Value::Long(first), Value::Long(second)) => first.cmp(second),
        (Value::Real(first), Value::Real(second)) => compare_reals(*first, *second),
        (Value::Decimal(first), Value::Decimal(second)) => first.cmp(second),
        (Value::DateTime(first), Value::DateTime(second)) => first.cmp(second),
        (Value::Timespan(first), Value::Timespan(second)) => first.cmp(second),
        (Value::Guid(first), Value::Guid(second)) => first.cmp(second),
        (Value::String(first), Value::String(second)) => first.cmp(second),
        (Value::Dynamic(first), Value::Dynamic(second)) => first.to_json().cmp(&second.to_json()),
        _ => return None,
    })
}

fn compare_reals(first: f64, second: f64) -> Ordering {
    first.partial_cmp(&second).unwrap_or_else(|| second.is_nan().cmp(&first.is_nan()))
}

/// A column to sort by.
#[derive(Clone, Debug)]
pub(super) struct SortKey {
    pub(super) column: std::sync::Arc<Column>,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
}

impl SortKey {
    /// The order of two rows by this key.
    pub(super) fn compare(&self, first: u32, second: u32) -> Ordering {
        let (first, second) = (self.column.value(first as usize), self.column.value(second as usize));
        match (first.is_null(), second.is_null()) {
            (true, true) => Ordering::Equal,
            (true, false) => {
                if self.nulls_first {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
            (false, true) => {
                if self.nulls_first {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
            (false, false) => {
                let order = compare(&first, &second).unwrap_or(Ordering::Equal);
                if self.descending { order.reverse() } else { order }
            }
        }
    }
}

/// The order of two rows by several keys, the first deciding.
pub(super) fn compare_rows(keys: &[SortKey], first: u32, second: u32) -> Ordering {
    keys.iter().map(|key| key.compare(first, second)).find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal)
}

/// The rows sorted by the keys; rows that are equal keep their order.
pub(super) fn sorted(relation: &Relation, keys: &[SortKey]) -> Relation {
    let mut rows: Vec<u32> = (0..relation.rows as u32).collect();
    rows.sort_by(|first, second| compare_rows(keys, *first, *second));
    let mut result = relation.gather(&rows);
    result.serialized = true;
    result.sorted = true;
    result
}
