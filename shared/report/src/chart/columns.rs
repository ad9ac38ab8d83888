//! The values of a result in as little room as a chart can be drawn from.
//!
//! Which columns a chart needs is known at the end only: a v1 answer says what `render` asked for after its rows. So every column is
//! kept, typed: 8 bytes a number or instant, 4 bytes a text, each distinct text once.

use super::{chunks::Chunks, names::Names};
use crate::instant::{parse, parse_timespan};
use kusto_protocol::{
    cell::{Cell, Row},
    column::{Column, ColumnType},
};
use serde::{
    Deserializer as _,
    de::{SeqAccess, Visitor},
};
use serde_json::Value;
use std::fmt;

/// A column and what was kept of its values.
#[derive(Debug)]
pub(crate) struct KeptColumn {
    pub(crate) name: String,
    pub(crate) column_type: ColumnType,
    pub(crate) values: Values,
}

/// Values, one for each row.
#[derive(Debug)]
pub(crate) enum Values {
    /// Null is NaN; a timespan is its ticks.
    Numbers(Chunks<f64>),
    /// None is the null.
    Instants(Chunks<Instant>),
    Texts(Names),
    /// Arrays of numbers, all rows in one, and where each row ends.
    NumberLists(Chunks<f64>, Vec<usize>),
    /// Arrays of instants, likewise.
    InstantLists(Chunks<Instant>, Vec<usize>),
    /// A `dynamic` column before its first array.
    Undecided(usize),
    /// Values that no chart can use.
    Unusable,
}

/// Ticks, or null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Instant(i64);

impl Instant {
    const NULL: Self = Self(i64::MIN);

    pub(crate) fn new(ticks: Option<i64>) -> Self {
        ticks.map_or(Self::NULL, Self)
    }

    pub(crate) fn ticks(self) -> Option<i64> {
        (self != Self::NULL).then_some(self.0)
    }
}

impl KeptColumn {
    pub(crate) fn new(column: &Column) -> Self {
        let values = match column.column_type {
            ColumnType::DateTime => Values::Instants(Chunks::default()),
            ColumnType::Dynamic => Values::Undecided(0),
            ColumnType::String | ColumnType::Guid | ColumnType::Bool => Values::Texts(Names::default()),
            _ => Values::Numbers(Chunks::default()),
        };
        Self { name: column.name.clone(), column_type: column.column_type, values }
    }

    /// As before the first row.
    pub(crate) fn forget(&mut self) {
        *self = Self::new(&Column::new(std::mem::take(&mut self.name), self.column_type));
    }

    fn push(&mut self, cell: &Cell<'_>) {
        match &mut self.values {
            Values::Numbers(numbers) => numbers.push(number(cell)),
            Values::Instants(instants) => instants.push(Instant::new(parse(&cell.text()))),
            Values::Texts(names) => {
                if !names.push(&crate::cell_text::display(cell)) {
                    self.values = Values::Unusable;
                }
            }
            Values::Unusable => {}
            Values::Undecided(_) | Values::NumberLists(..) | Values::InstantLists(..) => self.push_list(cell),
        }
    }

    /// Takes an array; one of another kind than before, or something else than an array, makes the column unusable.
    fn push_list(&mut self, cell: &Cell<'_>) {
        // v1 answers carry `dynamic` as a string of JSON.
        let text = cell.text();
        let mut nulls = 0;
        let is_list = cell.is_null() || each_item(&text, |item| self.values.push_item(&item, &mut nulls));
        if !is_list || !self.values.end_list(nulls) {
            self.values = Values::Unusable;
        }
    }
}

impl Values {
    /// Takes an item of an array after so many `nulls` that were not enough to tell its kind; whether it could.
    fn push_item(&mut self, item: &Value, nulls: &mut usize) -> bool {
        if let Self::Undecided(rows) = self {
            let ends = vec![0; *rows];
            *self = match item {
                Value::Null => {
                    *nulls += 1;
                    return true;
                }
                Value::String(text) if parse(text).is_some() => {
                    Self::InstantLists(std::iter::repeat_n(Instant::NULL, *nulls).collect(), ends)
                }
                _ => Self::NumberLists(std::iter::repeat_n(f64::NAN, *nulls).collect(), ends),
            };
        }
        match (self, item) {
            (Self::NumberLists(numbers, _), Value::Null) => numbers.push(f64::NAN),
            (Self::NumberLists(numbers, _), Value::Number(number)) => {
                let Some(number) = number.as_f64() else { return false };
                numbers.push(summable(number));
            }
            (Self::NumberLists(numbers, _), Value::String(text)) => {
                let Ok(number) = text.parse() else { return false };
                numbers.push(summable(number));
            }
            (Self::InstantLists(instants, _), Value::Null) => instants.push(Instant::NULL),
            (Self::InstantLists(instants, _), Value::String(text)) => {
                let Some(ticks) = parse(text) else { return false };
                instants.push(Instant(ticks));
            }
            _ => return false,
        }
        true
    }

    /// An array has ended, of which only so many `nulls` are known where its kind is not; whether it can be one.
    fn end_list(&mut self, nulls: usize) -> bool {
        match self {
            Self::NumberLists(numbers, ends) => ends.push(numbers.len()),
            Self::InstantLists(instants, ends) => ends.push(instants.len()),
            Self::Undecided(rows) if nulls == 0 => *rows += 1,
            _ => return false,
        }
        true
    }
}

/// Hands out the items of a JSON array one by one, so that no more than one is held; whether it is an array and all were taken.
fn each_item(json: &str, take: impl FnMut(Value) -> bool) -> bool {
    struct Items<F>(F);

    impl<'de, F: FnMut(Value) -> bool> Visitor<'de> for Items<F> {
        type Value = bool;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<bool, A::Error> {
            while let Some(item) = items.next_element()? {
                if !(self.0)(item) {
                    return Ok(false);
                }
            }
            Ok(true)
        }
    }

    let mut reader = serde_json::Deserializer::from_str(json);
    // What follows an item that was not taken is not read, which is an error too.
    matches!(reader.deserialize_seq(Items(take)), Ok(true)) && reader.end().is_ok()
}

fn number(cell: &Cell<'_>) -> f64 {
    let text = cell.raw().trim_matches('"');
    match cell.column_type() {
        ColumnType::Timespan => parse_timespan(text).map_or(f64::NAN, |ticks| ticks as f64),
        _ => summable(text.parse().unwrap_or(f64::NAN)),
    }
}

/// The number, with room above it for the sum of all rows.
fn summable(number: f64) -> f64 {
    const LARGEST: f64 = 1e290;
    if number.is_finite() { number.clamp(-LARGEST, LARGEST) } else { number }
}

/// Adds a row to the columns.
pub(crate) fn push_row(columns: &mut [KeptColumn], row: &Row<'_>) {
    for (column, cell) in columns.iter_mut().zip(row.cells()) {
        column.push(&cell);
    }
}

/// How many values the longest column of arrays has.
pub(crate) fn longest(columns: &[KeptColumn]) -> u64 {
    let lengths = columns.iter().filter_map(|column| match &column.values {
        Values::NumberLists(numbers, _) => Some(numbers.len()),
        Values::InstantLists(instants, _) => Some(instants.len()),
        _ => None,
    });
    lengths.max().unwrap_or_default() as u64
}

/// Turns arrays (`make-series`) into rows: each row becomes as many as its arrays are long, its other values repeated.
///
/// The columns come back as they are where none has arrays; a column whose arrays are not as long as those of the first becomes
/// unusable, and its name is in the second part.
pub(crate) fn expand(mut columns: Vec<KeptColumn>) -> (Vec<KeptColumn>, Vec<String>) {
    let Some(ends) = columns.iter().find_map(|column| column.values.ends().map(<[usize]>::to_vec)) else {
        return (columns, Vec::new());
    };
    let lengths: Vec<usize> = ends.iter().scan(0, |begin, end| Some(end - std::mem::replace(begin, *end))).collect();
    let mut skipped = Vec::new();
    for column in &mut columns {
        let values = std::mem::replace(&mut column.values, Values::Unusable);
        column.values = match values {
            Values::NumberLists(numbers, own) if own == ends => Values::Numbers(numbers),
            Values::InstantLists(instants, own) if own == ends => Values::Instants(instants),
            Values::Texts(names) => Values::Texts(names.repeated(&lengths)),
            Values::NumberLists(..) | Values::InstantLists(..) => {
                skipped.push(column.name.clone());
                Values::Unusable
            }
            // A number beside arrays (`series_fit_line`'s rsquare) is not a point.
            _ => Values::Unusable,
        };
    }
    (columns, skipped)
}

impl Values {
    /// The same with row `i` `counts[i]` times; what has no rows of its own stays as it is.
    pub(crate) fn repeated(self, counts: &[usize]) -> Self {
        match self {
            Self::Numbers(numbers) => Self::Numbers(numbers.repeated(counts)),
            Self::Instants(instants) => Self::Instants(instants.repeated(counts)),
            Self::Texts(names) => Self::Texts(names.repeated(counts)),
            other => other,
        }
    }

    fn ends(&self) -> Option<&[usize]> {
        match self {
            Self::NumberLists(_, ends) | Self::InstantLists(_, ends) => Some(ends),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{KeptColumn, Values, expand, push_row};
    use kusto_protocol::{
        cell::Row,
        column::{Column, ColumnType},
    };

    fn kept(types: &[ColumnType], rows: &[&[&str]]) -> Vec<KeptColumn> {
        let columns: Vec<Column> = types.iter().enumerate().map(|(i, t)| Column::new(format!("c{i}"), *t)).collect();
        let mut kept: Vec<KeptColumn> = columns.iter().map(KeptColumn::new).collect();
        for row in rows {
            push_row(&mut kept, &Row::new(&columns, row));
        }
        kept
    }

    #[test]
    fn arrays_become_rows() {
        let columns = kept(
            &[ColumnType::Dynamic, ColumnType::String, ColumnType::Dynamic, ColumnType::Dynamic, ColumnType::Real],
            &[
                &["[\"2026-11-20T06:00:00Z\",\"2026-11-20T07:00:00Z\"]", "\"a\"", "[1,null]", "[1]", "0.5"],
                &["[\"2026-11-20T06:00:00Z\"]", "\"b\"", "[3.5]", "[1]", "0.5"],
            ],
        );
        let (columns, skipped) = expand(columns);
        assert_eq!(skipped, ["c3"]);
        assert!(matches!(&columns[0].values, Values::Instants(instants) if instants.len() == 3));
        assert!(matches!(&columns[1].values, Values::Texts(names) if names.ids().iter().eq([0, 0, 1])));
        assert!(
            matches!(&columns[2].values, Values::Numbers(numbers) if numbers.get(0) == Some(1.0) && numbers.get(1).is_some_and(f64::is_nan))
        );
        assert!(matches!(columns[4].values, Values::Unusable));
    }

    #[test]
    fn null_arrays_before_the_first_are_empty() {
        let (columns, _) = expand(kept(&[ColumnType::Dynamic], &[&["null"], &["\"[1,2]\""]]));
        assert!(matches!(&columns[0].values, Values::Numbers(numbers) if numbers.iter().eq([1.0, 2.0])));
    }

    #[test]
    fn anything_else_is_unusable() {
        for cells in [["{}", "[1]"], ["[1]", "[\"x\"]"], ["[[1]]", "[1]"], ["[\"2026-11-20T06:00:00Z\"]", "[1]"]] {
            let columns = kept(&[ColumnType::Dynamic], &[&[cells[0]], &[cells[1]]]);
            assert!(matches!(columns[0].values, Values::Unusable), "{cells:?}");
        }
    }

    #[test]
    fn numbers_of_every_type_and_their_null() {
        let columns = kept(
            &[ColumnType::Real, ColumnType::Decimal, ColumnType::Timespan],
            &[&["\"-Infinity\"", "\"1.5\"", "\"00:00:01\""], &["null", "null", "null"]],
        );
        let numbers: Vec<Vec<f64>> = columns
            .iter()
            .map(|column| match &column.values {
                Values::Numbers(numbers) => numbers.iter().collect(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!([numbers[0][0], numbers[1][0], numbers[2][0]], [f64::NEG_INFINITY, 1.5, 1e7]);
        assert!(numbers.iter().all(|column| column[1].is_nan()));
    }
}
