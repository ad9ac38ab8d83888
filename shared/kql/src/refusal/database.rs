//! The database that a management command names, which need not be that of its request.

use super::head;
use crate::command::verb;
use crate::lexer::TokenKind;
use crate::string::unescape;
use crate::words::Words;

/// What follows `.show database` where no database is named: the request's own is shown.
///
/// Source: the `.show database …` commands of the Kusto documentation.
const OWN: [&str; 19] = [
    "cache",
    "cslschema",
    "data",
    "datastats",
    "details",
    "entities",
    "extents",
    "extent",
    "identity",
    "ingestion",
    "journal",
    "keyvault",
    "metadata",
    "policies",
    "policy",
    "principal",
    "principals",
    "purge",
    "schema",
];

/// The databases that a command names after the word `database` or `databases`, each with the index at which that is.
pub(super) fn named(words: &Words<'_>) -> Vec<(usize, String)> {
    let mut found = after_verb(words);
    // `.purge table T records in database D <| …`
    let inside =
        head::tokens(words).filter(|index| words.is_word(*index, "in") && words.is_word(*index + 1, "database"));
    found.extend(inside.filter_map(|index| Some((index + 2, name(words, index + 2)?.0))));
    found
}

/// What stands directly behind the verb.
fn after_verb(words: &Words<'_>) -> Vec<(usize, String)> {
    let Some((verb, next)) = verb(words) else { return Vec::new() };
    let word = next + usize::from(words.is_word(next, "async"));
    if !words.is_word(word, "database") && !words.is_word(word, "databases") {
        return Vec::new();
    }
    let (is_show, index) = (verb.eq_ignore_ascii_case("show"), word + 1);
    match words.kind(index) {
        Some(TokenKind::OpenParen) => listed(words, index + 1),
        Some(TokenKind::Name) if is_show && OWN.iter().any(|own| words.is_word(index, own)) => Vec::new(),
        _ => name(words, index).map(|(name, _)| (index, name)).into_iter().collect(),
    }
}

/// The names of a list, up to its end.
fn listed(words: &Words<'_>, start: usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut index = start;
    while let Some((name, next)) = name(words, index) {
        found.push((index, name));
        if words.kind(next) != Some(TokenKind::Comma) {
            break;
        }
        index = next + 1;
    }
    found
}

/// The name at `index`, which may be quoted text as well, and the index after it.
fn name(words: &Words<'_>, index: usize) -> Option<(String, usize)> {
    match words.kind(index)? {
        TokenKind::String => Some((unescape(words.written(index))?, index + 1)),
        _ => words.name(index).map(|name| (name.name.into_owned(), name.next)),
    }
}

#[cfg(test)]
mod tests {
    use super::named;
    use crate::words::Words;

    #[test]
    fn the_databases_of_a_command() {
        for (text, expected) in [
            (".show database Other schema", &["Other"][..]),
            (".show database ['O t'] schema as json", &["O t"]),
            (".show database 'Other' principals", &["Other"]),
            (".show database Other", &["Other"]),
            (".show databases (A, ['B']) schema", &["A", "B"]),
            (".drop database schema", &["schema"]),
            (".create-or-alter database Other", &["Other"]),
            (".alter async database Other policy caching", &["Other"]),
            (".show database", &[]),
            (".show database schema", &[]),
            (".show database policy caching", &[]),
            (".show databases", &[]),
            (".show databases | where DatabaseName == 'Other'", &[]),
            (".purge table T records in database Other <| where a == 1", &["Other"]),
            (".purge table T in database ['Other'] allrecords", &["Other"]),
            (".show purges from '2026-01-01' IN Database Other", &["Other"]),
            (".show tables | where a in database", &[]),
            (".ingest inline into table T [a in database Other]", &[]),
            (".execute database script <| .show tables", &[]),
            (".show table T details", &[]),
            (".show table database details", &[]),
            (".alter table database policy caching", &[]),
            (".append T <| database('Other').T", &[]),
        ] {
            let words = Words::of(text);
            let names: Vec<String> = named(&words).into_iter().map(|(_, name)| name).collect();
            assert_eq!(names, expected, "{text}");
        }
    }
}
