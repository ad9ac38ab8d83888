//! `rows_near`: the rows for which a condition holds, and those around them.

use crate::engine::bind::binder::Binder;
use crate::engine::error::{EngineError, Result};
use crate::engine::operators::r#where::matching;
use crate::engine::plugins::{Plugin, PluginCall};
use crate::engine::relation::Relation;
use crate::storage::convert::to_long;

pub(super) const ROWS_NEAR: Plugin = Plugin {
    name: "rows_near",
    signature: "(Condition, NumRows, [RowsAfter])",
    doc: "The rows for which a condition holds, and so many before and after them.",
    run,
};

fn run(call: &PluginCall<'_>) -> Result<Relation> {
    if !call.input.serialized {
        return Err(EngineError::semantic(
            "SEM0075",
            "rows_near needs rows in an order: sort them or use serialize before",
        ));
    }
    let number = |index, name| {
        let value = call.value(index, name)?;
        let number = to_long(&value).and_then(|rows| usize::try_from(rows).ok());
        number.ok_or_else(|| call.wrong(name, "a number from 0"))
    };
    let before = number(1, "NumRows")?;
    let after = if call.argument(2, "RowsAfter").is_some() { number(2, "RowsAfter")? } else { before };
    let condition = Binder::over(call.scope, call.input).condition(call.required(0, "Condition")?)?;
    let mut near = vec![false; call.input.rows];
    for row in matching(&condition, call.input, call.scope)? {
        let row = row as usize;
        let last = row.saturating_add(after).min(near.len() - 1);
        near[row.saturating_sub(before)..=last].fill(true);
    }
    let rows: Vec<u32> = (0..).zip(&near).filter(|(_, near)| **near).map(|(row, _)| row).collect();
    let mut result = call.input.gather(&rows);
    result.serialized = true;
    Ok(result)
}
