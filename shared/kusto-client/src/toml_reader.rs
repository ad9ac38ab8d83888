//! Typed reading of TOML that goes on after a mistake, so that all of them are reported, and that never repeats a value.

use crate::connection_file::Mistake;
use std::{cell::RefCell, ops::Range};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// How alike two words must be, from 0 to 1, for one to be a slip of the other.
const SIMILAR: f64 = 0.85;

/// A TOML text and the mistakes found in it.
pub(crate) struct Reader<'t> {
    text: &'t str,
    mistakes: RefCell<Vec<Mistake>>,
}

/// One table of the text: `path` is how its keys are called in a report.
pub(crate) struct Table<'r, 't> {
    reader: &'r Reader<'t>,
    entries: &'r DeTable<'t>,
    span: Range<usize>,
    path: String,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, mistakes: RefCell::default() }
    }

    pub(crate) fn mistake(&self, span: &Range<usize>, key: &str, problem: impl Into<String>) {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        self.mistakes.borrow_mut().push(Mistake { line, key: key.to_owned(), problem: problem.into() });
    }

    pub(crate) fn into_mistakes(self) -> Vec<Mistake> {
        let mut mistakes = self.mistakes.into_inner();
        mistakes.sort_by_key(|mistake| mistake.line);
        mistakes
    }

    pub(crate) fn table<'r>(
        &'r self,
        value: &'r Spanned<DeValue<'t>>,
        key: &str,
        prefix: &str,
    ) -> Option<Table<'r, 't>> {
        match value.get_ref() {
            DeValue::Table(entries) => {
                Some(Table { reader: self, entries, span: value.span(), path: prefix.to_owned() })
            }
            _ => {
                self.mistake(&value.span(), key, "must be a table");
                None
            }
        }
    }
}

impl<'r, 't> Table<'r, 't> {
    /// Reports every key that is not one of `known`.
    pub(crate) fn only(&self, known: &[&str]) {
        for key in self.entries.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let problem = format!("is not known; {}", expected(key.get_ref(), known));
            self.reader.mistake(&key.span(), &self.called(key.get_ref()), problem);
        }
    }

    /// Reports `problem` with the value of `key`, or with the table where the key is absent.
    pub(crate) fn mistake(&self, key: &str, problem: impl Into<String>) {
        let span = self.entries.get(key).map_or_else(|| self.span.clone(), Spanned::span);
        self.reader.mistake(&span, &self.called(key), problem);
    }

    fn called(&self, key: &str) -> String {
        format!("{}{key}", self.path)
    }

    /// The value of `key` that `read` makes of it; a mistake where it makes none.
    fn value<T>(&self, key: &str, must_be: &str, read: impl FnOnce(&'r DeValue<'t>) -> Option<T>) -> Option<T> {
        let value = read(self.entries.get(key)?.get_ref());
        if value.is_none() {
            self.mistake(key, must_be);
        }
        value
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    pub(crate) fn text(&self, key: &str) -> Option<&'r str> {
        self.value(key, "must be a text that is not empty", not_empty)
    }

    /// As [`Self::text`], and a mistake where the key is absent.
    pub(crate) fn required_text(&self, key: &str) -> Option<&'r str> {
        if !self.has(key) {
            self.mistake(key, "is missing");
        }
        self.text(key)
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        self.value(key, "must be true or false", DeValue::as_bool)
    }

    pub(crate) fn texts(&self, key: &str) -> Option<Vec<String>> {
        self.value(key, "must be a list of texts that are not empty", |value| {
            value.as_array()?.iter().map(|item| not_empty(item.get_ref()).map(str::to_owned)).collect()
        })
    }

    /// As [`Self::texts`], and a mistake where the key is absent or the list is empty.
    pub(crate) fn required_texts(&self, key: &str) -> Option<Vec<String>> {
        if !self.has(key) {
            self.mistake(key, "is missing");
        }
        let texts = self.texts(key)?;
        if texts.is_empty() {
            self.mistake(key, "is an empty list; name at least one, or all: [\"*\"]");
        }
        Some(texts)
    }

    /// A whole number above zero, or the text that `read` understands.
    pub(crate) fn number(&self, key: &str, must_be: &str, read: impl FnOnce(&str) -> Option<u64>) -> Option<u64> {
        self.value(key, must_be, |value| match value {
            DeValue::Integer(integer) => u64::from_str_radix(integer.as_str(), integer.radix()).ok(),
            DeValue::String(text) => read(text),
            _ => None,
        })
    }

    pub(crate) fn table(&self, key: &str) -> Option<Table<'r, 't>> {
        self.reader.table(self.entries.get(key)?, &self.called(key), &format!("{}{key}.", self.path))
    }

    /// As [`Self::table`], and a mistake where the key is absent.
    pub(crate) fn required_table(&self, key: &str) -> Option<Table<'r, 't>> {
        if !self.has(key) {
            self.mistake(key, "is missing");
        }
        self.table(key)
    }
}

/// What to write in place of `wrong`: the one of `known` that is meant, if that can be told, or one of them.
pub(crate) fn expected(wrong: &str, known: &[&str]) -> String {
    let likeness = |known: &&&str| strsim::jaro_winkler(&wrong.to_lowercase(), known);
    let nearest = known.iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
    match nearest.filter(|nearest| likeness(nearest) >= SIMILAR) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("known are {}", known.join(", ")),
    }
}

fn not_empty<'v>(value: &'v DeValue<'_>) -> Option<&'v str> {
    value.as_str().filter(|text| !text.trim().is_empty())
}
