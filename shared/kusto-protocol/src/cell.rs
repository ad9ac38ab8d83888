//! A row and its cells, as the raw JSON text that arrived.

use crate::{
    column::{Column, ColumnType},
    limits::MAX_TREE_BYTES,
    text, ticks,
};
use serde_json::Value;
use std::borrow::Cow;

/// One row: a cell for each column.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    columns: &'a [Column],
    cells: &'a [&'a str],
}

impl<'a> Row<'a> {
    /// A row of `cells`, each the JSON text of a value, one for each of `columns`.
    pub fn new(columns: &'a [Column], cells: &'a [&'a str]) -> Self {
        debug_assert_eq!(columns.len(), cells.len());
        Self { columns, cells }
    }

    /// The columns, in order.
    pub fn columns(&self) -> &'a [Column] {
        self.columns
    }

    /// The cells, in column order.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = Cell<'a>> + use<'a> {
        self.columns.iter().zip(self.cells).map(|(column, raw)| Cell::new(raw, column.column_type))
    }

    /// The cell of column `index`; none where there is no such column.
    pub fn cell(&self, index: usize) -> Option<Cell<'a>> {
        Some(Cell::new(self.cells.get(index)?, self.columns.get(index)?.column_type))
    }

    /// The cell of the first column called `name`; none where there is no such column.
    pub fn named(&self, name: &str) -> Option<Cell<'a>> {
        self.cell(self.columns.iter().position(|column| column.name == name)?)
    }
}

/// One value: its JSON text and the type of its column.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    raw: &'a str,
    column_type: ColumnType,
}

impl<'a> Cell<'a> {
    /// The value that `raw`, a complete JSON text, is in a column of this type.
    pub fn new(raw: &'a str, column_type: ColumnType) -> Self {
        Self { raw, column_type }
    }

    /// The JSON text exactly as it arrived.
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// The type of the column.
    pub fn column_type(&self) -> ColumnType {
        self.column_type
    }

    /// Whether the value is null. A string never is: null in a string column is the empty string.
    pub fn is_null(&self) -> bool {
        self.raw == "null" && self.column_type != ColumnType::String
    }

    /// The value as plain text: a JSON string without its quotes and escapes, null as nothing, anything else as [`Self::json`].
    pub fn text(&self) -> Cow<'a, str> {
        match self.raw.as_bytes().first() {
            Some(b'"') => text::of_json_string(self.raw),
            Some(b'n') => Cow::Borrowed(""),
            _ => match (self.column_type, self.timespan_of_number()) {
                (ColumnType::Bool, _) => Cow::Borrowed(self.bool_text()),
                (_, Some(text)) => Cow::Owned(text),
                _ => Cow::Borrowed(self.raw),
            },
        }
    }

    /// The value as JSON in the one form it has for readers, whichever the service chose: as it arrived, but a bool as `true` or
    /// `false`, a timespan as text and never as a number of ticks, and no null in a string column.
    pub fn json(&self) -> Cow<'a, str> {
        match self.column_type {
            ColumnType::String if self.raw == "null" => Cow::Borrowed("\"\""),
            ColumnType::Bool => Cow::Borrowed(self.bool_text()),
            ColumnType::Timespan => match self.timespan_of_number() {
                Some(text) => Cow::Owned(format!("\"{text}\"")),
                None => Cow::Borrowed(self.raw),
            },
            _ => Cow::Borrowed(self.raw),
        }
    }

    /// The value as a number: int, long, real and decimal as JSON number or as string, including `NaN` and the infinities, and a
    /// dynamic that is such a value. None for null and for every other type, bool among them.
    ///
    /// An axis can be drawn from it; what must be exact stays text.
    pub fn number(&self) -> Option<f64> {
        if !self.column_type.is_numeric() && self.column_type != ColumnType::Dynamic {
            return None;
        }
        match self.text().trim() {
            "NaN" => Some(f64::NAN),
            "Infinity" | "+Infinity" | "Inf" | "+Inf" => Some(f64::INFINITY),
            "-Infinity" | "-Inf" => Some(f64::NEG_INFINITY),
            digits if digits.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) => {
                digits.parse().ok()
            }
            _ => None,
        }
    }

    /// Ticks of 100 ns: of a datetime since 0001-01-01, of a timespan its length. None for null, for every other type and for a
    /// text that is neither.
    pub fn ticks(&self) -> Option<i64> {
        let is_text = self.raw.starts_with('"');
        match self.column_type {
            ColumnType::DateTime if is_text => ticks::of_datetime(&self.text()),
            ColumnType::Timespan if is_text => ticks::of_timespan(&self.text()),
            ColumnType::Timespan => self.raw.parse().ok(),
            _ => None,
        }
    }

    /// The JSON value of a dynamic, to look into. A string that holds JSON, as older answers have it, is parsed once; any other
    /// string is itself. None for null, for the empty string, for what is nested more than 127 levels deep and for what is longer than
    /// [`MAX_TREE_BYTES`].
    ///
    /// Numbers may lose digits: what is passed on must be [`Self::raw`].
    pub fn dynamic(&self) -> Option<Value> {
        if self.raw.len() > MAX_TREE_BYTES {
            return None;
        }
        let value = match serde_json::from_str(self.raw).ok()? {
            Value::String(text) if text.is_empty() => return None,
            Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
            value => value,
        };
        (!value.is_null()).then_some(value)
    }

    fn bool_text(&self) -> &'a str {
        match self.raw {
            "0" => "false",
            "1" => "true",
            raw => raw,
        }
    }

    fn timespan_of_number(&self) -> Option<String> {
        let is_number = self.column_type == ColumnType::Timespan && !self.raw.starts_with('"');
        is_number.then(|| self.raw.parse().ok().map(ticks::timespan_text))?
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, Row};
    use crate::column::{Column, ColumnType};
    use serde_json::{Value, json};

    #[test]
    fn is_text_and_json() {
        #[track_caller]
        fn check(raw: &str, column_type: ColumnType, text: &str, json: &str) {
            let cell = Cell::new(raw, column_type);
            assert_eq!((&*cell.text(), &*cell.json()), (text, json), "{raw} in a {} column", column_type.name());
        }
        check(r#""a\"b""#, ColumnType::String, "a\"b", r#""a\"b""#);
        check("null", ColumnType::String, "", r#""""#);
        check("null", ColumnType::Long, "", "null");
        check("9223372036854775807", ColumnType::Long, "9223372036854775807", "9223372036854775807");
        check(r#""NaN""#, ColumnType::Real, "NaN", r#""NaN""#);
        check("0.10", ColumnType::Real, "0.10", "0.10");
        check("1", ColumnType::Bool, "true", "true");
        check("0", ColumnType::Bool, "false", "false");
        check("true", ColumnType::Bool, "true", "true");
        check("null", ColumnType::Bool, "", "null");
        check("3493235670000", ColumnType::Timespan, "4.01:02:03.5670000", r#""4.01:02:03.5670000""#);
        check(r#""00:00:01""#, ColumnType::Timespan, "00:00:01", r#""00:00:01""#);
        check("1.5", ColumnType::Timespan, "1.5", "1.5");
        check(r#"{"a": [1]}"#, ColumnType::Dynamic, r#"{"a": [1]}"#, r#"{"a": [1]}"#);
    }

    #[test]
    fn is_a_number() {
        #[track_caller]
        fn check(raw: &str, column_type: ColumnType, expected: Option<f64>) {
            // NaN equals nothing, so the text forms are compared.
            let number = Cell::new(raw, column_type).number();
            assert_eq!(format!("{number:?}"), format!("{expected:?}"), "{raw} in a {} column", column_type.name());
        }
        check("3", ColumnType::Real, Some(3.0));
        check("-1.5e3", ColumnType::Real, Some(-1500.0));
        check("9223372036854775807", ColumnType::Long, Some(9_223_372_036_854_775_807.0));
        check(r#""12""#, ColumnType::Long, Some(12.0));
        check(r#""2.00000000000001""#, ColumnType::Decimal, Some(2.000_000_000_000_01));
        check(r#""NaN""#, ColumnType::Real, Some(f64::NAN));
        check(r#""Infinity""#, ColumnType::Real, Some(f64::INFINITY));
        check(r#""+Inf""#, ColumnType::Real, Some(f64::INFINITY));
        check(r#""-Infinity""#, ColumnType::Real, Some(f64::NEG_INFINITY));
        check("7", ColumnType::Dynamic, Some(7.0));
        check(r#""7""#, ColumnType::Dynamic, Some(7.0));
        check("[7]", ColumnType::Dynamic, None);
        check("null", ColumnType::Real, None);
        check(r#""""#, ColumnType::Real, None);
        check(r#""infinity""#, ColumnType::Real, None);
        check(r#""1_0""#, ColumnType::Real, None);
        check("true", ColumnType::Bool, None);
        check("1", ColumnType::Bool, None);
        check(r#""12""#, ColumnType::String, None);
        check(r#""2016-06-06T15:35:00Z""#, ColumnType::DateTime, None);
    }

    #[test]
    fn is_ticks() {
        #[track_caller]
        fn check(raw: &str, column_type: ColumnType, expected: Option<i64>) {
            assert_eq!(Cell::new(raw, column_type).ticks(), expected, "{raw} in a {} column", column_type.name());
        }
        check(r#""1970-01-01T00:00:00.0000001Z""#, ColumnType::DateTime, Some(621_355_968_000_000_001));
        check(r#""1970-01-01T00:00:00\u005a""#, ColumnType::DateTime, Some(621_355_968_000_000_000));
        check("621355968000000000", ColumnType::DateTime, None);
        check("null", ColumnType::DateTime, None);
        check(r#""-1.00:00:00""#, ColumnType::Timespan, Some(-864_000_000_000));
        check("3493235670000", ColumnType::Timespan, Some(3_493_235_670_000));
        check("-1", ColumnType::Timespan, Some(-1));
        check("1.5", ColumnType::Timespan, None);
        check("null", ColumnType::Timespan, None);
        check(r#""00:00:01""#, ColumnType::String, None);
    }

    #[test]
    fn is_dynamic() {
        #[track_caller]
        fn check(raw: &str, expected: impl Into<Option<Value>>) {
            assert_eq!(Cell::new(raw, ColumnType::Dynamic).dynamic(), expected.into(), "{raw}");
        }
        check(r#"{"a":[1,null]}"#, json!({"a": [1, null]}));
        check(r#""{\"a\":1}""#, json!({"a": 1}));
        check(r#""\"{}\"""#, json!("{}"));
        check(r#""test bad json""#, json!("test bad json"));
        check("123", json!(123));
        check(r#""123""#, json!(123));
        check("null", None);
        check(r#""null""#, None);
        check(r#""""#, None);
        check(&format!("{}{}", "[".repeat(512), "]".repeat(512)), None);
    }

    #[test]
    fn a_row_finds_cells_by_index_and_name() {
        let columns = [Column::new("a", ColumnType::Long), Column::new("b", ColumnType::String)];
        let row = Row::new(&columns, &["1", r#""x""#]);
        assert_eq!(row.cells().map(|cell| cell.raw()).collect::<Vec<_>>(), ["1", r#""x""#]);
        assert_eq!(row.named("b").map(|cell| cell.text().into_owned()), Some("x".to_owned()));
        assert!(row.named("c").is_none() && row.cell(2).is_none());
    }
}
