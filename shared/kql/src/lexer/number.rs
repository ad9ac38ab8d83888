//! Where a number ends, and of which kind it is.

use super::{TokenKind, is_name_byte};

/// The units of timespan literals and their length in nanoseconds, by every name KQL gives them.
const UNITS: [(&[&str], i64); 8] = [
    (&["d", "day", "days"], 86_400_000_000_000),
    (&["h", "hr", "hrs", "hour", "hours"], 3_600_000_000_000),
    (&["m", "min", "minute", "minutes"], 60_000_000_000),
    (&["s", "sec", "second", "seconds"], 1_000_000_000),
    (&["ms", "milli", "millis", "millisec", "millisecond", "milliseconds"], 1_000_000),
    (&["micro", "micros", "microsec", "microsecond", "microseconds"], 1_000),
    (&["nano", "nanos", "nanosec", "nanosecond", "nanoseconds"], 1),
    (&["tick", "ticks"], 100),
];

/// The length in nanoseconds of the unit that ends a timespan literal; none where KQL has no such unit.
pub(crate) fn unit_nanoseconds(name: &str) -> Option<i64> {
    UNITS.into_iter().find(|(names, _)| names.contains(&name)).map(|(_, nanoseconds)| nanoseconds)
}

/// The number at the start of `text`, which starts with a digit; none where a letter makes it a name, as in `3xx`.
pub(super) fn scan(text: &str) -> Option<(TokenKind, usize)> {
    let bytes = text.as_bytes();
    let candidates =
        [(TokenKind::Real, real(bytes)), (TokenKind::Timespan, timespan(text)), (TokenKind::Long, long(bytes))];
    candidates.into_iter().find_map(|(kind, length)| Some((kind, length.filter(|end| !continues(bytes, *end))?)))
}

/// Whether letters or digits follow, so that what ends there is part of a name.
fn continues(bytes: &[u8], end: usize) -> bool {
    bytes.get(end).is_some_and(|byte| is_name_byte(*byte))
}

fn digits(bytes: &[u8], start: usize) -> usize {
    bytes.iter().skip(start).take_while(|byte| byte.is_ascii_digit()).count()
}

fn real(bytes: &[u8]) -> Option<usize> {
    let whole = digits(bytes, 0);
    if !has_point(bytes, whole) {
        return exponent(bytes, whole);
    }
    let fraction = whole + 1 + digits(bytes, whole + 1);
    Some(exponent(bytes, fraction).unwrap_or(fraction))
}

/// Whether the dot at `position` belongs to the number: `1..3` is a range, `1...3` is `1.` and a range.
fn has_point(bytes: &[u8], position: usize) -> bool {
    match bytes.get(position..) {
        Some([b'.', b'.', b'.', ..]) => true,
        Some([b'.', b'.', ..]) => false,
        Some([b'.', ..]) => true,
        _ => false,
    }
}

/// The end of the exponent that starts at `position`.
fn exponent(bytes: &[u8], position: usize) -> Option<usize> {
    matches!(bytes.get(position), Some(b'e' | b'E')).then_some(())?;
    let sign = usize::from(matches!(bytes.get(position + 1), Some(b'+' | b'-')));
    let first = position + 1 + sign;
    Some(first + digits(bytes, first)).filter(|end| *end > first)
}

fn timespan(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let whole = digits(bytes, 0);
    let fraction = if bytes.get(whole) == Some(&b'.') { digits(bytes, whole + 1) } else { 0 };
    let number = if fraction > 0 { whole + 1 + fraction } else { whole };
    let unit = text[number..].bytes().take_while(u8::is_ascii_lowercase).count();
    unit_nanoseconds(&text[number..number + unit]).map(|_| number + unit)
}

fn long(bytes: &[u8]) -> Option<usize> {
    let hexadecimal = match bytes {
        [b'0', b'x' | b'X', rest @ ..] => rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count(),
        _ => 0,
    };
    Some(if hexadecimal > 0 { 2 + hexadecimal } else { digits(bytes, 0) })
}
