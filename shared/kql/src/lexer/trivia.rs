//! What stands between tokens: whitespace and comments.

/// The whitespace of KQL, which may also stand before the dot of a management command (the 24 characters for which
/// Microsoft's own parser says so).
pub(super) fn is_whitespace(character: char) -> bool {
    matches!(
        character,
        '\t' | '\n' | '\u{c}' | '\r' | ' ' | '\u{a0}' | '\u{1680}' | '\u{180e}' | '\u{2000}'
            ..='\u{200b}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}'
    )
}

/// Whether a character ends the line of a `//` comment, a `#` directive or a typed literal.
pub(super) fn is_line_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// Bytes of `text` before its first line break.
pub(super) fn line_length(text: &str) -> usize {
    text.find(is_line_break).unwrap_or(text.len())
}

/// Bytes of whitespace and comments at the start of `text`.
pub(super) fn length(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(is_whitespace);
        if !rest.starts_with("//") {
            return text.len() - rest.len();
        }
        // U+2028 and U+2029 end a comment but are no whitespace, so the break goes with the comment.
        let comment = &rest[line_length(rest)..];
        rest = comment.strip_prefix(is_line_break).unwrap_or(comment);
    }
}
