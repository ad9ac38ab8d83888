//! Values as bytes, equal exactly where the values are: for grouping, joining and counting what is distinct.

use crate::storage::column::Column;
use crate::storage::value::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// Adds the bytes of a value; int and long of the same number are the same.
pub(super) fn encode(value: &Value<'_>, key: &mut Vec<u8>) {
    match value {
        Value::Null => key.push(0),
        Value::Bool(value) => key.extend([1, u8::from(*value)]),
        Value::Int(value) => fixed(2, &i64::from(*value).to_le_bytes(), key),
        Value::Long(value) => fixed(2, &value.to_le_bytes(), key),
        Value::Real(value) => fixed(3, &canonical(*value).to_bits().to_le_bytes(), key),
        Value::Decimal(value) => fixed(4, &value.normalize().serialize(), key),
        Value::DateTime(value) => fixed(5, &value.ticks().to_le_bytes(), key),
        Value::Timespan(value) => fixed(6, &value.0.to_le_bytes(), key),
        Value::Guid(value) => fixed(7, value.as_bytes(), key),
        Value::String(text) => sized(8, text, key),
        Value::Dynamic(value) => sized(9, &value.to_json(), key),
    }
}

fn fixed(tag: u8, bytes: &[u8], key: &mut Vec<u8>) {
    key.push(tag);
    key.extend_from_slice(bytes);
}

fn sized(tag: u8, text: &str, key: &mut Vec<u8>) {
    key.push(tag);
    key.extend_from_slice(&text.len().to_le_bytes());
    key.extend_from_slice(text.as_bytes());
}

/// One NaN for all, and zero without a sign.
fn canonical(value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { value + 0.0 }
}

/// The bytes of one value.
pub(super) fn key_of(value: &Value<'_>) -> Vec<u8> {
    let mut key = Vec::new();
    encode(value, &mut key);
    key
}

/// Groups of rows that have the same values in some columns.
#[derive(Debug)]
pub(super) struct Groups {
    /// The group of each row.
    pub(super) of_row: Vec<u32>,
    /// The first row of each group, in the order in which the groups appear.
    pub(super) first_rows: Vec<u32>,
}

/// The groups of `rows` rows by the values of these columns.
pub(super) fn group(columns: &[Arc<Column>], rows: usize) -> Groups {
    let mut index: HashMap<Vec<u8>, u32> = HashMap::new();
    let mut groups = Groups { of_row: Vec::with_capacity(rows), first_rows: Vec::new() };
    let mut key = Vec::new();
    for row in 0..rows {
        key.clear();
        columns.iter().for_each(|column| encode(&column.value(row), &mut key));
        let found = index.get(key.as_slice()).copied();
        let group = found.unwrap_or_else(|| {
            let group = groups.first_rows.len() as u32;
            groups.first_rows.push(row as u32);
            index.insert(key.clone(), group);
            group
        });
        groups.of_row.push(group);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::key_of;
    use crate::storage::value::Value;

    #[test]
    fn equal_values_have_equal_keys() {
        assert_eq!(key_of(&Value::Int(5)), key_of(&Value::Long(5)));
        assert_eq!(key_of(&Value::Real(0.0)), key_of(&Value::Real(-0.0)));
        assert_eq!(key_of(&Value::Decimal("1.0".parse().unwrap())), key_of(&Value::Decimal("1.00".parse().unwrap())));
        assert_ne!(key_of(&Value::from("")), key_of(&Value::Null));
    }
}
