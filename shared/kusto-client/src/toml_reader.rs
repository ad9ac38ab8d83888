//! Settings files: typed reading of TOML that goes on after a mistake, so that all of them are reported, and that never repeats a value.

use std::{cell::RefCell, fmt, ops::Range};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// How alike two words must be, from 0 to 1, for one to be a slip of the other.
const SIMILAR: f64 = 0.85;

/// One mistake in a settings file. It names the key, never the value: that may be a secret in the wrong place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The key, such as `credential.secret`; empty where the text is no TOML.
    pub key: String,
    /// What is wrong, and what to do.
    pub problem: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => write!(f, "line {}: {}", self.line, self.problem),
            key => write!(f, "line {}: `{key}` {}", self.line, self.problem),
        }
    }
}

/// Every mistake in a settings file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {file} has {}", list(.mistakes))]
pub struct FileError {
    /// What the file is called.
    pub file: &'static str,
    /// The mistakes, by line.
    pub mistakes: Vec<Mistake>,
}

/// One mistake behind the colon, several on a line each.
fn list(mistakes: &[Mistake]) -> String {
    match mistakes {
        [one] => format!("one mistake to correct: {one}"),
        several => {
            let lines: String = several.iter().map(|mistake| format!("\n{mistake}")).collect();
            format!("{} mistakes to correct:{lines}", several.len())
        }
    }
}

/// The tables `[[kind]]` of `text`, which is a `file` and holds nothing else. `read` makes something of each, or reports a mistake.
///
/// # Errors
/// All mistakes, each with line and key.
pub fn read_tables<T>(
    file: &'static str,
    kind: &str,
    text: &str,
    read: impl FnMut(&Table<'_, '_>) -> Option<T>,
) -> Result<Vec<T>, FileError> {
    let (document, syntax) = DeTable::parse_recoverable(text);
    let reader = Reader { text, mistakes: RefCell::default() };
    for error in &syntax {
        reader.mistake(&error.span().unwrap_or(0..0), "", format!("is not TOML: {}", error.message()));
    }
    // After a syntax error the rest would only repeat it.
    let read = if syntax.is_empty() { read_document(&reader, kind, document.get_ref(), read) } else { Vec::new() };
    match reader.into_mistakes() {
        mistakes if mistakes.is_empty() => Ok(read),
        mistakes => Err(FileError { file, mistakes }),
    }
}

fn read_document<'t, T>(
    reader: &Reader<'t>,
    kind: &str,
    document: &DeTable<'t>,
    mut read: impl FnMut(&Table<'_, '_>) -> Option<T>,
) -> Vec<T> {
    for key in document.keys().filter(|key| key.get_ref() != kind) {
        reader.mistake(&key.span(), key.get_ref(), format!("is not known; a file holds [[{kind}]] tables only"));
    }
    let tables = document.get(kind).filter(|tables| tables.get_ref().as_array().is_none_or(|all| !all.is_empty()));
    let Some(tables) = tables else {
        reader.mistake(&(0..0), kind, format!("is missing; a file holds one [[{kind}]] table or more"));
        return Vec::new();
    };
    let DeValue::Array(array) = tables.get_ref() else {
        reader.mistake(&tables.span(), kind, format!("must be written [[{kind}]]"));
        return Vec::new();
    };
    array.iter().filter_map(|value| reader.table(value, kind, "")).filter_map(|table| read(&table)).collect()
}

/// The `name` of a table, which no other one of `names` has; it is added to them.
pub fn required_name<'r>(table: &Table<'r, '_>, names: &mut Vec<String>) -> Option<&'r str> {
    let name = table.required_text("name")?;
    if names.iter().any(|other| other == name) {
        table.mistake("name", format!("is the name of another {} too", table.kind));
    }
    if !is_plain(name) {
        table.mistake("name", NOT_PLAIN);
    }
    names.push(name.to_owned());
    Some(name)
}

/// What a name that no request can mean is told.
pub(crate) const NOT_PLAIN: &str = "must not begin or end with a blank, or hold control characters";

/// Whether a request can name it: blanks around a name in a request are taken off.
pub(crate) fn is_plain(name: &str) -> bool {
    name.trim() == name && !name.contains(char::is_control)
}

/// A TOML text and the mistakes found in it.
struct Reader<'t> {
    text: &'t str,
    mistakes: RefCell<Vec<Mistake>>,
}

/// One table of the text.
pub struct Table<'r, 't> {
    reader: &'r Reader<'t>,
    kind: String,
    entries: &'r DeTable<'t>,
    span: Range<usize>,
    /// How its keys are called in a report.
    path: String,
}

impl<'t> Reader<'t> {
    fn mistake(&self, span: &Range<usize>, key: &str, problem: impl Into<String>) {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        self.mistakes.borrow_mut().push(Mistake { line, key: key.to_owned(), problem: problem.into() });
    }

    fn into_mistakes(self) -> Vec<Mistake> {
        let mut mistakes = self.mistakes.into_inner();
        mistakes.sort_by_key(|mistake| mistake.line);
        mistakes
    }

    fn table<'r>(&'r self, value: &'r Spanned<DeValue<'t>>, key: &str, prefix: &str) -> Option<Table<'r, 't>> {
        match value.get_ref() {
            DeValue::Table(entries) => {
                Some(Table { reader: self, kind: key.to_owned(), entries, span: value.span(), path: prefix.to_owned() })
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
    pub fn only(&self, known: &[&str]) {
        for key in self.entries.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let problem = format!("is not known; {}", expected(key.get_ref(), known));
            self.reader.mistake(&key.span(), &self.called(key.get_ref()), problem);
        }
    }

    /// Reports `problem` with the value of `key`, or with the table where the key is absent.
    pub fn mistake(&self, key: &str, problem: impl Into<String>) {
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

    /// Whether `key` is there.
    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// A text that is not empty; a mistake where it is something else.
    pub fn text(&self, key: &str) -> Option<&'r str> {
        self.value(key, "must be a text that is not empty", not_empty)
    }

    /// As [`Self::text`], and a mistake where the key is absent.
    pub fn required_text(&self, key: &str) -> Option<&'r str> {
        if !self.has(key) {
            self.mistake(key, "is missing");
        }
        self.text(key)
    }

    /// True or false; a mistake where it is something else.
    pub fn flag(&self, key: &str) -> Option<bool> {
        self.value(key, "must be true or false", DeValue::as_bool)
    }

    /// A list of texts; a mistake where it is something else.
    pub fn texts(&self, key: &str) -> Option<Vec<String>> {
        self.value(key, "must be a list of texts that are not empty", |value| {
            value.as_array()?.iter().map(|item| not_empty(item.get_ref()).map(str::to_owned)).collect()
        })
    }

    /// As [`Self::texts`], and a mistake where the key is absent or the list is empty.
    pub fn required_texts(&self, key: &str) -> Option<Vec<String>> {
        if !self.has(key) {
            self.mistake(key, "is missing");
        }
        let texts = self.texts(key)?;
        if texts.is_empty() {
            self.mistake(key, "is an empty list; name at least one, or all: [\"*\"]");
        }
        Some(texts)
    }

    /// The keys and their texts, in the order of the text; a mistake for what is no text.
    pub fn entries(&self) -> Vec<(&'r str, &'r str)> {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let texts =
            entries.into_iter().filter_map(|(key, _)| Some((key.get_ref().as_ref(), self.text(key.get_ref())?)));
        texts.collect()
    }

    /// A whole number above zero, or the text that `read` understands.
    pub fn number(&self, key: &str, must_be: &str, read: impl FnOnce(&str) -> Option<u64>) -> Option<u64> {
        self.value(key, must_be, |value| match value {
            DeValue::Integer(integer) => u64::from_str_radix(integer.as_str(), integer.radix()).ok(),
            DeValue::String(text) => read(text),
            _ => None,
        })
    }

    /// A table below this one; a mistake where it is something else.
    pub fn table(&self, key: &str) -> Option<Table<'r, 't>> {
        self.reader.table(self.entries.get(key)?, &self.called(key), &format!("{}{key}.", self.path))
    }

    /// As [`Self::table`], and a mistake where the key is absent.
    pub fn required_table(&self, key: &str) -> Option<Table<'r, 't>> {
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
