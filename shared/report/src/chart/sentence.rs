//! What is said of lines in words: the alternative text, the figures of each series, and what is missing.

use super::{lines::x_values::XRange, panel::Panel, story::Story, time_axis, trace::Trace, unit::Unit};
use crate::{number::count, picture::SeriesSummary};

/// The range of an x axis, and where it is one of instants the time zone.
pub(crate) fn said_range(range: XRange, story: &Story) -> String {
    match range {
        XRange::Instants(..) => format!("{}, {}", part(range, story), story.zone),
        _ => part(range, story),
    }
}

fn part(range: XRange, story: &Story) -> String {
    match range {
        XRange::Instants(first, last) => time_axis::range(first, last, &story.zone),
        XRange::Numbers(first, last) | XRange::Logs(first, last) if first == last => Unit::Number.value(first),
        XRange::Numbers(first, last) | XRange::Logs(first, last) => {
            format!("{} to {}", Unit::Number.value(first), Unit::Number.value(last))
        }
    }
}

/// `3 anomalies`; empty where nothing is marked.
pub(crate) fn said_anomalies(panels: &[Panel]) -> String {
    match panels.iter().map(|panel| panel.anomalies().len()).sum::<usize>() {
        0 => String::new(),
        1 => "1 anomaly".to_owned(),
        several => format!("{} anomalies", count(several as u64)),
    }
}

/// Says where the lines are broken.
pub(crate) fn said_gaps(panels: &[Panel], story: &Story) -> Option<String> {
    let broken = || {
        let lines =
            panels.iter().flat_map(|panel| panel.breakable().map(move |(name, trace)| (panel.range, name, trace)));
        lines.filter(|(_, _, trace)| trace.gaps > 0)
    };
    let gaps: u64 = broken().map(|(_, _, trace)| trace.gaps).sum();
    let length = |trace: &Trace| trace.longest_gap.1 - trace.longest_gap.0;
    let (range, name, trace) = broken().max_by(|one, other| length(one.2).total_cmp(&length(other.2)))?;
    let longest = part(range.part(trace.longest_gap.0, trace.longest_gap.1), story);
    let single = name.is_empty() || panels.iter().map(|panel| panel.names.len()).sum::<usize>() == 1;
    Some(match (gaps, single) {
        (1, true) => format!("No data {longest}"),
        (1, false) => format!("{name}: no data {longest}"),
        (_, true) => format!("{} gaps without data, the longest {longest}", count(gaps)),
        (_, false) => format!("{} gaps without data, the longest in {name} {longest}", count(gaps)),
    })
}

/// The figures of every series.
pub(crate) fn summaries(panels: &[Panel]) -> Vec<SeriesSummary> {
    let of = |panel: &Panel| {
        let unit = panel.own_unit();
        let summary = |(name, trace): (&String, &Trace)| SeriesSummary {
            name: name.clone(),
            average: unit.value(trace.average()),
            minimum: unit.value(trace.min),
            maximum: unit.value(trace.max),
            last: unit.value(trace.last.map_or(f64::NAN, |(_, value)| value)),
        };
        panel.names.iter().zip(panel.traces()).filter(|(_, trace)| trace.points > 0).map(summary).collect::<Vec<_>>()
    };
    panels.iter().flat_map(of).collect()
}

/// One generated sentence: kind, title, range, and for each plot the highest and the lowest series.
pub(crate) fn alt_text(panels: &[Panel], story: &Story) -> String {
    let Some(first) = panels.first() else { return String::new() };
    let mut figures: Vec<String> = panels.iter().map(figures).collect();
    figures.extend(Some(said_anomalies(panels)).filter(|said| !said.is_empty()));
    format!("{}: {}, {}: {}.", first.kind(), story.title, said_range(first.range, story), figures.join("; "))
}

fn figures(panel: &Panel) -> String {
    // What is left of many is not one of the series.
    let named = panel.names.len() - usize::from(panel.has_other);
    let series: Vec<(&String, &Trace)> =
        panel.names.iter().zip(panel.traces()).take(named).filter(|(_, trace)| trace.points > 0).collect();
    let of = |value: f64| panel.own_unit().value(value);
    let highest = series.iter().max_by(|one, other| one.1.max.total_cmp(&other.1.max));
    let lowest = series.iter().min_by(|one, other| one.1.min.total_cmp(&other.1.min));
    match (series.as_slice(), highest, lowest) {
        ([(name, only)], ..) if only.min == only.max => format!("{name} {}", of(only.min)),
        ([(name, only)], ..) => {
            format!("{name} between {} and {}, {} on average", of(only.min), of(only.max), of(only.average()))
        }
        (_, Some(highest), Some(lowest)) => format!(
            "{} series, highest {} with {}, lowest {} with {}",
            count(panel.series_count as u64),
            highest.0,
            of(highest.1.max),
            lowest.0,
            of(lowest.1.min)
        ),
        _ => "no values".to_owned(),
    }
}
