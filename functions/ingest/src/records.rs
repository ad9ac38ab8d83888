//! The records in what arrives: a JSON array, an object, or JSON lines.

use runtime::error::{ActionError, ErrorType};
use serde::{
    Deserializer,
    de::{IgnoredAny, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt, iter};

/// Records of a message: each takes memory beside its own bytes, of which it may have only one.
pub const MOST: usize = 100_000;

/// There are more than [`MOST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

impl TooMany {
    /// Why a message is rejected.
    pub const REASON: &str = "it has more than 100000 records";
}

impl From<TooMany> for ActionError {
    fn from(_: TooMany) -> Self {
        let message = format!("the request has more than {MOST} records: nothing was ingested; send fewer at once");
        Self::new(ErrorType::LimitExceeded, message)
    }
}

/// The records of `content`, each in the bytes that it came in. Nothing is left out: what is no JSON is a record that is none.
///
/// # Errors
/// Where there are too many.
pub fn split<'a>(content: &'a [u8]) -> Result<Vec<&'a [u8]>, TooMany> {
    let content = content.trim_ascii();
    if content.first() == Some(&b'[') {
        let bytes =
            |elements: Vec<&'a RawValue>| elements.into_iter().map(|element| element.get().as_bytes()).collect();
        // A damaged array has no lines that were meant as such.
        return array(content).map_or(Ok(vec![content]), |elements| elements.map(bytes));
    }
    if serde_json::from_slice::<&RawValue>(content).is_ok() {
        return Ok(vec![content]);
    }
    let lines = content.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    at_most(lines.filter(|line| !line.is_empty()))
}

/// The elements of the array that `content` is; none where it is none, or damaged.
///
/// # Errors
/// Where there are too many.
pub fn array(content: &[u8]) -> Option<Result<Vec<&RawValue>, TooMany>> {
    let mut array = serde_json::Deserializer::from_slice(content);
    let elements = array.deserialize_seq(Elements).ok()?;
    array.end().ok().map(|()| elements)
}

fn at_most<T>(mut records: impl Iterator<Item = T>) -> Result<Vec<T>, TooMany> {
    let first = records.by_ref().take(MOST).collect();
    records.next().map_or(Ok(first), |_| Err(TooMany))
}

/// Reads an array to its end, and keeps its elements where they are not too many.
struct Elements;

impl<'de> Visitor<'de> for Elements {
    type Value = Result<Vec<&'de RawValue>, TooMany>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let kept = iter::from_fn(|| elements.next_element::<&RawValue>().transpose()).take(MOST);
        let kept = kept.collect::<Result<_, _>>()?;
        match elements.next_element::<IgnoredAny>()? {
            None => Ok(Ok(kept)),
            Some(_) => {
                while elements.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Err(TooMany))
            }
        }
    }
}

/// The content of the field `records` of a request: JSON, or JSON lines as text.
///
/// # Errors
/// Where it is neither.
pub fn content(field: &RawValue) -> Result<Cow<'_, [u8]>, ActionError> {
    match field.get().as_bytes().first() {
        Some(b'[' | b'{') => Ok(field.get().as_bytes().into()),
        Some(b'"') => {
            serde_json::from_str(field.get()).map(|text: String| text.into_bytes().into()).map_err(|_| neither())
        }
        _ => Err(neither()),
    }
}

fn neither() -> ActionError {
    ActionError::bad_request("the request is wrong: `records` must be an array, an object, or JSON lines as text")
}

/// The JSON that a record is.
///
/// # Errors
/// Why it is none. It is not repeated.
pub fn json(record: &[u8]) -> Result<&RawValue, String> {
    serde_json::from_slice(record).map_err(|error| match std::str::from_utf8(record) {
        Ok(_) => format!("it is no JSON: {error}"),
        Err(utf8) => format!("it is no UTF-8 text: byte {} cannot be", utf8.valid_up_to()),
    })
}

#[cfg(test)]
mod tests {
    use super::{MOST, TooMany, content, json, split};
    use proptest::prelude::{any, prop, proptest};
    use serde_json::value::RawValue;
    use std::borrow::Cow;

    #[track_caller]
    fn check(content: &str, expected: &[&str]) {
        let records: Vec<_> =
            split(content.as_bytes()).unwrap().into_iter().map(|record| std::str::from_utf8(record).unwrap()).collect();
        assert_eq!(records, expected);
    }

    #[test]
    fn arrays_objects_and_lines_are_records() {
        check(r#" [{"a": 1}, {"a": 18446744073709551616}] "#, &[r#"{"a": 1}"#, r#"{"a": 18446744073709551616}"#]);
        check("{\n  \"a\": 1\n}\n", &["{\n  \"a\": 1\n}"]);
        check("{\"a\": 1}\n\n{\"a\": 2}\r\n", &["{\"a\": 1}", "{\"a\": 2}"]);
        check("[]", &[]);
        check("", &[]);
        check("5", &["5"]);
        check("[{}, 5]", &["{}", "5"]);
    }

    #[test]
    fn what_is_damaged_is_a_record_by_itself() {
        check("{}\n{\"a\":\n{}", &["{}", "{\"a\":", "{}"]);
        check("[{},\n{}", &["[{},\n{}"]);
        assert_eq!(split(b"{}\n\xff\n{}").unwrap(), [&b"{}"[..], b"\xff", b"{}"]);
    }

    #[test]
    fn records_have_a_largest_number() {
        for (before, after) in [("", ""), ("[", "5]")] {
            let separator = if before.is_empty() { "5\n" } else { "5," };
            let of = |count: usize| format!("{before}{}{after}", separator.repeat(count - after.len() / 2));
            assert_eq!(split(of(MOST).as_bytes()).map(|records| records.len()), Ok(MOST));
            assert_eq!(split(of(MOST + 1).as_bytes()), Err(TooMany));
        }
        // A damaged array is one record, of whatever length.
        let damaged = format!("[{}", "5,".repeat(MOST + 1));
        assert_eq!(split(damaged.as_bytes()), Ok(vec![damaged.as_bytes()]));
    }

    #[test]
    fn a_field_is_json_or_lines() {
        let content = |json: &str| {
            let field = RawValue::from_string(json.to_owned()).unwrap();
            content(&field).map(Cow::into_owned).map_err(|error| error.message)
        };
        assert_eq!(content(r#""{\"a\": 1}\n{}""#).unwrap(), b"{\"a\": 1}\n{}");
        assert_eq!(content("[{}]").unwrap(), b"[{}]");
        assert!(content("7").unwrap_err().contains("`records` must be an array, an object, or JSON lines"));
    }

    #[test]
    fn what_is_no_json_is_said_without_it() {
        for (record, expected) in [
            (&b"{\"a\":"[..], "it is no JSON: EOF while parsing a value at line 1 column 5"),
            (b"canary", "it is no JSON: expected value at line 1 column 1"),
            (b"{\"a\": \"\xff\"}", "it is no UTF-8 text: byte 7 cannot be"),
        ] {
            assert_eq!(json(record).unwrap_err(), expected);
        }
        assert!(json(b"{}").is_ok());
    }

    proptest! {
        #[test]
        fn nothing_but_blanks_and_line_feeds_is_left_out(content in prop::collection::vec(any::<u8>(), 0..64)) {
            let visible = |bytes: &[u8]| bytes.iter().filter(|byte| !byte.is_ascii_whitespace()).count();
            let of_records: usize = split(&content).unwrap().into_iter().map(visible).sum();
            let is_array = content.trim_ascii().first() == Some(&b'[');
            assert!(is_array || of_records == visible(&content), "{content:?}");
        }
    }
}
