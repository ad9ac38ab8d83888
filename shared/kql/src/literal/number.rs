//! Numbers: whole ones never pass through a double.

use super::reader::Reader;
use crate::scalar_type::ScalarType;
use serde_json::Number;

/// Digits that a decimal of Kusto holds, at most.
const DECIMAL_DIGITS: usize = 34;

/// What stands between the parentheses for a JSON number. A fraction is refused for `decimal`: read as a double, it has
/// lost digits already.
pub(super) fn from_number(scalar_type: ScalarType, number: &Number) -> Option<String> {
    match scalar_type {
        ScalarType::Real => number.as_f64().and_then(real),
        ScalarType::Decimal if number.is_f64() => None,
        ScalarType::Decimal | ScalarType::Int | ScalarType::Long => from_text(scalar_type, &number.to_string()),
        _ => None,
    }
}

/// What stands between the parentheses for a number given as text.
pub(super) fn from_text(scalar_type: ScalarType, text: &str) -> Option<String> {
    match scalar_type {
        ScalarType::Int => text.parse::<i32>().ok().map(|number| number.to_string()),
        ScalarType::Long => text.parse::<i64>().ok().map(|number| number.to_string()),
        ScalarType::Decimal => (significant_digits(text)? <= DECIMAL_DIGITS).then(|| text.to_owned()),
        _ => match text {
            "NaN" | "nan" => Some("nan".to_owned()),
            "Infinity" | "+inf" => Some("+inf".to_owned()),
            "-Infinity" | "-inf" => Some("-inf".to_owned()),
            _ => significant_digits(text).and_then(|_| real(text.parse().ok()?)),
        },
    }
}

/// Every digit that a double needs to be read back; none where the number is beyond the range of doubles.
fn real(number: f64) -> Option<String> {
    number.is_finite().then(|| format!("{number:?}"))
}

/// The number of digits of a number in plain or exponent form; none where `text` is no such number.
fn significant_digits(text: &str) -> Option<usize> {
    let mut reader = Reader(text);
    reader.mark(&['-', '+']);
    let whole = reader.digits(1, usize::MAX)?.trim_start_matches('0').len();
    let fraction = if reader.mark(&['.']).is_some() { reader.digits(1, usize::MAX)?.len() } else { 0 };
    if reader.mark(&['e', 'E']).is_some() {
        reader.mark(&['-', '+']);
        reader.digits(1, 3)?;
    }
    reader.end()?;
    Some(whole + fraction)
}
