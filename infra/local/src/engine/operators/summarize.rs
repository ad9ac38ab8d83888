//! `summarize`: aggregates of groups of rows.

use crate::engine::aggregates::{AggregateCall, multiple};
use crate::engine::bind::binder::Binder;
use crate::engine::bind::bound::Bound;
use crate::engine::bind::names::{UniqueNames, own_name};
use crate::engine::error::{EngineError, Result};
use crate::engine::evaluate::column;
use crate::engine::keys::{Groups, group};
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::{ExprKind, NamedExpr};
use crate::storage::column_type::ColumnType;
use std::cell::RefCell;

pub(super) const SUMMARIZE: OperatorEntry =
    OperatorEntry { name: "summarize", doc: "Aggregates of the rows, or of groups of rows.", parse };

#[derive(Debug)]
pub(super) struct Summarize {
    pub(super) aggregates: Vec<NamedExpr>,
    pub(super) keys: Vec<NamedExpr>,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    parser.properties(&[])?;
    let aggregates = if parser.is_word("by") { Vec::new() } else { parser.list(Parser::named)? };
    let keys = if parser.accept_word("by") { parser.list(Parser::named)? } else { Vec::new() };
    Ok(Box::new(Summarize { aggregates, keys }))
}

impl Operator for Summarize {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let mut names = UniqueNames::default();
        let keys = key_columns(&input, &self.keys, &mut names, scope)?;
        let groups = groups_of(&keys, input.rows);
        let mut columns: Vec<NamedColumn> =
            keys.iter().map(|key| NamedColumn::new(key.name.clone(), key.data.gather(&groups.first_rows))).collect();
        let key_names: Vec<String> = keys.iter().map(|key| key.name.clone()).collect();
        columns.extend(aggregated(&input, &self.aggregates, &groups, &key_names, &mut names, scope)?);
        Ok(Relation::new(columns, group_count(&keys, &groups)))
    }
}

impl Summarize {
    /// The aggregates of all rows together.
    pub(super) fn total(&self, input: &Relation, scope: &Scope) -> Result<Relation> {
        let groups = groups_of(&[], input.rows);
        let columns = aggregated(input, &self.aggregates, &groups, &[], &mut UniqueNames::default(), scope)?;
        Ok(Relation::new(columns, 1))
    }
}

/// The columns to group by, with their names.
pub(super) fn key_columns(
    input: &Relation,
    keys: &[NamedExpr],
    names: &mut UniqueNames,
    scope: &Scope,
) -> Result<Vec<NamedColumn>> {
    let binder = Binder::over(scope, input);
    let mut columns = Vec::new();
    for key in keys {
        let bound = binder.bind(&key.value)?;
        if bound.column_type == ColumnType::Dynamic {
            let message = "rows cannot be grouped by a dynamic value: convert it, as with tostring()";
            return Err(EngineError::semantic("SEM0026", message).at(key.value.offset));
        }
        let name = match key.names.first().cloned().or_else(|| own_name(&key.value)) {
            Some(name) => names.unique(&name),
            None => names.unnamed(),
        };
        columns.push(NamedColumn::new(name, column(&bound, input, &scope.context)?));
    }
    Ok(columns)
}

/// The groups of rows by their keys; all rows in one where there are no keys.
fn groups_of(keys: &[NamedColumn], rows: usize) -> Groups {
    if keys.is_empty() {
        return Groups { of_row: vec![0; rows], first_rows: Vec::new() };
    }
    group(&keys.iter().map(|key| key.data.clone()).collect::<Vec<_>>(), rows)
}

fn group_count(keys: &[NamedColumn], groups: &Groups) -> usize {
    if keys.is_empty() { 1 } else { groups.first_rows.len() }
}

/// A column that summarize computes: from the aggregates collected so far.
struct Output {
    name: String,
    bound: Bound,
}

/// The columns of the aggregates, with a row for each group.
fn aggregated(
    input: &Relation,
    named: &[NamedExpr],
    groups: &Groups,
    keys: &[String],
    names: &mut UniqueNames,
    scope: &Scope,
) -> Result<Vec<NamedColumn>> {
    let collected = RefCell::new(Vec::new());
    let mut outputs = Vec::new();
    for named in named {
        outputs.extend(bind_output(input, named, keys, names, &collected, scope)?);
    }
    let count = if keys.is_empty() && groups.first_rows.is_empty() && groups.of_row.iter().all(|group| *group == 0) {
        1
    } else {
        groups.first_rows.len()
    };
    let calls = collected.into_inner();
    let columns = calls.iter().map(|call| call.aggregate(input, &groups.of_row, count, &scope.context));
    let columns = columns.map(|column| Ok(NamedColumn::new("", column?))).collect::<Result<Vec<_>>>()?;
    let aggregates = Relation::new(columns, count);
    outputs
        .into_iter()
        .map(|output| Ok(NamedColumn::new(output.name, column(&output.bound, &aggregates, &scope.context)?)))
        .collect()
}

/// Binds an expression over aggregates, and gives its columns their names.
fn bind_output(
    input: &Relation,
    named: &NamedExpr,
    keys: &[String],
    names: &mut UniqueNames,
    collected: &RefCell<Vec<AggregateCall>>,
    scope: &Scope,
) -> Result<Vec<Output>> {
    if let ExprKind::Call(call) = &named.value.kind
        && let Some(expanded) = multiple::expand(&Binder::over(scope, input), call, keys)
    {
        let expanded = expanded.map_err(|error| error.at(named.value.offset))?;
        return Ok(expanded
            .into_iter()
            .enumerate()
            .map(|(index, (own, call))| {
                let name = names.unique(named.names.get(index).unwrap_or(&own));
                let column_type = call.column_type;
                collected.borrow_mut().push(call);
                Output { name, bound: Bound::column(collected.borrow().len() - 1, column_type) }
            })
            .collect());
    }
    if let Some(name) = named.names.iter().find(|name| keys.contains(name)) {
        let message = format!("a column with the name '{name}' is there already, after 'by': give one another name");
        return Err(EngineError::semantic("SEM0012", message).at(named.value.offset));
    }
    let binder = Binder { aggregates: Some(collected), ..Binder::over(scope, input) };
    let bound = binder.bind(&named.value)?;
    let name = match named.names.first().cloned().or_else(|| own_name(&named.value)) {
        Some(name) => names.unique(&name),
        None => names.unnamed(),
    };
    Ok(vec![Output { name, bound }])
}
