//! One value of any type, on the wire and as text.

use crate::storage::column_type::ColumnType;
use crate::storage::dynamic::{Dynamic, serialize_real};
use crate::storage::time::{DateTime, Timespan};
use rust_decimal::Decimal;
use serde::ser::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use uuid::Uuid;

/// A value. It borrows its text from a column where it can. Serializes as a cell of the Kusto wire.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Null of any type but string. `dynamic(null)` is this too.
    Null,
    /// A bool.
    Bool(bool),
    /// An int.
    Int(i32),
    /// A long.
    Long(i64),
    /// A real.
    Real(f64),
    /// A decimal.
    Decimal(Decimal),
    /// A datetime.
    DateTime(DateTime),
    /// A timespan.
    Timespan(Timespan),
    /// A guid.
    Guid(Uuid),
    /// A string.
    String(Cow<'a, str>),
    /// A dynamic value, never [`Dynamic::Null`]: construct with `From`.
    Dynamic(Dynamic),
}

impl<'a> Value<'a> {
    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The type; none for null.
    pub fn column_type(&self) -> Option<ColumnType> {
        Some(match self {
            Self::Null => return None,
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
        })
    }

    /// The same value, with its text borrowed from this one.
    pub fn borrowed(&self) -> Value<'_> {
        match self {
            Self::String(text) => Value::String(Cow::Borrowed(text)),
            other => other.clone(),
        }
    }

    /// The same value with text of its own.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::String(text) => Value::String(Cow::Owned(text.into_owned())),
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Int(value) => Value::Int(value),
            Self::Long(value) => Value::Long(value),
            Self::Real(value) => Value::Real(value),
            Self::Decimal(value) => Value::Decimal(value),
            Self::DateTime(value) => Value::DateTime(value),
            Self::Timespan(value) => Value::Timespan(value),
            Self::Guid(value) => Value::Guid(value),
            Self::Dynamic(value) => Value::Dynamic(value),
        }
    }

    /// The value as `tostring()` writes it; null is the empty text.
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::String(text) => Cow::Borrowed(text),
            Self::Bool(true) => Cow::Borrowed("True"),
            Self::Bool(false) => Cow::Borrowed("False"),
            Self::Dynamic(Dynamic::String(text)) => Cow::Borrowed(text),
            _ => Cow::Owned(self.to_string()),
        }
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Bool(value) => f.write_str(if *value { "True" } else { "False" }),
            Self::Int(value) => value.fmt(f),
            Self::Long(value) => value.fmt(f),
            Self::Real(value) => f.write_str(&real_text(*value)),
            Self::Decimal(value) => value.fmt(f),
            Self::DateTime(value) => value.fmt(f),
            Self::Timespan(value) => value.fmt(f),
            Self::Guid(value) => value.fmt(f),
            Self::String(value) => f.write_str(value),
            Self::Dynamic(value) => f.write_str(&dynamic_text(value)),
        }
    }
}

/// A dynamic value as `tostring()` writes it: scalars as themselves, arrays and bags as JSON.
fn dynamic_text(value: &Dynamic) -> Cow<'_, str> {
    match value {
        Dynamic::Null => Cow::Borrowed(""),
        Dynamic::String(text) => Cow::Borrowed(text),
        Dynamic::DateTime(value) => Cow::Owned(value.to_string()),
        Dynamic::Timespan(value) => Cow::Owned(value.to_string()),
        Dynamic::Guid(value) => Cow::Owned(value.to_string()),
        Dynamic::Decimal(value) => Cow::Owned(value.to_string()),
        Dynamic::Real(value) => Cow::Owned(real_text(*value)),
        _ => Cow::Owned(value.to_json()),
    }
}

/// A double as .NET's round-trip format writes it, with `.0` after a whole number: `1.0`, `1E+20`, `1E-05`.
fn real_text(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "NaN" } else { ["inf", "-inf"][usize::from(value < 0.0)] }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent) if value != 0.0 && !(-4..15).contains(&exponent) => {
            format!("{digits}E{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
        }
        _ => format!("{value:?}"),
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i32(*value),
            Self::Long(value) => serializer.serialize_i64(*value),
            Self::Real(value) => serialize_real(*value, serializer),
            Self::Decimal(value) => serializer.collect_str(value),
            Self::DateTime(value) => serializer.collect_str(&format_args!("{value:#}")),
            Self::Timespan(value) => serializer.collect_str(value),
            Self::Guid(value) => serializer.collect_str(value),
            Self::String(value) => serializer.serialize_str(value),
            Self::Dynamic(value) => value.serialize(serializer),
        }
    }
}

impl From<Dynamic> for Value<'_> {
    fn from(value: Dynamic) -> Self {
        match value {
            Dynamic::Null => Self::Null,
            value => Self::Dynamic(value),
        }
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::String(Cow::Owned(text))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::String(Cow::Borrowed(text))
    }
}

#[cfg(test)]
mod tests {
    use super::Value;
    use crate::storage::dynamic::Dynamic;
    use crate::storage::time::{DateTime, Timespan, UNIX_EPOCH};

    #[test]
    fn cells_on_the_wire() {
        let cases = [
            (Value::Null, "null"),
            (Value::Bool(true), "true"),
            (Value::Long(i64::MAX), "9223372036854775807"),
            (Value::Real(1.0), "1.0"),
            (Value::Real(f64::NEG_INFINITY), "\"-Infinity\""),
            (Value::Decimal("2.00000000000001".parse().unwrap()), "\"2.00000000000001\""),
            (Value::DateTime(UNIX_EPOCH), "\"1970-01-01T00:00:00Z\""),
            (Value::DateTime(DateTime::MAX), "\"9999-12-31T23:59:59.9999999Z\""),
            (Value::Timespan(Timespan(-1)), "\"-00:00:00.0000001\""),
            (Value::from("a\"b"), r#""a\"b""#),
            (Dynamic::from_json("[1,{}]").unwrap().into(), "[1,{}]"),
        ];
        for (value, expected) in cases {
            assert_eq!(serde_json::to_string(&value).unwrap(), expected);
        }
    }

    #[test]
    fn values_as_text() {
        let cases = [
            (Value::Null, ""),
            (Value::Bool(false), "False"),
            (Value::Real(1.0), "1.0"),
            (Value::Real(-0.0), "-0.0"),
            (Value::Real(1e20), "1E+20"),
            (Value::Real(0.000_012_5), "1.25E-05"),
            (Value::Real(0.0001), "0.0001"),
            (Value::Real(f64::INFINITY), "inf"),
            (Value::DateTime(UNIX_EPOCH), "1970-01-01T00:00:00.0000000Z"),
            (Dynamic::from_json("\"x\"").unwrap().into(), "x"),
            (Dynamic::from_json("[true,1.5]").unwrap().into(), "[true,1.5]"),
            (Dynamic::from_json("true").unwrap().into(), "true"),
        ];
        for (value, expected) in cases {
            assert_eq!(value.to_text(), expected);
        }
    }
}
