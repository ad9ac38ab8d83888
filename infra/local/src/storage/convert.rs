//! Text and JSON as values of a column type: what ingestion and the `to…()` functions share.

use crate::storage::column_type::ColumnType;
use crate::storage::dynamic::Dynamic;
use crate::storage::time::{DateTime, Timespan, parse_datetime, parse_timespan};
use crate::storage::value::Value;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::borrow::Cow;
use uuid::Uuid;

/// The value of a type that `text` says; null where it says none.
pub fn parse(text: &str, column_type: ColumnType) -> Value<'_> {
    match column_type {
        ColumnType::String => Value::from(text),
        ColumnType::Bool => parse_bool(text).map_or(Value::Null, Value::Bool),
        ColumnType::Int => parse_int(text).map_or(Value::Null, Value::Int),
        ColumnType::Long => parse_long(text).map_or(Value::Null, Value::Long),
        ColumnType::Real => parse_real(text).map_or(Value::Null, Value::Real),
        ColumnType::Decimal => parse_decimal(text).map_or(Value::Null, Value::Decimal),
        ColumnType::DateTime => parse_datetime(text).map_or(Value::Null, Value::DateTime),
        ColumnType::Timespan => parse_timespan(text).map_or(Value::Null, Value::Timespan),
        ColumnType::Guid => Uuid::try_parse(text.trim()).map_or(Value::Null, Value::Guid),
        ColumnType::Dynamic => parse_dynamic(text),
    }
}

/// A JSON text as the value it says, any other text as itself; the empty text is null.
fn parse_dynamic(text: &str) -> Value<'static> {
    match Dynamic::from_json(text) {
        Ok(value) => Value::from(value),
        Err(_) if text.trim().is_empty() => Value::Null,
        Err(_) => Value::from(Dynamic::String(text.into())),
    }
}

fn parse_bool(text: &str) -> Option<bool> {
    match text.trim() {
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        text => parse_long(text).map(|number| number != 0),
    }
}

fn parse_int(text: &str) -> Option<i32> {
    match hexadecimal(text.trim()) {
        Some(bits) => u32::try_from(bits).ok().map(u32::cast_signed),
        None => text.trim().parse().ok(),
    }
}

fn parse_long(text: &str) -> Option<i64> {
    match hexadecimal(text.trim()) {
        Some(bits) => Some(bits.cast_signed()),
        None => text.trim().parse().ok(),
    }
}

/// The bits of `0x…`.
fn hexadecimal(text: &str) -> Option<u64> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
    if digits.starts_with('+') { None } else { u64::from_str_radix(digits, 16).ok() }
}

fn parse_real(text: &str) -> Option<f64> {
    match text.trim() {
        "inf" | "+inf" => Some(f64::INFINITY),
        "-inf" => Some(f64::NEG_INFINITY),
        text if text.eq_ignore_ascii_case("nan") => Some(f64::NAN),
        text if text.trim_start_matches(['+', '-']).eq_ignore_ascii_case("infinity") => text.parse().ok(),
        text if text.contains(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'e' | 'E')) => None,
        text => text.parse().ok(),
    }
}

fn parse_decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    text.parse().ok().or_else(|| Decimal::from_scientific(text).ok())
}

/// A dynamic value as a value of a type: numbers are cut to the type, strings are read as their text; null where there is none.
pub fn from_dynamic(value: &Dynamic, column_type: ColumnType) -> Value<'static> {
    match (column_type, value) {
        (_, Dynamic::Null) => Value::Null,
        (ColumnType::Dynamic, _) => Value::from(value.clone()),
        (ColumnType::String, _) => Value::from(Value::Dynamic(value.clone()).to_text().into_owned()),
        (_, Dynamic::String(text)) => parse(text, column_type).into_owned(),
        (_, Dynamic::Array(_) | Dynamic::Bag(_)) => Value::Null,
        _ => cast(&scalar(value), column_type).into_owned(),
    }
}

/// A dynamic scalar as a value of its own type.
pub fn scalar(value: &Dynamic) -> Value<'static> {
    match value {
        Dynamic::Bool(value) => Value::Bool(*value),
        Dynamic::Long(value) => Value::Long(*value),
        Dynamic::Real(value) => Value::Real(*value),
        Dynamic::Decimal(value) => Value::Decimal(*value),
        Dynamic::DateTime(value) => Value::DateTime(*value),
        Dynamic::Timespan(value) => Value::Timespan(*value),
        Dynamic::Guid(value) => Value::Guid(*value),
        Dynamic::String(text) => Value::from(text.to_string()),
        Dynamic::Null | Dynamic::Array(_) | Dynamic::Bag(_) => Value::from(value.clone()),
    }
}

/// A value as a dynamic value.
pub fn to_dynamic(value: &Value<'_>) -> Dynamic {
    match value {
        Value::Null => Dynamic::Null,
        Value::Bool(value) => Dynamic::Bool(*value),
        Value::Int(value) => Dynamic::Long(i64::from(*value)),
        Value::Long(value) => Dynamic::Long(*value),
        Value::Real(value) => Dynamic::Real(*value),
        Value::Decimal(value) => Dynamic::Decimal(*value),
        Value::DateTime(value) => Dynamic::DateTime(*value),
        Value::Timespan(value) => Dynamic::Timespan(*value),
        Value::Guid(value) => Dynamic::Guid(*value),
        Value::String(text) => Dynamic::String(text.as_ref().into()),
        Value::Dynamic(value) => value.clone(),
    }
}

/// A value as a value of another type, as the `to…()` functions convert; null where there is none.
///
/// An integer that does not fit is cut to its low bits; a real that does not fit becomes the nearest integer that does.
pub fn cast<'a>(value: &Value<'a>, column_type: ColumnType) -> Value<'a> {
    match (value, column_type) {
        (Value::Null, ColumnType::String) => Value::from(""),
        (Value::Null, _) => Value::Null,
        (Value::String(Cow::Borrowed(text)), _) => parse(text, column_type),
        (Value::String(text), _) => parse(text, column_type).into_owned(),
        (Value::Dynamic(value), _) => from_dynamic(value, column_type),
        (_, ColumnType::String) => Value::from(value.to_text().into_owned()),
        (_, ColumnType::Dynamic) => Value::from(to_dynamic(value)),
        (_, ColumnType::Bool) => {
            to_long(value).map_or(Value::Null, |number| Value::Bool(number != 0 || nonzero_real(value)))
        }
        (Value::Real(number), ColumnType::Int) => Value::Int(*number as i32),
        (_, ColumnType::Int) => to_long(value).map_or(Value::Null, |number| Value::Int(number as i32)),
        (_, ColumnType::Long) => to_long(value).map_or(Value::Null, Value::Long),
        (_, ColumnType::Real) => to_real(value).map_or(Value::Null, Value::Real),
        (_, ColumnType::Decimal) => to_decimal(value).map_or(Value::Null, Value::Decimal),
        (Value::DateTime(_), ColumnType::DateTime) | (Value::Timespan(_), ColumnType::Timespan) => value.clone(),
        (Value::Int(_) | Value::Long(_), ColumnType::DateTime) => {
            to_long(value).and_then(DateTime::from_ticks).map_or(Value::Null, Value::DateTime)
        }
        (Value::Int(_) | Value::Long(_), ColumnType::Timespan) => {
            to_long(value).map_or(Value::Null, |ticks| Value::Timespan(Timespan(ticks)))
        }
        (Value::Guid(_), ColumnType::Guid) => value.clone(),
        (_, ColumnType::DateTime | ColumnType::Timespan | ColumnType::Guid) => Value::Null,
    }
}

fn nonzero_real(value: &Value<'_>) -> bool {
    matches!(value, Value::Real(number) if *number != 0.0)
}

/// A number, bool, datetime or timespan as a long.
pub fn to_long(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Bool(value) => Some(i64::from(*value)),
        Value::Int(value) => Some(i64::from(*value)),
        Value::Long(value) => Some(*value),
        Value::Real(value) => Some(*value as i64),
        Value::Decimal(value) => value.trunc().to_i64(),
        Value::DateTime(value) => Some(value.ticks()),
        Value::Timespan(value) => Some(value.0),
        _ => None,
    }
}

/// A number, bool, datetime or timespan as a real.
pub fn to_real(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Real(value) => Some(*value),
        Value::Decimal(value) => value.to_f64(),
        _ => to_long(value).map(|number| number as f64),
    }
}

fn to_decimal(value: &Value<'_>) -> Option<Decimal> {
    match value {
        Value::Decimal(value) => Some(*value),
        Value::Real(value) => parse_decimal(&value.to_string()),
        _ => to_long(value).map(Decimal::from),
    }
}

#[cfg(test)]
mod tests {
    use super::{cast, parse};
    use crate::storage::column_type::ColumnType::{
        self, Bool, DateTime, Decimal, Dynamic, Guid, Int, Long, Real, String, Timespan,
    };
    use crate::storage::value::Value;

    #[test]
    fn text_becomes_a_value_or_null() {
        let cases: &[(ColumnType, &str, &str)] = &[
            (Long, " 45 ", "45"),
            (Long, "+7", "7"),
            (Long, "0xFFFFFFFFFFFFFFFF", "-1"),
            (Long, "9223372036854775808", ""),
            (Long, "3.14", ""),
            (Int, "2147483648", ""),
            (Int, "0x1F", "31"),
            (Real, "1e3", "1000.0"),
            (Real, "5.", "5.0"),
            (Real, "inf", "inf"),
            (Real, "INF", ""),
            (Real, "nan", "NaN"),
            (Bool, "tRuE", "True"),
            (Bool, "yes", ""),
            (Decimal, "2.00000000000001", "2.00000000000001"),
            (Decimal, "1e2", "100"),
            (DateTime, "2020-13-01", ""),
            (Timespan, "1d", "1.00:00:00"),
            (Guid, "74BE27DE-1E4E-49D9-B579-FE0B331D3642", "74be27de-1e4e-49d9-b579-fe0b331d3642"),
            (Dynamic, "{\"a\":1}", "{\"a\":1}"),
            (Dynamic, "hello", "hello"),
            (Dynamic, "", ""),
            (String, "", ""),
        ];
        for (column_type, text, expected) in cases {
            assert_eq!(parse(text, *column_type).to_string(), *expected, "{column_type} {text}");
        }
    }

    #[test]
    fn values_become_values_of_another_type() {
        let cases = [
            (Value::Long(2_147_483_648), Int, "-2147483648"),
            (Value::Real(1e19), Int, "2147483647"),
            (Value::Real(-2.9), Long, "-2"),
            (Value::Real(0.5), Bool, "True"),
            (Value::Bool(true), Long, "1"),
            (Value::Real(0.1), Decimal, "0.1"),
            (Value::Long(0), DateTime, "0001-01-01T00:00:00.0000000Z"),
            (Value::Long(-1), DateTime, ""),
            (Value::Null, Long, ""),
            (parse("2147483648", Dynamic), Int, "-2147483648"),
            (parse("\"0x10\"", Dynamic), Int, "16"),
            (parse("[1]", Dynamic), Long, ""),
            (parse("[1]", Dynamic), String, "[1]"),
        ];
        for (value, column_type, expected) in cases {
            assert_eq!(cast(&value, column_type).to_string(), expected, "{value:?} as {column_type}");
        }
    }
}
