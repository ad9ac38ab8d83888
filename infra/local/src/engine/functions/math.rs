//! Numbers.

use crate::engine::context::Context;
use crate::engine::error::Result;
use crate::engine::functions::{Function, Kernel};
use crate::engine::order::compare;
use crate::storage::time::Timespan;
use crate::storage::value::Value::{self, Bool, Decimal, Long, Null, Real};
use std::cmp::Ordering;

const REAL: &str = "(value:real) -> real";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row(
        "abs",
        "(value:integer) -> long | (value:number) -> first | (value:timespan) -> timespan",
        "Without its sign.",
        abs,
    )
    .named_as_first(),
    Function::row("sign", REAL, "-1, 0 or 1.", |values| {
        real(values, |value| if value == 0.0 { 0.0 } else { value.signum() })
    }),
    Function::row("sqrt", REAL, "The square root.", |values| real(values, f64::sqrt)).named_as_first(),
    Function::row("exp", REAL, "e to this power.", |values| real(values, f64::exp)).named_as_first(),
    Function::row("exp2", REAL, "2 to this power.", |values| real(values, f64::exp2)).named_as_first(),
    Function::row("exp10", REAL, "10 to this power.", |values| real(values, |value| 10_f64.powf(value)))
        .named_as_first(),
    Function::row("log", REAL, "The natural logarithm; null for a negative number.", |values| {
        logarithm(values, f64::ln)
    })
    .named_as_first(),
    Function::row("log2", REAL, "The logarithm to base 2; null for a negative number.", |values| {
        logarithm(values, f64::log2)
    })
    .named_as_first(),
    Function::row("log10", REAL, "The logarithm to base 10; null for a negative number.", |values| {
        logarithm(values, f64::log10)
    })
    .named_as_first(),
    Function::row("pow", "(base:real, exponent:real) -> real", "A number to a power.", |values| {
        two_reals(values, f64::powf)
    })
    .named_as_first(),
    Function::row("pi", "() -> real", "The ratio of a circle's circumference to its diameter.", |_| {
        Real(std::f64::consts::PI)
    }),
    Function::row("sin", REAL, "The sine of an angle in radians.", |values| real(values, f64::sin)).named_as_first(),
    Function::row("cos", REAL, "The cosine of an angle in radians.", |values| real(values, f64::cos)).named_as_first(),
    Function::row("tan", REAL, "The tangent of an angle in radians.", |values| real(values, f64::tan)).named_as_first(),
    Function::row("cot", REAL, "The cotangent of an angle in radians.", |values| {
        real(values, |value| 1.0 / value.tan())
    }),
    Function::row("asin", REAL, "The angle whose sine this is.", |values| real(values, f64::asin)).named_as_first(),
    Function::row("acos", REAL, "The angle whose cosine this is.", |values| real(values, f64::acos)).named_as_first(),
    Function::row("atan", REAL, "The angle whose tangent this is.", |values| real(values, f64::atan)).named_as_first(),
    Function::row("atan2", "(y:real, x:real) -> real", "The angle of a point.", |values| two_reals(values, f64::atan2))
        .named_as_first(),
    Function::row("degrees", REAL, "Radians as degrees.", |values| real(values, f64::to_degrees)),
    Function::row("radians", REAL, "Degrees as radians.", |values| real(values, f64::to_radians)),
    Function::row("isnan", "(value:real) -> bool", "Whether the value is not a number.", |values| {
        is(values, f64::is_nan)
    }),
    Function::row("isinf", "(value:real) -> bool", "Whether the value is infinite.", |values| {
        is(values, f64::is_infinite)
    }),
    Function::row("isfinite", "(value:real) -> bool", "Whether the value is neither infinite nor NaN.", |values| {
        is(values, f64::is_finite)
    }),
    Function::row("max_of", "(first:common, {next:common}) -> common", "The largest of several values.", |values| {
        extreme(values, Ordering::Greater)
    }),
    Function::row("min_of", "(first:common, {next:common}) -> common", "The smallest of several values.", |values| {
        extreme(values, Ordering::Less)
    }),
    Function::new(
        "rand",
        "([below:integer]) -> real",
        "A random number from 0 to 1, or a whole one below a limit.",
        Kernel::Volatile(rand),
    )
    .named_as_first(),
];

fn real<'a>(values: &[Value<'a>], function: impl Fn(f64) -> f64) -> Value<'a> {
    match values {
        [Real(value)] => Real(function(*value)),
        _ => Null,
    }
}

fn logarithm<'a>(values: &[Value<'a>], function: impl Fn(f64) -> f64) -> Value<'a> {
    match values {
        [Real(value)] if *value < 0.0 => Null,
        _ => real(values, function),
    }
}

fn two_reals<'a>(values: &[Value<'a>], function: impl Fn(f64, f64) -> f64) -> Value<'a> {
    match values {
        [Real(first), Real(second)] => Real(function(*first, *second)),
        _ => Null,
    }
}

fn is<'a>(values: &[Value<'a>], holds: impl Fn(f64) -> bool) -> Value<'a> {
    match values {
        [Real(value)] => Bool(holds(*value)),
        _ => Bool(false),
    }
}

fn abs<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Long(value)] => Long(value.wrapping_abs()),
        [Real(value)] => Real(value.abs()),
        [Decimal(value)] => Decimal(value.abs()),
        [Value::Timespan(span)] => Value::Timespan(Timespan(span.0.wrapping_abs())),
        _ => Null,
    }
}

/// The value that compares so with the others; nulls do not count.
fn extreme<'a>(values: &[Value<'a>], wanted: Ordering) -> Value<'a> {
    let better = |best: Value<'a>, next: &Value<'a>| {
        if best.is_null() || compare(next, &best) == Some(wanted) { next.clone() } else { best }
    };
    values.iter().filter(|value| !value.is_null()).fold(Null, better)
}

fn rand<'a>(values: &[Value<'a>], context: &Context) -> Result<Value<'a>> {
    Ok(Real(match values {
        [Long(below)] if *below > 1 => (context.random() * *below as f64).floor(),
        _ => context.random(),
    }))
}
