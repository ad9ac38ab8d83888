//! `== != < <= > >= =~ !~` and `between`. Null equals nothing and differs from any value; two nulls, or an order with null, are null.

use crate::engine::functions::{Kernel, RowFunction};
use crate::engine::order::compare;
use crate::storage::value::Value::{self, Bool, Null, Real};
use std::cmp::Ordering;

/// The function of an operator.
pub(in crate::engine) fn kernel(operator: &str) -> Option<Kernel> {
    let function: RowFunction = match operator {
        "==" => equal,
        "!=" => unequal,
        "<" => |values| ordered(values, Ordering::is_lt),
        "<=" => |values| ordered(values, Ordering::is_le),
        ">" => |values| ordered(values, Ordering::is_gt),
        ">=" => |values| ordered(values, Ordering::is_ge),
        "=~" => equal_ignoring_case,
        "!~" => |values| negated(equal_ignoring_case(values)),
        _ => return None,
    };
    Some(Kernel::Row(function))
}

fn equal<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Null, Null] => Null,
        [Real(first), Real(second)] => Bool(first == second),
        [first, second] => Bool(compare(first, second) == Some(Ordering::Equal)),
        _ => Null,
    }
}

fn unequal<'a>(values: &[Value<'a>]) -> Value<'a> {
    negated(equal(values))
}

fn negated(value: Value<'_>) -> Value<'_> {
    match value {
        Bool(value) => Bool(!value),
        other => other,
    }
}

fn ordered<'a>(values: &[Value<'a>], holds: fn(Ordering) -> bool) -> Value<'a> {
    match values {
        [Real(first), Real(second)] => Bool(first.partial_cmp(second).is_some_and(holds)),
        [first, second] => compare(first, second).map_or(Null, |order| Bool(holds(order))),
        _ => Null,
    }
}

fn equal_ignoring_case<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Value::String(first), Value::String(second)] => Bool(
            first.eq_ignore_ascii_case(second) || (!first.is_ascii() && first.to_lowercase() == second.to_lowercase()),
        ),
        _ => Null,
    }
}

/// `value between (low .. high)`, ends included.
pub(in crate::engine) fn between<'a>(values: &[Value<'a>]) -> Value<'a> {
    let [value, low, high] = values else { return Null };
    match (compare(low, value), compare(value, high)) {
        (Some(from), Some(to)) => Bool(from.is_le() && to.is_le()),
        (Some(Ordering::Greater), None) | (None, Some(Ordering::Greater)) => Bool(false),
        _ => Null,
    }
}

/// `value !between (low .. high)`.
pub(in crate::engine) fn not_between<'a>(values: &[Value<'a>]) -> Value<'a> {
    negated(between(values))
}
