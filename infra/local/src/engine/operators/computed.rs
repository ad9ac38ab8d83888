//! The columns that `project`, `extend`, `print` and `distinct` compute from named expressions.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::bound::Bound;
use crate::engine::bind::names::own_name;
use crate::engine::error::{EngineError, Result};
use crate::engine::functions::{Kernel, dynamic};
use crate::engine::syntax::tree::{Expr, ExprKind, NamedExpr};
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

/// The columns of a named expression: one, or as many as a function gives and names are there.
pub(super) fn columns(binder: &Binder<'_>, named: &NamedExpr) -> Result<Vec<(ColumnName, Bound)>> {
    let bound = binder.bind(&named.value)?;
    let sorted = sorted_names(&named.value);
    if named.names.len() < 2 && sorted.len() < 2 {
        return Ok(vec![(name_of(named), bound)]);
    }
    let count = named.names.len().max(if named.names.len() == 1 { 1 } else { sorted.len() });
    (0..count)
        .map(|index| {
            let name = match (named.names.get(index), sorted.get(index)) {
                (Some(given), _) => ColumnName::Given(given.clone()),
                (None, Some(own)) => ColumnName::Own(own.clone()),
                (None, None) => ColumnName::None,
            };
            Ok((name, element(binder, &bound, index, named.value.offset)?))
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

/// The names of the columns that `array_sort_asc(a, b)` gives; none for a function of one column.
fn sorted_names(expr: &Expr) -> Vec<String> {
    match &expr.kind {
        ExprKind::Call(call) if call.name.starts_with("array_sort_") => {
            let arrays = call
                .arguments
                .iter()
                .filter(|argument| !matches!(argument.value.kind, ExprKind::Literal(Value::Bool(_), _)));
            arrays.map(|argument| format!("{}_sorted", own_name(&argument.value).unwrap_or_default())).collect()
        }
        _ => Vec::new(),
    }
}

fn element(binder: &Binder<'_>, array: &Bound, index: usize, offset: usize) -> Result<Bound> {
    if array.column_type != ColumnType::Dynamic {
        return Err(EngineError::semantic("SEM0233", "an expression of one value cannot have several names").at(offset));
    }
    let index = Bound::constant(Value::Long(index as i64), ColumnType::Long);
    binder.apply(Kernel::Row(dynamic::index), vec![array.clone(), index], ColumnType::Dynamic)
}
