//! Into dynamic values and out of them.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::bound::Bound;
use crate::engine::bind::names::Naming;
use crate::engine::error::{EngineError, Result};
use crate::engine::functions::{Function, Kernel};
use crate::engine::syntax::tree::Argument;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::{parse, scalar, to_dynamic, to_long};
use crate::storage::dynamic::{Bag, Dynamic};
use crate::storage::value::Value::{self, Null};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row(
        "parse_json",
        "(text:string) -> dynamic",
        "The value of a JSON text; any other text as itself.",
        parse_json,
    )
    .named_as_first(),
    Function::row("parsejson", "(text:string) -> dynamic", "The same as parse_json().", parse_json).named_as_first(),
    Function::row("todynamic", "(text:any) -> dynamic", "The same as parse_json().", parse_json).named_as_first(),
    Function::row("toobject", "(text:any) -> dynamic", "The same as parse_json().", parse_json).named_as_first(),
    Function::row(
        "dynamic_to_json",
        "(value:any) -> string",
        "The value as JSON, the names of bags in order.",
        to_json,
    ),
    Function::bind("gettype", "(value:any) -> string", "The name of the type of a value, inside dynamic too.", gettype)
        .named(Naming::Prefix("type")),
];

/// The member of a bag or element of an array; a negative index counts from the end.
pub(in crate::engine) fn index<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Value::Dynamic(Dynamic::Bag(bag)), Value::String(name)] => bag.get(&**name).cloned().map_or(Null, Value::from),
        [Value::Dynamic(Dynamic::Bag(bag)), Value::Dynamic(Dynamic::String(name))] => {
            bag.get(name).cloned().map_or(Null, Value::from)
        }
        [Value::Dynamic(Dynamic::Array(array)), index] => {
            let index = match index {
                Value::Dynamic(index) => to_long(&scalar(index)),
                other => to_long(other),
            };
            index.and_then(|index| element(array, index)).cloned().map_or(Null, Value::from)
        }
        _ => Null,
    }
}

/// The element at an index, which counts from the end where it is negative.
fn element(array: &[Dynamic], index: i64) -> Option<&Dynamic> {
    let index = if index < 0 { index.checked_add(array.len() as i64)? } else { index };
    array.get(usize::try_from(index).ok()?)
}

fn parse_json<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Value::String(text)] => parse(text, ColumnType::Dynamic).into_owned(),
        [Value::Dynamic(Dynamic::String(text))] => parse(text, ColumnType::Dynamic).into_owned(),
        [other] => Value::from(to_dynamic(other)),
        _ => Null,
    }
}

fn to_json<'a>(values: &[Value<'a>]) -> Value<'a> {
    values.first().map_or(Null, |value| Value::from(in_order(&to_dynamic(value)).to_json()))
}

/// The value with the names of its bags in alphabetical order.
fn in_order(value: &Dynamic) -> Dynamic {
    match value {
        Dynamic::Array(array) => Dynamic::array(array.iter().map(in_order)),
        Dynamic::Bag(bag) => {
            let mut sorted: Bag = bag.iter().map(|(name, value)| (name.clone(), in_order(value))).collect();
            sorted.sort_unstable_keys();
            Dynamic::bag(sorted)
        }
        scalar => scalar.clone(),
    }
}

fn gettype(binder: &Binder<'_>, arguments: &[Argument]) -> Result<Bound> {
    let [argument] = arguments else { return Err(EngineError::semantic("SEM0219", "gettype() takes one value")) };
    let value = binder.bind(&argument.value)?;
    if value.column_type == ColumnType::Dynamic {
        return binder.apply(Kernel::Row(type_inside), vec![value], ColumnType::String);
    }
    Ok(Bound::constant(Value::from(value.column_type.name()), ColumnType::String))
}

fn type_inside<'a>(values: &[Value<'a>]) -> Value<'a> {
    Value::from(match values {
        [Value::Dynamic(value)] => dynamic_type(value),
        _ => "null",
    })
}

fn dynamic_type(value: &Dynamic) -> &'static str {
    match value {
        Dynamic::Null => "null",
        Dynamic::Bool(_) => "bool",
        Dynamic::Long(_) => "long",
        Dynamic::Real(_) => "real",
        Dynamic::Decimal(_) => "decimal",
        Dynamic::DateTime(_) => "datetime",
        Dynamic::Timespan(_) => "timespan",
        Dynamic::Guid(_) => "guid",
        Dynamic::String(_) => "string",
        Dynamic::Array(_) => "array",
        Dynamic::Bag(_) => "dictionary",
    }
}
