//! JSON strings as text.

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

#[cfg(test)]
mod tests {
    use super::of_json_string;
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
}
