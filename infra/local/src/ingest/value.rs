//! A value of a record as the value of a column.
//!
//! As in Kusto, a value that does not fit its column becomes null and the record is kept: text that says no value of the
//! type, a number with a fraction for a whole column, a number out of range. A whole number written as `5.0` fits `long`.

use crate::storage::column_type::ColumnType;
use crate::storage::convert::parse;
use crate::storage::dynamic::Dynamic;
use crate::storage::value::Value;
use std::borrow::Cow;

/// A JSON value as a value of a column's type.
pub fn from_json(value: &Dynamic, column_type: ColumnType) -> Value<'_> {
    match (column_type, value) {
        (_, Dynamic::Null) => Value::Null,
        (ColumnType::Dynamic, _) => Value::from(value.clone()),
        (_, Dynamic::String(text)) => parse(text, column_type),
        (ColumnType::Int | ColumnType::Long, Dynamic::Real(number)) if is_whole(*number) => {
            parse(&format!("{number:.0}"), column_type).into_owned()
        }
        (ColumnType::String, _) => Value::String(Cow::Owned(value.to_json())),
        _ => parse(&value.to_json(), column_type).into_owned(),
    }
}

fn is_whole(number: f64) -> bool {
    number.fract() == 0.0
}

#[cfg(test)]
mod tests {
    use super::from_json;
    use crate::storage::column_type::ColumnType::{
        self, Bool, DateTime, Decimal, Dynamic, Guid, Int, Long, Real, String, Timespan,
    };
    use crate::storage::dynamic;

    #[test]
    fn values_that_do_not_fit_are_null() {
        let cases: &[(ColumnType, &str, &str)] = &[
            (Long, "9223372036854775807", "9223372036854775807"),
            (Long, "9223372036854775808", "null"),
            (Long, "5.0", "5"),
            (Long, "5.5", "null"),
            (Long, "1e300", "null"),
            (Long, "\"7\"", "7"),
            (Long, "true", "null"),
            (Long, "[1]", "null"),
            (Int, "2147483648", "null"),
            (Real, "3", "3.0"),
            (Real, "\"NaN\"", "\"NaN\""),
            (Bool, "true", "true"),
            (Bool, "0", "false"),
            (Bool, "\"no\"", "null"),
            (Decimal, "1.5", "\"1.5\""),
            (DateTime, "\"2024-05-01\"", "\"2024-05-01T00:00:00Z\""),
            (DateTime, "\"soon\"", "null"),
            (DateTime, "1", "null"),
            (Timespan, "\"1.02:03:04\"", "\"1.02:03:04\""),
            (Guid, "\"x\"", "null"),
            (String, "\"a\"", "\"a\""),
            (String, "5", "\"5\""),
            (String, "true", "\"true\""),
            (String, "{\"a\":[1]}", r#""{\"a\":[1]}""#),
            (Dynamic, "{\"a\":[1]}", r#"{"a":[1]}"#),
            (Dynamic, "\"text\"", "\"text\""),
            (Dynamic, "null", "null"),
        ];
        for (column_type, json, expected) in cases {
            let value = dynamic::Dynamic::from_json(json).expect("JSON");
            let cell = serde_json::to_string(&from_json(&value, *column_type)).expect("a cell");
            assert_eq!(cell, *expected, "{column_type} {json}");
        }
    }
}
