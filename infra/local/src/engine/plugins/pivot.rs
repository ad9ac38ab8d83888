//! `pivot`: a column for each value of a column.

use crate::engine::aggregates::AggregateCall;
use crate::engine::bind::binder::Binder;
use crate::engine::bind::bound::Bound;
use crate::engine::error::Result;
use crate::engine::evaluate::column;
use crate::engine::keys::group;
use crate::engine::plugins::{Plugin, PluginCall};
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::syntax::tree::{Call, Expr, ExprKind};
use std::cell::RefCell;
use std::collections::BTreeMap;

pub(super) const PIVOT: Plugin = Plugin {
    name: "pivot",
    signature: "(pivotColumn, [aggregate], [{key}])",
    doc: "A column for each value of a column, with an aggregate of the rows that have it.",
    run,
};

/// The group of the rows that have another value.
const ELSEWHERE: u32 = u32::MAX;

fn run(call: &PluginCall<'_>) -> Result<Relation> {
    let pivot = call.column(0, "pivotColumn")?;
    let count = Expr { kind: ExprKind::Call(Call { name: "count".to_owned(), arguments: Vec::new() }), offset: 0 };
    let given = call.arguments.get(1).filter(|argument| matches!(argument.value.kind, ExprKind::Call(_)));
    let aggregate = given.map_or(&count, |argument| &argument.value);
    let keys = keys(call, pivot, aggregate, 1 + usize::from(given.is_some()))?;
    let groups = group(&keys.iter().map(|key| key.data.clone()).collect::<Vec<_>>(), call.input.rows);
    let mut columns: Vec<NamedColumn> =
        keys.iter().map(|key| NamedColumn::new(key.name.clone(), key.data.gather(&groups.first_rows))).collect();
    let collected = RefCell::new(Vec::new());
    let bound = Binder { aggregates: Some(&collected), ..Binder::over(call.scope, call.input) }.bind(aggregate)?;
    let aggregates = collected.into_inner();
    for (name, rows) in rows_by_value(call.input, pivot) {
        call.scope.context.check()?;
        let mut of_row = vec![ELSEWHERE; call.input.rows];
        for row in rows {
            of_row[row] = groups.of_row[row];
        }
        columns.push(NamedColumn { name, ..aggregated(call, &bound, &aggregates, &of_row, groups.first_rows.len())? });
    }
    Ok(Relation::new(columns, groups.first_rows.len()))
}

/// The columns that say which rows go together: those that are listed, or all that are neither turned nor aggregated.
fn keys(call: &PluginCall<'_>, pivot: usize, aggregate: &Expr, from: usize) -> Result<Vec<NamedColumn>> {
    let all = call.input.columns.iter();
    if from < call.arguments.len() {
        let listed = (from..call.arguments.len()).map(|index| call.column(index, "column"));
        let listed = listed.collect::<Result<Vec<_>>>()?;
        return Ok(listed.into_iter().filter_map(|index| call.input.columns.get(index).cloned()).collect());
    }
    let mut aggregated = Vec::new();
    aggregate.visit(&mut |expr| {
        if let ExprKind::Name(name) = &expr.kind {
            aggregated.push(name.clone());
        }
    });
    let is_key = |(index, column): &(usize, &NamedColumn)| *index != pivot && !aggregated.contains(&column.name);
    Ok(all.enumerate().filter(is_key).map(|(_, column)| column.clone()).collect())
}

/// The rows that have each value, in the order of the values' texts.
fn rows_by_value(input: &Relation, pivot: usize) -> BTreeMap<String, Vec<usize>> {
    let mut rows: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for row in 0..input.rows {
        rows.entry(input.value(row, pivot).to_text().into_owned()).or_default().push(row);
    }
    rows
}

fn aggregated(
    call: &PluginCall<'_>,
    bound: &Bound,
    aggregates: &[AggregateCall],
    of_row: &[u32],
    groups: usize,
) -> Result<NamedColumn> {
    let context = &call.scope.context;
    let columns = aggregates.iter().map(|aggregate| aggregate.aggregate(call.input, of_row, groups, context));
    let columns = columns.map(|column| Ok(NamedColumn::new("", column?))).collect::<Result<Vec<_>>>()?;
    Ok(NamedColumn::new("", column(bound, &Relation::new(columns, groups), context)?))
}
