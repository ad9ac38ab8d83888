//! Strings of KQL: from text to a literal and back.

/// `text` as a string literal in double quotes, on one line whatever it holds.
pub fn quote(text: &str) -> String {
    quote_with('"', text)
}

/// `text` as a string literal between two of `mark`, `"` or `'`.
pub(crate) fn quote_with(mark: char, text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push(mark);
    for character in text.chars() {
        push_escaped(&mut literal, character, mark);
    }
    literal.push(mark);
    literal
}

fn push_escaped(literal: &mut String, character: char, mark: char) {
    match character {
        '\\' => literal.push_str("\\\\"),
        '\n' => literal.push_str("\\n"),
        '\r' => literal.push_str("\\r"),
        '\t' => literal.push_str("\\t"),
        _ if character == mark => literal.extend(['\\', mark]),
        _ if is_unprintable(character) => literal.push_str(&format!("\\u{:04x}", u32::from(character))),
        _ => literal.push(character),
    }
}

/// Control characters, U+0085 among them, and the separators that end a line of KQL: never written as they are.
pub(crate) fn is_unprintable(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// The text that a string token stands for; none where `token` is no complete string of KQL. `\u` with half of a
/// surrogate pair, which no Rust text can hold, becomes U+FFFD.
pub fn unescape(token: &str) -> Option<String> {
    let token = token.strip_prefix(['h', 'H']).unwrap_or(token);
    let (token, verbatim) = token.strip_prefix('@').map_or((token, false), |rest| (rest, true));
    if let Some(content) = between(token, "```").or_else(|| between(token, "~~~")) {
        return Some(content.to_owned());
    }
    let mark = if token.starts_with('\'') { "'" } else { "\"" };
    let content = between(token, mark)?;
    if verbatim { Some(content.replace(&mark.repeat(2), mark)) } else { resolve_escapes(content) }
}

fn between<'t>(token: &'t str, mark: &str) -> Option<&'t str> {
    token.strip_prefix(mark)?.strip_suffix(mark)
}

fn resolve_escapes(content: &str) -> Option<String> {
    let mut units: Vec<u16> = Vec::new();
    let mut text = String::with_capacity(content.len());
    let mut rest = content;
    while let Some(start) = rest.find('\\') {
        flush(&mut units, &mut text, start > 0);
        text.push_str(&rest[..start]);
        let length = escape_length(&rest[start..])?;
        let escape = &rest[start + 1..start + length];
        match escape.strip_prefix('u') {
            Some(unit) => units.push(u16::from_str_radix(unit, 16).ok()?),
            None => {
                flush(&mut units, &mut text, true);
                text.push(escaped_character(escape)?);
            }
        }
        rest = &rest[start + length..];
    }
    flush(&mut units, &mut text, true);
    text.push_str(rest);
    Some(text)
}

/// Moves the UTF-16 units gathered so far into the text; two that follow each other may be one character.
fn flush(units: &mut Vec<u16>, text: &mut String, complete: bool) {
    if complete && !units.is_empty() {
        text.push_str(&String::from_utf16_lossy(units));
        units.clear();
    }
}

/// The character of an escape other than `\u`, given without its backslash.
fn escaped_character(escape: &str) -> Option<char> {
    Some(match escape.chars().next()? {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        'U' | 'x' => char::from_u32(u32::from_str_radix(&escape[1..], 16).ok()?)?,
        '0'..='7' => char::from_u32(u32::from_str_radix(escape, 8).ok()?)?,
        mark => mark,
    })
}

/// The length in bytes of the escape at the start of `text`, backslash included; none where KQL has no such escape.
pub(crate) fn escape_length(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('\\')?.as_bytes();
    let hexadecimal = |count: usize| {
        let digits = rest.get(1..=count)?;
        digits.iter().all(u8::is_ascii_hexdigit).then_some(2 + count)
    };
    match rest.first()? {
        b'\\' | b'\'' | b'"' | b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' => Some(2),
        b'x' => hexadecimal(2),
        b'u' => hexadecimal(4),
        b'U' => hexadecimal(8),
        b'0'..=b'7' => Some(1 + octal_digits(rest)),
        _ => None,
    }
}

/// Up to three digits, as many as make at most 255.
fn octal_digits(rest: &[u8]) -> usize {
    let most = if rest[0] <= b'3' { 3 } else { 2 };
    rest.iter().take(most).take_while(|byte| matches!(byte, b'0'..=b'7')).count()
}

#[cfg(test)]
mod tests {
    use super::{quote, unescape};
    use crate::lexer::{TokenKind, tokens};
    use proptest::prelude::{any, proptest};

    #[test]
    fn literals_stay_on_one_line() {
        let table = [
            ("", r#""""#),
            ("it's", r#""it's""#),
            (r#"say "hi""#, r#""say \"hi\"""#),
            (r"c:\temp\", r#""c:\\temp\\""#),
            ("a\r\n\tb", r#""a\r\n\tb""#),
            ("\0\u{b}\u{7f}\u{85}", r#""\u0000\u000b\u007f\u0085""#),
            ("\u{2028}\u{2029}\u{feff}", r#""\u2028\u2029\ufeff""#),
            ("主机 😀", "\"主机 😀\""),
        ];
        for (text, expected) in table {
            assert_eq!(quote(text), expected);
        }
    }

    #[test]
    fn every_form_of_string_can_be_read() {
        let table = [
            ("'a'", Some("a")),
            (r#""a""#, Some("a")),
            ("h'secret'", Some("secret")),
            (r#"H@"c:\a""#, Some(r"c:\a")),
            ("@'it''s'", Some("it's")),
            (r#"@"say ""hi""""#, Some(r#"say "hi""#)),
            ("```a\n'b'```", Some("a\n'b'")),
            ("h~~~a`b~~~", Some("a`b")),
            ("@```a\\n```", Some("a\\n")),
            (r"'\\ \' \n\r\t\a\b\f\v'", Some("\\ ' \n\r\t\u{7}\u{8}\u{c}\u{b}")),
            (r"'\x41\u00e9\U0001F600\101\0\477'", Some("Aé😀A\0'7")),
            (r"'\ud83d\ude00'", Some("😀")),
            (r"'\ud83d-\ude00'", Some("\u{fffd}-\u{fffd}")),
            (r"'\ud83d\n'", Some("\u{fffd}\n")),
            (r"'\q'", None),
            (r"'\u12'", None),
            (r"'\U00110000'", None),
            ("'a", None),
            ("a", None),
            ("", None),
        ];
        for (token, expected) in table {
            assert_eq!(unescape(token).as_deref(), expected, "{token}");
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back_from_its_literal(text in any::<String>()) {
            let literal = quote(&text);
            let kinds: Vec<TokenKind> = tokens(&literal).map(|token| token.kind).collect();
            assert_eq!(kinds, [TokenKind::String]);
            assert_eq!(unescape(&literal), Some(text));
        }

        #[test]
        fn any_text_can_be_tried(text in any::<String>()) {
            unescape(&text);
        }
    }
}
