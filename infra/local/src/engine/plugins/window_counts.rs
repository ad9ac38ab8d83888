//! `sliding_window_counts`, `activity_counts_metrics`: how many rows and ids there are along a time.

use crate::engine::error::Result;
use crate::engine::keys::key_of;
use crate::engine::plugins::timeline::{Timeline, counts, number, size};
use crate::engine::plugins::{Plugin, PluginCall};
use crate::engine::relation::Relation;
use std::collections::{BTreeMap, HashMap, HashSet};

pub(super) const SLIDING_WINDOW_COUNTS: Plugin = Plugin {
    name: "sliding_window_counts",
    signature: "(IdColumn, TimelineColumn, Start, End, LookbackWindow, Bin, [{dimension}])",
    doc: "How many rows and different ids there are in the time before, for each bin.",
    run: sliding,
};
pub(super) const ACTIVITY_COUNTS_METRICS: Plugin = Plugin {
    name: "activity_counts_metrics",
    signature: "(IdColumn, TimelineColumn, Start, End, Window, [{dimension}])",
    doc: "How many rows, ids and new ids there are in each window, and how many ids so far.",
    run: metrics,
};

/// The rows of each bin and combination of dimensions between two times.
type Bins = BTreeMap<(i64, u32), Vec<u32>>;

fn ids(call: &PluginCall<'_>, id: usize, rows: &[u32]) -> HashSet<Vec<u8>> {
    rows.iter().map(|row| key_of(&call.input.value(*row as usize, id))).collect()
}

fn sliding(call: &PluginCall<'_>) -> Result<Relation> {
    let id = call.column(0, "IdColumn")?;
    let (start, end) = (number(call, 2, "Start")?, number(call, 3, "End")?);
    let (lookback, size) = (size(call, 4, "LookbackWindow")?, size(call, 5, "Bin")?);
    call.scope.context.check_rows(usize::try_from(lookback / size).unwrap_or(usize::MAX))?;
    let timeline = Timeline::new(call, call.column(1, "TimelineColumn")?, 6)?;
    let mut windows = Bins::new();
    for ((bin, dimension), rows) in timeline.bins(start, size) {
        // The rows of a bin are in its own window and in those of the bins that look back on it.
        let seen_from = (0..lookback).step_by(usize::try_from(size).unwrap_or(usize::MAX));
        for at in seen_from.map(|offset| bin.saturating_add(offset)).filter(|at| (start..=end).contains(at)) {
            windows.entry((at, dimension)).or_default().extend(&rows);
        }
        call.scope.context.check_rows(windows.values().map(Vec::len).sum())?;
    }
    let bins: Vec<(i64, u32)> = windows.keys().copied().collect();
    let mut columns = timeline.columns(&bins);
    columns.push(counts("Count", windows.values().map(Vec::len)));
    columns.push(counts("Dcount", windows.values().map(|rows| ids(call, id, rows).len())));
    Ok(Relation::new(columns, bins.len()))
}

fn metrics(call: &PluginCall<'_>) -> Result<Relation> {
    let id = call.column(0, "IdColumn")?;
    let (start, end, size) = (number(call, 2, "Start")?, number(call, 3, "End")?, size(call, 4, "Window")?);
    let timeline = Timeline::new(call, call.column(1, "TimelineColumn")?, 5)?;
    let within = |(at, _): &(i64, u32)| (start..=end).contains(at);
    let windows: Bins = timeline.bins(start, size).into_iter().filter(|(bin, _)| within(bin)).collect();
    let mut seen: HashMap<u32, HashSet<Vec<u8>>> = HashMap::new();
    let [mut rows, mut distinct, mut new, mut so_far] = [const { Vec::new() }; 4];
    for ((_, dimension), members) in &windows {
        let ids = ids(call, id, members);
        let seen = seen.entry(*dimension).or_default();
        rows.push(members.len());
        distinct.push(ids.len());
        new.push(ids.difference(seen).count());
        seen.extend(ids);
        so_far.push(seen.len());
    }
    let bins: Vec<(i64, u32)> = windows.keys().copied().collect();
    let mut columns = timeline.columns(&bins);
    let names = ["count", "dcount", "new_dcount", "aggregated_dcount"];
    columns.extend(names.into_iter().zip([rows, distinct, new, so_far]).map(|(name, column)| counts(name, column)));
    Ok(Relation::new(columns, bins.len()))
}
