//! Operators that look for a text in a text: `has`, `contains`, `startswith` and their like.
//!
//! `has` and its like look for terms: runs of letters and digits.

use crate::engine::context::Context;
use crate::engine::error::{EngineError, Result};
use crate::engine::functions::{Kernel, RowFunction};
use crate::storage::value::Value::{self, Bool, Null};
use std::borrow::Cow;

/// The function of an operator.
pub(in crate::engine) fn kernel(operator: &str) -> Option<Kernel> {
    let function: RowFunction = match operator {
        "has" | ":" => |values| test(values, |text, term| has(&fold(text), &fold(term)), true),
        "!has" => |values| test(values, |text, term| has(&fold(text), &fold(term)), false),
        "has_cs" => |values| test(values, has, true),
        "!has_cs" => |values| test(values, has, false),
        "hasprefix" => |values| test(values, |text, term| has_prefix(&fold(text), &fold(term)), true),
        "!hasprefix" => |values| test(values, |text, term| has_prefix(&fold(text), &fold(term)), false),
        "hasprefix_cs" => |values| test(values, has_prefix, true),
        "!hasprefix_cs" => |values| test(values, has_prefix, false),
        "hassuffix" => |values| test(values, |text, term| has_suffix(&fold(text), &fold(term)), true),
        "!hassuffix" => |values| test(values, |text, term| has_suffix(&fold(text), &fold(term)), false),
        "hassuffix_cs" => |values| test(values, has_suffix, true),
        "!hassuffix_cs" => |values| test(values, has_suffix, false),
        "contains" => |values| test(values, |text, part| fold(text).contains(&*fold(part)), true),
        "!contains" => |values| test(values, |text, part| fold(text).contains(&*fold(part)), false),
        "contains_cs" => |values| test(values, |text, part| text.contains(part), true),
        "!contains_cs" => |values| test(values, |text, part| text.contains(part), false),
        "startswith" => |values| test(values, |text, part| fold(text).starts_with(&*fold(part)), true),
        "!startswith" => |values| test(values, |text, part| fold(text).starts_with(&*fold(part)), false),
        "startswith_cs" => |values| test(values, |text, part| text.starts_with(part), true),
        "!startswith_cs" => |values| test(values, |text, part| text.starts_with(part), false),
        "endswith" => |values| test(values, |text, part| fold(text).ends_with(&*fold(part)), true),
        "!endswith" => |values| test(values, |text, part| fold(text).ends_with(&*fold(part)), false),
        "endswith_cs" => |values| test(values, |text, part| text.ends_with(part), true),
        "!endswith_cs" => |values| test(values, |text, part| text.ends_with(part), false),
        "matches regex" => return Some(Kernel::Context(matches_regex)),
        _ => return None,
    };
    Some(Kernel::Row(function))
}

fn test<'a>(values: &[Value<'a>], holds: impl Fn(&str, &str) -> bool, wanted: bool) -> Value<'a> {
    match values {
        [Value::String(text), Value::String(part)] => Bool(holds(text, part) == wanted),
        _ => Null,
    }
}

/// The text in lower case, for comparisons that ignore case.
pub(in crate::engine) fn fold(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.to_lowercase())
    }
}

/// Whether `term` stands in `text` with no letter or digit joined to its ends.
pub(in crate::engine) fn has(text: &str, term: &str) -> bool {
    found_where(text, term, |start, end| is_boundary(text, start, term, false) && is_boundary(text, end, term, true))
}

fn has_prefix(text: &str, term: &str) -> bool {
    found_where(text, term, |start, _| is_boundary(text, start, term, false))
}

fn has_suffix(text: &str, term: &str) -> bool {
    found_where(text, term, |_, end| is_boundary(text, end, term, true))
}

fn found_where(text: &str, term: &str, fits: impl Fn(usize, usize) -> bool) -> bool {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(term)) {
        let start = from + at;
        if fits(start, start + term.len()) {
            return true;
        }
        from = start + text[start..].chars().next().map_or(1, char::len_utf8);
    }
    false
}

/// Whether the characters on both sides of `at` are not both part of one term.
fn is_boundary(text: &str, at: usize, term: &str, end: bool) -> bool {
    let inside = if end { term.chars().next_back() } else { term.chars().next() };
    let outside = if end { text[at..].chars().next() } else { text[..at].chars().next_back() };
    let joins = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    !(joins(inside) && joins(outside))
}

fn matches_regex<'a>(values: &[Value<'a>], context: &Context) -> Result<Value<'a>> {
    match values {
        [Value::String(text), Value::String(pattern)] => match context.regex(pattern) {
            Some(regex) => Ok(Bool(regex.is_match(text))),
            None => Err(EngineError::semantic("SEM0420", format!("'{pattern}' is not a regular expression"))),
        },
        _ => Ok(Null),
    }
}

#[cfg(test)]
mod tests {
    use super::has;

    #[test]
    fn terms_are_runs_of_letters_and_digits() {
        for (text, term, expected) in [
            ("hello world", "hello", true),
            ("helloworld", "hello", false),
            ("hello-world", "hello", true),
            ("a hellob hello", "hello", true),
            ("x_hello", "hello", true),
            ("café", "caf", false),
            ("a.b", "a.b", true),
            ("xa.b", "a.b", false),
            ("abc", "", true),
        ] {
            assert_eq!(has(text, term), expected, "{text} has {term}");
        }
    }
}
