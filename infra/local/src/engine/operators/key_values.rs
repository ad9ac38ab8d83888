//! The keys and values that a text lists, as `parse-kv` reads them.

use regex::Regex;

/// How keys and values are told apart.
#[derive(Debug)]
pub(super) enum Style {
    /// By what stands between pairs, and between a key and its value.
    Delimited {
        pair: String,
        key_value: String,
        quoting: Quoting,
        /// Whether a value ends only where another key begins.
        greedy: bool,
    },
    /// By anything that is no letter, digit or `_`: a value is the word behind its key.
    Words(Quoting),
    /// By the two groups of a regular expression.
    Regex(Regex),
}

/// The characters around a text that may hold delimiters, and those that make the next character a plain one.
#[derive(Debug, Default)]
pub(super) struct Quoting {
    quotes: Vec<(char, char)>,
    pub(super) escapes: Vec<char>,
}

impl Quoting {
    /// Adds a quote: one character, or one that opens and one that closes.
    pub(super) fn quote(&mut self, text: &str) {
        let mut characters = text.chars();
        if let Some(open) = characters.next() {
            self.quotes.push((open, characters.next().unwrap_or(open)));
        }
    }

    /// The text in quotes with which `text` begins, and what follows it; none where it begins otherwise.
    fn quoted<'t>(&self, text: &'t str) -> Option<(String, &'t str)> {
        let open = text.chars().next()?;
        let close = self.quotes.iter().find(|(first, _)| *first == open)?.1;
        let mut content = String::new();
        let mut characters = text.char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                _ if self.escapes.contains(&character) => content.extend(characters.next().map(|(_, plain)| plain)),
                _ if character == close => return Some((content, &text[at + close.len_utf8()..])),
                _ => content.push(character),
            }
        }
        None
    }
}

impl Style {
    /// The pairs of a text in its order. `keys` are those that are asked for.
    pub(super) fn pairs(&self, text: &str, keys: &[&str]) -> Vec<(String, String)> {
        match self {
            Self::Delimited { pair, key_value, quoting, greedy } => delimited(text, pair, key_value, quoting, *greedy),
            Self::Words(quoting) => words(text, quoting, keys),
            Self::Regex(regex) => {
                let group = |captures: &regex::Captures<'_>, index| {
                    captures.get(index).map_or("", |found| found.as_str()).trim().to_owned()
                };
                regex.captures_iter(text).map(|captures| (group(&captures, 1), group(&captures, 2))).collect()
            }
        }
    }
}

fn delimited(text: &str, pair: &str, key_value: &str, quoting: &Quoting, greedy: bool) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (key, behind) = key(rest, pair, key_value, quoting);
        let Some(value) = behind.strip_prefix(key_value) else {
            rest = after(behind, pair);
            continue;
        };
        let (value, behind) = quoting.quoted(value.trim_start()).unwrap_or_else(|| {
            let end = value_end(value, pair, key_value, greedy);
            (value[..end].trim().to_owned(), &value[end..])
        });
        pairs.push((key, value));
        rest = after(behind, pair);
    }
    pairs
}

/// The key with which `text` begins, and what follows it.
fn key<'t>(text: &'t str, pair: &str, key_value: &str, quoting: &Quoting) -> (String, &'t str) {
    if let Some((key, behind)) = quoting.quoted(text.trim_start()) {
        return (key, behind);
    }
    let end = text.find(key_value).unwrap_or(text.len()).min(text.find(pair).unwrap_or(text.len()));
    (text[..end].trim().to_owned(), &text[end..])
}

/// What follows the next delimiter of pairs.
fn after<'t>(text: &'t str, pair: &str) -> &'t str {
    text.find(pair).map_or("", |at| &text[at + pair.len()..])
}

/// Where a value ends: before the next pair, or where it is greedy, before the next key.
fn value_end(value: &str, pair: &str, key_value: &str, greedy: bool) -> usize {
    if !greedy {
        return value.find(pair).unwrap_or(value.len());
    }
    let next_key = value.find(key_value).and_then(|at| value[..at].trim_end().rfind(pair));
    next_key.unwrap_or(value.len())
}

fn words(text: &str, quoting: &Quoting, keys: &[&str]) -> Vec<(String, String)> {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut key: Option<String> = None;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = if is_word(first) {
            let end = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
            let word = rest[..end].to_owned();
            rest = &rest[end..];
            word
        } else if let Some((word, behind)) = quoting.quoted(rest) {
            rest = behind;
            word
        } else {
            rest = &rest[first.len_utf8()..];
            continue;
        };
        match key.take() {
            Some(key) => pairs.push((key, word)),
            None if keys.contains(&word.as_str()) => key = Some(word),
            None => {}
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::{Quoting, Style};
    use regex::Regex;

    fn check(style: &Style, text: &str, keys: &[&str], expected: &[(&str, &str)]) {
        let found = style.pairs(text, keys);
        let found: Vec<(&str, &str)> = found.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }

    fn delimited(pair: &str, key_value: &str, quotes: &[&str], greedy: bool) -> Style {
        let mut quoting = Quoting { escapes: vec!['\\'], ..Quoting::default() };
        quotes.iter().for_each(|quote| quoting.quote(quote));
        Style::Delimited { pair: pair.to_owned(), key_value: key_value.to_owned(), quoting, greedy }
    }

    #[test]
    fn pairs_between_delimiters() {
        check(&delimited(";", "=", &[], false), "a=1; b = 2 ;junk;c=", &[], &[("a", "1"), ("b", "2"), ("c", "")]);
        check(&delimited(" ", "=", &["()"], false), "a=(x y) (b c)=2", &[], &[("a", "x y"), ("b c", "2")]);
        check(&delimited(" ", "=", &["'"], false), r"a='it\'s' b='open", &[], &[("a", "it's"), ("b", "'open")]);
        check(&delimited(" ", "=", &[], false), "a=John Doe b=1", &[], &[("a", "John"), ("b", "1")]);
        check(&delimited(" ", "=", &[], true), "a=John Doe b=1", &[], &[("a", "John Doe"), ("b", "1")]);
        check(&delimited("::", "->", &[], false), "é->ü::x->", &[], &[("é", "ü"), ("x", "")]);
    }

    #[test]
    fn pairs_of_words_and_of_a_pattern() {
        let mut quoting = Quoting::default();
        quoting.quote("'");
        check(
            &Style::Words(quoting),
            "10:00 [INFO] Id:45, Text: 'a b'",
            &["Id", "Text"],
            &[("Id", "45"), ("Text", "a b")],
        );
        let regex = Regex::new(r"(\w+)<(\w*)>").unwrap();
        check(&Style::Regex(regex), "a<1> b<>", &[], &[("a", "1"), ("b", "")]);
    }
}
