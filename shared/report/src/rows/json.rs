//! Rows as JSON objects, column → value.

use super::Encoder;
use kusto_protocol::{cell::Row, column::Column, sink::TableHeader};

/// The beginning of a reply: the rows of the first table, and the further tables.
#[derive(Debug, Default)]
pub(super) struct Json {
    keys: Keys,
    tables: usize,
}

/// A line for each row.
#[derive(Debug, Default)]
pub(super) struct JsonLines {
    keys: Keys,
}

/// What stands before each value of a row: a brace or a comma, the name of the column as JSON, a colon.
#[derive(Debug, Default)]
struct Keys(Vec<Vec<u8>>);

impl Keys {
    fn of(columns: &[Column]) -> Self {
        let key = |(index, column): (usize, &Column)| {
            let mut key = vec![if index == 0 { b'{' } else { b',' }];
            append(&column.name, &mut key);
            key.push(b':');
            key
        };
        Self(columns.iter().enumerate().map(key).collect())
    }
}

/// Appends a value as JSON.
fn append(value: &(impl serde::Serialize + ?Sized), out: &mut Vec<u8>) {
    if serde_json::to_writer(&mut *out, value).is_err() {
        // Nothing that is written here can fail: names are text, and a vector takes all.
        out.extend_from_slice(b"null");
    }
}

impl Encoder for Json {
    fn content_type(&self) -> &'static str {
        "application/json"
    }

    fn table(&mut self, number: usize, table: &TableHeader, out: &mut Vec<u8>) {
        self.keys = Keys::of(&table.columns);
        self.tables = number + 1;
        if number == 0 {
            out.extend_from_slice(b"{\"value\":[");
            return;
        }
        out.extend_from_slice(if number == 1 { b",\"tables\":[{\"name\":" } else { b",{\"name\":" });
        append(&table.name, out);
        out.extend_from_slice(b",\"columns\":");
        append(&table.columns, out);
        out.extend_from_slice(b",\"value\":[");
    }

    fn row(&mut self, number: u64, row: &Row<'_>, out: &mut Vec<u8>) {
        if number > 0 {
            out.push(b',');
        }
        for (key, cell) in self.keys.0.iter().zip(row.cells()) {
            out.extend_from_slice(key);
            out.extend_from_slice(cell.json().as_bytes());
        }
        out.extend_from_slice(if self.keys.0.is_empty() { b"{}" } else { b"}" });
    }

    fn end_table(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(if self.tables == 1 { b"]" } else { b"]}" });
    }

    fn end(&mut self, tables: usize, out: &mut Vec<u8>) {
        match tables {
            0 => out.extend_from_slice(b"{\"value\":[]"),
            1 => {}
            _ => out.push(b']'),
        }
    }

    fn pending(&self) -> usize {
        if self.tables == 1 { "]".len() } else { "]}]".len() }
    }

    fn keep_rows(&mut self, _kept: u64) {}
}

impl Encoder for JsonLines {
    fn content_type(&self) -> &'static str {
        "application/x-ndjson"
    }

    fn table(&mut self, _number: usize, table: &TableHeader, _out: &mut Vec<u8>) {
        self.keys = Keys::of(&table.columns);
    }

    fn row(&mut self, _number: u64, row: &Row<'_>, out: &mut Vec<u8>) {
        for (key, cell) in self.keys.0.iter().zip(row.cells()) {
            out.extend_from_slice(key);
            // A line break in a cell can only stand between the tokens of a dynamic value: in a string it is escaped.
            out.extend(cell.json().bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')));
        }
        out.extend_from_slice(if self.keys.0.is_empty() { b"{}\n" } else { b"}\n" });
    }

    fn end_table(&mut self, _out: &mut Vec<u8>) {}

    fn end(&mut self, _tables: usize, _out: &mut Vec<u8>) {}

    fn pending(&self) -> usize {
        0
    }

    fn keep_rows(&mut self, _kept: u64) {}
}
