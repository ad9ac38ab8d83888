//! Conversions from type to type.

use crate::engine::functions::{Function, Kernel};
use crate::storage::column_type::ColumnType;
use crate::storage::value::Value::{self, Long, Null};

const fn to(name: &'static str, signature: &'static str, doc: &'static str, column_type: ColumnType) -> Function {
    Function::new(name, signature, doc, Kernel::Cast(column_type)).named_as_first()
}

pub(super) const FUNCTIONS: &[Function] = &[
    to("tostring", "(value:any) -> string", "The value as text; null as the empty text.", ColumnType::String),
    to("tolong", "(value:any) -> long", "The value as a long, null where it is none.", ColumnType::Long),
    to("toint", "(value:any) -> int", "The value as an int, null where it is none.", ColumnType::Int),
    to("toreal", "(value:any) -> real", "The value as a real, null where it is none.", ColumnType::Real),
    to("todouble", "(value:any) -> real", "The same as toreal().", ColumnType::Real),
    to("todecimal", "(value:any) -> decimal", "The value as a decimal, null where it is none.", ColumnType::Decimal),
    to(
        "todatetime",
        "(value:any) -> datetime",
        "The value as a datetime, null where it is none.",
        ColumnType::DateTime,
    ),
    to(
        "totimespan",
        "(value:any) -> timespan",
        "The value as a timespan, null where it is none.",
        ColumnType::Timespan,
    ),
    to("totime", "(value:any) -> timespan", "The same as totimespan().", ColumnType::Timespan),
    to("tobool", "(value:any) -> bool", "The value as a bool, null where it is none.", ColumnType::Bool),
    to("toboolean", "(value:any) -> bool", "The same as tobool().", ColumnType::Bool),
    to("toguid", "(value:any) -> guid", "The value as a guid, null where it is none.", ColumnType::Guid),
    Function::row(
        "tohex",
        "(value:integer, [length:integer]) -> string",
        "The number in hexadecimal digits, at least so many.",
        tohex,
    )
    .named_as_first(),
];

fn tohex<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Long(value)] => Value::from(format!("{value:x}")),
        [Long(value), Long(length)] => {
            Value::from(format!("{value:0length$x}", length = (*length).clamp(0, 1000) as usize))
        }
        _ => Null,
    }
}
