//! The ids of operations in `.show operations` and `.show operation … details`.

use crate::lexer::TokenKind;
use crate::scalar_type::ScalarType;
use crate::statement::{StatementKind, statement_kind};
use crate::string::unescape;
use crate::words::Words;

/// A text that names one operation, and is no id of any.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{written:?} is no operation id: write the 36 characters that the async command answered, such as `.show operations 3827def6-0773-4f2a-859e-c02cf395deaf`"
)]
pub struct InvalidOperationId {
    /// What is written in its place.
    pub written: String,
}

/// The operation whose state `text` asks for, in lower case: that of `.show operations <id>`, with nothing behind it. None for every
/// other text.
///
/// The id may be bare, quoted or a `guid(…)`, so that it can be the value of a placeholder.
///
/// # Errors
/// Where an operation is named, alone or in a list, and what names it is no id.
pub fn operation_id(text: &str) -> Result<Option<String>, InvalidOperationId> {
    let words = Words::of(text);
    let is_command = statement_kind(text) == StatementKind::ManagementCommand && words.is_word(1, "show");
    let (several, one) = (words.is_word(2, "operations"), words.is_word(2, "operation"));
    if !is_command || !(several || one) {
        return Ok(None);
    }
    match words.kind(FIRST) {
        None | Some(TokenKind::Bar) => Ok(None),
        Some(TokenKind::OpenParen) => ids(&words).map(|()| None),
        Some(_) => {
            let (id, next) = id(&words, FIRST)?;
            match words.kind(next) {
                None => Ok(several.then_some(id)),
                Some(TokenKind::Bar) => Ok(None),
                Some(_) if one => Ok(None),
                Some(_) => Err(InvalidOperationId { written: rest(text, &words) }),
            }
        }
    }
}

/// The index of the word after `show operations`.
const FIRST: usize = 3;

/// Looks at each id of a list in parentheses.
fn ids(words: &Words<'_>) -> Result<(), InvalidOperationId> {
    let mut index = FIRST + 1;
    while !matches!(words.kind(index), None | Some(TokenKind::CloseParen)) {
        (_, index) = id(words, index)?;
        index += usize::from(words.kind(index) == Some(TokenKind::Comma));
    }
    Ok(())
}

/// The id at `index`, and the index after it.
fn id(words: &Words<'_>, index: usize) -> Result<(String, usize), InvalidOperationId> {
    let written = words.written(index);
    let (content, next) = match words.kind(index) {
        Some(TokenKind::String) => (unescape(written).unwrap_or_default(), index + 1),
        // The content of a typed literal follows as a token of its own.
        Some(TokenKind::Typed(ScalarType::Guid)) => (words.written(index + 1).to_owned(), index + 2),
        _ => (written.to_owned(), index + 1),
    };
    match is_guid(&content) {
        true => Ok((content.to_ascii_lowercase(), next)),
        false => Err(InvalidOperationId { written: shortened(written) }),
    }
}

/// Whether `text` is 8-4-4-4-12 hexadecimal digits.
pub fn is_guid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// Everything from the first id on.
fn rest(text: &str, words: &Words<'_>) -> String {
    let start = words.token(FIRST).map_or(text.len(), |token| token.start);
    shortened(text.get(start..).unwrap_or_default())
}

/// What fits into a sentence.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::operation_id;
    use proptest::prelude::{any, prop_assert, proptest};

    const ID: &str = "3827def6-0773-4f2a-859e-c02cf395deaf";

    #[test]
    fn the_operation_that_is_asked_for() {
        for text in [
            ".show operations ID",
            "// c\n.SHOW Operations\n  ID // the one",
            ".show operations 'ID'",
            ".show operations \"ID\"",
            ".show operations guid(ID)",
        ] {
            assert_eq!(operation_id(&text.replace("ID", ID)), Ok(Some(ID.to_owned())), "{text}");
        }
        assert_eq!(operation_id(&format!(".show operations {}", ID.to_ascii_uppercase())), Ok(Some(ID.to_owned())));
    }

    #[test]
    fn other_texts_ask_for_none() {
        for text in [
            ".show operations",
            ".show operations | where State == 'Failed'",
            ".show operations ID | project State",
            ".show operations (ID, 'ID')",
            ".show operations ()",
            ".show operation ID details",
            ".show tables",
            ".cancel operation ID",
            "show operations ID",
        ] {
            assert_eq!(operation_id(&text.replace("ID", ID)), Ok(None), "{text}");
        }
    }

    #[test]
    fn what_is_no_id_is_named() {
        for (text, written) in [
            (".show operations 123", "123"),
            (".show operations abc-def", "abc"),
            (".show operations 'drop'", "'drop'"),
            (".show operations guid(1)", "guid(1)"),
            (".show operations (ID, 1)", "1"),
            (".show operation x details", "x"),
            (".show operations IDf", "IDf"),
            (".show operations ID ID", "ID ID"),
            (".show operations x | project State", "x"),
        ] {
            let error = operation_id(&text.replace("ID", ID)).unwrap_err();
            let shortened: String = written.replace("ID", ID).chars().take(60).collect();
            assert_eq!(error.written.trim_end_matches('…'), shortened, "{text}");
        }
        let sentence = operation_id(".show operations 123").unwrap_err().to_string();
        assert!(sentence.starts_with("\"123\" is no operation id: write the 36 characters"), "{sentence}");
    }

    proptest! {
        #[test]
        fn any_text_can_be_asked(text in any::<String>()) {
            for text in [text.clone(), format!(".show operations {text}"), format!(".show operations ({text})")] {
                if let Ok(Some(id)) = operation_id(&text) {
                    prop_assert!(super::is_guid(&id));
                }
            }
        }
    }
}
