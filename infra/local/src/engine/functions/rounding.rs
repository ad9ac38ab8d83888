//! `bin()` and its like.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::bound::Bound;
use crate::engine::error::{EngineError, Result};
use crate::engine::functions::{Function, Kernel, RowFunction, signature};
use crate::engine::syntax::tree::Argument;
use crate::storage::time::{DateTime, Timespan};
use crate::storage::value::Value::{self, Decimal, Long, Null, Real};

const BIN: &str = "(value:number, size:number) -> widest | (value:timespan, size:timespan) -> timespan | (value:datetime, size:timespan) -> datetime";
const BIN_AT: &str = "(value:number, size:number, fixed:number) -> widest | (value:timespan, size:timespan, fixed:timespan) -> timespan | (value:datetime, size:timespan, fixed:datetime) -> datetime";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row("bin", BIN, "The value rounded down to a multiple of a size.", bin).named_as_first(),
    Function::row("floor", BIN, "The same as bin().", bin).named_as_first(),
    Function::row(
        "bin_at",
        BIN_AT,
        "The value rounded down to a multiple of a size, counted from a fixed point.",
        bin_at,
    )
    .named_as_first(),
    Function::bind(
        "bin_auto",
        "(value:summable) -> first",
        "The value rounded down to a multiple of query_bin_auto_size, counted from query_bin_auto_at.",
        bin_auto,
    )
    .named_as_first(),
    Function::row(
        "round",
        "(value:number, [digits:integer]) -> first",
        "The value rounded to so many digits after the point.",
        round,
    )
    .named_as_first(),
    Function::row("ceiling", "(value:number) -> first", "The value rounded up to a whole number.", ceiling)
        .named_as_first(),
];

/// The first value rounded down to a multiple of the second.
pub(in crate::engine) fn bin<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [value, size] => binned(value, size, None),
        _ => Null,
    }
}

fn bin_at<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [value, size, fixed] => binned(value, size, Some(fixed)),
        _ => Null,
    }
}

/// `bin_at()` with what the query set.
fn bin_auto(binder: &Binder<'_>, arguments: &[Argument]) -> Result<Bound> {
    let [argument] = arguments else { return Err(EngineError::semantic("SEM0219", "bin_auto() takes one value")) };
    let settings = binder.scope.context.settings.borrow();
    let setting =
        |name: &str| settings.get(name).and_then(|value| Some(Bound::constant(value.clone(), value.column_type()?)));
    let value = binder.bind(&argument.value)?;
    let missing =
        || EngineError::semantic("SEM0011", "bin_auto() needs 'set query_bin_auto_size = …;' before the query");
    let size = setting("query_bin_auto_size").ok_or_else(missing)?;
    let (function, form, arguments): (RowFunction, _, _) = match setting("query_bin_auto_at") {
        Some(fixed) => (bin_at, BIN_AT, vec![value, size, fixed]),
        None => (bin, BIN, vec![value, size]),
    };
    let (arguments, column_type) = signature::accept("bin_auto", form, arguments)?;
    binder.apply(Kernel::Row(function), arguments, column_type)
}

fn binned(value: &Value<'_>, size: &Value<'_>, fixed: Option<&Value<'_>>) -> Value<'static> {
    match (value, size) {
        (Value::DateTime(value), Value::Timespan(size)) => {
            let fixed = match fixed {
                Some(Value::DateTime(fixed)) => fixed.ticks(),
                Some(_) => return Null,
                None => 0,
            };
            floor_to(value.ticks(), size.0, fixed).and_then(DateTime::from_ticks).map_or(Null, Value::DateTime)
        }
        (Value::Timespan(value), Value::Timespan(size)) => {
            let fixed = match fixed {
                Some(Value::Timespan(fixed)) => fixed.0,
                Some(_) => return Null,
                None => 0,
            };
            floor_to(value.0, size.0, fixed).map_or(Null, |ticks| Value::Timespan(Timespan(ticks)))
        }
        (Null, _) | (_, Null) => Null,
        _ => binned_number(value, size, fixed),
    }
}

fn binned_number(value: &Value<'_>, size: &Value<'_>, fixed: Option<&Value<'_>>) -> Value<'static> {
    use crate::storage::convert::{to_long, to_real};
    let whole = |value: &Value<'_>| matches!(value, Value::Int(_) | Long(_));
    if [Some(value), Some(size), fixed].into_iter().flatten().all(whole) {
        let (Some(value), Some(size)) = (to_long(value), to_long(size)) else { return Null };
        return floor_to(value, size, fixed.and_then(to_long).unwrap_or(0)).map_or(Null, Long);
    }
    let (Some(value), Some(size)) = (to_real(value), to_real(size)) else { return Null };
    let fixed = fixed.and_then(to_real).unwrap_or(0.0);
    if size == 0.0 { Null } else { Real(((value - fixed) / size).floor() * size + fixed) }
}

/// The largest `fixed + n * size` that is not above `value`.
fn floor_to(value: i64, size: i64, fixed: i64) -> Option<i64> {
    if size <= 0 {
        return None;
    }
    let above = i128::from(value) - i128::from(fixed);
    i64::try_from(i128::from(value) - above.rem_euclid(i128::from(size))).ok()
}

fn round<'a>(values: &[Value<'a>]) -> Value<'a> {
    let digits = match values.get(1) {
        None => 0,
        Some(Long(digits)) => (*digits).clamp(-300, 300) as i32,
        Some(_) => return Null,
    };
    match values.first() {
        Some(Real(value)) => Real(rounded(*value, digits)),
        Some(Decimal(value)) => {
            Decimal(value.round_dp_with_strategy(
                digits.clamp(0, 28) as u32,
                rust_decimal::RoundingStrategy::MidpointAwayFromZero,
            ))
        }
        Some(Long(value)) if digits < 0 => Long(rounded(*value as f64, digits) as i64),
        Some(value) => value.clone(),
        None => Null,
    }
}

fn rounded(value: f64, digits: i32) -> f64 {
    if digits < 0 {
        let factor = 10_f64.powi(-digits);
        return (value / factor).round() * factor;
    }
    let factor = 10_f64.powi(digits);
    let scaled = value * factor;
    if !scaled.is_finite() || digits > 15 { value } else { scaled.round() / factor }
}

fn ceiling<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Real(value)] => Real(value.ceil()),
        [Decimal(value)] => Decimal(value.ceil()),
        [value] => value.clone(),
        _ => Null,
    }
}
