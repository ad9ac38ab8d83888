//! Functions of the elements of numeric arrays, one by one.

use crate::engine::functions::array::{array_of, elements};
use crate::engine::functions::{Function, RowFunction};
use crate::storage::convert::{scalar, to_dynamic, to_real};
use crate::storage::dynamic::Dynamic;
use crate::storage::value::Value::{self, Null};

const UNARY: &str = "(series:dynamic) -> dynamic";
const BINARY: &str = "(first:dynamic, second:dynamic) -> dynamic | (first:dynamic, second:number) -> dynamic | (first:number, second:dynamic) -> dynamic";

pub(super) const FUNCTIONS: &[Function] = &[
    unary("series_exp", "e to the power of each element.", |values| map(values, f64::exp)),
    unary("series_log", "The natural logarithm of each element.", |values| map(values, f64::ln)),
    unary("series_sin", "The sine of each element.", |values| map(values, f64::sin)),
    unary("series_cos", "The cosine of each element.", |values| map(values, f64::cos)),
    unary("series_tan", "The tangent of each element.", |values| map(values, f64::tan)),
    unary("series_asin", "The arc sine of each element.", |values| map(values, f64::asin)),
    unary("series_acos", "The arc cosine of each element.", |values| map(values, f64::acos)),
    unary("series_atan", "The arc tangent of each element.", |values| map(values, f64::atan)),
    unary("series_abs", "Each element without its sign.", |values| whole(values, i64::wrapping_abs, f64::abs)),
    unary("series_sign", "-1, 0 or 1 for each element.", |values| {
        whole(values, i64::signum, |value| if value == 0.0 { 0.0 } else { value.signum() })
    }),
    unary("series_floor", "Each element rounded down.", |values| map(values, f64::floor)),
    unary("series_ceiling", "Each element rounded up.", |values| map(values, f64::ceil)),
    binary("series_add", "The sums of elements.", |values| {
        pairs(values, i64::checked_add, |first, second| first + second)
    }),
    binary("series_subtract", "The differences of elements.", |values| {
        pairs(values, i64::checked_sub, |first, second| first - second)
    }),
    binary("series_multiply", "The products of elements.", |values| {
        pairs(values, i64::checked_mul, |first, second| first * second)
    }),
    binary("series_divide", "The quotients of elements.", |values| {
        pairs(values, |_, _| None, |first, second| first / second)
    }),
    binary("series_pow", "Elements to the power of others.", |values| pairs(values, |_, _| None, f64::powf)),
    binary("series_less", "Whether elements are less than others.", |values| compare(values, |a, b| a < b)),
    binary("series_less_equals", "Whether elements are not above others.", |values| compare(values, |a, b| a <= b)),
    binary("series_greater", "Whether elements are above others.", |values| compare(values, |a, b| a > b)),
    binary("series_greater_equals", "Whether elements are not less than others.", |values| {
        compare(values, |a, b| a >= b)
    }),
    binary("series_equals", "Whether elements are equal.", |values| compare(values, |a, b| a == b)),
    binary("series_not_equals", "Whether elements are not equal.", |values| compare(values, |a, b| a != b)),
];

const fn unary(name: &'static str, doc: &'static str, function: RowFunction) -> Function {
    Function::row(name, UNARY, doc, function)
}

const fn binary(name: &'static str, doc: &'static str, function: RowFunction) -> Function {
    Function::row(name, BINARY, doc, function)
}

/// The number that an element is.
pub(super) fn number(element: &Dynamic) -> Option<f64> {
    match element {
        Dynamic::Long(_) | Dynamic::Real(_) | Dynamic::Decimal(_) => to_real(&scalar(element)),
        _ => None,
    }
}

/// The numbers of an array; none where the value is no array.
pub(super) fn numbers(value: &Value<'_>) -> Option<Vec<Option<f64>>> {
    Some(elements(value)?.iter().map(number).collect())
}

/// The numbers of an array; none where one of its elements is no number.
pub(super) fn only_numbers(value: &Value<'_>) -> Option<Vec<f64>> {
    numbers(value)?.into_iter().collect()
}

/// A number as an element; null where there is none.
pub(super) fn element(number: Option<f64>) -> Dynamic {
    number.map_or(Dynamic::Null, Dynamic::Real)
}

/// An array of numbers.
pub(super) fn series<'a>(numbers: impl IntoIterator<Item = f64>) -> Value<'a> {
    array_of(numbers.into_iter().map(Dynamic::Real).collect())
}

fn map<'a>(values: &[Value<'a>], function: fn(f64) -> f64) -> Value<'a> {
    let Some(array) = values.first().and_then(elements) else { return Null };
    array_of(array.iter().map(|found| element(number(found).map(function))).collect())
}

/// As `map`, with whole numbers for whole numbers.
fn whole<'a>(values: &[Value<'a>], long: fn(i64) -> i64, real: fn(f64) -> f64) -> Value<'a> {
    let Some(array) = values.first().and_then(elements) else { return Null };
    let result = |found: &Dynamic| match found {
        Dynamic::Long(value) => Dynamic::Long(long(*value)),
        other => element(number(other).map(real)),
    };
    array_of(array.iter().map(result).collect())
}

/// The elements of two arrays at the same index, or of an array and a number; null where one is missing.
fn zipped<'a>(values: &[Value<'a>], function: impl Fn(&Dynamic, &Dynamic) -> Dynamic) -> Value<'a> {
    let [first, second] = values else { return Null };
    let at = |array: Option<&[Dynamic]>, value: &Value<'_>, index: usize| match array {
        Some(array) => array.get(index).cloned().unwrap_or_default(),
        None => to_dynamic(value),
    };
    let arrays = (elements(first), elements(second));
    let length = arrays.0.map_or(0, <[_]>::len).max(arrays.1.map_or(0, <[_]>::len));
    if arrays.0.is_none() && arrays.1.is_none() {
        return Null;
    }
    let pair = |index| function(&at(arrays.0, first, index), &at(arrays.1, second, index));
    array_of((0..length).map(pair).collect())
}

/// The results of an operator between elements: whole where both are and the result is a long.
fn pairs<'a>(values: &[Value<'a>], long: fn(i64, i64) -> Option<i64>, real: fn(f64, f64) -> f64) -> Value<'a> {
    zipped(values, |first, second| {
        if let (Dynamic::Long(first), Dynamic::Long(second)) = (first, second)
            && let Some(result) = long(*first, *second)
        {
            return Dynamic::Long(result);
        }
        element(number(first).zip(number(second)).map(|(first, second)| real(first, second)))
    })
}

fn compare<'a>(values: &[Value<'a>], holds: fn(f64, f64) -> bool) -> Value<'a> {
    zipped(values, |first, second| match (number(first), number(second)) {
        (Some(first), Some(second)) => Dynamic::Bool(holds(first, second)),
        _ => Dynamic::Null,
    })
}
