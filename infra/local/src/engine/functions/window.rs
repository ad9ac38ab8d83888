//! Functions that look at other rows: they need rows in an order.

use crate::engine::error::{EngineError, Result};
use crate::engine::evaluate::Datum;
use crate::engine::functions::{Function, Kernel};
use crate::engine::keys::key_of;
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::{cast, to_long};
use crate::storage::time::Timespan;
use crate::storage::value::Value::{self, Bool, Long, Null};

const RANK: &str = "(term:plain, [restart:bool]) -> long";

pub(super) const FUNCTIONS: &[Function] = &[
    window(
        "prev",
        "(column:any, [offset:integer], [default:any]) -> first",
        "The value so many rows before.",
        |values, kind, rows| neighbour(values, kind, rows, -1),
    ),
    window(
        "next",
        "(column:any, [offset:integer], [default:any]) -> first",
        "The value so many rows after.",
        |values, kind, rows| neighbour(values, kind, rows, 1),
    ),
    window("row_number", "([start:integer], [restart:bool]) -> long", "The number of the row.", row_number),
    window(
        "row_cumsum",
        "(term:number, [restart:bool]) -> promoted",
        "The sum of the values up to the row.",
        row_cumsum,
    ),
    window("row_rank_dense", RANK, "How many different values there are up to the row.", |values, kind, rows| {
        rank(values, kind, rows, true)
    }),
    window("row_rank_min", RANK, "The number of the first row with the same value.", |values, kind, rows| {
        rank(values, kind, rows, false)
    }),
    window("row_window_session", SESSION, "The start of the session that the row belongs to.", session),
];

const SESSION: &str = "(instant:datetime, longest:timespan, gap:timespan, [restart:bool]) -> datetime";

const fn window(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    function: super::WindowFunction,
) -> Function {
    Function::new(name, signature, doc, Kernel::Window(function))
}

fn restarts(values: &[Datum], index: usize, row: usize) -> bool {
    values.get(index).is_some_and(|restart| restart.value(row) == Bool(true))
}

fn neighbour(values: &[Datum], column_type: ColumnType, rows: usize, direction: i64) -> Result<Column> {
    let mut column = Column::new(column_type, rows);
    let Some(source) = values.first() else { return Ok(column) };
    if values.iter().skip(1).any(|value| matches!(value, Datum::Column(_))) {
        return Err(EngineError::semantic(
            "SEM0011",
            "the offset and default of prev() and next() have to be constants",
        ));
    }
    for row in 0..rows {
        let offset = values.get(1).map_or(Some(1), |offset| to_long(&offset.value(row)));
        let at = offset.and_then(|offset| offset.checked_mul(direction)?.checked_add(row as i64));
        let found = at.and_then(|at| usize::try_from(at).ok()).filter(|at| *at < rows);
        match (found, values.get(2)) {
            (Some(at), _) => column.push(source.value(at)),
            (None, Some(default)) => column.push(cast(&default.value(row), column_type)),
            (None, None) => column.push(Null),
        }
    }
    Ok(column)
}

fn row_number(values: &[Datum], column_type: ColumnType, rows: usize) -> Result<Column> {
    let mut column = Column::new(column_type, rows);
    let start = values.first().map_or(Some(1), |start| to_long(&start.value(0))).unwrap_or(1);
    let mut number = start;
    for row in 0..rows {
        if restarts(values, 1, row) {
            number = start;
        }
        column.push(Long(number));
        number = number.wrapping_add(1);
    }
    Ok(column)
}

fn row_cumsum(values: &[Datum], column_type: ColumnType, rows: usize) -> Result<Column> {
    let mut column = Column::new(column_type, rows);
    let Some(term) = values.first() else { return Ok(column) };
    let zero = cast(&Long(0), column_type).into_owned();
    let mut sum = zero.clone();
    for row in 0..rows {
        if restarts(values, 1, row) {
            sum = zero.clone();
        }
        sum = plus(&sum, &cast(&term.value(row), column_type));
        column.push(sum.clone());
    }
    Ok(column)
}

/// The sum of two numbers of the same type; null adds nothing.
fn plus(sum: &Value<'_>, term: &Value<'_>) -> Value<'static> {
    match (sum, term) {
        (Long(sum), Long(term)) => Long(sum.wrapping_add(*term)),
        (Value::Real(sum), Value::Real(term)) => Value::Real(sum + term),
        (Value::Decimal(sum), Value::Decimal(term)) => sum.checked_add(*term).map_or(Null, Value::Decimal),
        _ => sum.clone().into_owned(),
    }
}

fn rank(values: &[Datum], column_type: ColumnType, rows: usize, dense: bool) -> Result<Column> {
    let mut column = Column::new(column_type, rows);
    let Some(term) = values.first() else { return Ok(column) };
    let (mut rank, mut since, mut before) = (0_i64, 0_i64, None);
    for row in 0..rows {
        let key = key_of(&term.value(row));
        let restart = restarts(values, 1, row);
        if restart {
            (rank, since, before) = (0, 0, None);
        }
        since += 1;
        if before.as_ref() != Some(&key) {
            rank = if dense { rank + 1 } else { since };
        }
        before = Some(key);
        column.push(Long(rank));
    }
    Ok(column)
}

fn session(values: &[Datum], column_type: ColumnType, rows: usize) -> Result<Column> {
    let mut column = Column::new(column_type, rows);
    let [instant, longest, gap, ..] = values else { return Ok(column) };
    let limit = |datum: &Datum, row| match datum.value(row) {
        Value::Timespan(span) => span,
        _ => Timespan(i64::MAX),
    };
    let (mut start, mut before) = (None, None);
    for row in 0..rows {
        let Value::DateTime(at) = instant.value(row) else {
            (start, before) = (None, None);
            column.push(Null);
            continue;
        };
        let stays = |from: Option<crate::storage::time::DateTime>, most: Timespan| {
            from.is_some_and(|from| at.since(from) < most)
        };
        if restarts(values, 3, row) || !stays(start, limit(longest, row)) || !stays(before, limit(gap, row)) {
            start = Some(at);
        }
        before = Some(at);
        column.push(start.map_or(Null, Value::DateTime));
    }
    Ok(column)
}
