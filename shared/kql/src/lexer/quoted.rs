//! Where a string ends.

use super::{LexError, TokenKind};
use crate::string::escape_length;

/// The quotes of strings over several lines, which know no escapes.
const MULTI_LINE: [&str; 2] = ["```", "~~~"];

/// What ends a string in single or double quotes. Other line breaks of the language, U+2028 and U+2029, do not.
const LINE_ENDS: [char; 2] = ['\n', '\r'];

/// The string at the start of `text`, after any `h`; none where no string starts there.
pub(super) fn scan(text: &str) -> Option<(TokenKind, usize)> {
    let opened = text.strip_prefix('@').unwrap_or(text);
    let prefix = text.len() - opened.len();
    if let Some(quotes) = MULTI_LINE.into_iter().find(|quotes| opened.starts_with(quotes)) {
        return Some(multi_line(text, prefix + quotes.len(), quotes));
    }
    let quote = opened.chars().next().filter(|first| matches!(first, '\'' | '"'))?;
    let content = prefix + 1;
    let (length, closed) =
        if prefix == 0 { escaped(&text[content..], quote) } else { verbatim(&text[content..], quote) };
    Some(string(content + length, closed))
}

fn string(length: usize, closed: bool) -> (TokenKind, usize) {
    (if closed { TokenKind::String } else { TokenKind::Error(LexError::UnterminatedString) }, length)
}

fn multi_line(text: &str, content: usize, quotes: &str) -> (TokenKind, usize) {
    match text[content..].find(quotes) {
        Some(length) => string(content + length + quotes.len(), true),
        None => string(text.len(), false),
    }
}

/// Bytes up to and with the closing quote, and whether there is one. A backslash that starts no known escape ends the
/// string without closing it.
fn escaped(content: &str, quote: char) -> (usize, bool) {
    let mut position = 0;
    while let Some(character) = content[position..].chars().next() {
        position += match character {
            '\\' => match escape_length(&content[position..]) {
                Some(length) => length,
                None => return (position, false),
            },
            _ if character == quote => return (position + 1, true),
            _ if LINE_ENDS.contains(&character) => return (position, false),
            _ => character.len_utf8(),
        };
    }
    (position, false)
}

/// As [`escaped`], but with a doubled quote as the only escape.
fn verbatim(content: &str, quote: char) -> (usize, bool) {
    let mut characters = content.char_indices().peekable();
    while let Some((position, character)) = characters.next() {
        if character == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return (position + 1, true);
        }
        if LINE_ENDS.contains(&character) {
            return (position, false);
        }
    }
    (content.len(), false)
}
