//! `+ - * / %`: integers wrap, a division by zero is null, the remainder is never negative.

use crate::engine::functions::Kernel;
use crate::storage::time::Timespan;
use crate::storage::value::Value::{self, DateTime, Decimal, Long, Null, Real, Timespan as Span};

/// The function of an operator.
pub(in crate::engine) fn kernel(operator: &str) -> Option<Kernel> {
    Some(Kernel::Row(match operator {
        "+" => add,
        "-" => subtract,
        "*" => multiply,
        "/" => divide,
        "%" => remainder,
        _ => return None,
    }))
}

fn add<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Long(first), Long(second)] => Long(first.wrapping_add(*second)),
        [Real(first), Real(second)] => Real(first + second),
        [Decimal(first), Decimal(second)] => first.checked_add(*second).map_or(Null, Decimal),
        [DateTime(instant), Span(span)] | [Span(span), DateTime(instant)] => {
            instant.checked_add(*span).map_or(Null, DateTime)
        }
        [Span(first), Span(second)] => Span(Timespan(first.0.wrapping_add(second.0))),
        _ => Null,
    }
}

fn subtract<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Long(first), Long(second)] => Long(first.wrapping_sub(*second)),
        [Real(first), Real(second)] => Real(first - second),
        [Decimal(first), Decimal(second)] => first.checked_sub(*second).map_or(Null, Decimal),
        [DateTime(first), DateTime(second)] => Span(first.since(*second)),
        [DateTime(instant), Span(span)] => instant.checked_add(Timespan(span.0.wrapping_neg())).map_or(Null, DateTime),
        [Span(first), Span(second)] => Span(Timespan(first.0.wrapping_sub(second.0))),
        _ => Null,
    }
}

/// `-x` for a real: unlike `0 - x` it keeps the sign of zero.
pub(in crate::engine) fn negate<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Real(value)] => Real(-value),
        _ => Null,
    }
}

fn multiply<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Long(first), Long(second)] => Long(first.wrapping_mul(*second)),
        [Real(first), Real(second)] => Real(first * second),
        [Decimal(first), Decimal(second)] => first.checked_mul(*second).map_or(Null, Decimal),
        [Span(span), Real(factor)] | [Real(factor), Span(span)] => scaled(span.0 as f64 * factor),
        _ => Null,
    }
}

fn divide<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Long(_), Long(0)] => Null,
        [Long(first), Long(second)] => Long(first.wrapping_div(*second)),
        [Real(first), Real(second)] => Real(first / second),
        [Decimal(first), Decimal(second)] => first.checked_div(*second).map_or(Null, Decimal),
        [Span(first), Span(second)] => Real(first.0 as f64 / second.0 as f64),
        [Span(span), Real(divisor)] => scaled(span.0 as f64 / divisor),
        _ => Null,
    }
}

fn remainder<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Long(_), Long(0)] => Null,
        [Long(first), Long(second)] => Long(first.wrapping_rem_euclid(*second)),
        [Real(first), Real(second)] => Real(first.rem_euclid(*second)),
        [Decimal(first), Decimal(second)] => decimal_remainder(*first, *second),
        [Span(first), Span(second)] => ticks_remainder(first.0, second.0),
        [DateTime(instant), Span(span)] => ticks_remainder(instant.ticks(), span.0),
        _ => Null,
    }
}

fn decimal_remainder(first: rust_decimal::Decimal, second: rust_decimal::Decimal) -> Value<'static> {
    let Some(remainder) = first.checked_rem(second) else { return Null };
    if remainder.is_sign_negative() && !remainder.is_zero() {
        return remainder.checked_add(second.abs()).map_or(Null, Decimal);
    }
    Decimal(remainder)
}

fn ticks_remainder(ticks: i64, divisor: i64) -> Value<'static> {
    if divisor == 0 { Null } else { Span(Timespan(ticks.wrapping_rem_euclid(divisor))) }
}

/// Ticks as a timespan; null where they are none.
fn scaled(ticks: f64) -> Value<'static> {
    if ticks.is_finite() { Span(Timespan(ticks as i64)) } else { Null }
}
