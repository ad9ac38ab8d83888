//! The columns that `project`, `extend`, `print` and `distinct` compute from named expressions.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::bound::Bound;
use crate::engine::bind::names::{Naming, naming, own_name};
use crate::engine::error::{EngineError, Result};
use crate::engine::functions::{Kernel, dynamic};
use crate::engine::syntax::tree::{Argument, Expr, ExprKind, NamedExpr};
use crate::storage::column_type::ColumnType;
use crate::storage::value::Value;

/// Where the name of a computed column comes from.
#[derive(Debug)]
pub(super) enum ColumnName {
    /// The query gives it, or the expression is a column: it has to be unique.
    Given(String),
    /// The expression gives it to itself: it is made unique.
    Own(String),
    /// From nowhere.
    None,
}

/// The columns of a named expression: one, or as many as a function gives. Names that the query gives are for the first ones.
pub(super) fn columns(binder: &Binder<'_>, named: &NamedExpr) -> Result<Vec<(ColumnName, Bound)>> {
    let bound = binder.bind(&named.value)?;
    let own = own_columns(&named.value);
    if named.names.len() < 2 && (own.len() < 2 || named.names.len() == 1) {
        let bound = match own.first() {
            Some((_, column_type)) => element(binder, &bound, 0, *column_type)?,
            None => bound,
        };
        return Ok(vec![(name_of(named), bound)]);
    }
    if own.is_empty() {
        let message = "an expression of one value cannot have several names";
        return Err(EngineError::semantic("SEM0233", message).at(named.value.offset));
    }
    (0..named.names.len().max(own.len()))
        .map(|index| {
            let (name, column_type) = match (named.names.get(index), own.get(index)) {
                (Some(given), own) => (ColumnName::Given(given.clone()), own.map(|(_, column_type)| *column_type)),
                (None, Some((own, column_type))) => (ColumnName::Own(own.clone()), Some(*column_type)),
                (None, None) => (ColumnName::None, None),
            };
            let column_type = column_type.unwrap_or(ColumnType::Dynamic);
            Ok((name, element(binder, &bound, index, column_type)?))
        })
        .collect()
}

fn name_of(named: &NamedExpr) -> ColumnName {
    match (named.names.first(), &named.value.kind) {
        (Some(given), _) => ColumnName::Given(given.clone()),
        (None, ExprKind::Name(name)) => ColumnName::Given(name.clone()),
        (None, _) => own_name(&named.value).map_or(ColumnName::None, ColumnName::Own),
    }
}

/// The names and types of the columns that a function gives; none for a function of one column.
fn own_columns(expr: &Expr) -> Vec<(String, ColumnType)> {
    let ExprKind::Call(call) = &expr.kind else { return Vec::new() };
    let own = |argument: &Argument| own_name(&argument.value).unwrap_or_default();
    if let Naming::Columns(columns) = naming(&call.name) {
        let series = call.arguments.first().map(own).unwrap_or_default();
        let columns = columns.iter().map(|(name, found)| (format!("{}_{series}_{name}", call.name), *found));
        return columns.collect();
    }
    let is_flag = |argument: &Argument| matches!(argument.value.kind, ExprKind::Literal(Value::Bool(_), _));
    let arrays: Vec<&Argument> = call.arguments.iter().filter(|argument| !is_flag(argument)).collect();
    if !call.name.starts_with("array_sort_") || arrays.len() < 2 {
        return Vec::new();
    }
    arrays.into_iter().map(|array| (format!("{}_sorted", own(array)), ColumnType::Dynamic)).collect()
}

/// The element of an array that is the column at `index`.
fn element(binder: &Binder<'_>, array: &Bound, index: usize, column_type: ColumnType) -> Result<Bound> {
    let index = Bound::constant(Value::Long(index as i64), ColumnType::Long);
    let element = binder.apply(Kernel::Row(dynamic::index), vec![array.clone(), index], ColumnType::Dynamic)?;
    if column_type == ColumnType::Dynamic {
        return Ok(element);
    }
    binder.apply(Kernel::Cast(column_type), vec![element], column_type)
}
