//! A validating scanner of one JSON value that can stop after any byte and go on with the next.

use crate::{
    limits::{MAX_COLUMNS, MAX_NESTING},
    sink::LimitReached,
};

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Malformed(&'static str),
    Limit(LimitReached),
}

/// Scans one JSON value, in as many pieces as it comes in, looking at each byte once and without recursion.
///
/// It knows all of JSON's grammar but UTF-8, which whoever has the whole value checks.
#[derive(Debug)]
pub(crate) struct Scanner {
    state: State,
    /// Whether the string that is being scanned is the key of an object.
    in_key: bool,
    depth: usize,
    objects: Levels,
    /// Whether elements are to be noted.
    marking: bool,
    /// Where each element of an outermost array starts and ends, in turns.
    marks: Vec<u32>,
    /// Bytes of this value that were handed in before.
    scanned: usize,
}

/// What must come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Value,
    FirstElement,
    FirstKey,
    Key,
    Colon,
    AfterValue,
    Text,
    Escape,
    /// That many hexadecimal digits.
    Hex(u8),
    Number(Number),
    /// The rest of `true`, `false` or `null`.
    Literal(&'static [u8]),
}

/// How far a number has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Number {
    Minus,
    Zero,
    Integer,
    Point,
    Fraction,
    E,
    ESign,
    Exponent,
}

/// What a step came to.
enum Flow {
    /// The next step can be made.
    Next,
    /// There are no more bytes.
    Starved,
    /// The value has ended before the byte that is next.
    Ended,
}

impl Scanner {
    /// A scanner at the start of a value.
    pub(crate) fn new() -> Self {
        Self {
            state: State::Value,
            in_key: false,
            depth: 0,
            objects: Levels::default(),
            marking: false,
            marks: Vec::new(),
            scanned: 0,
        }
    }

    /// Starts over with another value; with `marking`, the elements of an array are noted.
    pub(crate) fn restart(&mut self, marking: bool) {
        self.state = State::Value;
        self.depth = 0;
        self.marking = marking;
        self.marks.clear();
        self.scanned = 0;
    }

    /// Where each element of the array that was scanned starts and ends, in turns.
    pub(crate) fn marks(&self) -> &[u32] {
        &self.marks
    }

    /// Goes on with the value: how many of `bytes` belong to it if it ends among them, none if it does not.
    ///
    /// A number ends with the byte after it. A fault comes with its place in `bytes`.
    pub(crate) fn scan(&mut self, bytes: &[u8]) -> Result<Option<usize>, (Fault, usize)> {
        let mut at = 0;
        loop {
            let flow = match self.state {
                State::Text => self.text(bytes, &mut at),
                State::Number(number) => self.number(number, bytes, &mut at),
                _ => self.token(bytes, &mut at),
            };
            match flow {
                Ok(Flow::Next) => {}
                Ok(Flow::Starved) => {
                    self.scanned += bytes.len();
                    return Ok(None);
                }
                Ok(Flow::Ended) => return Ok(Some(at)),
                Err(fault) => return Err((fault, at)),
            }
        }
    }

    fn text(&mut self, bytes: &[u8], at: &mut usize) -> Result<Flow, Fault> {
        *at += plain_text(bytes.get(*at..).unwrap_or_default());
        match bytes.get(*at) {
            None => return Ok(Flow::Starved),
            Some(b'\\') => self.state = State::Escape,
            Some(b'"') => {
                *at += 1;
                if self.in_key {
                    self.state = State::Colon;
                    return Ok(Flow::Next);
                }
                return Ok(self.end_value(*at));
            }
            Some(_) => return Err(Fault::Malformed("a control character in a string")),
        }
        *at += 1;
        Ok(Flow::Next)
    }

    fn number(&mut self, mut number: Number, bytes: &[u8], at: &mut usize) -> Result<Flow, Fault> {
        while let Some(&byte) = bytes.get(*at) {
            match number.followed_by(byte) {
                Some(next) => number = next,
                None if number.is_complete() => return Ok(self.end_value(*at)),
                None => return Err(Fault::Malformed("a number that is not one")),
            }
            *at += 1;
        }
        self.state = State::Number(number);
        Ok(Flow::Starved)
    }

    /// One byte that is neither in a string nor in a number.
    fn token(&mut self, bytes: &[u8], at: &mut usize) -> Result<Flow, Fault> {
        let Some(&byte) = bytes.get(*at) else { return Ok(Flow::Starved) };
        let position = *at;
        *at += 1;
        match (self.state, byte) {
            (State::Literal([first, rest @ ..]), _) if byte == *first => {
                if rest.is_empty() {
                    return Ok(self.end_value(*at));
                }
                self.state = State::Literal(rest);
            }
            (State::Escape, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.state = State::Text,
            (State::Escape, b'u') => self.state = State::Hex(4),
            (State::Hex(1), _) if byte.is_ascii_hexdigit() => self.state = State::Text,
            (State::Hex(left), _) if byte.is_ascii_hexdigit() => self.state = State::Hex(left - 1),
            (State::Literal(_) | State::Escape | State::Hex(_), _) => {
                return Err(Fault::Malformed("a literal or an escape that is not one"));
            }
            (_, b' ' | b'\n' | b'\r' | b'\t') => {}
            (State::AfterValue, b',') => self.state = if self.in_object() { State::Key } else { State::Value },
            (State::AfterValue | State::FirstElement, b']') => return self.close(false, *at),
            (State::AfterValue | State::FirstKey, b'}') => return self.close(true, *at),
            (State::Colon, b':') => self.state = State::Value,
            (State::FirstKey | State::Key, b'"') => {
                self.in_key = true;
                self.state = State::Text;
            }
            (State::Value | State::FirstElement, _) => self.begin_value(byte, position)?,
            _ => return Err(Fault::Malformed("a comma, colon, key or bracket is missing")),
        }
        Ok(Flow::Next)
    }

    fn begin_value(&mut self, byte: u8, position: usize) -> Result<(), Fault> {
        self.mark_start(position)?;
        self.state = match byte {
            b'"' => {
                self.in_key = false;
                State::Text
            }
            b'[' => self.open(false)?,
            b'{' => self.open(true)?,
            b'-' => State::Number(Number::Minus),
            b'0' => State::Number(Number::Zero),
            b'1'..=b'9' => State::Number(Number::Integer),
            b't' => State::Literal(b"rue"),
            b'f' => State::Literal(b"alse"),
            b'n' => State::Literal(b"ull"),
            _ => return Err(Fault::Malformed("a value is missing")),
        };
        Ok(())
    }

    fn open(&mut self, object: bool) -> Result<State, Fault> {
        // One level more than a cell may have, for the row around it.
        if self.depth > MAX_NESTING {
            return Err(Fault::Limit(LimitReached { limit: MAX_NESTING as u64, unit: "nested levels" }));
        }
        self.depth += 1;
        self.objects.set(self.depth, object);
        if object && self.depth == 1 {
            self.marking = false;
        }
        Ok(if object { State::FirstKey } else { State::FirstElement })
    }

    fn close(&mut self, object: bool, at: usize) -> Result<Flow, Fault> {
        if self.depth == 0 || self.in_object() != object {
            return Err(Fault::Malformed("a bracket that closes nothing"));
        }
        self.depth -= 1;
        Ok(self.end_value(at))
    }

    fn in_object(&self) -> bool {
        self.objects.get(self.depth)
    }

    fn end_value(&mut self, at: usize) -> Flow {
        if self.depth == 0 {
            return Flow::Ended;
        }
        if self.marking && self.depth == 1 {
            self.push_mark(at);
        }
        self.state = State::AfterValue;
        Flow::Next
    }

    fn mark_start(&mut self, position: usize) -> Result<(), Fault> {
        if self.marking && self.depth == 1 {
            if self.marks.len() >= 2 * MAX_COLUMNS {
                return Err(Fault::Limit(LimitReached { limit: MAX_COLUMNS as u64, unit: "columns" }));
            }
            self.push_mark(position);
        }
        Ok(())
    }

    fn push_mark(&mut self, at: usize) {
        // A value that is marked is kept, and no value of 4 GiB is.
        self.marks.push(u32::try_from(self.scanned + at).unwrap_or(u32::MAX));
    }
}

impl Number {
    fn followed_by(self, byte: u8) -> Option<Self> {
        Some(match (self, byte) {
            (Self::Minus, b'0') => Self::Zero,
            (Self::Minus, b'1'..=b'9') | (Self::Integer, b'0'..=b'9') => Self::Integer,
            (Self::Zero | Self::Integer, b'.') => Self::Point,
            (Self::Point | Self::Fraction, b'0'..=b'9') => Self::Fraction,
            (Self::Zero | Self::Integer | Self::Fraction, b'e' | b'E') => Self::E,
            (Self::E, b'+' | b'-') => Self::ESign,
            (Self::E | Self::ESign | Self::Exponent, b'0'..=b'9') => Self::Exponent,
            _ => return None,
        })
    }

    fn is_complete(self) -> bool {
        matches!(self, Self::Zero | Self::Integer | Self::Fraction | Self::Exponent)
    }
}

/// For each level of nesting whether it is an object.
#[derive(Debug, Default)]
struct Levels([u64; MAX_NESTING / 64 + 1]);

impl Levels {
    fn set(&mut self, level: usize, object: bool) {
        if let Some(word) = self.0.get_mut(level / 64) {
            *word = *word & !(1 << (level % 64)) | u64::from(object) << (level % 64);
        }
    }

    fn get(&self, level: usize) -> bool {
        self.0.get(level / 64).is_some_and(|word| word >> (level % 64) & 1 == 1)
    }
}

/// How many bytes at the start of `text` can be nothing but text: no quote, backslash or control character.
fn plain_text(text: &[u8]) -> usize {
    const EACH: u64 = u64::MAX / 255;
    let mut at = 0;
    while let Some(block) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*block);
        // The high bit of each byte that is zero; a borrow can only disturb bytes after the first.
        let zeros = |word: u64| word.wrapping_sub(EACH) & !word;
        let controls = word.wrapping_sub(EACH * 0x20) & !word;
        let found = (zeros(word ^ (EACH * u64::from(b'"'))) | zeros(word ^ (EACH * u64::from(b'\\'))) | controls)
            & (EACH * 0x80);
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|&&byte| byte >= 0x20 && byte != b'"' && byte != b'\\').count()
}

#[cfg(test)]
mod tests {
    use super::{Fault, Scanner, plain_text};

    /// What a whole text comes to, however it is cut: its length if it is one value.
    fn scan(text: &[u8]) -> Result<Option<usize>, Fault> {
        let whole = Scanner::new().scan(text).map_err(|(fault, _)| fault);
        for cut in 0..=text.len() {
            let mut scanner = Scanner::new();
            let parts = match scanner.scan(&text[..cut]) {
                Ok(None) => scanner.scan(&text[cut..]).map(|end| end.map(|end| cut + end)),
                ended => ended,
            };
            assert_eq!(parts.map_err(|(fault, _)| fault), whole, "{} cut at {cut}", text.escape_ascii());
        }
        whole
    }

    #[test]
    fn takes_what_serde_json_takes() {
        let texts = [
            r#""""#,
            r#""a\"b""#,
            r#""\u00e9\n\/""#,
            "\"é\"",
            "0 ",
            "-0 ",
            "1.5e+10 ",
            "-1E9 ",
            "[]",
            "{}",
            "[1,2]",
            r#"{"a":[{"b":null}],"c":true}"#,
            " [ 1 , { \"a\" : false } ] ",
            "[[[[]]]]",
            "[0.1]",
            // Not JSON.
            "",
            "[",
            "]",
            "[}",
            "{]",
            "{1:2}",
            "[1,]",
            "[,1]",
            r#"{"a":1,}"#,
            r#"{"a"}"#,
            r#"{"a" 1}"#,
            "01 ",
            "+1 ",
            "1. ",
            ".5 ",
            "1e ",
            "-",
            "- ",
            "tru",
            "truE",
            "nul ",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\x01\"",
            "\"a",
            "[1 2]",
            "[\"a\"1]",
            "NaN",
            "Infinity",
            "'a'",
            "{\"a\":1 \"b\":2}",
            "[nulll]",
            "{,}",
            "[--1]",
            "{\"a\":}",
            "[1]]",
        ];
        for text in texts {
            let ours = matches!(scan(text.as_bytes()), Ok(Some(end)) if text[end..].trim().is_empty());
            let theirs = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
            assert_eq!(ours, theirs, "{text}");
        }
    }

    #[test]
    fn notes_the_elements_of_an_array() {
        let mut scanner = Scanner::new();
        scanner.restart(true);
        let text = br#"[1, "a,]" ,{"x":[2,3]},[4 ] , null]"#;
        assert_eq!(scanner.scan(text), Ok(Some(text.len())));
        let cells: Vec<_> = scanner
            .marks()
            .chunks(2)
            .map(|mark| text[mark[0] as usize..mark[1] as usize].escape_ascii().to_string())
            .collect();
        assert_eq!(cells, ["1", r#"\"a,]\""#, r#"{\"x\":[2,3]}"#, "[4 ]", "null"]);
    }

    #[test]
    fn refuses_nesting_and_columns_beyond_the_limits() {
        let nested = |levels: usize| [vec![b'['; levels], vec![b']'; levels]].concat();
        assert_eq!(Scanner::new().scan(&nested(513)), Ok(Some(1026)));
        assert!(matches!(Scanner::new().scan(&nested(514)), Err((Fault::Limit(limit), 514)) if limit.limit == 512));
        let row = |cells: usize| format!("[{}]", vec!["1"; cells].join(","));
        let scan = |text: &str| {
            let mut scanner = Scanner::new();
            scanner.restart(true);
            scanner.scan(text.as_bytes())
        };
        assert!(matches!(scan(&row(10_000)), Ok(Some(_))));
        assert!(matches!(scan(&row(10_001)), Err((Fault::Limit(limit), _)) if limit.unit == "columns"));
    }

    #[test]
    fn plain_text_ends_at_the_first_byte_that_matters() {
        for special in [b'"', b'\\', 0, 0x1f] {
            for at in 0..40 {
                let mut text = vec![b'a'; 40];
                text[at] = special;
                text[39] = b'"';
                assert_eq!(plain_text(&text), at);
            }
        }
        assert_eq!(plain_text("é\u{7f}\u{80} !#[]".repeat(5).as_bytes()), 50);
    }
}
