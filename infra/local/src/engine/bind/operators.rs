//! The types of the operators between two values.

use crate::engine::bind::bound::{Bound, BoundKind};
use crate::engine::error::{EngineError, Result};
use crate::engine::functions::{Kernel, arithmetic, comparison, matching};
use crate::storage::column_type::ColumnType::{
    self, Bool, DateTime, Decimal, Dynamic, Guid, Int, Long, Real, Timespan,
};

/// `left operator right` with its type; an error where the operator is not defined for the types.
pub(in crate::engine) fn binary(
    operator: &'static str,
    left: Bound,
    right: Bound,
) -> Result<(Kernel, Vec<Bound>, ColumnType)> {
    let types = (left.column_type, right.column_type);
    let undefined = || undefined(operator, types.0, types.1);
    if let Some(kernel) = arithmetic::kernel(operator) {
        let (result, left_type, right_type) = arithmetic_types(operator, types.0, types.1).ok_or_else(undefined)?;
        return Ok((kernel, vec![cast(left, left_type), cast(right, right_type)], result));
    }
    if let Some(kernel) = comparison::kernel(operator) {
        let common = comparable(operator, &left, &right).ok_or_else(undefined)?;
        return Ok((kernel, vec![cast(left, common), cast(right, common)], Bool));
    }
    let kernel = matching::kernel(operator).ok_or_else(undefined)?;
    let textual = |column_type| matches!(column_type, ColumnType::String | Dynamic);
    if !textual(types.0) || !textual(types.1) {
        return Err(undefined());
    }
    Ok((kernel, vec![cast(left, ColumnType::String), cast(right, ColumnType::String)], Bool))
}

fn undefined(operator: &str, left: ColumnType, right: ColumnType) -> EngineError {
    let message = format!("operator '{operator}' is not defined for the types {left} and {right}: convert one of them");
    EngineError::semantic("SEM0064", message)
}

/// The types of the result and of both operands of `+ - * / %`.
fn arithmetic_types(
    operator: &str,
    left: ColumnType,
    right: ColumnType,
) -> Option<(ColumnType, ColumnType, ColumnType)> {
    Some(match (operator, left, right) {
        (_, Dynamic, Dynamic) => return None,
        (_, Dynamic, other) => arithmetic_types(operator, other, other)?,
        (_, other, Dynamic) => arithmetic_types(operator, other, other)?,
        ("+" | "-", DateTime, Timespan) => (DateTime, left, right),
        ("+", Timespan, DateTime) => (DateTime, left, right),
        ("-", DateTime, DateTime) => (Timespan, left, right),
        ("+" | "-", Timespan, Timespan) => (Timespan, left, right),
        ("/", Timespan, Timespan) => (Real, left, right),
        ("%", Timespan | DateTime, Timespan) => (Timespan, left, right),
        ("*" | "/", Timespan, _) if right.is_numeric() => (Timespan, left, Real),
        ("*", _, Timespan) if left.is_numeric() => (Timespan, Real, right),
        _ if left.is_numeric() && right.is_numeric() => {
            let common = widest(widest(left, right), Long);
            (common, common, common)
        }
        _ => return None,
    })
}

/// The type that two values are compared in.
fn comparable(operator: &str, left: &Bound, right: &Bound) -> Option<ColumnType> {
    let equality = matches!(operator, "==" | "!=");
    Some(match (left.column_type, right.column_type) {
        (first, second) if matches!(operator, "=~" | "!~") => {
            let textual = |column_type| matches!(column_type, ColumnType::String | Dynamic | Guid);
            return (textual(first) && textual(second)).then_some(ColumnType::String);
        }
        (Dynamic, Dynamic) => return None,
        // What has no order for the service has none here: texts, guids, and dynamic values that are no numbers.
        (first, second) if !(equality || is_ordered(first) && is_ordered(second)) => return None,
        (first, second) if first == second => first,
        (first, second) if first.is_numeric() && second.is_numeric() => widest(first, second),
        (Dynamic, other) | (other, Dynamic) => other,
        (ColumnType::String, other) | (other, ColumnType::String) if equality => other,
        (Bool, other) | (other, Bool) if other.is_numeric() => other,
        (DateTime, Timespan) | (Timespan, DateTime) => return None,
        _ => return None,
    })
}

fn is_ordered(column_type: ColumnType) -> bool {
    !matches!(column_type, ColumnType::String | Guid)
}

/// The wider of two numeric types.
pub(in crate::engine) fn widest(first: ColumnType, second: ColumnType) -> ColumnType {
    let width = |column_type| [Int, Long, Real, Decimal].iter().position(|found| *found == column_type);
    if width(first) >= width(second) { first } else { second }
}

/// The type that values of all these types can have together; none where there is none.
pub(in crate::engine) fn common(types: impl IntoIterator<Item = ColumnType>) -> Option<ColumnType> {
    let mut types = types.into_iter();
    let first = types.next()?;
    types.try_fold(first, |common, next| match (common, next) {
        _ if common == next => Some(common),
        _ if common.is_numeric() && next.is_numeric() => Some(widest(common, next)),
        (Dynamic, other) | (other, Dynamic) => Some(other),
        _ => None,
    })
}

/// The value converted to a type; itself where it has the type.
pub(in crate::engine) fn cast(value: Bound, column_type: ColumnType) -> Bound {
    if value.column_type == column_type {
        return value;
    }
    match &value.kind {
        BoundKind::Constant(constant) => {
            let converted = crate::storage::convert::cast(constant, column_type).into_owned();
            Bound::constant(converted, column_type)
        }
        _ => Bound::call(Kernel::Cast(column_type), vec![value], column_type),
    }
}
