//! Rows to lines: grouped into series, sorted by x, equal x added up, downsampled.
//!
//! The rows stay where they are; each measure sorts one index of 4 bytes a row. With an instant, a text and a number in each row that
//! is 24 bytes a point in all.

mod found;
pub(crate) mod stack;
pub(crate) mod x_values;

use super::{
    choice::Choice,
    chunks::Chunks,
    columns::{KeptColumn, Values},
    look::{Look, Scale},
    names::Names,
    ranking::{MAX_SERIES, Ranking, is_additive},
    text::short,
    trace::{Sample, Trace, Tracer},
};
use found::Found;
use std::borrow::Cow;
use x_values::{XRange, XValues};

/// The lines of a chart before they are traced.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    x: XValues<'a>,
    pub(crate) range: XRange,
    y_scale: Scale,
    groups: Option<Cow<'a, Names>>,
    /// The measures that are drawn.
    pub(crate) measures: Vec<&'a KeptColumn>,
    flags: Vec<&'a KeptColumn>,
    ranking: Ranking,
    slots: Vec<Option<u16>>,
    /// Names in drawing order, "Other" last.
    pub(crate) names: Vec<String>,
    pub(crate) notes: Vec<String>,
}

/// Lines as they are drawn, and the points on them that are marked.
#[derive(Debug)]
pub(crate) struct Traced {
    pub(crate) traces: Vec<Trace>,
    pub(crate) anomalies: Vec<Sample>,
}

/// Lines on their way to be traced.
struct Walk {
    tracers: Vec<Tracer>,
    accumulate: bool,
    found: Found,
    anomalies: Vec<Sample>,
}

impl<'a> Lines<'a> {
    /// The lines that `choice` makes of `columns`; a sentence where there is nothing to draw.
    pub(crate) fn new(columns: &'a [KeptColumn], choice: &Choice, look: &Look) -> Result<Self, String> {
        let name = short(&columns[choice.x].name);
        let x = XValues::new(&columns[choice.x], look.x_scale).ok_or_else(|| format!("{name} cannot be an x axis"))?;
        let range = x.range().ok_or_else(|| match look.x_scale {
            Scale::Linear => format!("{name} has no value in any row"),
            Scale::Log => format!("{name} has no value above zero in any row"),
        })?;
        let range = range.with_ends(choice.domain);
        let of = |indices: &[usize]| indices.iter().map(|index| &columns[*index]).collect();
        let mut lines = Self {
            x,
            range,
            y_scale: look.y_scale,
            groups: group(columns, &choice.series)?,
            measures: of(&choice.y),
            flags: of(&choice.anomalies),
            ranking: Ranking::new(&[], 0, 0, false),
            slots: Vec::new(),
            names: Vec::new(),
            notes: Vec::new(),
        };
        lines.rank()?;
        if lines.y_scale == Scale::Log && !lines.drawn_values().any(|value| value > 0.0) {
            lines.y_scale = Scale::Linear;
            lines.notes.push("The y axis is drawn linear: no value is above zero".to_owned());
        }
        Ok(lines)
    }

    /// Decides which series are drawn, the largest first; measures without series keep the order of their columns.
    fn rank(&mut self) -> Result<(), String> {
        let weights = self.weights();
        let candidates: Vec<usize> = (0..weights.len()).filter(|index| weights[*index].is_some()).collect();
        if candidates.is_empty() {
            let names: Vec<String> = self.measures.iter().map(|measure| short(&measure.name)).collect();
            return Err(format!("{} has no value in any row", names.join(", ")));
        }
        let additive = self.measures.len() == 1 && is_additive(&self.measures[0].name);
        let present: Vec<f64> = candidates.iter().filter_map(|index| weights[*index]).collect();
        self.ranking = Ranking::new(&present, MAX_SERIES, MAX_SERIES - 1, additive);
        if self.groups.is_none() {
            self.ranking.shown.sort_unstable();
        }
        let mut slots = vec![None; weights.len()];
        for (candidate, slot) in candidates.iter().zip(self.ranking.slots(candidates.len())) {
            slots[*candidate] = slot;
        }
        self.slots = slots;
        self.names = self.ranking.shown.iter().map(|shown| self.name(candidates[*shown])).collect();
        self.names.extend(self.ranking.other.then(|| "Other".to_owned()));
        self.notes.extend(self.ranking.note());
        Ok(())
    }

    /// Σ|y| of each candidate, a group of a measure; none where it has no value.
    fn weights(&self) -> Vec<Option<f64>> {
        let groups = self.group_count();
        let mut weights = vec![None; groups * self.measures.len()];
        for (index, measure) in self.measures.iter().enumerate() {
            for (row, value) in measure.numbers().enumerate() {
                if value.is_finite() && self.x.key(row).is_some() {
                    *weights[index * groups + self.group_of(row)].get_or_insert(0.0) += value.abs();
                }
            }
        }
        weights
    }

    fn group_count(&self) -> usize {
        self.groups.as_ref().map_or(1, |names| names.len())
    }

    fn group_of(&self, row: usize) -> usize {
        self.groups.as_ref().map_or(0, |names| names.ids().get(row).unwrap_or(0) as usize)
    }

    fn name(&self, candidate: usize) -> String {
        let (measure, group) = (candidate / self.group_count(), candidate % self.group_count());
        let measure_name = &self.measures[measure].name;
        match &self.groups {
            None => short(measure_name),
            Some(names) if self.measures.len() == 1 => short(names.text(group as u32)),
            Some(names) => short(&format!("{} - {measure_name}", names.text(group as u32))),
        }
    }

    /// Whether the last series is what is left of many.
    pub(crate) fn has_other(&self) -> bool {
        self.ranking.other
    }

    /// How many series there are, drawn or not.
    pub(crate) fn series_count(&self) -> usize {
        self.ranking.shown.len() + self.ranking.hidden
    }

    /// The scale of the values, which is linear where none has a place on another.
    pub(crate) fn y_scale(&self) -> Scale {
        self.y_scale
    }

    /// Draws every line for a plot that is `columns` columns wide; `accumulate` adds each value to those before it.
    pub(crate) fn trace(&mut self, columns: f64, accumulate: bool) -> Traced {
        let tracers = self.names.iter().map(|_| Tracer::new(columns)).collect();
        let mut walk = Walk { tracers, accumulate, found: Found::default(), anomalies: Vec::new() };
        let mut order: Vec<u32> = Vec::new();
        for measure in 0..self.measures.len() {
            self.sort(measure, &mut order, &mut walk.found);
            self.walk(measure, &order, &mut walk);
        }
        self.traced(walk)
    }

    /// What was traced; what was met on the way becomes notes.
    fn traced(&mut self, walk: Walk) -> Traced {
        self.notes.extend(walk.found.notes());
        Traced { traces: walk.tracers.into_iter().map(Tracer::finish).collect(), anomalies: walk.anomalies }
    }

    /// Hands over every drawn point as its series, its position and its value.
    pub(crate) fn each_point(&self, mut take: impl FnMut(usize, Sample)) {
        for (measure, column) in self.measures.iter().enumerate() {
            for (row, value) in column.numbers().enumerate().filter(|(_, value)| self.has_place(*value)) {
                if let (Some(slot), Some(_)) = (self.slot(measure, row), self.x.key(row)) {
                    take(usize::from(slot), (self.x.position(row, self.range), value));
                }
            }
        }
    }

    fn drawn_values(&self) -> impl Iterator<Item = f64> {
        self.measures.iter().enumerate().flat_map(move |(measure, column)| {
            let drawn = move |row: usize| self.slot(measure, row).is_some() && self.x.key(row).is_some();
            column.numbers().enumerate().filter(move |(row, value)| value.is_finite() && drawn(*row)).map(|(_, v)| v)
        })
    }

    fn has_place(&self, value: f64) -> bool {
        value.is_finite() && (self.y_scale == Scale::Linear || value > 0.0)
    }

    fn slot(&self, measure: usize, row: usize) -> Option<u16> {
        self.slots[measure * self.group_count() + self.group_of(row)]
    }

    fn is_other(&self, slot: u16) -> bool {
        self.ranking.other && usize::from(slot) + 1 == self.names.len()
    }

    /// The drawn rows of a measure by series, then by x, then as they came.
    fn sort(&self, measure: usize, order: &mut Vec<u32>, found: &mut Found) {
        let mut begins = vec![0_usize; self.names.len() + 1];
        for row in 0..self.x.len() {
            match (self.x.key(row), self.slot(measure, row)) {
                (None, _) => found.without_x += u64::from(measure == 0),
                (_, Some(slot)) => begins[usize::from(slot) + 1] += 1,
                _ => {}
            }
        }
        for series in 1..begins.len() {
            begins[series] += begins[series - 1];
        }
        order.clear();
        order.resize(begins.last().copied().unwrap_or(0), 0);
        let mut next = begins.clone();
        for row in 0..self.x.len() {
            if let (Some(_), Some(slot)) = (self.x.key(row), self.slot(measure, row)) {
                order[next[usize::from(slot)]] = row as u32;
                next[usize::from(slot)] += 1;
            }
        }
        // The rows of a series have mostly come in the order of x.
        let key = |row: &u32| (self.x.key(*row as usize), *row);
        for ends in begins.windows(2) {
            let series = &mut order[ends[0]..ends[1]];
            if !series.is_sorted_by_key(key) {
                series.sort_unstable_by_key(key);
            }
        }
    }

    fn walk(&self, measure: usize, order: &[u32], walk: &mut Walk) {
        let place = |row: u32| (self.slot(measure, row as usize), self.x.key(row as usize));
        let (mut total, mut current) = (0.0, None);
        for same in order.chunk_by(|one, other| place(*one) == place(*other)) {
            let Some(slot) = self.slot(measure, same[0] as usize) else { continue };
            if current != Some(slot) {
                (current, total) = (Some(slot), 0.0);
            }
            let mut value = self.sum(measure, slot, same, &mut walk.found);
            if walk.accumulate && value.is_finite() {
                total += value;
                value = total;
            }
            if value.is_finite() && !self.has_place(value) {
                walk.found.without_place += 1;
                value = f64::NAN;
            }
            let sample = (self.x.position(same[0] as usize, self.range), value);
            if measure == 0 && value.is_finite() && same.iter().any(|row| self.is_flagged(*row as usize)) {
                walk.anomalies.push(sample);
            }
            walk.tracers[usize::from(slot)].push(sample);
        }
    }

    /// The sum of a measure in rows of one series and x; NaN where none is finite.
    fn sum(&self, measure: usize, slot: u16, rows: &[u32], found: &mut Found) -> f64 {
        let (mut value, mut finite) = (f64::NAN, 0_u64);
        for row in rows {
            match self.measures[measure].number(*row as usize) {
                number if number.is_finite() => {
                    value = if finite == 0 { number } else { value + number };
                    finite += 1;
                }
                number => found.infinite += u64::from(number.is_infinite()),
            }
        }
        found.added_up += if self.is_other(slot) { 0 } else { finite.saturating_sub(1) };
        value
    }

    /// Whether an anomaly column is true there, or neither zero nor null.
    fn is_flagged(&self, row: usize) -> bool {
        self.flags.iter().any(|flags| match &flags.values {
            Values::Texts(names) => names.ids().get(row).is_some_and(|id| names.text(id) == "true"),
            _ => matches!(flags.number(row), flag if flag != 0.0 && !flag.is_nan()),
        })
    }
}

/// The text columns that name the series, as one.
fn group<'a>(columns: &'a [KeptColumn], series: &[usize]) -> Result<Option<Cow<'a, Names>>, String> {
    let names: Vec<&Names> = series
        .iter()
        .filter_map(|index| match &columns[*index].values {
            Values::Texts(names) => Some(names),
            _ => None,
        })
        .collect();
    match names.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(Cow::Borrowed(only))),
        several => match Names::joined(several) {
            Some(joined) => Ok(Some(Cow::Owned(joined))),
            None => Err("the series have more names than can be kept".to_owned()),
        },
    }
}

impl KeptColumn {
    /// The values of a measure.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = f64> {
        let numbers = match &self.values {
            Values::Numbers(numbers) => Some(numbers),
            _ => None,
        };
        numbers.into_iter().flat_map(Chunks::iter)
    }

    fn number(&self, row: usize) -> f64 {
        match &self.values {
            Values::Numbers(numbers) => numbers.get(row).unwrap_or(f64::NAN),
            _ => f64::NAN,
        }
    }
}
