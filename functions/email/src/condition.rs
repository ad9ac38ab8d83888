//! `sendWhen`: a comparison on the number of rows.

use serde::Deserialize;
use std::fmt;

/// A comparison of the rows of all results with a number, such as `rows > 0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Condition {
    operator: Operator,
    value: u64,
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
}

/// Longer spellings first: `>=` begins with `>`.
const OPERATORS: [(&str, Operator); 6] = [
    (">=", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    (">", Operator::Greater),
    ("<", Operator::Less),
];

/// What is said of text that is no condition.
const NO_CONDITION: &str =
    "sendWhen must compare rows with a whole number by one of > >= < <= == !=, as in \"rows > 0\"";

impl Condition {
    /// Whether it may hold where the results were cut, so that there are these rows or more.
    pub fn may_hold_from(self, rows: u64) -> bool {
        match self.operator {
            Operator::Greater | Operator::GreaterOrEqual | Operator::NotEqual => true,
            Operator::Less => rows < self.value,
            Operator::LessOrEqual | Operator::Equal => rows <= self.value,
        }
    }

    /// Whether a mail whose results have this many rows in all is to be sent.
    pub fn holds(self, rows: u64) -> bool {
        match self.operator {
            Operator::Greater => rows > self.value,
            Operator::GreaterOrEqual => rows >= self.value,
            Operator::Less => rows < self.value,
            Operator::LessOrEqual => rows <= self.value,
            Operator::Equal => rows == self.value,
            Operator::NotEqual => rows != self.value,
        }
    }
}

impl TryFrom<String> for Condition {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let comparison = text.trim().strip_prefix("rows").ok_or(NO_CONDITION)?.trim_start();
        let (operator, value) = OPERATORS
            .iter()
            .find_map(|(spelling, operator)| Some((*operator, comparison.strip_prefix(spelling)?.trim_start())))
            .ok_or(NO_CONDITION)?;
        // `u64::from_str` would take a plus sign.
        if !value.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NO_CONDITION);
        }
        Ok(Self { operator, value: value.parse().map_err(|_| NO_CONDITION)? })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spelling = OPERATORS.iter().find(|(_, operator)| *operator == self.operator).map_or("", |(text, _)| text);
        write!(f, "rows {spelling} {}", self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::Condition;
    use proptest::prelude::{any, proptest};

    fn condition(text: &str) -> Option<Condition> {
        Condition::try_from(text.to_owned()).ok()
    }

    #[test]
    fn compares_rows() {
        for (text, none, one, two) in [
            ("rows > 0", false, true, true),
            ("rows>1", false, false, true),
            (" rows >= 1 ", false, true, true),
            ("rows < 1", true, false, false),
            ("rows <=  1", true, true, false),
            ("rows == 1", false, true, false),
            ("rows\t!=\t1", true, false, true),
        ] {
            let condition = condition(text).unwrap();
            assert_eq!([0, 1, 2].map(|rows| condition.holds(rows)), [none, one, two], "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "rows",
            "rows >",
            "rows = 1",
            "rows => 1",
            "rows > -1",
            "rows > +1",
            "rows > 1.5",
            "rows > 1 or true",
            "row > 0",
            "rows > ١",
            "rows > 18446744073709551616",
            "0 < rows",
            "rows > 0; drop",
        ] {
            assert_eq!(condition(text), None, "{text}");
        }
    }

    #[test]
    fn is_shown_as_it_is_written() {
        assert_eq!(condition(" rows>=10").unwrap().to_string(), "rows >= 10");
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = condition(&text);
            let _ = condition(&format!("rows{text}"));
        }
    }

    #[test]
    fn a_cut_result_withholds_nothing_that_might_hold() {
        for (condition, from, may) in [
            ("rows > 100", 50, true),
            ("rows == 50", 51, false),
            ("rows == 60", 50, true),
            ("rows < 50", 50, false),
            ("rows <= 50", 50, true),
            ("rows != 50", 50, true),
        ] {
            assert_eq!(Condition::try_from(condition.to_owned()).unwrap().may_hold_from(from), may, "{condition}");
        }
    }
}
