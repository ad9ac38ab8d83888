//! Values as KQL literals. A value is read as its type and printed anew; text that is no value of the type is an
//! error and never passed through.

mod datetime;
mod number;
mod reader;
mod timespan;

use crate::scalar_type::ScalarType;
use crate::string;
use serde_json::Value;

/// A value that is none of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value is no {scalar_type}: give {}", remedy(*.scalar_type))]
pub struct InvalidValue {
    /// The type it should have had.
    pub scalar_type: ScalarType,
}

fn remedy(scalar_type: ScalarType) -> &'static str {
    match scalar_type {
        ScalarType::Bool => "true or false",
        ScalarType::DateTime => {
            "ISO 8601 text such as \"2024-05-01T10:30:00Z\", from year 0001 to 9999, with at most 7 fractional digits"
        }
        ScalarType::Decimal => "text such as \"12.50\", at most 34 digits, or a whole number",
        ScalarType::Dynamic => "any JSON value",
        ScalarType::Guid => "text such as \"74be27de-1e4e-49d9-b579-fe0b331d3642\"",
        ScalarType::Int => "a whole number from -2147483648 to 2147483647",
        ScalarType::Long => "a whole number from -9223372036854775808 to 9223372036854775807",
        ScalarType::Real => "a number, \"NaN\", \"Infinity\" or \"-Infinity\"",
        ScalarType::String => "text",
        ScalarType::Timespan => {
            "text such as \"1.02:03:04.5\" (days, hours, minutes, seconds) or a number with its unit, \"90m\", in whole ticks of 100 ns"
        }
    }
}

/// `value` as a literal of `scalar_type`. JSON null is the null of the type, and the empty string for `string`, which
/// has none. Types other than `string` and `dynamic` also take their value as text.
///
/// # Errors
/// [`InvalidValue`] where the value is none of the type, or does not fit into it.
pub fn print(scalar_type: ScalarType, value: &Value) -> Result<String, InvalidValue> {
    let content = match (scalar_type, value) {
        (ScalarType::String, Value::Null) => return Ok(string::quote("")),
        (ScalarType::String, Value::String(text)) => return Ok(string::quote(text)),
        (ScalarType::Dynamic, _) => Some(json(value)),
        (_, Value::Null) => Some("null".to_owned()),
        (_, Value::String(text)) => from_text(scalar_type, text),
        (_, Value::Number(number)) => number::from_number(scalar_type, number),
        (ScalarType::Bool, Value::Bool(value)) => Some(value.to_string()),
        _ => None,
    };
    content.map(|content| format!("{scalar_type}({content})")).ok_or(InvalidValue { scalar_type })
}

/// What stands between the parentheses for a value given as text.
fn from_text(scalar_type: ScalarType, text: &str) -> Option<String> {
    match scalar_type {
        ScalarType::Bool => matches!(text, "true" | "false").then(|| text.to_owned()),
        ScalarType::DateTime => datetime::reprint(text),
        ScalarType::Guid => guid(text),
        ScalarType::Timespan => timespan::reprint(text),
        ScalarType::Decimal | ScalarType::Int | ScalarType::Long | ScalarType::Real => {
            number::from_text(scalar_type, text)
        }
        ScalarType::Dynamic | ScalarType::String => None,
    }
}

/// Lower-case and hyphenated, from text with or without hyphens.
fn guid(text: &str) -> Option<String> {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    let digits = text.replace('-', "").to_ascii_lowercase();
    let hexadecimal = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (hexadecimal && matches!(groups[..], [32] | [8, 4, 4, 4, 12]))
        .then(|| [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-"))
}

/// JSON on one line of KQL: what may not stand there as it is can only be inside strings, where it is escaped.
fn json(value: &Value) -> String {
    let mut content = String::new();
    for character in value.to_string().chars() {
        if string::is_unprintable(character) {
            content.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            content.push(character);
        }
    }
    content
}

#[cfg(test)]
mod tests;
