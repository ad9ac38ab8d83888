//! Regular expressions.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::bound::Bound;
use crate::engine::bind::operators::cast;
use crate::engine::context::Context;
use crate::engine::error::{EngineError, Result};
use crate::engine::functions::{Function, Kernel, signature};
use crate::engine::syntax::tree::Argument;
use crate::storage::column_type::ColumnType;
use crate::storage::dynamic::Dynamic;
use crate::storage::value::Value::{self, Long, Null, String as Text};
use regex::{Captures, Regex};
use std::rc::Rc;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::bind(
        "extract",
        "(regex:string, group:integer, text:string, [type:type]) -> string",
        "What a group of the first match holds, as a type.",
        extract,
    ),
    Function::context("extract_all", ALL, "What the groups of all matches hold.", extract_all),
    Function::context("extractall", ALL, "The same as extract_all().", extract_all),
    Function::context(
        "replace_regex",
        "(text:string, regex:string, replacement:string) -> string",
        "The text with every match replaced; `\\1` is the first group.",
        replace_regex,
    ),
    Function::context(
        "replace",
        "(regex:string, replacement:string, text:string) -> string",
        "The same as replace_regex(), in an older order.",
        replace,
    ),
    Function::context(
        "trim",
        "(regex:string, text:string) -> string",
        "The text without a match at its start and one at its end.",
        |values, context| trim(values, context, true, true),
    ),
    Function::context(
        "trim_start",
        "(regex:string, text:string) -> string",
        "The text without a match at its start.",
        |values, context| trim(values, context, true, false),
    ),
    Function::context(
        "trim_end",
        "(regex:string, text:string) -> string",
        "The text without a match at its end.",
        |values, context| trim(values, context, false, true),
    ),
    Function::context(
        "countof",
        "(text:string, part:string, [kind:string]) -> long",
        "How often a part, or a match of kind 'regex', is in the text.",
        countof,
    ),
    Function::context(
        "indexof_regex",
        "(text:string, regex:string, [start:integer], [length:integer], [occurrence:integer]) -> long",
        "Where a match is, from 0; -1 where there is none.",
        indexof_regex,
    ),
    Function::row(
        "regex_quote",
        "(text:text) -> string",
        "A regular expression that matches the text itself.",
        |values| super::strings::map(values, regex::escape),
    ),
];

const ALL: &str = "(regex:string, text:string) -> dynamic | (regex:string, groups:dynamic, text:string) -> dynamic";

/// The compiled pattern, or the error that it is none.
pub(in crate::engine) fn compiled(pattern: &str, context: &Context) -> Result<Rc<Regex>> {
    let invalid = || EngineError::semantic("SEM0420", format!("'{pattern}' is not a regular expression"));
    context.regex(pattern).ok_or_else(invalid)
}

fn extract(binder: &Binder<'_>, arguments: &[Argument]) -> Result<Bound> {
    let mut bound = arguments.iter().map(|argument| binder.bind(&argument.value)).collect::<Result<Vec<_>>>()?;
    let to = if bound.len() == 4 { bound.pop() } else { None };
    let (bound, column_type) =
        signature::accept("extract", "(regex:string, group:integer, text:string) -> string", bound)?;
    let text = binder.apply(Kernel::Context(extract_text), bound, column_type)?;
    let to = to.and_then(|to| to.value().and_then(|name| ColumnType::from_name(&name.to_text())));
    match to {
        Some(to) => binder.apply(Kernel::Cast(to), vec![text], to),
        None => Ok(cast(text, ColumnType::String)),
    }
}

fn extract_text<'a>(values: &[Value<'a>], context: &Context) -> Result<Value<'a>> {
    let [Text(pattern), Long(group), Text(text)] = values else { return Ok(Null) };
    let captures = compiled(pattern, context)?.captures(text).and_then(|captures| {
        usize::try_from(*group).ok().and_then(|group| captures.get(group)).map(|found| found.as_str().to_owned())
    });
    Ok(Value::from(captures.unwrap_or_default()))
}

fn extract_all<'a>(values: &[Value<'a>], context: &Context) -> Result<Value<'a>> {
    let (pattern, groups, text) = match values {
        [Text(pattern), Text(text)] => (pattern, None, text),
        [Text(pattern), Value::Dynamic(Dynamic::Array(groups)), Text(text)] => (pattern, Some(groups), text),
        _ => return Ok(Null),
    };
    let regex = compiled(pattern, context)?;
    if regex.captures_len() < 2 {
        return Err(EngineError::semantic("SEM0420", format!("'{pattern}' has no group in parentheses to extract")));
    }
    let wanted: Vec<Option<usize>> = match groups {
        None => (1..regex.captures_len()).map(Some).collect(),
        Some(groups) => groups.iter().map(|group| group_index(group, &regex)).collect(),
    };
    let matches: Vec<Dynamic> = regex.captures_iter(text).map(|captures| held(&captures, &wanted)).collect();
    Ok(if matches.is_empty() { Null } else { Value::Dynamic(Dynamic::array(matches)) })
}

fn group_index(group: &Dynamic, regex: &Regex) -> Option<usize> {
    match group {
        Dynamic::Long(index) => usize::try_from(*index).ok(),
        Dynamic::String(name) => regex.capture_names().position(|found| found == Some(name)),
        _ => None,
    }
}

/// What the groups of a match hold: a string for one group, an array for several.
fn held(captures: &Captures<'_>, wanted: &[Option<usize>]) -> Dynamic {
    let group = |index: &Option<usize>| {
        let found = index.and_then(|index| captures.get(index));
        Dynamic::String(found.map_or("", |found| found.as_str()).into())
    };
    match wanted {
        [only] => group(only),
        several => Dynamic::array(several.iter().map(group)),
    }
}

fn replace_regex<'a>(values: &[Value<'a>], context: &Context) -> Result<Value<'a>> {
    let [Text(text), Text(pattern), Text(replacement)] = values else { return Ok(Null) };
    let regex = compiled(pattern, context)?;
    Ok(Value::from(regex.replace_all(text, &*backreferences(replacement)).into_owned()))
}

/// `\1` as the regex library writes it, `${1}`.
fn backreferences(replacement: &str) -> String {
    let mut rewritten = String::new();
    let mut characters = replacement.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some(digit)) if digit.is_ascii_digit() => {
                rewritten.push_str(&format!("${{{digit}}}"));
                characters.next();
            }
            ('\\', Some('\\')) => {
                rewritten.push('\\');
                characters.next();
            }
            ('$', _) => rewritten.push_str("$$"),
            _ => rewritten.push(character),
        }
    }
    rewritten
}

fn replace<'a>(values: &[Value<'a>], context: &Context) -> Result<Value<'a>> {
    match values {
        [pattern, replacement, text] => replace_regex(&[text.clone(), pattern.clone(), replacement.clone()], context),
        _ => Ok(Null),
    }
}

fn trim<'a>(values: &[Value<'a>], context: &Context, start: bool, end: bool) -> Result<Value<'a>> {
    let [Text(pattern), Text(text)] = values else { return Ok(Null) };
    compiled(pattern, context)?;
    let mut rest = &**text;
    if start && let Some(found) = compiled(&format!("^(?:{pattern})"), context)?.find(rest) {
        rest = &rest[found.end()..];
    }
    if end && let Some(found) = compiled(&format!("(?:{pattern})$"), context)?.find(rest) {
        rest = &rest[..found.start()];
    }
    Ok(Value::from(rest.to_owned()))
}

fn countof<'a>(values: &[Value<'a>], context: &Context) -> Result<Value<'a>> {
    match values {
        [Text(text), Text(pattern), Text(kind)] if kind.eq_ignore_ascii_case("regex") => {
            Ok(Long(compiled(pattern, context)?.find_iter(text).count() as i64))
        }
        [Text(_), Text(part), ..] if part.is_empty() => Ok(Long(0)),
        [Text(text), Text(part), ..] => {
            let starts = text.char_indices().filter(|(at, _)| text[*at..].starts_with(&**part));
            Ok(Long(starts.count() as i64))
        }
        _ => Ok(Null),
    }
}

fn indexof_regex<'a>(values: &[Value<'a>], context: &Context) -> Result<Value<'a>> {
    let number = |index: usize, default: i64| match values.get(index) {
        Some(Long(number)) => *number,
        _ => default,
    };
    let [Text(text), Text(pattern), ..] = values else { return Ok(Null) };
    if number(2, 0) < 0 || number(4, 1) < 1 {
        return Ok(Null);
    }
    let (start, length, occurrence) = (number(2, 0) as usize, number(3, -1), number(4, 1) as usize);
    let taken = usize::try_from(length).unwrap_or(usize::MAX);
    let window: String = text.chars().skip(start).take(taken).collect();
    let found = compiled(pattern, context)?.find_iter(&window).nth(occurrence - 1).map(|found| found.start());
    Ok(Long(found.map_or(-1, |at| (start + window[..at].chars().count()) as i64)))
}
