//! What a management command reaches before any query in it: storage, and other clusters and databases.

use crate::command::{ingests_inline, query_start};
use crate::lexer::TokenKind;
use crate::words::Words;
use std::ops::Range;

/// The tokens before the command's queries. None of them where it ingests inline: what it holds is data.
pub(super) fn tokens(words: &Words<'_>) -> Range<usize> {
    if ingests_inline(words) { 0..0 } else { 1..query_start(words).unwrap_or(words.len()) }
}

/// What the command does with storage, where its verb alone does not say that it does: the verb may be allowed for what else it does.
/// (`.export` does nothing else.)
///
/// Source: the management commands of the Kusto documentation.
pub(super) fn external(words: &Words<'_>) -> Option<&'static str> {
    let verb_is = |names: &[&str]| names.iter().any(|name| words.is_word(1, name));
    if verb_is(&["ingest"]) {
        return (!ingests_inline(words)).then_some(".ingest from storage");
    }
    if verb_is(&["show", "drop", "disable"]) {
        return None;
    }
    tokens(words).find_map(|index| {
        let is = |distance: usize, word: &str| words.is_word(index + distance, word);
        match (is(0, "external") && is(1, "table"), is(0, "continuous") && is(2, "export")) {
            (true, _) => Some("external table"),
            (_, true) => Some("continuous-export"),
            _ => None,
        }
    })
}

/// Whether what is called at `index` has quoted text for its first argument. A table may be called `cluster`, and its columns follow
/// in parentheses; no column is quoted like that.
pub(super) fn is_called_with_text(words: &Words<'_>, index: usize) -> bool {
    words.called(index).is_some_and(|called| words.kind(called.next + 1) == Some(TokenKind::String))
}
