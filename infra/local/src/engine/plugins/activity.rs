//! `activity_engagement`, `activity_metrics`, `new_activity_metrics`, `session_count`: which ids come, stay and return.

use crate::engine::error::Result;
use crate::engine::keys::key_of;
use crate::engine::plugins::timeline::{Timeline, bin, counts, number, size};
use crate::engine::plugins::{Plugin, PluginCall};
use crate::engine::relation::{NamedColumn, Relation};
use crate::storage::column::Column;
use std::collections::{BTreeMap, BTreeSet, HashSet};

pub(super) const ACTIVITY_ENGAGEMENT: Plugin = Plugin {
    name: "activity_engagement",
    signature: "(IdColumn, TimelineColumn, [Start], [End], InnerActivityWindow, OuterActivityWindow, [{dimension}])",
    doc: "How many ids there are in a short window, of those in the long window that ends with it.",
    run: engagement,
};
pub(super) const ACTIVITY_METRICS: Plugin = Plugin {
    name: "activity_metrics",
    signature: "(IdColumn, TimelineColumn, [Start], [End], Window, [{dimension}])",
    doc: "How many ids there are in each window, and which share of those before it came back.",
    run: metrics,
};
pub(super) const NEW_ACTIVITY_METRICS: Plugin = Plugin {
    name: "new_activity_metrics",
    signature: "(IdColumn, TimelineColumn, Start, End, Window, [Cohort], [{dimension}])",
    doc: "How many of the ids that are new in a window come back in each later one.",
    run: new_metrics,
};
pub(super) const SESSION_COUNT: Plugin = Plugin {
    name: "session_count",
    signature: "(IdColumn, TimelineColumn, Start, End, Bin, LookBackWindow, [{dimension}])",
    doc: "How many ids begin to appear in each bin, after they were not seen for a while.",
    run: sessions,
};

type Ids = HashSet<Vec<u8>>;

/// What all of them read first: when each id appears.
struct Activity<'c> {
    call: &'c PluginCall<'c>,
    id: usize,
    timeline: Timeline,
    start: i64,
    end: i64,
    /// The index of the argument behind the times.
    next: usize,
}

impl<'c> Activity<'c> {
    /// The ids along a time. The period is from the first to the last time where the call does not say it, which it does with at
    /// least `with_period` arguments; behind it and `sizes` further arguments there are the dimensions.
    fn of(call: &'c PluginCall<'c>, with_period: usize, sizes: usize) -> Result<Self> {
        let given = call.arguments.len() >= with_period;
        let next = if given { 4 } else { 2 };
        let id = call.column(0, "IdColumn")?;
        let timeline = Timeline::new(call, call.column(1, "TimelineColumn")?, next + sizes)?;
        let times = || (0..call.input.rows).filter_map(|row| timeline.at(row));
        let (start, end) = match given {
            true => (number(call, 2, "Start")?, number(call, 3, "End")?),
            false => (times().min().unwrap_or_default(), times().max().unwrap_or_default()),
        };
        Ok(Self { call, id, timeline, start, end, next })
    }

    /// A size behind the times.
    fn size(&self, index: usize, name: &str) -> Result<i64> {
        size(self.call, self.next + index, name)
    }

    /// The ids of each dimension and bin of the period.
    fn bins(&self, size: i64) -> BTreeMap<(u32, i64), Ids> {
        let mut bins: BTreeMap<(u32, i64), Ids> = BTreeMap::new();
        for row in 0..self.call.input.rows {
            let within = |at: &i64| (self.start..=self.end).contains(at);
            if let Some(at) = self.timeline.at(row).filter(within) {
                let key = (self.timeline.dimension(row), bin(at, self.start, size));
                bins.entry(key).or_default().insert(key_of(&self.call.input.value(row, self.id)));
            }
        }
        bins
    }
}

/// Shares: so many of so many, NaN of none.
fn shares(name: &str, parts: impl IntoIterator<Item = (usize, usize)>) -> NamedColumn {
    let shares: Vec<f64> = parts.into_iter().map(|(part, whole)| part as f64 / whole as f64).collect();
    NamedColumn::new(name, Column::Real(shares.into()))
}

fn engagement(call: &PluginCall<'_>) -> Result<Relation> {
    let activity = Activity::of(call, 6, 2)?;
    let (inner, outer) = (activity.size(0, "InnerActivityWindow")?, activity.size(1, "OuterActivityWindow")?);
    let bins = activity.bins(inner);
    let mut outers = Vec::with_capacity(bins.len());
    for (dimension, at) in bins.keys() {
        let from = at.saturating_add(inner).saturating_sub(outer);
        let window = bins.range((*dimension, from)..=(*dimension, *at));
        outers.push(window.flat_map(|(_, ids)| ids).collect::<HashSet<_>>().len());
        call.scope.context.check()?;
    }
    let inners: Vec<usize> = bins.values().map(Ids::len).collect();
    let ratios: Vec<(usize, usize)> = inners.iter().copied().zip(outers.iter().copied()).collect();
    let keys: Vec<(i64, u32)> = bins.keys().map(|(dimension, at)| (*at, *dimension)).collect();
    let mut columns = activity.timeline.columns(&keys);
    columns.push(counts("dcount_activities_inner", inners));
    columns.push(counts("dcount_activities_outer", outers));
    columns.push(shares("activity_ratio", ratios));
    Ok(Relation::new(columns, keys.len()))
}

fn metrics(call: &PluginCall<'_>) -> Result<Relation> {
    let activity = Activity::of(call, 5, 1)?;
    let size = activity.size(0, "Window")?;
    let bins = activity.bins(size);
    let none = Ids::new();
    let (mut new, mut retained) = (Vec::new(), Vec::new());
    for ((dimension, at), ids) in &bins {
        let before = bins.get(&(*dimension, at.saturating_sub(size))).unwrap_or(&none);
        new.push(ids.difference(before).count());
        retained.push((ids.intersection(before).count(), before.len()));
    }
    let keys: Vec<(i64, u32)> = bins.keys().map(|(dimension, at)| (*at, *dimension)).collect();
    let mut columns = activity.timeline.columns(&keys);
    columns.push(counts("dcount_values", bins.values().map(Ids::len)));
    columns.push(counts("dcount_newvalues", new));
    columns.push(shares("retention_rate", retained.iter().copied()));
    columns.push(shares("churn_rate", retained.iter().map(|(kept, all)| (all - kept, *all))));
    Ok(Relation::new(columns, keys.len()))
}

/// What became of the ids that were new in one window, in another.
struct Cohort {
    dimension: u32,
    from: i64,
    to: i64,
    size: usize,
    new: usize,
    retained: usize,
}

fn cohorts(bins: &BTreeMap<(u32, i64), Ids>, ends: &BTreeSet<i64>) -> Vec<Cohort> {
    let none = Ids::new();
    let mut cohorts = Vec::new();
    let mut seen: BTreeMap<u32, Ids> = BTreeMap::new();
    for ((dimension, from), ids) in bins {
        let seen = seen.entry(*dimension).or_default();
        let newcomers: Ids = ids.difference(seen).cloned().collect();
        let before = seen.clone();
        seen.extend(newcomers.iter().cloned());
        for to in ends.range(from..) {
            let later = bins.get(&(*dimension, *to)).unwrap_or(&none);
            // In the window itself all newcomers are new; later ones are new that were seen neither then nor before.
            let known = if to == from { &before } else { &*seen };
            cohorts.push(Cohort {
                dimension: *dimension,
                from: *from,
                to: *to,
                size: newcomers.len(),
                new: later.difference(known).count(),
                retained: newcomers.intersection(later).count(),
            });
        }
    }
    cohorts
}

fn new_metrics(call: &PluginCall<'_>) -> Result<Relation> {
    let cohort = call.arguments.get(5).filter(|_| call.column(5, "dimension").is_err());
    let cohort = cohort.map(|_| number(call, 5, "Cohort")).transpose()?;
    let activity = Activity::of(call, 5, if cohort.is_some() { 2 } else { 1 })?;
    let size = activity.size(0, "Window")?;
    let bins = activity.bins(size);
    let windows = usize::try_from(activity.end.saturating_sub(activity.start) / size).unwrap_or_default() + 1;
    call.scope.context.check_rows(bins.len().saturating_mul(windows))?;
    // Ids are looked for in every window up to the end, whether or not there are rows in it.
    let step = usize::try_from(size).unwrap_or(usize::MAX);
    let mut cohorts = cohorts(&bins, &(activity.start..=activity.end).step_by(step).collect());
    cohorts.retain(|found| cohort.is_none_or(|from| bin(from, activity.start, size) == found.from));
    let keys =
        |time: fn(&Cohort) -> i64| cohorts.iter().map(|found| (time(found), found.dimension)).collect::<Vec<_>>();
    let mut columns = activity.timeline.columns(&keys(|found| found.from));
    let mut to = activity.timeline.columns(&keys(|found| found.to)).swap_remove(0);
    let name = to.name;
    to.name = format!("to_{name}");
    if let Some(from) = columns.first_mut() {
        from.name = format!("from_{name}");
    }
    columns.insert(1, to);
    columns.push(counts("dcount_new_values", cohorts.iter().map(|found| found.new)));
    columns.push(counts("dcount_retained_values", cohorts.iter().map(|found| found.retained)));
    columns.push(counts("dcount_churn_values", cohorts.iter().map(|found| found.size - found.retained)));
    columns.push(shares("retention_rate", cohorts.iter().map(|found| (found.retained, found.size))));
    columns.push(shares("churn_rate", cohorts.iter().map(|found| (found.size - found.retained, found.size))));
    Ok(Relation::new(columns, cohorts.len()))
}

fn sessions(call: &PluginCall<'_>) -> Result<Relation> {
    let activity = Activity::of(call, 0, 2)?;
    let (size, lookback) = (activity.size(0, "Bin")?, activity.size(1, "LookBackWindow")?);
    let mut appearances: BTreeMap<(u32, Vec<u8>), Vec<i64>> = BTreeMap::new();
    for row in 0..call.input.rows {
        if let Some(at) = activity.timeline.at(row) {
            let key = (activity.timeline.dimension(row), key_of(&call.input.value(row, activity.id)));
            appearances.entry(key).or_default().push(at);
        }
    }
    let mut begun: BTreeMap<(i64, u32), usize> = BTreeMap::new();
    for ((dimension, _), mut times) in appearances {
        times.sort_unstable();
        let mut last = None;
        for at in times {
            let is_new = last.is_none_or(|last: i64| at.saturating_sub(last) > lookback);
            if is_new && (activity.start..=activity.end).contains(&at) {
                *begun.entry((bin(at, activity.start, size), dimension)).or_default() += 1;
            }
            last = Some(at);
        }
    }
    let keys: Vec<(i64, u32)> = begun.keys().copied().collect();
    let mut columns = activity.timeline.columns(&keys);
    columns.push(counts("count_sessions", begun.into_values()));
    Ok(Relation::new(columns, keys.len()))
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    fn a_share_of_none_is_not_a_number() {
        let column = shares("share", [(1, 2), (0, 0)]);
        assert_eq!(column.data.value(0).to_text(), "0.5");
        assert_eq!(column.data.value(1).to_text(), "NaN");
    }
}
