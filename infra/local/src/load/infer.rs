//! The type that all values of a column have.

use crate::storage::column_type::ColumnType;
use crate::storage::convert::parse;
use crate::storage::dynamic::Dynamic;
use crate::storage::value::Value;

/// The type of a column after some of its values; none before the first.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Inferred(Option<ColumnType>);

impl Inferred {
    /// The type of the column: `string` where no value says otherwise.
    pub(super) fn column_type(self) -> ColumnType {
        self.0.unwrap_or(ColumnType::String)
    }

    /// After one more value, whose own type is `found`. Whole numbers and others together are `real`; other types that
    /// differ are `mixed`.
    pub(super) fn and(self, found: ColumnType, mixed: ColumnType) -> Self {
        use ColumnType::{Long, Real};
        Self(Some(match (self.0, found) {
            (None, found) => found,
            (Some(known), found) if known == found => known,
            (Some(Long), Real) | (Some(Real), Long) => Real,
            _ => mixed,
        }))
    }
}

/// The type that a text has by itself.
pub(super) fn of_text(text: &str) -> ColumnType {
    let fits = |column_type| !matches!(parse(text, column_type), Value::Null);
    let first = text.bytes().next().unwrap_or_default();
    match first {
        b't' | b'T' | b'f' | b'F' if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") => {
            ColumnType::Bool
        }
        b'{' | b'[' if Dynamic::from_json(text).is_ok() => ColumnType::Dynamic,
        b'0'..=b'9' | b'-' if is_plain_number(text) && fits(ColumnType::Long) => ColumnType::Long,
        b'0'..=b'9' | b'-' if is_fraction(text) && fits(ColumnType::Real) => ColumnType::Real,
        // As this project and pandas write a `real` that is no number.
        b'N' | b'I' | b'-' if matches!(text, "NaN" | "Infinity" | "-Infinity") => ColumnType::Real,
        _ => of_written(text),
    }
}

/// The type of a text that is no number, bool or JSON.
pub(super) fn of_written(text: &str) -> ColumnType {
    let fits = |column_type| !matches!(parse(text, column_type), Value::Null);
    if starts_with_date(text) && fits(ColumnType::DateTime) {
        ColumnType::DateTime
    } else if text.contains(':') && fits(ColumnType::Timespan) {
        ColumnType::Timespan
    } else if text.len() == 36 && fits(ColumnType::Guid) {
        ColumnType::Guid
    } else {
        ColumnType::String
    }
}

/// Digits without leading zeros: `007` is a code, and stays one.
fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits.len() == 1 || !digits.starts_with('0'))
}

/// A number with a point or an exponent. More digits than a `long` has stay text, for a double would lose some.
fn is_fraction(text: &str) -> bool {
    let whole = text.strip_prefix('-').unwrap_or(text).split(['.', 'e', 'E']).next().unwrap_or_default();
    text.contains(['.', 'e', 'E']) && is_plain_number(whole)
}

/// `2024-05-01…`
fn starts_with_date(text: &str) -> bool {
    let date = text.as_bytes().get(..10).unwrap_or_default();
    date.len() == 10
        && date.iter().enumerate().all(|(index, byte)| match index {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::of_text;
    use crate::storage::column_type::ColumnType::{Bool, DateTime, Dynamic, Guid, Long, Real, String, Timespan};
    use crate::storage::convert::parse;
    use crate::storage::value::Value;
    use proptest::prelude::{any, prop_assert, prop_oneof, proptest};

    #[test]
    fn types_of_texts() {
        for (text, expected) in [
            ("true", Bool),
            ("FALSE", Bool),
            ("truth", String),
            ("0", Long),
            ("-12", Long),
            ("007", String),
            ("-", String),
            ("9223372036854775807", Long),
            ("9223372036854775808", String),
            ("1.5", Real),
            ("-0.5", Real),
            ("1e3", Real),
            ("NaN", Real),
            ("-Infinity", Real),
            ("01.5", String),
            ("1.2.3", String),
            ("1.2.3.4", String),
            ("2024-05-01", DateTime),
            ("2024-05-01T10:00:00.123Z", DateTime),
            ("2024-05-01 10:00", DateTime),
            ("2024-13-01", String),
            ("2024-05", String),
            ("10:30", Timespan),
            ("1.02:03:04", Timespan),
            ("10:75", String),
            ("74be27de-1e4e-49d9-b579-fe0b331d3642", Guid),
            ("{\"a\":1}", Dynamic),
            ("[1, 2]", Dynamic),
            ("{a}", String),
            ("Zoë", String),
            ("1d", String),
            ("-inf", String),
        ] {
            assert_eq!(of_text(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_text_has_a_value_of_its_type(text in prop_oneof![any::<std::string::String>(), "[-0-9.:TZe{}\\[\\]\"]{1,36}"]) {
            let column_type = of_text(&text);
            prop_assert!(parse(&text, column_type) != Value::Null, "{column_type}");
        }
    }
}
