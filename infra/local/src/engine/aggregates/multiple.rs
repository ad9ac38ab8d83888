//! Aggregates that give several columns: `arg_max(x, *)`, `percentiles(x, 50, 95)`, `take_any(a, b)`.

use crate::engine::aggregates::{AggregateCall, find};
use crate::engine::bind::binder::Binder;
use crate::engine::bind::bound::Bound;
use crate::engine::bind::names::own_name;
use crate::engine::error::{EngineError, Result};
use crate::engine::functions::columns::is_star;
use crate::engine::functions::signature;
use crate::engine::syntax::tree::{Argument, Call};

/// The columns, with their names, of a call that gives several; none for any other call. `keys` are the columns after `by`.
pub(in crate::engine) fn expand(
    binder: &Binder<'_>,
    call: &Call,
    keys: &[String],
) -> Option<Result<Vec<(String, AggregateCall)>>> {
    let arguments = &call.arguments;
    match call.name.as_str() {
        "arg_max" | "arg_min" | "argmax" | "argmin" => Some(values_at(binder, call, keys)),
        "percentiles" => Some(percentiles(binder, "percentile", arguments, 1)),
        "percentilesw" => Some(percentiles(binder, "percentilew", arguments, 2)),
        "percentile" => Some(percentiles(binder, "percentile", arguments, 1)),
        "percentilew" => Some(percentiles(binder, "percentilew", arguments, 2)),
        "take_any" => Some(any(binder, arguments, "", keys)),
        "any" if arguments.len() > 1 || arguments.iter().any(is_star) => Some(any(binder, arguments, "any_", keys)),
        _ => None,
    }
}

/// A call of an aggregate of this name.
fn call_of(name: &str, arguments: Vec<Bound>) -> Result<AggregateCall> {
    let aggregate = find(name).ok_or_else(|| EngineError::not_supported(format!("the aggregate '{name}'")))?;
    let (arguments, column_type) = signature::accept(name, aggregate.signature, arguments)?;
    Ok(AggregateCall { aggregate, arguments, column_type })
}

/// The arguments with their names, `*` standing for all columns that are not keys or named already.
fn columns(
    binder: &Binder<'_>,
    arguments: &[Argument],
    keys: &[String],
    taken: &[String],
) -> Result<Vec<(String, Bound)>> {
    let mut columns = Vec::new();
    for argument in arguments {
        if is_star(argument) {
            let all = binder.input.into_iter().flat_map(|input| input.columns.iter().enumerate());
            let free = all.filter(|(_, column)| !keys.contains(&column.name) && !taken.contains(&column.name));
            columns.extend(
                free.map(|(index, column)| (column.name.clone(), Bound::column(index, column.data.column_type()))),
            );
        } else {
            columns.push((own_name(&argument.value).unwrap_or_default(), binder.bind(&argument.value)?));
        }
    }
    Ok(columns)
}

fn values_at(binder: &Binder<'_>, call: &Call, keys: &[String]) -> Result<Vec<(String, AggregateCall)>> {
    let Some((by, rest)) = call.arguments.split_first() else {
        return Err(EngineError::semantic("SEM0219", format!("{}() needs a value to look for", call.name)));
    };
    let own = own_name(&by.value);
    let name = own.clone().unwrap_or_else(|| format!("{}_", call.name.trim_start_matches("arg_")));
    let by = binder.bind(&by.value)?;
    let mut all = vec![(name.clone(), by.clone())];
    all.extend(columns(binder, rest, keys, &[name])?);
    let call_for = |(index, (name, value)): (usize, (String, Bound))| {
        let name =
            if call.name.starts_with("arg_") { name } else { older_name(&call.name, own.as_deref(), index, &name) };
        Ok((name, call_of(&call.name, vec![by.clone(), value])?))
    };
    all.into_iter().enumerate().map(call_for).collect()
}

/// `argmax(x, y)` gives `max_x` and `max_x_y`.
fn older_name(aggregate: &str, by: Option<&str>, index: usize, name: &str) -> String {
    let prefix = format!("{}_{}", aggregate.trim_start_matches("arg"), by.unwrap_or_default());
    if index == 0 { prefix } else { format!("{prefix}_{name}") }
}

fn percentiles(
    binder: &Binder<'_>,
    aggregate: &str,
    arguments: &[Argument],
    first: usize,
) -> Result<Vec<(String, AggregateCall)>> {
    let name = arguments.first().and_then(|argument| own_name(&argument.value)).unwrap_or_default();
    let fixed =
        arguments.iter().take(first).map(|argument| binder.bind(&argument.value)).collect::<Result<Vec<_>>>()?;
    let column = |argument: &Argument| {
        let percentile = binder.bind(&argument.value)?;
        let text = percentile
            .value()
            .map(|value| value.to_text().trim_end_matches(".0").replace('.', "_"))
            .unwrap_or_default();
        let arguments = fixed.iter().cloned().chain([percentile]).collect();
        Ok((format!("percentile_{name}_{text}"), call_of(aggregate, arguments)?))
    };
    if arguments.len() <= first {
        return Err(EngineError::semantic("SEM0219", format!("{aggregate}() needs a value and percentages")));
    }
    arguments.iter().skip(first).map(column).collect()
}

fn any(
    binder: &Binder<'_>,
    arguments: &[Argument],
    prefix: &str,
    keys: &[String],
) -> Result<Vec<(String, AggregateCall)>> {
    let columns = columns(binder, arguments, keys, &[])?;
    columns
        .into_iter()
        .map(|(name, value)| Ok((format!("{prefix}{name}"), call_of("take_any", vec![value])?)))
        .collect()
}
