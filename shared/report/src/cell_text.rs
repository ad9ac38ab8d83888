//! A cell as people read it, in tables of any kind.

use crate::instant::{is_plain, parse, to_civil};
use kusto_protocol::{cell::Cell, column::ColumnType};
use std::borrow::Cow;

/// Null, in a cell of a table.
pub(crate) const NULL: &str = "\u{2013}";
/// Characters of a `dynamic` value that a table shows.
const DYNAMIC_CHARACTERS: usize = 120;

/// The text of a cell: exact, null as an en dash, datetimes without what is zero, `dynamic` as compact JSON cut at 120 characters.
pub(crate) fn display<'a>(cell: &Cell<'a>) -> Cow<'a, str> {
    match cell.column_type() {
        ColumnType::Dynamic => cut(&whole(cell), DYNAMIC_CHARACTERS).into_owned().into(),
        _ => whole(cell),
    }
}

/// The same with all of a `dynamic`.
pub(crate) fn whole<'a>(cell: &Cell<'a>) -> Cow<'a, str> {
    if cell.is_null() {
        return NULL.into();
    }
    match cell.column_type() {
        ColumnType::DateTime => datetime(cell.text()),
        ColumnType::Dynamic => compact(cell),
        ColumnType::Bool => boolean(cell),
        _ => cell.text(),
    }
}

/// Whether a column's cells stand at the right edge of their cell.
pub(crate) fn is_right_aligned(column_type: ColumnType) -> bool {
    column_type.is_numeric() || column_type == ColumnType::Timespan
}

/// The first `characters` characters of `text`, the last of them an ellipsis where it was longer.
pub(crate) fn cut(text: &str, characters: usize) -> Cow<'_, str> {
    match text.char_indices().nth(characters) {
        None => text.into(),
        Some(_) => text.chars().take(characters.saturating_sub(1)).chain(['…']).collect::<String>().into(),
    }
}

fn datetime(text: Cow<'_, str>) -> Cow<'_, str> {
    let Some(ticks) = parse(&text) else { return text };
    if let Some(brief) = brief(&text) {
        return brief.into();
    }
    let local = to_civil(ticks);
    let format = match (local.second(), local.subsec_nanosecond()) {
        (0, 0) => "%Y-%m-%d %H:%M",
        (_, 0) => "%Y-%m-%d %H:%M:%S",
        _ => "%Y-%m-%d %H:%M:%S%.f",
    };
    local.strftime(format).to_string().into()
}

/// The same for a datetime as Kusto writes every one, by leaving out characters: a table has one in each row.
fn brief(text: &str) -> Option<String> {
    let text = text.strip_suffix('Z').filter(|text| is_plain(text))?;
    let (clock, fraction) = text.split_at_checked(19)?;
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    let clock = if fraction.is_empty() { clock.strip_suffix(":00").unwrap_or(clock) } else { clock };
    (fraction.len() <= ".1234567".len()).then(|| [clock, fraction].concat().replacen('T', " ", 1))
}

/// v1 answers carry `bool` as a number.
fn boolean<'a>(cell: &Cell<'a>) -> Cow<'a, str> {
    match cell.raw() {
        "1" => "true".into(),
        "0" => "false".into(),
        _ => cell.text(),
    }
}

/// JSON without blanks between its tokens; a string is its own text.
fn compact<'a>(cell: &Cell<'a>) -> Cow<'a, str> {
    if cell.raw().starts_with('"') {
        return cell.text();
    }
    let (mut in_string, mut escaped) = (false, false);
    let kept = cell.raw().chars().filter(|character| {
        let within = in_string;
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = in_string,
            '"' => in_string = !in_string,
            _ => {}
        }
        within || !character.is_ascii_whitespace()
    });
    kept.collect::<String>().into()
}

/// Text without what XML cannot carry and nobody can read: white space becomes a blank, control characters and non-characters go.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    // What follows begins with one of these bytes, in UTF-8; nearly every text has none of them.
    if !text.bytes().any(|byte| matches!(byte, 0..0x20 | 0x7F | 0xC2 | 0xE2 | 0xEF)) {
        return text.into();
    }
    let kept = text.chars().filter_map(|character| match character {
        '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{FFFE}' | '\u{FFFF}' => None,
        _ if character.is_control() => None,
        _ => Some(character),
    });
    kept.collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::{clean, cut, display};
    use kusto_protocol::{
        cell::Cell,
        column::ColumnType::{self, Bool, DateTime, Decimal, Dynamic, Long, Real, String as Text},
    };

    fn check(column_type: ColumnType, raw: &str, expected: &str) {
        assert_eq!(display(&Cell::new(raw, column_type)), expected, "{raw}");
    }

    #[test]
    fn cells_are_exact_and_brief() {
        check(DateTime, "\"2026-11-20T06:00:00Z\"", "2026-11-20 06:00");
        check(DateTime, "\"2026-11-20T06:00:01Z\"", "2026-11-20 06:00:01");
        check(DateTime, "\"2026-11-20T06:00:00.1234567Z\"", "2026-11-20 06:00:00.1234567");
        check(DateTime, "\"2026-11-20T06:00:00.1200000Z\"", "2026-11-20 06:00:00.12");
        check(DateTime, "\"2026-11-20T06:00:00.0000000Z\"", "2026-11-20 06:00");
        check(DateTime, "\"2026-11-20T06:01:00.5000000Z\"", "2026-11-20 06:01:00.5");
        check(DateTime, "\"2026-11-20T06:00:00.123456789Z\"", "2026-11-20 06:00:00.1234567");
        check(DateTime, "\"2026-11-20T06:00:00\"", "2026-11-20 06:00");
        check(DateTime, "\"0000-01-01T00:00:00Z\"", "0000-01-01T00:00:00Z");
        check(DateTime, "\"not a time\"", "not a time");
        check(Long, "9007199254740993", "9007199254740993");
        check(Decimal, "\"0.1000000000000000000000000001\"", "0.1000000000000000000000000001");
        check(Real, "\"NaN\"", "NaN");
        check(Real, "null", "–");
        check(Text, "\"\"", "");
        check(Bool, "1", "true");
        check(Bool, "false", "false");
        check(Dynamic, "{ \"a b\" : [1, 2], \"c\\\" d\": null }", "{\"a b\":[1,2],\"c\\\" d\":null}");
        check(Dynamic, "\"plain\"", "plain");
        let long = format!("[{}]", "1234567890, ".repeat(20));
        assert_eq!(display(&Cell::new(&long, Dynamic)).chars().count(), 120);
    }

    #[test]
    fn cuts_say_so() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
    }

    #[test]
    fn what_nobody_can_read_goes() {
        for (text, expected) in [
            ("plain, é, 漢, –, 🙂", "plain, é, 漢, –, 🙂"),
            ("a\tb\r\nc", "a b  c"),
            ("a\u{0}\u{1B}[m\u{7F}b", "a[mb"),
            ("a\u{85}b\u{9F}c", "a bc"),
            ("a\u{2028}b\u{2029}c", "a b c"),
            ("a\u{FFFE}b\u{FFFF}c", "abc"),
        ] {
            assert_eq!(clean(text), expected, "{text:?}");
        }
    }

    #[test]
    fn every_character_is_cleaned_with_and_without_others() {
        for character in '\0'..='\u{10FFF}' {
            let (alone, among) =
                (clean(&character.to_string()).into_owned(), clean(&format!("\t{character}")).into_owned());
            assert_eq!(format!(" {alone}"), among, "{character:?}");
        }
    }
}
