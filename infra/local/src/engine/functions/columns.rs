//! Functions that depend on the columns at hand, on the query or on chance.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::bound::Bound;
use crate::engine::bind::names::{Naming, own_name};
use crate::engine::context::Context;
use crate::engine::error::{EngineError, Result};
use crate::engine::functions::{Closure, Function, Kernel, signature};
use crate::engine::syntax::tree::{Argument, ExprKind};
use crate::storage::column_type::ColumnType;
use crate::storage::convert::to_dynamic;
use crate::storage::dynamic::{Bag, Dynamic};
use crate::storage::value::Value::{self, Bool, Null};
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::bind(
        "toscalar",
        "(table) -> scalar",
        "The first column of the first row of a table, as a constant.",
        toscalar,
    ),
    Function::bind(
        "column_ifexists",
        IF_EXISTS,
        "The column of this name, or a value where there is none.",
        column_ifexists,
    )
    .named(Naming::FirstText),
    Function::bind("columnifexists", IF_EXISTS, "The same as column_ifexists().", column_ifexists)
        .named(Naming::FirstText),
    Function::bind(
        "iscolumnexists",
        "(name:string) -> bool",
        "Whether there is a column of this name.",
        iscolumnexists,
    ),
    Function::bind(
        "pack_all",
        "([ignore_null_empty:bool]) -> dynamic",
        "All columns of the row as a property bag.",
        pack_all,
    ),
    Function::bind(
        "bag_pack_columns",
        "({column:any}) -> dynamic",
        "Columns as a property bag, by their names.",
        bag_pack_columns,
    ),
    Function::bind("column_names_of", "(table) -> dynamic", "The names of the columns of a table.", column_names_of),
    Function::context("current_database", "() -> string", "The database that the query is for.", |_, context| {
        Ok(context.database.clone().into())
    }),
    Function::context("current_cluster_endpoint", "() -> string", "Where the query runs.", |_, _| {
        Ok("localhost".into())
    }),
    Function::new("new_guid", "() -> guid", "A new identifier.", Kernel::Volatile(new_guid)),
    Function::row(
        "estimate_data_size",
        "({value:any}) -> long",
        "About how many bytes the values take.",
        estimate_data_size,
    ),
    Function::bind(
        "around",
        "(value, center, delta) -> bool",
        "Whether a value is within a distance of another.",
        around,
    ),
];

const IF_EXISTS: &str = "(name:string, otherwise:any) -> second";

fn toscalar(binder: &Binder<'_>, arguments: &[Argument]) -> Result<Bound> {
    let [argument] = arguments else { return Err(takes("toscalar", "one table")) };
    if !binder.scope.is_table(&argument.value)
        && let Ok(bound) = Binder::without_columns(binder.scope).bind(&argument.value)
    {
        return Ok(bound);
    }
    let relation = binder.scope.relation(&argument.value)?;
    let column_type = relation.columns.first().map_or(ColumnType::Dynamic, |column| column.data.column_type());
    Ok(Bound::constant(relation.value(0, 0).into_owned(), column_type))
}

fn takes(name: &str, what: &str) -> EngineError {
    EngineError::semantic("SEM0219", format!("{name}() takes {what}"))
}

/// The constant text that an argument is.
fn text(binder: &Binder<'_>, argument: &Argument) -> Result<String> {
    Ok(Binder::without_columns(binder.scope).constant(&argument.value)?.0.to_text().into_owned())
}

fn column_ifexists(binder: &Binder<'_>, arguments: &[Argument]) -> Result<Bound> {
    let [name, otherwise] = arguments else { return Err(takes("column_ifexists", "a name in quotes and a value")) };
    let found = existing(binder, &text(binder, name)?);
    found.map_or_else(|| binder.bind(&otherwise.value), Ok)
}

fn existing(binder: &Binder<'_>, name: &str) -> Option<Bound> {
    let input = binder.input?;
    let index = input.position(name)?;
    Some(Bound::column(index, input.columns.get(index)?.data.column_type()))
}

fn iscolumnexists(binder: &Binder<'_>, arguments: &[Argument]) -> Result<Bound> {
    let [name] = arguments else { return Err(takes("iscolumnexists", "a name in quotes")) };
    let exists = existing(binder, &text(binder, name)?).is_some();
    Ok(Bound::constant(Bool(exists), ColumnType::Bool))
}

/// A bag of these names and values; values that are null or empty may be left out.
fn packed(binder: &Binder<'_>, names: Vec<String>, values: Vec<Bound>, leave_out_empty: bool) -> Result<Bound> {
    let names: Vec<Arc<str>> = names.into_iter().map(Arc::from).collect();
    let pack: Arc<Closure> = Arc::new(move |values: &[Value<'_>]| {
        let pairs = names.iter().cloned().zip(values);
        let bag: Bag = pairs
            .filter(|(_, value)| !(leave_out_empty && value.to_text().is_empty()))
            .map(|(name, value)| (name, to_dynamic(value)))
            .collect();
        Ok(Value::Dynamic(Dynamic::bag(bag)))
    });
    binder.apply(Kernel::Closure(pack), values, ColumnType::Dynamic)
}

fn pack_all(binder: &Binder<'_>, arguments: &[Argument]) -> Result<Bound> {
    let leave_out_empty = match arguments {
        [] => false,
        [argument] => binder.constant(&argument.value)?.0 == Bool(true),
        _ => return Err(takes("pack_all", "at most one bool")),
    };
    let columns = binder.input.map_or(&[][..], |input| &input.columns);
    let values = columns.iter().enumerate().map(|(index, column)| Bound::column(index, column.data.column_type()));
    packed(binder, columns.iter().map(|column| column.name.clone()).collect(), values.collect(), leave_out_empty)
}

fn bag_pack_columns(binder: &Binder<'_>, arguments: &[Argument]) -> Result<Bound> {
    let name = |argument: &Argument| own_name(&argument.value).ok_or_else(|| takes("bag_pack_columns", "columns"));
    let names = arguments.iter().map(name).collect::<Result<Vec<_>>>()?;
    let values = arguments.iter().map(|argument| binder.bind(&argument.value)).collect::<Result<Vec<_>>>()?;
    packed(binder, names, values, false)
}

fn column_names_of(binder: &Binder<'_>, arguments: &[Argument]) -> Result<Bound> {
    let [argument] = arguments else { return Err(takes("column_names_of", "one table")) };
    let relation = binder.scope.relation(&argument.value)?;
    let names = relation.columns.iter().map(|column| Dynamic::String(column.name.as_str().into()));
    Ok(Bound::constant(Value::Dynamic(Dynamic::array(names)), ColumnType::Dynamic))
}

fn new_guid<'a>(_: &[Value<'a>], _: &Context) -> Result<Value<'a>> {
    Ok(Value::Guid(uuid::Uuid::new_v4()))
}

fn estimate_data_size<'a>(values: &[Value<'a>]) -> Value<'a> {
    let size = |value: &Value<'_>| match value {
        Null => 0,
        Bool(_) => 1,
        Value::Int(_) => 4,
        Value::Long(_) | Value::Real(_) | Value::DateTime(_) | Value::Timespan(_) => 8,
        Value::Decimal(_) | Value::Guid(_) => 16,
        Value::String(text) => text.len() as i64,
        Value::Dynamic(value) => value.to_json().len() as i64,
    };
    Value::Long(values.iter().map(size).sum())
}

/// `value between (center - delta .. center + delta)`.
fn around(binder: &Binder<'_>, arguments: &[Argument]) -> Result<Bound> {
    let [value, center, delta] = arguments else { return Err(takes("around", "a value, a center and a distance")) };
    let (value, center, delta) = (binder.bind(&value.value)?, binder.bind(&center.value)?, binder.bind(&delta.value)?);
    let shifted = |operator| {
        let (kernel, arguments, column_type) =
            crate::engine::bind::operators::binary(operator, center.clone(), delta.clone())?;
        binder.apply(kernel, arguments, column_type)
    };
    let (low, high) = (shifted("-")?, shifted("+")?);
    let (bound, column_type) =
        signature::accept("around", "(value:common, low:common, high:common) -> bool", vec![value, low, high])?;
    binder.apply(Kernel::Row(super::comparison::between), bound, column_type)
}

/// Whether the argument is `*`.
pub(in crate::engine) fn is_star(argument: &Argument) -> bool {
    matches!(argument.value.kind, ExprKind::Star)
}
