//! Typed expressions computed over the rows of a relation, column by column.

use crate::engine::bind::bound::{Bound, BoundCall, BoundKind};
use crate::engine::context::Context;
use crate::engine::error::Result;
use crate::engine::functions::Kernel;
use crate::engine::relation::Relation;
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::cast;
use crate::storage::value::Value;
use std::sync::Arc;

/// The values of an expression in all rows.
#[derive(Clone, Debug)]
pub(super) enum Datum {
    /// The same in all.
    Constant(Value<'static>),
    /// One for each row.
    Column(Arc<Column>),
}

impl Datum {
    /// The value in a row.
    pub(super) fn value(&self, row: usize) -> Value<'_> {
        match self {
            Self::Constant(value) => value.borrowed(),
            Self::Column(column) => column.value(row),
        }
    }

    /// The values as a column of `rows` cells.
    pub(super) fn into_column(self, column_type: ColumnType, rows: usize) -> Arc<Column> {
        match self {
            Self::Constant(value) => Arc::new(Column::repeat(column_type, &value, rows)),
            Self::Column(column) => column,
        }
    }
}

/// The values of an expression as a column.
pub(super) fn column(bound: &Bound, input: &Relation, context: &Context) -> Result<Arc<Column>> {
    Ok(evaluate(bound, input, context)?.into_column(bound.column_type, input.rows))
}

/// The values of an expression in all rows of `input`.
pub(super) fn evaluate(bound: &Bound, input: &Relation, context: &Context) -> Result<Datum> {
    match &bound.kind {
        BoundKind::Constant(value) => Ok(Datum::Constant(value.clone())),
        BoundKind::Column(index) => Ok(match input.columns.get(*index) {
            Some(column) => Datum::Column(column.data.clone()),
            None => Datum::Constant(Value::Null),
        }),
        BoundKind::Call(call) => {
            context.check()?;
            let arguments = call.arguments.iter().map(|argument| evaluate(argument, input, context));
            let arguments = arguments.collect::<Result<Vec<_>>>()?;
            call_over(call, &arguments, bound.column_type, input.rows, context)
                .map(|column| Datum::Column(Arc::new(column)))
        }
    }
}

/// The value of an expression all of whose arguments are constants; none for any other.
pub(super) fn constant(bound: &Bound, context: &Context) -> Result<Option<Value<'static>>> {
    let BoundKind::Call(call) = &bound.kind else { return Ok(bound.value().cloned()) };
    if matches!(call.kernel, Kernel::Volatile(_) | Kernel::Window(_)) {
        return Ok(None);
    }
    let Some(arguments) = call.arguments.iter().map(|argument| argument.value().cloned()).collect::<Option<Vec<_>>>()
    else {
        return Ok(None);
    };
    let value = row_value(&call.kernel, &arguments, context)?;
    Ok(Some(stored(value, bound.column_type).into_owned()))
}

fn call_over(
    call: &BoundCall,
    arguments: &[Datum],
    column_type: ColumnType,
    rows: usize,
    context: &Context,
) -> Result<Column> {
    if let Kernel::Window(window) = &call.kernel {
        return window(arguments, column_type, rows);
    }
    let mut column = Column::new(column_type, rows);
    let mut values = Vec::with_capacity(arguments.len());
    for row in 0..rows {
        values.clear();
        values.extend(arguments.iter().map(|argument| argument.value(row)));
        column.push(stored(row_value(&call.kernel, &values, context)?, column_type));
    }
    Ok(column)
}

/// The value of a function of the values of one row.
fn row_value<'a>(kernel: &Kernel, values: &[Value<'a>], context: &Context) -> Result<Value<'a>> {
    match kernel {
        Kernel::Row(function) => Ok(function(values)),
        Kernel::Context(function) | Kernel::Volatile(function) => function(values, context),
        Kernel::Closure(function) => function(values),
        Kernel::Cast(column_type) => Ok(values.first().map_or(Value::Null, |value| cast(value, *column_type))),
        Kernel::Bind(_) | Kernel::Window(_) => Ok(Value::Null),
    }
}

/// A value as a column of this type stores it: a narrower number is widened, a dynamic null is null.
fn stored(value: Value<'_>, column_type: ColumnType) -> Value<'_> {
    match value.column_type() {
        Some(found) if found != column_type => cast(&value, column_type).into_owned(),
        _ => value,
    }
}
