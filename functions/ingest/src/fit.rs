//! Whether a row fits the columns that are declared: the service makes null of what does not, and says nothing.

use crate::table::Schema;
use kql::{literal, scalar_type::ScalarType};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};
use std::{borrow::Cow, collections::HashMap, fmt};

/// Digits of a fraction of a second that a `datetime` has; the service cuts off what clocks add.
const FRACTION: usize = 7;

/// The columns of a table, by name.
#[derive(Clone, Debug)]
pub struct Columns {
    types: HashMap<String, ScalarType>,
    /// What to do with a field that no column has.
    pub others: Others,
}

/// What to do with a field that no column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// The record is rejected.
    Reject,
    /// The field is left out of the table.
    Ignore,
}

/// A name of a field, which is in the row as it is, unless it has escapes.
#[derive(Deserialize)]
struct Name<'r>(#[serde(borrow)] Cow<'r, str>);

/// Reads a row, and holds every field against the columns: one that is there twice too, of which the service may take either.
struct Fitting<'c>(&'c Columns);

impl<'de> Visitor<'de> for Fitting<'_> {
    type Value = Result<(), String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let (mut is_known, mut misfit) = (false, None);
        while let Some((Name(name), value)) = fields.next_entry::<_, &RawValue>()? {
            match self.0.field(&name, value) {
                Ok(is_column) => is_known |= is_column,
                Err(reason) => misfit = misfit.or(Some(reason)),
            }
        }
        Ok(match misfit {
            Some(reason) => Err(reason),
            None if is_known => Ok(()),
            None => Err("it has no field that a column is called by".to_owned()),
        })
    }
}

impl Columns {
    /// Those of `schema`.
    pub fn new(Schema(columns): &Schema, others: Others) -> Self {
        Self { types: columns.iter().cloned().collect(), others }
    }

    /// # Errors
    /// Why the row, a JSON object, does not fit, without its values.
    pub fn fit(&self, row: &str) -> Result<(), String> {
        let fitting = serde_json::Deserializer::from_str(row).deserialize_map(Fitting(self));
        fitting.map_err(|_| "it is no JSON object".to_owned())?
    }

    /// Whether a column is called so, which takes the value; why it does not.
    fn field(&self, name: &str, value: &RawValue) -> Result<bool, String> {
        match self.types.get(name) {
            Some(scalar_type) => {
                cell(*scalar_type, value).map(|()| true).map_err(|reason| format!("column `{name}` {reason}"))
            }
            None if self.others == Others::Ignore => Ok(false),
            None => Err(format!("no column is called `{}`", name.escape_debug())),
        }
    }
}

fn cell(scalar_type: ScalarType, value: &RawValue) -> Result<(), String> {
    if matches!(scalar_type, ScalarType::String | ScalarType::Dynamic) {
        return Ok(());
    }
    let wrong = |error: String| Err(format!("takes another value: {error}"));
    match (scalar_type, serde_json::from_str(value.get())) {
        // What the service reads as null, as it is meant.
        (_, Ok(Value::Null)) => Ok(()),
        (_, Ok(Value::String(text))) if text.is_empty() => Ok(()),
        (ScalarType::Bool, Ok(Value::Number(number))) if number.as_i64().is_some() => Ok(()),
        (ScalarType::DateTime, Ok(Value::Number(_))) => Err(
            "is a datetime and gets a number: make it text in `transform`; of epoch milliseconds `. / 1000 | todate` does"
                .to_owned(),
        ),
        (ScalarType::DateTime, Ok(Value::String(text))) => {
            let value = Value::from(without_surplus(&text));
            literal::print(scalar_type, &value).map_or_else(|error| wrong(error.to_string()), |_| Ok(()))
        }
        (_, Ok(value)) => literal::print(scalar_type, &value).map_or_else(|error| wrong(error.to_string()), |_| Ok(())),
        (_, Err(error)) => wrong(error.to_string()),
    }
}

/// A datetime without the digits of its fraction that are too many.
fn without_surplus(text: &str) -> String {
    let Some((whole, rest)) = text.split_once('.') else { return text.to_owned() };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (fraction, zone) = rest.split_at(digits);
    format!("{whole}.{}{zone}", &fraction[..digits.min(FRACTION)])
}

#[cfg(test)]
mod tests {
    use super::{Columns, Others};

    const SCHEMA: &str = r#"{"At": "datetime", "n": "long", "i": "int", "r": "real", "b": "bool", "t": "timespan", "g": "guid",
        "d": "decimal", "s": "string", "any": "dynamic"}"#;

    #[track_caller]
    fn check(row: &str, expected: &str) {
        let columns = Columns::new(&serde_json::from_str(SCHEMA).unwrap(), Others::Reject);
        let said = columns.fit(row).err().unwrap_or_default();
        assert!(said.starts_with(expected) && said.is_empty() == expected.is_empty(), "{row}: {said}");
        assert!(!said.contains("canary"), "{said}");
    }

    #[test]
    fn what_a_column_takes_fits() {
        for row in [
            r#"{"At": "2026-11-20T06:05:00.1234567Z", "n": 9007199254740993, "i": -1, "r": 1e308, "b": true, "t": "1.02:03:04.5",
                "g": "74be27de-1e4e-49d9-b579-fe0b331d3642", "d": "0.1", "s": {"a": 1}, "any": [1]}"#,
            r#"{"At": "1933-01-26T03:10:44.480001324Z"}"#,
            r#"{"At": "2026-11-20"}"#,
            r#"{"At": null, "n": null, "b": null, "s": null, "any": null}"#,
            r#"{"At": "", "n": "", "g": ""}"#,
            r#"{"n": "12", "b": 1, "r": "NaN", "d": 1}"#,
        ] {
            check(row, "");
        }
    }

    #[test]
    fn what_would_become_null_is_named_without_its_value() {
        for (row, expected) in [
            (
                r#"{"At": 1795154400000}"#,
                "column `At` is a datetime and gets a number: make it text in `transform`; of epoch",
            ),
            (r#"{"At": "canary"}"#, "column `At` takes another value: the value is no datetime: give ISO 8601 text"),
            (r#"{"n": "canary"}"#, "column `n` takes another value: the value is no long: give a whole number"),
            (r#"{"n": 1.5}"#, "column `n` takes another value: the value is no long"),
            (r#"{"n": 9223372036854775808}"#, "column `n` takes another value: the value is no long"),
            (r#"{"i": 2147483648}"#, "column `i` takes another value: the value is no int"),
            (r#"{"n": {"canary": 1}}"#, "column `n` takes another value: the value is no long"),
            (r#"{"b": "canary"}"#, "column `b` takes another value: the value is no bool"),
            (r#"{"g": "canary"}"#, "column `g` takes another value: the value is no guid"),
            (r#"{"n": 1, "m": "canary"}"#, "no column is called `m`"),
            (r#"{"n": "canary", "n": 1}"#, "column `n` takes another value: the value is no long"),
            (r#"{"\u006e": "canary"}"#, "column `n` takes another value: the value is no long"),
            ("{}", "it has no field that a column is called by"),
            ("[1]", "it is no JSON object"),
            ("5", "it is no JSON object"),
        ] {
            check(row, expected);
        }
    }

    #[test]
    fn other_fields_may_be_left_out_of_the_table() {
        let columns = Columns::new(&serde_json::from_str(SCHEMA).unwrap(), Others::Ignore);
        assert_eq!(columns.fit(r#"{"n": 1, "m": 2}"#), Ok(()));
        assert!(columns.fit(r#"{"m": 2}"#).is_err());
    }
}
