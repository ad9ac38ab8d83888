//! `active_users_count`: how many ids appear often enough.

use crate::engine::error::Result;
use crate::engine::keys::key_of;
use crate::engine::plugins::timeline::{Timeline, bin, counts, number, size};
use crate::engine::plugins::{Plugin, PluginCall};
use crate::engine::relation::Relation;
use std::collections::{BTreeMap, HashMap, HashSet};

pub(super) const ACTIVE_USERS_COUNT: Plugin = Plugin {
    name: "active_users_count",
    signature: "(IdColumn, TimelineColumn, Start, End, LookbackWindow, Period, ActivePeriodsCount, Bin, [{dimension}])",
    doc: "How many ids there are that appeared in enough periods of the time before, for each bin.",
    run,
};

fn run(call: &PluginCall<'_>) -> Result<Relation> {
    let id = call.column(0, "IdColumn")?;
    let timeline = Timeline::new(call, call.column(1, "TimelineColumn")?, 8)?;
    let (start, end, lookback) =
        (number(call, 2, "Start")?, number(call, 3, "End")?, number(call, 4, "LookbackWindow")?);
    let (period, enough, size) =
        (size(call, 5, "Period")?, number(call, 6, "ActivePeriodsCount")?, size(call, 7, "Bin")?);
    let mut appearances: HashMap<(Vec<u8>, u32), Vec<i64>> = HashMap::new();
    for row in 0..call.input.rows {
        if let Some(at) = timeline.at(row) {
            let key = (key_of(&call.input.value(row, id)), timeline.dimension(row));
            appearances.entry(key).or_default().push(at);
        }
    }
    let mut active: BTreeMap<(i64, u32), usize> = BTreeMap::new();
    for ((_, dimension), mut times) in appearances {
        call.scope.context.check()?;
        times.sort_unstable();
        let is_active = |at: i64| {
            let before = times.iter().filter(|time| **time > at.saturating_sub(lookback) && **time <= at);
            before.map(|time| bin(*time, 0, period)).collect::<HashSet<_>>().len() as i64 >= enough
        };
        let within = times.iter().filter(|at| (start..=end).contains(*at));
        let bins: HashSet<i64> = within.filter(|at| is_active(**at)).map(|at| bin(*at, start, size)).collect();
        bins.into_iter().for_each(|bin| *active.entry((bin, dimension)).or_default() += 1);
    }
    let bins: Vec<(i64, u32)> = active.keys().copied().collect();
    let mut columns = timeline.columns(&bins);
    columns.push(counts("dcount", active.into_values()));
    Ok(Relation::new(columns, bins.len()))
}
