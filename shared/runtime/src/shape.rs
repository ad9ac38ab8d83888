//! The shape of a request, looked at before anything reads it: how deep it nests, and that no key is there twice.
//!
//! Readers differ in which of two equal keys they take, so that what was checked may not be what is done. The walk is a loop over the
//! bytes: no nesting, however deep, costs stack.

use memchr::memchr2;
use std::{borrow::Cow, collections::HashSet, fmt};

/// Levels of objects and arrays in a request.
const NESTING: usize = 32;

/// Levels in the data that a request carries: as many as a `dynamic` cell of an answer may have.
const CONTENT_NESTING: usize = 512;

/// Levels of a path that are shown.
const PATH: usize = 8;

/// Characters of a key that are shown.
const SHOWN: usize = 64;

/// What is wrong with the shape of a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ShapeError {
    #[error("`{0}` is there twice; leave one of them out")]
    Twice(String),
    #[error("it nests deeper than {limit} levels at `{path}`; flatten it")]
    TooDeep { limit: usize, path: String },
}

/// Checks the shape of `json`, which must be JSON. What is below the top-level field `content` may nest deeper, and its keys are data.
pub(crate) fn check(json: &str, content: Option<&str>) -> Result<(), ShapeError> {
    let mut walk = Walk { open: Vec::new(), content, in_content: false };
    let mut at = 0;
    while let Some(byte) = json.as_bytes().get(at) {
        let begin = at;
        at += 1;
        match byte {
            b'{' => walk.enter(Level::Object { keys: HashSet::new(), key: "", expects_key: true })?,
            b'[' => walk.enter(Level::Array { index: 0 })?,
            b'}' | b']' => drop(walk.open.pop()),
            b',' => walk.next(),
            b'"' => {
                at = string_end(json.as_bytes(), at);
                walk.string(json.get(begin..at).unwrap_or_default())?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// The place behind the string whose first character is at `at`.
fn string_end(json: &[u8], mut at: usize) -> usize {
    while let Some(found) = json.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        match json.get(at) {
            Some(b'"') => return at + 1,
            _ => at += 2,
        }
    }
    json.len()
}

/// The objects and arrays around the place where the walk is.
struct Walk<'j> {
    open: Vec<Level<'j>>,
    content: Option<&'j str>,
    /// Whether the place is in the value of `content`.
    in_content: bool,
}

enum Level<'j> {
    /// The current key is as it is written, in quotes.
    Object {
        keys: HashSet<Cow<'j, str>>,
        key: &'j str,
        expects_key: bool,
    },
    Array {
        index: usize,
    },
}

impl<'j> Walk<'j> {
    fn enter(&mut self, level: Level<'j>) -> Result<(), ShapeError> {
        let limit = if self.in_content { CONTENT_NESTING } else { NESTING };
        if self.open.len() == limit {
            return Err(ShapeError::TooDeep { limit, path: self.to_string() });
        }
        self.open.push(level);
        Ok(())
    }

    fn next(&mut self) {
        match self.open.last_mut() {
            Some(Level::Object { expects_key, .. }) => *expects_key = true,
            Some(Level::Array { index }) => *index += 1,
            None => {}
        }
    }

    /// A string came: a key, or a value, which is nobody's business.
    fn string(&mut self, quoted: &'j str) -> Result<(), ShapeError> {
        let depth = self.open.len();
        let Some(Level::Object { keys, key, expects_key: expects_key @ true }) = self.open.last_mut() else {
            return Ok(());
        };
        *expects_key = false;
        *key = quoted;
        if self.in_content && depth > 1 {
            return Ok(());
        }
        let name = unquoted(quoted);
        if depth == 1 {
            self.in_content = self.content == Some(&*name);
        }
        if keys.insert(name) { Ok(()) } else { Err(ShapeError::Twice(self.to_string())) }
    }
}

/// The text of a string: `"\u0061"` is the same key as `"a"`. Half a surrogate pair is no text, and is compared as it is written.
fn unquoted(quoted: &str) -> Cow<'_, str> {
    let plain = Cow::Borrowed(quoted.trim_matches('"'));
    if quoted.contains('\\') { serde_json::from_str(quoted).map_or(plain, Cow::Owned) } else { plain }
}

/// The path to the place where the walk is, such as `parameters.list[3]`; what is long is cut.
impl fmt::Display for Walk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, level) in self.open.iter().take(PATH).enumerate() {
            match level {
                Level::Array { index } => write!(f, "[{index}]")?,
                Level::Object { key, .. } => {
                    let dot = if depth == 0 { "" } else { "." };
                    write!(f, "{dot}{}", shortened(&unquoted(key)))?;
                }
            }
        }
        f.write_str(if self.open.len() > PATH { "…" } else { "" })
    }
}

/// The beginning of a name that a caller chose, on one line.
pub(crate) fn shortened(name: &str) -> String {
    let mut shown: String = name.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if name.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::check;
    use proptest::prelude::{Just, Strategy, prop, prop_assert_eq, prop_oneof, proptest};

    #[track_caller]
    fn refuses(json: &str, expected: &str) {
        serde_json::from_str::<&serde_json::value::RawValue>(json).unwrap();
        assert_eq!(check(json, Some("records")).unwrap_err().to_string(), expected);
    }

    #[track_caller]
    fn accepts(json: &str) {
        serde_json::from_str::<&serde_json::value::RawValue>(json).unwrap();
        assert_eq!(check(json, Some("records")), Ok(()), "{json}");
    }

    fn nested(levels: usize) -> String {
        "[".repeat(levels) + &"]".repeat(levels)
    }

    #[test]
    fn a_key_that_is_there_twice_is_named_wherever_it_is() {
        let twice = |path: &str| format!("`{path}` is there twice; leave one of them out");
        refuses(r#"{"query": "T", "query": "U"}"#, &twice("query"));
        refuses(r#"{"parameters": {"n": 1, "m": {"n": 1}, "n": 2}}"#, &twice("parameters.n"));
        refuses(r#"{"a": [{}, 5, {"b": [[], {"c": "canary", "c": "canary"}]}]}"#, &twice("a[2].b[1].c"));
        refuses(r#"{"a":1,"\u0061":2}"#, &twice("a"));
        refuses(r#"{"\"":1,"\u0022":2}"#, &twice(r#"\""#));
        refuses(r#"{"a\nb":1,"a\nb":2}"#, &twice(r"a\nb"));
        refuses(r#"{"\ud800":1,"\ud800":2}"#, &twice(r"\\ud800"));
        refuses(r#"{"records": [], "records": []}"#, &twice("records"));
        let long = "k".repeat(100);
        refuses(&format!(r#"{{"{long}":1,"{long}":2}}"#), &twice(&format!("{}…", "k".repeat(64))));
    }

    #[test]
    fn what_only_looks_like_a_key_is_none() {
        accepts(r#"{"a": "b", "b": "a", "c": ["a", "a", "b"], "d": {"a": 1, "b": "x\", \"a\": 1"}}"#);
        accepts(r#"[{"a": 1}, {"a": 1}, "a", "a"]"#);
        accepts(r#"{"a\\": "\\", "a": "}{][,:"}"#);
        accepts(r#"{"A": 1, "a": 2, "": 3, " ": 4}"#);
        accepts(r#""a""#);
    }

    #[test]
    fn data_is_taken_as_it_is() {
        accepts(r#"{"records": [{"a": 1, "a": 2}, {"b": {"c": 1, "c": 1}}]}"#);
        accepts(&format!(r#"{{"records": {}}}"#, nested(511)));
        refuses(
            r#"{"records": [], "parameters": {"a": 1, "a": 2}}"#,
            "`parameters.a` is there twice; leave one of them out",
        );
        refuses(
            &format!(r#"{{"records": {}}}"#, nested(512)),
            "it nests deeper than 512 levels at `records[0][0][0][0][0][0][0]…`; flatten it",
        );
    }

    #[test]
    fn nesting_ends_at_32_levels_however_deep_it_goes_on() {
        accepts(&nested(32));
        accepts(&format!(r#"{{"a": {}, "b": {}}}"#, nested(31), nested(31)));
        refuses(&nested(33), "it nests deeper than 32 levels at `[0][0][0][0][0][0][0][0]…`; flatten it");
        let deep = |levels: usize| r#"{"a":"#.repeat(levels) + "1" + &"}".repeat(levels);
        accepts(&deep(32));
        refuses(&deep(1_000_000), "it nests deeper than 32 levels at `a.a.a.a.a.a.a.a…`; flatten it");
    }

    /// Whether an object of this JSON has a key twice, by a reader of its own.
    struct Reference(bool);

    impl<'de> serde::Deserialize<'de> for Reference {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(Values)
        }
    }

    struct Values;

    impl<'de> serde::de::Visitor<'de> for Values {
        type Value = Reference;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("JSON")
        }

        fn visit_u64<E>(self, _: u64) -> Result<Reference, E> {
            Ok(Reference(false))
        }

        fn visit_str<E>(self, _: &str) -> Result<Reference, E> {
            Ok(Reference(false))
        }

        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Reference, A::Error> {
            let mut twice = false;
            while let Some(Reference(inner)) = list.next_element()? {
                twice |= inner;
            }
            Ok(Reference(twice))
        }

        fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Reference, A::Error> {
            let (mut keys, mut twice) = (std::collections::HashSet::new(), false);
            while let Some((key, Reference(inner))) = map.next_entry::<String, Reference>()? {
                twice |= inner | !keys.insert(key);
            }
            Ok(Reference(twice))
        }
    }

    /// JSON as text, with keys of an alphabet so small that some are there twice.
    fn any_json() -> impl Strategy<Value = String> {
        let key =
            prop_oneof![Just(r#""a""#), Just(r#""\u0061""#), Just(r#""\"""#), Just(r#""b""#), Just(r#"" ,:{}[]""#)];
        let leaf = prop_oneof![Just("1".to_owned()), key.clone().prop_map(str::to_owned)];
        leaf.prop_recursive(4, 32, 4, move |inner| {
            let member = (key.clone(), inner.clone()).prop_map(|(key, value)| format!("{key} : {value}"));
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(|all| format!("[{}]", all.join(" , "))),
                prop::collection::vec(member, 0..4).prop_map(|all| format!("{{{}}}", all.join(","))),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_finds_what_another_reader_finds(json in any_json()) {
            let Reference(twice) = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(check(&json, None).is_err(), twice, "{}", json);
        }

        #[test]
        fn no_text_stops_it(text in r#"[\[\]{}",:\\a\u{e9}]{0,64}"#) {
            let _ = check(&text, Some("a"));
        }
    }
}
