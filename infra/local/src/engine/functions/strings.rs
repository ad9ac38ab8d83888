//! Strings.

use crate::engine::bind::names::Naming;
use crate::engine::context::Context;
use crate::engine::error::{EngineError, Result};
use crate::engine::functions::{Function, matching};
use crate::storage::convert::scalar;
use crate::storage::dynamic::Dynamic;
use crate::storage::value::Value::{self, Bool, Long, Null, String as Text};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row("strlen", "(text:string) -> long", "How many characters.", strlen).named(Naming::Prefix("strlen")),
    Function::row("string_size", "(text:string) -> long", "How many bytes of UTF-8.", string_size)
        .named(Naming::Prefix("string_size")),
    Function::row("toupper", "(text:text) -> string", "In upper case.", |values| {
        map(values, |text| text.to_uppercase())
    }),
    Function::row("tolower", "(text:text) -> string", "In lower case.", |values| {
        map(values, |text| text.to_lowercase())
    }),
    Function::row("reverse", "(text:text) -> string", "The characters in reverse order.", |values| {
        map(values, |text| text.chars().rev().collect())
    }),
    Function::row("strcat", "({text:text}) -> string", "The texts one behind the other.", strcat),
    Function::row(
        "strcat_delim",
        "(delimiter:text, first:text, {text:text}) -> string",
        "The texts with a delimiter between them.",
        strcat_delim,
    ),
    Function::row(
        "strcat_array",
        "(array:dynamic, delimiter:text) -> string",
        "The elements as text with a delimiter between them.",
        strcat_array,
    ),
    Function::row(
        "array_strcat",
        "(array:dynamic, delimiter:text) -> string",
        "The same as strcat_array().",
        strcat_array,
    ),
    Function::row(
        "strcmp",
        "(first:text, second:text) -> long",
        "-1, 0 or 1, as the first text comes before the second.",
        strcmp,
    ),
    Function::context(
        "strrep",
        "(text:text, times:integer, [delimiter:text]) -> string",
        "The text several times.",
        strrep,
    ),
    Function::row(
        "substring",
        "(text:text, start:integer, [length:integer]) -> string",
        "Characters from an index on; a negative one counts from the end.",
        substring,
    ),
    Function::row(
        "indexof",
        "(text:text, part:text, [start:integer], [length:integer], [occurrence:integer]) -> long",
        "Where a part is, from 0; -1 where it is not.",
        indexof,
    ),
    Function::row(
        "split",
        "(text:text, delimiter:string, [index:integer]) -> dynamic",
        "The parts between delimiters, or only the one at an index.",
        split,
    )
    .named_as_first(),
    Function::row(
        "replace_string",
        "(text:string, part:string, replacement:string) -> string",
        "The text with every part replaced.",
        replace_string,
    ),
    Function::row(
        "replace_strings",
        "(text:string, parts:dynamic, replacements:dynamic) -> string",
        "The text with each part replaced by its replacement.",
        replace_strings,
    ),
    Function::row(
        "translate",
        "(characters:string, replacements:string, text:string) -> string",
        "The text with each character replaced by its replacement.",
        translate,
    ),
    Function::row(
        "has_any_index",
        "(text:string, terms:dynamic) -> long",
        "The index of the first term that the text has; -1 where it has none.",
        has_any_index,
    ),
    Function::row("isascii", "(text:text) -> bool", "Whether all characters are ASCII.", |values| {
        Bool(values.first().is_some_and(|text| text.to_text().is_ascii()))
    }),
    Function::row("isutf8", "(text:text) -> bool", "Whether the text is valid UTF-8, which it always is here.", |_| {
        Bool(true)
    }),
    Function::row(
        "unicode_codepoints_from_string",
        "(text:text) -> dynamic",
        "The code points of the characters.",
        codepoints,
    ),
    Function::row("to_utf8", "(text:text) -> dynamic", "The code points of the characters.", codepoints),
    Function::row(
        "unicode_codepoints_to_string",
        "({codepoint:any}) -> string",
        "The characters of these code points.",
        from_codepoints,
    ),
    Function::row(
        "make_string",
        "({codepoint:any}) -> string",
        "The same as unicode_codepoints_to_string().",
        from_codepoints,
    ),
    Function::row("parse_csv", "(line:string) -> dynamic", "The fields of a line of CSV.", parse_csv).named_as_first(),
    Function::row(
        "parse_version",
        "(version:string) -> decimal",
        "A version of up to four numbers as one that can be compared.",
        parse_version,
    ),
];

/// The first text, changed.
pub(super) fn map<'a>(values: &[Value<'a>], change: impl Fn(&str) -> String) -> Value<'a> {
    match values {
        [Text(text), ..] => Value::from(change(text)),
        _ => Null,
    }
}

fn strlen<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Text(text)] => Long(text.chars().count() as i64),
        _ => Null,
    }
}

fn string_size<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Text(text)] => Long(text.len() as i64),
        _ => Null,
    }
}

fn strcat<'a>(values: &[Value<'a>]) -> Value<'a> {
    Value::from(values.iter().map(|value| value.to_text()).collect::<String>())
}

fn strcat_delim<'a>(values: &[Value<'a>]) -> Value<'a> {
    let texts: Vec<_> = values.iter().map(Value::to_text).collect();
    match texts.split_first() {
        Some((delimiter, texts)) => Value::from(texts.join(delimiter)),
        None => Null,
    }
}

fn strcat_array<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Value::Dynamic(Dynamic::Array(array)), Text(delimiter)] => {
            let texts: Vec<String> =
                array.iter().map(|element| Value::from(element.clone()).to_text().into_owned()).collect();
            Value::from(texts.join(delimiter))
        }
        _ => Null,
    }
}

fn strcmp<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Text(first), Text(second)] => Long(first.cmp(second) as i64),
        _ => Null,
    }
}

fn strrep<'a>(values: &[Value<'a>], _: &Context) -> Result<Value<'a>> {
    /// A text that is refused rather than let the process run out of memory, in bytes.
    const MOST: usize = 1 << 24;
    let (text, times, delimiter) = match values {
        [Text(text), Long(times)] => (text, times, ""),
        [Text(text), Long(times), Text(delimiter)] => (text, times, &**delimiter),
        _ => return Ok(Null),
    };
    let times = usize::try_from(*times).unwrap_or(0);
    if (text.len() + delimiter.len()).saturating_mul(times) > MOST {
        return Err(EngineError::limit(
            "E_LOW_MEMORY_CONDITION",
            format!("strrep() would make a text of more than {MOST} bytes"),
        ));
    }
    Ok(Value::from(vec![&**text; times].join(delimiter)))
}

fn substring<'a>(values: &[Value<'a>]) -> Value<'a> {
    let (text, start, length) = match values {
        [Text(text), Long(start)] => (text, *start, i64::MAX),
        [Text(text), Long(start), Long(length)] => (text, *start, *length),
        _ => return Null,
    };
    let start = if start < 0 { start.saturating_add(text.chars().count() as i64).max(0) } else { start };
    let length = usize::try_from(length).unwrap_or(0);
    Value::from(text.chars().skip(start as usize).take(length).collect::<String>())
}

fn indexof<'a>(values: &[Value<'a>]) -> Value<'a> {
    let number = |index: usize, default: i64| match values.get(index) {
        Some(Long(number)) => *number,
        _ => default,
    };
    let [Text(text), Text(part), ..] = values else { return Null };
    let (start, length, occurrence) = (number(2, 0), number(3, -1), number(4, 1));
    let characters: Vec<char> = text.chars().collect();
    let part: Vec<char> = part.chars().collect();
    let count = characters.len() as i64;
    let mut from = if start < 0 { start.saturating_add(count).max(0) } else { start };
    // Every further occurrence is looked for in a window of the same length.
    for _ in 1..occurrence {
        match position(&characters, &part, from, length) {
            Some(at) => from = at + 1,
            None => return Long(-1),
        }
    }
    if occurrence < 1 { Null } else { Long(position(&characters, &part, from, length).unwrap_or(-1)) }
}

/// Where a part is in a window of a text; a negative length is up to the end.
fn position(text: &[char], part: &[char], from: i64, length: i64) -> Option<i64> {
    let count = text.len() as i64;
    let end = if length < 0 { count } else { from.saturating_add(length).min(count) };
    let last = end - part.len() as i64;
    (from..=last).find(|at| text.get(*at as usize..).is_some_and(|rest| rest.starts_with(part)))
}

fn split<'a>(values: &[Value<'a>]) -> Value<'a> {
    let (text, delimiter, index) = match values {
        [Text(text), Text(delimiter)] => (text, delimiter, None),
        [Text(text), Text(delimiter), Long(index)] => (text, delimiter, Some(*index)),
        _ => return Null,
    };
    let parts: Vec<Dynamic> = if delimiter.is_empty() {
        vec![Dynamic::String(text.as_ref().into())]
    } else {
        text.split(&**delimiter).map(|part| Dynamic::String(part.into())).collect()
    };
    match index {
        None => Value::Dynamic(Dynamic::array(parts)),
        Some(index) => match usize::try_from(index).ok().and_then(|index| parts.into_iter().nth(index)) {
            Some(part) => Value::Dynamic(Dynamic::array([part])),
            None => Null,
        },
    }
}

fn replace_string<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Text(text), Text(part), _] if part.is_empty() => Text(text.clone()),
        [Text(text), Text(part), Text(replacement)] => Value::from(text.replace(&**part, replacement)),
        _ => Null,
    }
}

fn replace_strings<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Text(text), Value::Dynamic(Dynamic::Array(parts)), Value::Dynamic(Dynamic::Array(replacements))] => {
            let text_of = |value: &Dynamic| Value::from(value.clone()).to_text().into_owned();
            let pairs =
                parts.iter().map(text_of).zip(replacements.iter().map(text_of)).filter(|(part, _)| !part.is_empty());
            Value::from(pairs.fold(text.to_string(), |text, (part, replacement)| text.replace(&part, &replacement)))
        }
        _ => Null,
    }
}

fn translate<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Text(characters), Text(replacements), Text(text)] => {
            let last = replacements.chars().next_back();
            let translated = |character: char| match characters.chars().position(|found| found == character) {
                None => Some(character),
                Some(index) => replacements.chars().nth(index).or(last),
            };
            Value::from(text.chars().filter_map(translated).collect::<String>())
        }
        _ => Null,
    }
}

fn has_any_index<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Text(text), Value::Dynamic(Dynamic::Array(terms))] => {
            let text = matching::fold(text);
            let has = |term: &Dynamic| matching::has(&text, &matching::fold(&scalar(term).to_text()));
            Long(terms.iter().position(has).map_or(-1, |index| index as i64))
        }
        _ => Null,
    }
}

fn codepoints<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Text(text)] => {
            Value::Dynamic(Dynamic::array(text.chars().map(|character| Dynamic::Long(i64::from(u32::from(character))))))
        }
        _ => Null,
    }
}

fn from_codepoints<'a>(values: &[Value<'a>]) -> Value<'a> {
    let mut text = String::new();
    let mut push = |value: &Value<'_>| {
        let number = crate::storage::convert::to_long(value).and_then(|number| u32::try_from(number).ok());
        text.extend(number.and_then(char::from_u32));
    };
    for value in values {
        match value {
            Value::Dynamic(Dynamic::Array(array)) => array.iter().for_each(|element| push(&scalar(element))),
            Value::Dynamic(value) => push(&scalar(value)),
            other => push(other),
        }
    }
    Value::from(text)
}

fn parse_csv<'a>(values: &[Value<'a>]) -> Value<'a> {
    let [Text(text)] = values else { return Null };
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    match reader.records().next() {
        Some(Ok(record)) => Value::Dynamic(Dynamic::array(record.iter().map(|field| Dynamic::String(field.into())))),
        _ => Value::Dynamic(Dynamic::array([Dynamic::String(text.as_ref().into())])),
    }
}

/// Each part of the version takes eight decimal digits.
fn parse_version<'a>(values: &[Value<'a>]) -> Value<'a> {
    let [Text(text)] = values else { return Null };
    let parts: Vec<&str> = text.split('.').collect();
    let valid = parts.len() <= 4
        && parts.iter().all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()));
    if !valid {
        return Null;
    }
    let number = (0..4).fold(0_i128, |sum, index| {
        sum * 100_000_000 + parts.get(index).and_then(|part| part.parse::<i128>().ok()).unwrap_or(0)
    });
    rust_decimal::Decimal::try_from_i128_with_scale(number, 0).map_or(Null, Value::Decimal)
}
