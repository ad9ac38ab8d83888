//! Arrays and sets.

use crate::engine::bind::names::Naming;
use crate::engine::context::Context;
use crate::engine::error::{EngineError, Result};
use crate::engine::functions::Function;
use crate::engine::keys::key_of;
use crate::engine::order::compare;
use crate::storage::convert::{scalar, to_dynamic, to_long, to_real};
use crate::storage::dynamic::Dynamic;
use crate::storage::time::Timespan;
use crate::storage::value::Value::{self, Bool, Long, Null, Real};
use std::cmp::Ordering;
use std::collections::HashSet;

const SORT: &str = "({array:dynamic}) -> dynamic | (array:dynamic, nulls_last:bool) -> dynamic";
const SETS: &str = "(first:dynamic, {set:dynamic}) -> dynamic";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row("array_length", "(array:dynamic) -> long", "How many elements; null for what is no array.", length),
    Function::row("arraylength", "(array:dynamic) -> long", "The same as array_length().", length),
    Function::row("array_concat", "({array:dynamic}) -> dynamic", "All elements in one array.", concat),
    Function::row(
        "array_slice",
        "(array:dynamic, start:integer, end:integer) -> dynamic",
        "The elements from one index to another, both included; negative ones count from the end.",
        slice,
    ),
    Function::row(
        "array_split",
        "(array:dynamic, at:any) -> dynamic",
        "The array cut at an index, or at several.",
        split,
    ),
    Function::row(
        "array_index_of",
        "(array:dynamic, value:any, [start:integer], [length:integer], [occurrence:integer]) -> long",
        "Where a value is, from 0; -1 where it is not.",
        index_of,
    ),
    Function::row("array_reverse", "(array:dynamic) -> dynamic", "The elements in reverse order.", |values| {
        map(values, |array| array.iter().rev().cloned().collect())
    }),
    Function::row(
        "array_sort_asc",
        SORT,
        "The elements in ascending order, nulls last; further arrays follow the first.",
        |values| sort(values, false),
    ),
    Function::row(
        "array_sort_desc",
        SORT,
        "The elements in descending order, nulls last; further arrays follow the first.",
        |values| sort(values, true),
    ),
    Function::row(
        "array_rotate_left",
        "(array:dynamic, by:integer) -> dynamic",
        "The elements moved to the left, the first ones to the end.",
        |values| rotate(values, 1),
    ),
    Function::row(
        "array_rotate_right",
        "(array:dynamic, by:integer) -> dynamic",
        "The elements moved to the right, the last ones to the start.",
        |values| rotate(values, -1),
    ),
    Function::row(
        "array_shift_left",
        "(array:dynamic, by:integer, [fill:any]) -> dynamic",
        "The elements moved to the left, filled up at the end.",
        |values| shift(values, 1),
    ),
    Function::row(
        "array_shift_right",
        "(array:dynamic, by:integer, [fill:any]) -> dynamic",
        "The elements moved to the right, filled up at the start.",
        |values| shift(values, -1),
    ),
    Function::row(
        "array_sum",
        "(array:dynamic) -> real",
        "The sum of the elements without nulls; null where one is no number.",
        sum,
    ),
    Function::row(
        "array_iff",
        "(conditions:dynamic, then:any, else:any) -> dynamic",
        "For each condition the element of one array or the other.",
        iff,
    ),
    Function::row("array_iif", "(conditions:dynamic, then:any, else:any) -> dynamic", "The same as array_iff().", iff),
    Function::row(
        "zip",
        "(first:dynamic, {array:dynamic}) -> dynamic",
        "Arrays of the elements at the same index.",
        zip,
    ),
    Function::row("pack_array", "({value:any}) -> dynamic", "An array of the values.", pack),
    Function::context(
        "range",
        "(start:summable, stop:summable, [step:summable]) -> dynamic",
        "An array of equally spaced values.",
        range,
    ),
    Function::context("repeat", "(value:any, count:integer) -> dynamic", "An array of so many times a value.", repeat)
        .named(Naming::Prefix("repeat")),
    Function::row("set_union", SETS, "The distinct elements of all arrays.", |values| {
        set(values, |sets, key| sets.iter().any(|set| set.contains(key)))
    }),
    Function::row("set_intersect", SETS, "The distinct elements that all arrays have.", |values| {
        set(values, |sets, key| sets.iter().all(|set| set.contains(key)))
    }),
    Function::row("set_difference", SETS, "The distinct elements that only the first array has.", |values| {
        set(values, in_first_only)
    }),
    Function::row(
        "set_has_element",
        "(set:dynamic, value:any) -> bool",
        "Whether the array has the value.",
        has_element,
    ),
    Function::row(
        "set_equals",
        "(first:dynamic, second:dynamic) -> bool",
        "Whether two arrays have the same distinct elements.",
        equals,
    ),
    Function::row(
        "jaccard_index",
        "(first:dynamic, second:dynamic) -> real",
        "The share of the distinct elements that both arrays have.",
        jaccard,
    ),
];

/// The elements of an array.
pub(super) fn elements<'v>(value: &'v Value<'_>) -> Option<&'v [Dynamic]> {
    match value {
        Value::Dynamic(Dynamic::Array(array)) => Some(array),
        _ => None,
    }
}

pub(super) fn array_of(values: Vec<Dynamic>) -> Value<'static> {
    Value::Dynamic(Dynamic::array(values))
}

/// An optional number among the arguments.
fn number(values: &[Value<'_>], index: usize, default: i64) -> i64 {
    match values.get(index) {
        Some(Long(number)) => *number,
        _ => default,
    }
}

fn map<'a>(values: &[Value<'a>], change: impl Fn(&[Dynamic]) -> Vec<Dynamic>) -> Value<'a> {
    values.first().and_then(elements).map_or(Null, |array| array_of(change(array)))
}

fn length<'a>(values: &[Value<'a>]) -> Value<'a> {
    values.first().and_then(elements).map_or(Null, |array| Long(array.len() as i64))
}

fn concat<'a>(values: &[Value<'a>]) -> Value<'a> {
    let arrays: Vec<&[Dynamic]> = values.iter().filter_map(elements).collect();
    if arrays.is_empty() { Null } else { array_of(arrays.concat()) }
}

fn slice<'a>(values: &[Value<'a>]) -> Value<'a> {
    let [_, Long(start), Long(end)] = values else { return Null };
    map(values, |array| {
        let count = array.len() as i64;
        let from_end = |index: i64| if index < 0 { index.saturating_add(count) } else { index };
        let (start, end) = (from_end(*start).max(0), from_end(*end).min(count - 1));
        if start > end { Vec::new() } else { array.get(start as usize..=end as usize).unwrap_or_default().to_vec() }
    })
}

fn split<'a>(values: &[Value<'a>]) -> Value<'a> {
    let [array, at] = values else { return Null };
    let Some(array) = elements(array) else { return Null };
    let indexes: Vec<i64> = match at {
        Value::Dynamic(Dynamic::Array(indexes)) => indexes.iter().filter_map(|index| to_long(&scalar(index))).collect(),
        other => to_long(other).into_iter().collect(),
    };
    let count = array.len();
    let mut parts = Vec::new();
    let mut from = 0;
    for index in indexes {
        let index = if index < 0 { index.saturating_add(count as i64) } else { index };
        let to = (index.max(0) as usize).clamp(from, count);
        parts.push(Dynamic::array(array.get(from..to).unwrap_or_default().iter().cloned()));
        from = to;
    }
    parts.push(Dynamic::array(array.get(from..).unwrap_or_default().iter().cloned()));
    array_of(parts)
}

fn index_of<'a>(values: &[Value<'a>]) -> Value<'a> {
    let [array, value, ..] = values else { return Null };
    let Some(array) = elements(array) else { return Null };
    let count = array.len() as i64;
    let start = number(values, 2, 0);
    let start = if start < 0 { start.saturating_add(count).max(0) } else { start };
    let length = number(values, 3, -1);
    let end = if length < 0 { count } else { start.saturating_add(length).min(count) };
    let key = key_of(&scalar(&to_dynamic(value)));
    let matches =
        (start..end).filter(|index| array.get(*index as usize).is_some_and(|element| key_of(&scalar(element)) == key));
    let occurrence = number(values, 4, 1).max(1) as usize;
    Long(matches.into_iter().nth(occurrence - 1).unwrap_or(-1))
}

fn sort<'a>(values: &[Value<'a>], descending: bool) -> Value<'a> {
    let arrays: Vec<&[Dynamic]> = values.iter().filter_map(elements).collect();
    let Some(first) = arrays.first() else { return Null };
    let nulls_last = !matches!(values.last(), Some(Bool(false)));
    let mut order: Vec<usize> = (0..first.len()).collect();
    let key = |index: &usize| first.get(*index).map_or(Null, scalar);
    order.sort_by(|one, other| element_order(&key(one), &key(other), descending, nulls_last));
    let permuted = |array: &[Dynamic]| -> Vec<Dynamic> {
        if array.len() == first.len() {
            order.iter().filter_map(|index| array.get(*index).cloned()).collect()
        } else {
            Vec::new()
        }
    };
    match arrays.as_slice() {
        [only] => array_of(permuted(only)),
        several => {
            let same_length = |array: &&[Dynamic]| {
                if array.len() == first.len() { Dynamic::array(permuted(array)) } else { Dynamic::Null }
            };
            array_of(several.iter().map(same_length).collect())
        }
    }
}

fn element_order(one: &Value<'_>, other: &Value<'_>, descending: bool, nulls_last: bool) -> Ordering {
    match (one.is_null(), other.is_null()) {
        (true, true) => Ordering::Equal,
        (true, false) => {
            if nulls_last {
                Ordering::Greater
            } else {
                Ordering::Less
            }
        }
        (false, true) => {
            if nulls_last {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        }
        (false, false) => {
            let order = compare(one, other)
                .or_else(|| compare_numbers(one, other))
                .unwrap_or_else(|| kind(one).cmp(&kind(other)));
            if descending { order.reverse() } else { order }
        }
    }
}

fn compare_numbers(one: &Value<'_>, other: &Value<'_>) -> Option<Ordering> {
    to_real(one)?.partial_cmp(&to_real(other)?)
}

/// Values of different types are in the order of their types.
fn kind(value: &Value<'_>) -> Option<crate::storage::column_type::ColumnType> {
    value.column_type()
}

fn rotate<'a>(values: &[Value<'a>], direction: i64) -> Value<'a> {
    map(values, |array| {
        let mut rotated = array.to_vec();
        if !rotated.is_empty() {
            rotated.rotate_left(number(values, 1, 0).wrapping_mul(direction).rem_euclid(array.len() as i64) as usize);
        }
        rotated
    })
}

fn shift<'a>(values: &[Value<'a>], direction: i64) -> Value<'a> {
    let fill = values.get(2).map_or(Dynamic::Null, to_dynamic);
    let by = number(values, 1, 0).wrapping_mul(direction);
    map(values, |array| {
        let source = |index: usize| (index as i64).checked_add(by).and_then(|index| usize::try_from(index).ok());
        (0..array.len()).map(|index| source(index).and_then(|from| array.get(from)).unwrap_or(&fill).clone()).collect()
    })
}

fn sum<'a>(values: &[Value<'a>]) -> Value<'a> {
    let Some(array) = values.first().and_then(elements) else { return Null };
    let numbers = array.iter().filter(|element| **element != Dynamic::Null);
    let numbers: Option<Vec<f64>> = numbers.map(|element| to_real(&scalar(element))).collect();
    match numbers {
        Some(numbers) if !numbers.is_empty() => Real(numbers.iter().sum()),
        _ => Null,
    }
}

fn iff<'a>(values: &[Value<'a>]) -> Value<'a> {
    let [conditions, then, otherwise] = values else { return Null };
    let Some(conditions) = elements(conditions) else { return Null };
    let pick = |value: &Value<'_>, index: usize| match elements(value) {
        Some(array) => array.get(index).cloned().unwrap_or_default(),
        None => to_dynamic(value),
    };
    let holds = |condition: &Dynamic| match condition {
        Dynamic::Bool(value) => Some(*value),
        other => to_real(&scalar(other)).map(|number| number != 0.0),
    };
    array_of(
        conditions
            .iter()
            .enumerate()
            .map(|(index, condition)| match holds(condition) {
                Some(true) => pick(then, index),
                Some(false) => pick(otherwise, index),
                None => Dynamic::Null,
            })
            .collect(),
    )
}

fn zip<'a>(values: &[Value<'a>]) -> Value<'a> {
    let arrays: Vec<&[Dynamic]> = values.iter().map(|value| elements(value).unwrap_or_default()).collect();
    let longest = arrays.iter().map(|array| array.len()).max().unwrap_or(0);
    let at = |index: usize| Dynamic::array(arrays.iter().map(|array| array.get(index).cloned().unwrap_or_default()));
    array_of((0..longest).map(at).collect())
}

fn pack<'a>(values: &[Value<'a>]) -> Value<'a> {
    array_of(values.iter().map(to_dynamic).collect())
}

/// The elements that an array may have, as the service has it for `range()`.
const MOST_ELEMENTS: usize = 1_048_576;

fn range<'a>(values: &[Value<'a>], context: &Context) -> Result<Value<'a>> {
    let mut items = Vec::new();
    let (Some(start), Some(stop)) = (values.first(), values.get(1)) else { return Ok(Null) };
    let mut current = start.clone();
    let step = values.get(2).cloned().unwrap_or_else(|| default_step(start));
    let descending = to_real(&step).is_some_and(|step| step < 0.0);
    if to_real(&step).is_none_or(|step| step == 0.0) || start.is_null() || stop.is_null() {
        return Ok(Null);
    }
    context.check()?;
    while items.len() < MOST_ELEMENTS {
        let (Some(at), Some(end)) = (to_real(&current), to_real(stop)) else { break };
        if (descending && at < end) || (!descending && at > end) {
            break;
        }
        items.push(to_dynamic(&current));
        current = step_from(&current, &step);
    }
    Ok(array_of(items))
}

fn default_step(start: &Value<'_>) -> Value<'static> {
    match start {
        Value::DateTime(_) | Value::Timespan(_) => {
            Value::Timespan(Timespan(3600 * crate::storage::time::TICKS_PER_SECOND))
        }
        _ => Long(1),
    }
}

fn step_from(current: &Value<'_>, step: &Value<'_>) -> Value<'static> {
    match (current, step) {
        (Value::DateTime(at), Value::Timespan(step)) => at.checked_add(*step).map_or(Null, Value::DateTime),
        (Value::Timespan(at), Value::Timespan(step)) => {
            at.0.checked_add(step.0).map_or(Null, |ticks| Value::Timespan(Timespan(ticks)))
        }
        (Value::Int(_) | Long(_), Value::Int(_) | Long(_)) => {
            to_long(current).zip(to_long(step)).and_then(|(at, step)| at.checked_add(step)).map_or(Null, Long)
        }
        (Value::DateTime(_) | Value::Timespan(_), _) => Null,
        _ => to_real(current).zip(to_real(step)).map_or(Null, |(at, step)| Real(at + step)),
    }
}

fn repeat<'a>(values: &[Value<'a>], _: &Context) -> Result<Value<'a>> {
    let [value, Long(count)] = values else { return Ok(Null) };
    match usize::try_from(*count) {
        Ok(count) if count > MOST_ELEMENTS => Err(EngineError::limit(
            "E_LOW_MEMORY_CONDITION",
            format!("repeat() would make an array of more than {MOST_ELEMENTS} elements"),
        )),
        Ok(count) => Ok(array_of(vec![to_dynamic(value); count])),
        Err(_) => Ok(Null),
    }
}

type Keys = HashSet<Vec<u8>>;

fn keys(array: &[Dynamic]) -> Keys {
    array.iter().map(|element| key_of(&scalar(element))).collect()
}

fn in_first_only(sets: &[Keys], key: &[u8]) -> bool {
    sets.split_first().is_some_and(|(first, others)| first.contains(key) && !others.iter().any(|set| set.contains(key)))
}

/// The distinct elements of all arrays, in the order in which they appear, that belong into the result.
fn set<'a>(values: &[Value<'a>], belongs: impl Fn(&[Keys], &[u8]) -> bool) -> Value<'a> {
    let arrays: Vec<&[Dynamic]> = values.iter().map(|value| elements(value).unwrap_or_default()).collect();
    let sets: Vec<Keys> = arrays.iter().map(|array| keys(array)).collect();
    let mut seen = Keys::new();
    let chosen = arrays.iter().copied().flatten().filter(|element| {
        let key = key_of(&scalar(element));
        belongs(&sets, &key) && seen.insert(key)
    });
    array_of(chosen.cloned().collect())
}

fn has_element<'a>(values: &[Value<'a>]) -> Value<'a> {
    let [array, value] = values else { return Null };
    elements(array).map_or(Null, |array| Bool(keys(array).contains(&key_of(&scalar(&to_dynamic(value))))))
}

fn equals<'a>(values: &[Value<'a>]) -> Value<'a> {
    match (values.first().and_then(elements), values.get(1).and_then(elements)) {
        (Some(first), Some(second)) => Bool(keys(first) == keys(second)),
        _ => Null,
    }
}

fn jaccard<'a>(values: &[Value<'a>]) -> Value<'a> {
    match (values.first().and_then(elements), values.get(1).and_then(elements)) {
        (Some(first), Some(second)) => {
            let (first, second) = (keys(first), keys(second));
            Real(first.intersection(&second).count() as f64 / first.union(&second).count() as f64)
        }
        _ => Null,
    }
}
