//! The records of a request: a JSON array, or JSON lines as text.

use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

/// Records as they came, each a complete JSON object.
#[derive(Debug)]
pub struct Records(pub Vec<Box<RawValue>>);

impl<'de> Deserialize<'de> for Records {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let records = match raw.get().as_bytes().first() {
            Some(b'[') => serde_json::from_str(raw.get()).map_err(de::Error::custom)?,
            Some(b'"') => {
                let text: String = serde_json::from_str(raw.get()).map_err(de::Error::custom)?;
                lines(&text).map_err(de::Error::custom)?
            }
            Some(b'{') => vec![raw],
            _ => return Err(de::Error::custom("records must be an array, an object, or JSON lines as text")),
        };
        match records.iter().position(|record| !record.get().starts_with('{')) {
            Some(index) => Err(de::Error::custom(format!("record {} is not a JSON object", index + 1))),
            None => Ok(Self(records)),
        }
    }
}

/// One record a line; blank lines are none.
fn lines(text: &str) -> Result<Vec<Box<RawValue>>, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            serde_json::from_str(line).map_err(|error| format!("line {} is not JSON: {error}", index + 1))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Records;

    fn check(json: &str, expected: Result<&[&str], &str>) {
        let got = serde_json::from_str::<Records>(json);
        match (got, expected) {
            (Ok(Records(records)), Ok(expected)) => {
                assert_eq!(records.iter().map(|record| record.get()).collect::<Vec<_>>(), expected);
            }
            (Err(error), Err(expected)) => assert!(error.to_string().starts_with(expected), "{error}"),
            (got, _) => panic!("{json}: {got:?}"),
        }
    }

    #[test]
    fn arrays_objects_and_lines_are_records() {
        check(r#"[{"a": 1}, {"a": 18446744073709551616}]"#, Ok(&[r#"{"a": 1}"#, r#"{"a": 18446744073709551616}"#]));
        check(r#"{"a": 1}"#, Ok(&[r#"{"a": 1}"#]));
        check(r#""{\"a\": 1}\n\n{\"a\": 2}\r\n""#, Ok(&[r#"{"a": 1}"#, r#"{"a": 2}"#]));
        check("[]", Ok(&[]));
    }

    #[test]
    fn what_is_no_record_is_named_by_its_place() {
        check("[{}, 5]", Err("record 2 is not a JSON object"));
        check(r#""{}\n{\"a\":""#, Err("line 2 is not JSON: EOF"));
        check("7", Err("records must be an array, an object, or JSON lines as text"));
    }
}
