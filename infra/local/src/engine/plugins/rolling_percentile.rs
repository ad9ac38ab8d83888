//! `rolling_percentile`: a percentile of the values of the last bins.

use crate::engine::aggregates::{self, AggregateCall};
use crate::engine::bind::bound::Bound;
use crate::engine::error::Result;
use crate::engine::plugins::timeline::{Timeline, ticks};
use crate::engine::plugins::{Plugin, PluginCall};
use crate::engine::relation::{NamedColumn, Relation};
use crate::storage::column_type::ColumnType;
use crate::storage::convert::to_long;
use std::collections::BTreeMap;

pub(super) const ROLLING_PERCENTILE: Plugin = Plugin {
    name: "rolling_percentile",
    signature: "(ValueColumn, Percentile, IndexColumn, BinSize, BinsPerWindow, [{dimension}])",
    doc: "A percentile of the values of the last bins, for each bin.",
    run,
};

fn run(call: &PluginCall<'_>) -> Result<Relation> {
    let value = call.column(0, "ValueColumn")?;
    let percentile = call.value(1, "Percentile")?;
    let size = ticks(&call.value(3, "BinSize")?).filter(|size| *size > 0);
    let size = size.ok_or_else(|| call.wrong("BinSize", "a timespan or a number above 0"))?;
    let bins = to_long(&call.value(4, "BinsPerWindow")?).filter(|bins| *bins > 0);
    let bins = bins.ok_or_else(|| call.wrong("BinsPerWindow", "a number above 0"))?;
    call.scope.context.check_rows(usize::try_from(bins).unwrap_or(usize::MAX))?;
    let timeline = Timeline::new(call, call.column(2, "IndexColumn")?, 5)?;
    let rows_of = timeline.bins(0, size);
    let windows: Vec<(i64, u32)> = rows_of.keys().copied().collect();
    let groups: BTreeMap<(i64, u32), u32> = windows.iter().zip(0..).map(|(window, group)| (*window, group)).collect();
    // A row is in the window of its own bin, and in those of the bins after it.
    let (mut rows, mut of_row) = (Vec::new(), Vec::new());
    for ((bin, dimension), members) in &rows_of {
        for offset in 0..bins {
            if let Some(group) = groups.get(&(bin.saturating_add(size.saturating_mul(offset)), *dimension)) {
                rows.extend(members);
                of_row.extend(members.iter().map(|_| *group));
            }
        }
        call.scope.context.check_rows(rows.len())?;
    }
    let column_type = call.input.columns.get(value).map_or(ColumnType::Long, |column| column.data.column_type());
    let values = Bound::column(value, column_type);
    let name = format!("rolling_{bins}_percentile_{}_{}", call.input.columns[value].name, percentile.to_text());
    let percentile = Bound::constant(percentile.clone(), percentile.column_type().unwrap_or(ColumnType::Long));
    let aggregate = aggregates::find("percentile").ok_or_else(|| call.wrong("Percentile", "a number"))?;
    let ranked = AggregateCall { aggregate, arguments: vec![values, percentile], column_type };
    let found = ranked.aggregate(&call.input.gather(&rows), &of_row, windows.len(), &call.scope.context)?;
    let mut columns = timeline.columns(&windows);
    columns.push(NamedColumn::new(name, found));
    Ok(Relation::new(columns, windows.len()))
}
