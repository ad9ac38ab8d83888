//! `in`, `in~`, `has_any`, `has_all` and their negations.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::bound::Bound;
use crate::engine::bind::operators::{cast, widest};
use crate::engine::error::{EngineError, Result};
use crate::engine::functions::{Closure, Kernel, matching};
use crate::engine::keys::key_of;
use crate::engine::syntax::tree::Expr;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::{cast as convert, scalar};
use crate::storage::dynamic::Dynamic;
use crate::storage::value::Value;
use std::collections::HashSet;
use std::sync::Arc;

/// `value operator (list)`. The list holds values, arrays of values, or one table whose first column holds them.
pub(in crate::engine) fn bind(
    binder: &Binder<'_>,
    operator: &'static str,
    value: &Expr,
    list: &[Expr],
) -> Result<Bound> {
    let value = binder.bind(value)?;
    let items = items(binder, list)?;
    if matches!(operator, "has_any" | "has_all") {
        return has_terms(binder, operator == "has_any", value, items);
    }
    let negated = operator.starts_with('!');
    let ignore_case = operator.ends_with('~');
    let common = if ignore_case { text_type(&value, &items)? } else { common_type(value.column_type, &items)? };
    let constants: Option<Vec<Value<'static>>> = items.iter().map(|item| item.value().cloned()).collect();
    let value = cast(value, common);
    match constants {
        Some(constants) => {
            let set: HashSet<Vec<u8>> =
                constants.iter().flat_map(elements).map(|item| member_key(&item, common, ignore_case)).collect();
            let test = move |values: &[Value<'_>]| {
                values.first().is_some_and(|value| set.contains(&member_key(value, common, ignore_case)))
            };
            binder.apply(Kernel::Closure(predicate(test, negated)), vec![value], ColumnType::Bool)
        }
        None => {
            let test = move |values: &[Value<'_>]| {
                let Some((value, items)) = values.split_first() else { return false };
                let key = member_key(value, common, ignore_case);
                items.iter().flat_map(elements).any(|item| member_key(&item, common, ignore_case) == key)
            };
            let arguments = std::iter::once(value).chain(items).collect();
            binder.apply(Kernel::Closure(predicate(test, negated)), arguments, ColumnType::Bool)
        }
    }
}

fn predicate(test: impl Fn(&[Value<'_>]) -> bool + Send + Sync + 'static, negated: bool) -> Arc<Closure> {
    Arc::new(move |values: &[Value<'_>]| Ok(Value::Bool(test(values) != negated)))
}

/// The items of the list, those of a table as constants.
fn items(binder: &Binder<'_>, list: &[Expr]) -> Result<Vec<Bound>> {
    if let [only] = list
        && binder.scope.is_table(only)
    {
        let relation = binder.scope.relation(only)?;
        let Some(column) = relation.columns.first() else { return Ok(Vec::new()) };
        let column_type = column.data.column_type();
        return Ok((0..relation.rows)
            .map(|row| Bound::constant(column.data.value(row).into_owned(), column_type))
            .collect());
    }
    list.iter().map(|item| binder.bind(item)).collect()
}

/// The type in which texts are compared without regard to case.
fn text_type(value: &Bound, items: &[Bound]) -> Result<ColumnType> {
    let is_text = |bound: &&Bound| matches!(bound.column_type, ColumnType::String | ColumnType::Dynamic);
    match std::iter::once(value).chain(items).find(|bound| !is_text(bound)) {
        None => Ok(ColumnType::String),
        Some(other) => {
            let message = format!("in~ compares texts, not a value of type {}: use in", other.column_type);
            Err(EngineError::semantic("SEM0064", message))
        }
    }
}

/// The type in which the value is compared with the items.
fn common_type(value: ColumnType, items: &[Bound]) -> Result<ColumnType> {
    let types = items.iter().map(|item| item.column_type).filter(|found| *found != ColumnType::Dynamic);
    types.into_iter().try_fold(value, |common, next| match (common, next) {
        _ if common == next => Ok(common),
        _ if common.is_numeric() && next.is_numeric() => Ok(widest(common, next)),
        (ColumnType::Dynamic, _) => Ok(ColumnType::Dynamic),
        (_, ColumnType::String) | (ColumnType::String, _) => Ok(common),
        _ => {
            let message =
                format!("a value of type {common} cannot be in a list of values of type {next}: convert one of them");
            Err(EngineError::semantic("SEM0064", message))
        }
    })
}

/// A value itself, or the elements of an array.
fn elements<'v>(value: &'v Value<'_>) -> Vec<Value<'v>> {
    match value {
        Value::Dynamic(Dynamic::Array(values)) => values.iter().map(scalar).collect(),
        other => vec![other.borrowed()],
    }
}

fn member_key(value: &Value<'_>, common: ColumnType, ignore_case: bool) -> Vec<u8> {
    match convert(value, common) {
        Value::String(text) if ignore_case => key_of(&Value::from(&*matching::fold(&text))),
        converted => key_of(&converted),
    }
}

fn has_terms(binder: &Binder<'_>, any: bool, value: Bound, items: Vec<Bound>) -> Result<Bound> {
    if !matches!(value.column_type, ColumnType::String | ColumnType::Dynamic) {
        let message = format!("has_any and has_all look into a string, not a value of type {}", value.column_type);
        return Err(EngineError::semantic("SEM0064", message));
    }
    let test = move |values: &[Value<'_>]| {
        let Some((value, items)) = values.split_first() else { return false };
        let text = value.to_text();
        let text = matching::fold(&text);
        let mut terms = items.iter().flat_map(elements);
        let has = |term: Value<'_>| matching::has(&text, &matching::fold(&term.to_text()));
        if any { terms.any(has) } else { terms.all(has) }
    };
    let arguments = std::iter::once(value).chain(items).collect();
    binder.apply(Kernel::Closure(predicate(test, false)), arguments, ColumnType::Bool)
}
