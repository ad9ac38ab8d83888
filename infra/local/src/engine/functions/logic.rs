//! Conditions: `and`, `or`, `iff()`, `case()`, `coalesce()`, and what is null or empty.

use crate::engine::context::Context;
use crate::engine::error::{EngineError, Result};
use crate::engine::functions::Function;
use crate::storage::dynamic::Dynamic;
use crate::storage::value::Value::{self, Bool, Null};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row(
        "iff",
        "(condition:bool, then:common, else:common) -> common",
        "One of two values, as the condition holds or not.",
        case,
    ),
    Function::row("iif", "(condition:bool, then:common, else:common) -> common", "The same as iff().", case),
    Function::row(
        "case",
        "({condition:bool, then:common}, else:common) -> common",
        "The value behind the first condition that holds, else the last.",
        case,
    ),
    Function::row(
        "coalesce",
        "(first:common, {next:common}) -> common",
        "The first value that is not null, for strings not empty.",
        coalesce,
    ),
    Function::row("not", "(condition:bool) -> bool", "Whether the condition does not hold.", not),
    Function::row("isnull", "(value:any) -> bool", "Whether the value is null; a string never is.", is_null),
    Function::row("isnotnull", "(value:any) -> bool", "Whether the value is not null.", is_not_null),
    Function::row("notnull", "(value:any) -> bool", "The same as isnotnull().", is_not_null),
    Function::row("isempty", "(value:any) -> bool", "Whether the value is null or the empty string.", is_empty),
    Function::row(
        "isnotempty",
        "(value:any) -> bool",
        "Whether the value is neither null nor the empty string.",
        is_not_empty,
    ),
    Function::row("notempty", "(value:any) -> bool", "The same as isnotempty().", is_not_empty),
    Function::context(
        "assert",
        "(condition:bool, message:string) -> bool",
        "True, or the end of the query with this message.",
        assert_holds,
    ),
];

/// `a and b and …`: false where one is false, null where one is null.
pub(in crate::engine) fn and<'a>(values: &[Value<'a>]) -> Value<'a> {
    three_valued(values, false)
}

/// `a or b or …`: true where one is true, null where one is null.
pub(in crate::engine) fn or<'a>(values: &[Value<'a>]) -> Value<'a> {
    three_valued(values, true)
}

fn three_valued<'a>(values: &[Value<'a>], decisive: bool) -> Value<'a> {
    if values.contains(&Bool(decisive)) {
        Bool(decisive)
    } else if values.contains(&Null) {
        Null
    } else {
        Bool(!decisive)
    }
}

fn case<'a>(values: &[Value<'a>]) -> Value<'a> {
    let (branches, last) = values.split_at(values.len().saturating_sub(1));
    let holding = branches.chunks_exact(2).find(|branch| matches!(branch, [Bool(true), _]));
    holding.and_then(|branch| branch.last()).or(last.first()).cloned().unwrap_or(Null)
}

fn coalesce<'a>(values: &[Value<'a>]) -> Value<'a> {
    values.iter().find(|value| !empty(value)).or(values.last()).cloned().unwrap_or(Null)
}

fn not<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Bool(value)] => Bool(!value),
        _ => Null,
    }
}

fn is_null<'a>(values: &[Value<'a>]) -> Value<'a> {
    Bool(matches!(values, [Null]))
}

fn is_not_null<'a>(values: &[Value<'a>]) -> Value<'a> {
    Bool(!matches!(values, [Null]))
}

fn is_empty<'a>(values: &[Value<'a>]) -> Value<'a> {
    Bool(values.first().is_none_or(empty))
}

fn is_not_empty<'a>(values: &[Value<'a>]) -> Value<'a> {
    Bool(!values.first().is_none_or(empty))
}

fn empty(value: &Value<'_>) -> bool {
    match value {
        Null => true,
        Value::String(text) => text.is_empty(),
        Value::Dynamic(Dynamic::String(text)) => text.is_empty(),
        _ => false,
    }
}

fn assert_holds<'a>(values: &[Value<'a>], _: &Context) -> Result<Value<'a>> {
    match values {
        [Bool(true), _] => Ok(Bool(true)),
        [_, message] => {
            Err(EngineError::execution(format!("assert() has failed with message: '{}'", message.to_text())))
        }
        _ => Ok(Null),
    }
}
