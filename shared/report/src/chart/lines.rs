//! Rows to lines: grouped into series, sorted by x, equal x added up, downsampled.
//!
//! The rows stay where they are; each measure sorts one index of 4 bytes a row. With an instant, a text and a number in each row that
//! is 24 bytes a point in all.

use super::{
    categories::ordered,
    choice::Choice,
    chunks::Chunks,
    columns::{Instant, KeptColumn, Values},
    names::Names,
    ranking::{MAX_SERIES, Ranking, is_additive},
    text::short,
    trace::{Trace, Tracer},
};
use crate::number::count;

/// The values along the x axis, one for each row.
#[derive(Debug)]
pub(crate) enum XValues {
    Instants(Chunks<Instant>),
    Numbers(Chunks<f64>),
}

/// The ends of the x axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum XRange {
    Instants(i64, i64),
    Numbers(f64, f64),
}

/// The lines of a chart before they are traced.
#[derive(Debug)]
pub(crate) struct Lines {
    x: XValues,
    pub(crate) range: XRange,
    groups: Option<Names>,
    measures: Vec<KeptColumn>,
    ranking: Ranking,
    slots: Vec<Option<u16>>,
    /// Names in drawing order, "Other" last.
    pub(crate) names: Vec<String>,
    pub(crate) notes: Vec<String>,
}

impl Lines {
    /// The lines that `choice` makes of `columns`; a sentence where there is nothing to draw.
    pub(crate) fn new(mut columns: Vec<KeptColumn>, choice: &Choice) -> Result<Self, String> {
        let groups = group(&columns, &choice.series)?;
        let mut take = |index: usize| std::mem::replace(&mut columns[index].values, Values::Unusable);
        let x = match take(choice.x) {
            Values::Instants(instants) => XValues::Instants(instants),
            Values::Numbers(numbers) => XValues::Numbers(numbers),
            _ => return Err(format!("{} cannot be an x axis", short(&columns[choice.x].name))),
        };
        let taken: Vec<Values> = choice.y.iter().map(|index| take(*index)).collect();
        let measures: Vec<KeptColumn> =
            choice.y.iter().zip(taken).map(|(index, values)| columns[*index].with(values)).collect();
        let range = x.range().ok_or_else(|| format!("{} has no value in any row", short(&columns[choice.x].name)))?;

        let mut lines = Self {
            x,
            range,
            groups,
            measures,
            ranking: Ranking::new(&[], 0, 0, false),
            slots: Vec::new(),
            names: Vec::new(),
            notes: choice.notes.clone(),
        };
        lines.rank()?;
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
        self.groups.as_ref().map_or(1, Names::len)
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

    /// Draws every line for a plot that is `columns` columns wide; `accumulate` adds each value to those before it.
    pub(crate) fn trace(&mut self, columns: f64, accumulate: bool) -> Vec<Trace> {
        let mut tracers: Vec<Tracer> = self.names.iter().map(|_| Tracer::new(columns)).collect();
        let mut found = Found::default();
        let mut order: Vec<u32> = Vec::new();
        for measure in 0..self.measures.len() {
            self.sort(measure, &mut order, &mut found);
            self.walk(measure, &order, accumulate, &mut tracers, &mut found);
        }
        self.notes.extend(found.notes());
        tracers.into_iter().map(Tracer::finish).collect()
    }

    fn slot(&self, measure: usize, row: usize) -> Option<u16> {
        self.slots[measure * self.group_count() + self.group_of(row)]
    }

    /// The drawn rows of a measure by series, then by x, then as they came.
    fn sort(&self, measure: usize, order: &mut Vec<u32>, found: &mut Found) {
        order.clear();
        let drawn = (0..self.x.len()).filter(|row| self.slot(measure, *row).is_some()).count();
        order.reserve_exact(drawn);
        for row in 0..self.x.len() {
            match self.x.key(row) {
                None => found.without_x += u64::from(measure == 0),
                Some(_) if self.slot(measure, row).is_some() => order.push(row as u32),
                Some(_) => {}
            }
        }
        let key = |row: &u32| (self.slot(measure, *row as usize), self.x.key(*row as usize), *row);
        if !order.is_sorted_by_key(key) {
            order.sort_unstable_by_key(key);
        }
    }

    fn walk(&self, measure: usize, order: &[u32], accumulate: bool, tracers: &mut [Tracer], found: &mut Found) {
        let column = &self.measures[measure];
        let place = |row: u32| (self.slot(measure, row as usize), self.x.key(row as usize));
        let (mut total, mut current) = (0.0, None);
        for same in order.chunk_by(|one, other| place(*one) == place(*other)) {
            let Some(slot) = self.slot(measure, same[0] as usize) else { continue };
            if current != Some(slot) {
                (current, total) = (Some(slot), 0.0);
            }
            let (mut value, mut finite) = (f64::NAN, 0_u64);
            for row in same {
                match column.number(*row as usize) {
                    number if number.is_finite() => {
                        value = if finite == 0 { number } else { value + number };
                        finite += 1;
                    }
                    number => found.infinite += u64::from(number.is_infinite()),
                }
            }
            let is_other = self.ranking.other && usize::from(slot) + 1 == tracers.len();
            found.added_up += if is_other { 0 } else { finite.saturating_sub(1) };
            if accumulate && value.is_finite() {
                total += value;
            }
            let shown = if accumulate && value.is_finite() { total } else { value };
            tracers[usize::from(slot)].push((self.x.position(same[0] as usize, self.range), shown));
        }
    }

    /// The measures that are drawn.
    pub(crate) fn measures(&self) -> &[KeptColumn] {
        &self.measures
    }
}

/// What was met on the way that the picture must tell.
#[derive(Debug, Default)]
struct Found {
    without_x: u64,
    infinite: u64,
    added_up: u64,
}

impl Found {
    fn notes(&self) -> impl Iterator<Item = String> {
        let note = |number: u64, one: &str, many: &str| match number {
            0 => None,
            1 => Some(format!("1 {one}")),
            _ => Some(format!("{} {many}", count(number))),
        };
        [
            note(self.without_x, "row without an x value not drawn", "rows without an x value not drawn"),
            note(self.infinite, "infinite value not drawn", "infinite values not drawn"),
            note(self.added_up, "duplicate point added up", "duplicate points added up"),
        ]
        .into_iter()
        .flatten()
    }
}

/// The text columns that name the series, as one.
fn group(columns: &[KeptColumn], series: &[usize]) -> Result<Option<Names>, String> {
    let names: Vec<&Names> = series
        .iter()
        .filter_map(|index| match &columns[*index].values {
            Values::Texts(names) => Some(names),
            _ => None,
        })
        .collect();
    match names.as_slice() {
        [] => Ok(None),
        several => {
            Names::joined(several).map(Some).ok_or_else(|| "the series have more names than can be kept".to_owned())
        }
    }
}

impl KeptColumn {
    fn with(&self, values: Values) -> Self {
        Self { name: self.name.clone(), column_type: self.column_type, values }
    }

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

impl XValues {
    /// What rows are sorted by; none for null and for what is not finite.
    pub(crate) fn key(&self, row: usize) -> Option<i64> {
        match self {
            Self::Instants(instants) => instants.get(row)?.ticks(),
            Self::Numbers(numbers) => numbers.get(row).filter(|number| number.is_finite()).map(ordered),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Instants(instants) => instants.len(),
            Self::Numbers(numbers) => numbers.len(),
        }
    }

    fn range(&self) -> Option<XRange> {
        match self {
            Self::Instants(instants) => {
                let ticks = || instants.iter().filter_map(|instant| instant.ticks());
                Some(XRange::Instants(ticks().min()?, ticks().max()?))
            }
            Self::Numbers(numbers) => {
                let finite = || numbers.iter().filter(|number| number.is_finite());
                Some(XRange::Numbers(finite().reduce(f64::min)?, finite().reduce(f64::max)?))
            }
        }
    }

    fn position(&self, row: usize, range: XRange) -> f64 {
        let position = match self {
            Self::Instants(instants) => {
                instants.get(row).and_then(Instant::ticks).map(|ticks| range.position_of_instant(ticks))
            }
            Self::Numbers(numbers) => numbers.get(row).map(|number| range.position_of_number(number)),
        };
        position.unwrap_or(0.5)
    }
}

impl XRange {
    /// Where an instant is between the ends of the axis, 0 to 1; the middle of an axis without length.
    pub(crate) fn position_of_instant(self, ticks: i64) -> f64 {
        match self {
            Self::Instants(first, last) if first < last => (ticks - first) as f64 / (last - first) as f64,
            _ => 0.5,
        }
    }

    /// Where a number is between the ends of the axis, likewise.
    pub(crate) fn position_of_number(self, number: f64) -> f64 {
        match self {
            // Halves, so that the distance of the ends is finite.
            Self::Numbers(first, last) if first < last => (number / 2.0 - first / 2.0) / (last / 2.0 - first / 2.0),
            _ => 0.5,
        }
    }
}
