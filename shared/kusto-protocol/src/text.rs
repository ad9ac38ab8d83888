//! JSON strings as text, and text as JSON strings.

use std::borrow::Cow;

/// The text of `json`, a well-formed JSON string. Halves of surrogate pairs, which JSON allows and text does not, become U+FFFD.
pub(crate) fn of_json_string(json: &str) -> Cow<'_, str> {
    let inner = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(json);
    match inner.contains('\\') {
        true => Cow::Owned(unescape(inner)),
        false => Cow::Borrowed(inner),
    }
}

fn unescape(inner: &str) -> String {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        text.push_str(plain);
        let mut chars = escaped.chars();
        match chars.next() {
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some('u') => {
                let (units, after) = utf16_units(chars.as_str());
                text.extend(char::decode_utf16(units).map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER)));
                rest = after;
                continue;
            }
            Some(char) => text.push(char),
            None => {}
        }
        rest = chars.as_str();
    }
    text.push_str(rest);
    text
}

/// The UTF-16 units of `\u` escapes that follow one another; the first `\u` is already taken.
fn utf16_units(mut rest: &str) -> (Vec<u16>, &str) {
    let mut units = Vec::new();
    while let Some((digits, after)) = rest.split_at_checked(4) {
        units.push(u16::from_str_radix(digits, 16).unwrap_or(0xfffd));
        rest = after;
        match after.strip_prefix("\\u") {
            Some(next) => rest = next,
            None => break,
        }
    }
    (units, rest)
}

/// How many bytes more than its length `text` takes between the quotes of a JSON string, as serde_json writes it: a backslash before `"`,
/// `\` and the control characters that have a short form, six bytes for the others.
pub fn escapes(text: &[u8]) -> u64 {
    // Five at most for each byte, so that a block's sum is one byte, which is added up for many at once.
    const BLOCK: usize = 32;
    let more = |byte: &u8| {
        let short = matches!(byte, b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c);
        u8::from(short) + 5 * u8::from(*byte < 0x20 && !short)
    };
    text.chunks(BLOCK).map(|block| u64::from(block.iter().map(more).sum::<u8>())).sum()
}

#[cfg(test)]
mod tests {
    use super::{escapes, of_json_string};
    use proptest::prelude::*;

    #[test]
    fn decodes_escapes() {
        #[track_caller]
        fn check(json: &str, text: &str) {
            assert_eq!(of_json_string(json), text, "{json}");
        }
        check(r#""""#, "");
        check(r#""a b""#, "a b");
        check(r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t");
        check(r#""\u00e9\u20AC!""#, "é€!");
        check(r#""\ud83d\ude00x""#, "😀x");
        check(r#""\ud83d""#, "\u{fffd}");
        check(r#""\ud83dx\ude00""#, "\u{fffd}x\u{fffd}");
        check(r#""\ude00\ud83d\ud83d\ude00""#, "\u{fffd}\u{fffd}😀");
    }

    proptest! {
        #[test]
        fn reads_what_serde_json_writes(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(of_json_string(&json), text);
        }

        #[test]
        fn never_panics(text in any::<String>(), escapes in "(\\\\|u|d83d|\"|é|[0-9a-f])*") {
            of_json_string(&text);
            of_json_string(&escapes);
        }
    }

    #[test]
    fn escapes_are_those_that_serde_json_writes() {
        let controls = "\u{1}".repeat(1000);
        for text in [controls.as_str(), "", "plain", "a \"b\" \\ \n\r\t\u{8}\u{c}", "\u{1}\u{1f}", "é漢🎈\u{7f}"] {
            let written = serde_json::to_string(text).unwrap().len() - 2;
            assert_eq!(text.len() as u64 + escapes(text.as_bytes()), written as u64, "{text:?}");
        }
    }
}
