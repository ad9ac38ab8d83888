//! The values of `declare query_parameters(…)`.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::bound::Bound;
use crate::engine::bind::operators::cast;
use crate::engine::error::{EngineError, Result};
use crate::engine::scope::{Binding, Scope};
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::{Expr, ExprKind, Parameter, ParameterKind};
use crate::storage::column_type::ColumnType;
use crate::storage::convert::parse;
use crate::storage::time::Timespan;
use crate::storage::value::Value;
use std::collections::BTreeMap;

/// Gives declared parameters the values that came with the request, or their defaults.
pub(super) fn define(scope: &Scope, parameters: &[Parameter], given: &BTreeMap<String, String>) -> Result<()> {
    for parameter in parameters {
        let ParameterKind::Scalar(column_type, default) = &parameter.kind else {
            return Err(EngineError::semantic(
                "SEM0040",
                format!("the query parameter '{}' has to be a scalar", parameter.name),
            ));
        };
        let value = match (given.get(&parameter.name), default) {
            (Some(text), _) => value_of(text, *column_type, &parameter.name)?,
            (None, Some(default)) => cast(Binder::without_columns(scope).bind(default)?, *column_type),
            (None, None) => {
                let message =
                    format!("the query parameter '{}' has no value: send one, or declare a default", parameter.name);
                return Err(EngineError::semantic("SEM0041", message));
            }
        };
        scope.define(&parameter.name, Binding::Scalar(value));
    }
    Ok(())
}

/// The value that a text sent with the request says: a literal of KQL, or the plain text of a value.
fn value_of(text: &str, column_type: ColumnType, name: &str) -> Result<Bound> {
    if let Some(literal) = literal(text) {
        return Ok(cast(literal, column_type));
    }
    let value = parse(text, column_type).into_owned();
    if value.is_null() {
        return Err(EngineError::semantic(
            "SEM0042",
            format!("the value of the query parameter '{name}' is not of type {column_type}"),
        ));
    }
    Ok(Bound::constant(value, column_type))
}

/// The value of a text that is nothing but a literal.
fn literal(text: &str) -> Option<Bound> {
    let mut parser = Parser::new(text).ok()?;
    let expr = parser.scalar().ok()?;
    if parser.kind().is_some() { None } else { literal_value(expr) }
}

fn literal_value(expr: Expr) -> Option<Bound> {
    match expr.kind {
        ExprKind::Literal(value, column_type) => Some(Bound::constant(value, column_type)),
        ExprKind::Minus(inner) => match inner.kind {
            ExprKind::Literal(value, column_type) => Some(Bound::constant(negated(&value), column_type)),
            _ => None,
        },
        _ => None,
    }
}

fn negated(value: &Value<'static>) -> Value<'static> {
    match value {
        Value::Long(value) => Value::Long(value.wrapping_neg()),
        Value::Real(value) => Value::Real(-value),
        Value::Timespan(value) => Value::Timespan(Timespan(value.0.wrapping_neg())),
        _ => Value::Null,
    }
}
