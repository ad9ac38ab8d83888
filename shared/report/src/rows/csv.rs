//! Rows as CSV that a spreadsheet can open without running anything.

use super::Encoder;
use kusto_protocol::{
    cell::{Cell, Row},
    column::ColumnType,
    sink::TableHeader,
};

/// Quoted fields, lines that end with CRLF (RFC 4180).
#[derive(Debug)]
pub(super) struct Csv;

impl Encoder for Csv {
    fn content_type(&self) -> &'static str {
        "text/csv; charset=utf-8"
    }

    fn table(&mut self, number: usize, table: &TableHeader, out: &mut Vec<u8>) {
        if number > 0 {
            out.extend_from_slice(b"\r\n");
        }
        line(table.columns.iter(), out, |column, out| field(&column.name, is_formula(&column.name), out));
    }

    fn row(&mut self, _number: u64, row: &Row<'_>, out: &mut Vec<u8>) {
        line(row.cells(), out, |cell, out| match cell.column_type() {
            // A dynamic is its JSON text, strings in their quotes.
            ColumnType::Dynamic if cell.is_null() => field("", false, out),
            // A number in it is none less harmless than one in a column of numbers.
            ColumnType::Dynamic => field(cell.raw(), !is_number(cell.raw()) && is_formula(cell.raw()), out),
            _ => {
                let text = cell.text();
                field(&text, !is_harmless(&cell, &text) && is_formula(&text), out);
            }
        });
    }

    fn end_table(&mut self, _out: &mut Vec<u8>) {}

    fn end(&mut self, _tables: usize, _out: &mut Vec<u8>) {}

    fn pending(&self) -> usize {
        0
    }

    fn keep_rows(&mut self, _kept: u64) {}
}

/// Whether the JSON text of a value is a number: its first character tells.
fn is_number(json: &str) -> bool {
    json.starts_with(|first: char| first == '-' || first.is_ascii_digit())
}

fn line<T>(fields: impl Iterator<Item = T>, out: &mut Vec<u8>, write: impl Fn(T, &mut Vec<u8>)) {
    for (index, field) in fields.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(field, out);
    }
    out.extend_from_slice(b"\r\n");
}

fn field(text: &str, quote_formula: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(if quote_formula { b"\"'" } else { b"\"" });
    let mut parts = text.split('"');
    out.extend_from_slice(parts.next().unwrap_or_default().as_bytes());
    for part in parts {
        out.extend_from_slice(b"\"\"");
        out.extend_from_slice(part.as_bytes());
    }
    out.push(b'"');
}

/// Whether a cell is a number, time, bool or guid by its type, and looks like one: -5 stays -5.
fn is_harmless(cell: &Cell<'_>, text: &str) -> bool {
    let is_text = matches!(cell.column_type(), ColumnType::String | ColumnType::Dynamic);
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    !is_text && (matches!(number, "Infinity" | "inf") || is_plain(number))
}

/// Whether a number, time, bool or guid has nothing in it that a spreadsheet reckons with: `-1+1` and `-A1` are formulas.
fn is_plain(text: &str) -> bool {
    let is_part =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit() || b".:".contains(&byte));
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    is_part(number) && is_part(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
}

/// Whether a spreadsheet may take `text` for a formula: after what it skips, it starts with `=`, `+`, `-`, `@` or one of their
/// wide forms; or it starts with a tab or a line break, which some programs take off.
fn is_formula(text: &str) -> bool {
    for char in text.chars() {
        match char {
            '\t' | '\r' | '\n' => return true,
            '=' | '+' | '-' | '@' => return true,
            // Fullwidth and small forms.
            '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}' | '\u{fe66}' | '\u{fe62}' | '\u{fe63}' | '\u{fe6b}' => {
                return true;
            }
            _ if is_skipped(char) => {}
            _ => return false,
        }
    }
    false
}

/// White space, control characters, byte order marks and other characters without a shape.
fn is_skipped(char: char) -> bool {
    let is_shapeless = matches!(
        char,
        '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    );
    char.is_whitespace() || char.is_control() || is_shapeless
}

#[cfg(test)]
mod tests {
    use super::{is_formula, is_harmless};
    use kusto_protocol::{cell::Cell, column::ColumnType};

    #[test]
    fn knows_numbers() {
        let harmless = |text: &str| is_harmless(&Cell::new("0", ColumnType::Real), text);
        for text in ["-5", "+1", "-1.5e-7", "-1.5E+300", "-Infinity", "-00:05:00", "-1.02:03:04.5", "-.5"] {
            assert!(harmless(text), "{text}");
        }
        for text in ["-1+1", "-A1", "-", "+", "--1", "-e5", "-1e", "-1e5e5", "=1", "-cmd|x", "@1", "-1e5-A1"] {
            assert!(!harmless(text), "{text}");
        }
    }

    #[test]
    fn knows_formulas() {
        for text in [
            "=1+1",
            "+1",
            "-1+1",
            "@SUM(1)",
            "\t=1+1",
            "\r=1+1",
            "\n1",
            "\tx",
            " =1+1",
            "\u{feff}=1+1",
            "\u{a0}+1",
            "\u{0}=1",
            "\u{202e}=1",
            "\u{200b}@x",
            "＝1",
            "＋1",
            "－1",
            "＠1",
            "﹦1",
            "=",
            "-",
            "+44 20 7946 0000",
            "@handle",
            "  \u{b}\u{c}-x",
            " x \t".trim_end().replace('x', "\t").as_str(),
        ] {
            assert!(is_formula(text), "{text:?}");
        }
        for text in [
            "",
            " ",
            "x",
            "1e5",
            "a=1",
            "'=1",
            "\"=1+1\"",
            "a\n=1+1",
            "a;=1+1",
            "DDE(\"cmd\")",
            "é",
            "−1",
            "{}",
            "[-1]",
        ] {
            assert!(!is_formula(text), "{text:?}");
        }
    }
}
