//! The bits of whole numbers.

use crate::engine::functions::Function;
use crate::storage::value::Value::{self, Long, Null};

const TWO: &str = "(first:integer, second:integer) -> long";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row("binary_and", TWO, "The bits that both have.", |values| two(values, |first, second| first & second))
        .named_as_first(),
    Function::row("binary_or", TWO, "The bits that either has.", |values| two(values, |first, second| first | second))
        .named_as_first(),
    Function::row("binary_xor", TWO, "The bits that only one has.", |values| {
        two(values, |first, second| first ^ second)
    })
    .named_as_first(),
    Function::row("binary_not", "(value:integer) -> long", "The bits that it has not.", not).named_as_first(),
    Function::row("binary_shift_left", TWO, "The bits moved up.", |values| {
        two(values, |value, by| value.wrapping_shl(by as u32))
    })
    .named_as_first(),
    Function::row("binary_shift_right", TWO, "The bits moved down.", |values| {
        two(values, |value, by| value.wrapping_shr(by as u32))
    })
    .named_as_first(),
    Function::row("bitset_count_ones", "(value:integer) -> long", "How many bits it has.", ones).named_as_first(),
];

fn two<'a>(values: &[Value<'a>], function: impl Fn(i64, i64) -> i64) -> Value<'a> {
    match values {
        [Long(first), Long(second)] => Long(function(*first, *second)),
        _ => Null,
    }
}

fn not<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Long(value)] => Long(!value),
        _ => Null,
    }
}

fn ones<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Long(value)] => Long(i64::from(value.count_ones())),
        _ => Null,
    }
}
