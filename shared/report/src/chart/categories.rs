//! Rows to categories: what bars, columns and pies are drawn from.

use super::{
    choice::Choice,
    chunks::Chunks,
    columns::{Instant, KeptColumn, Values},
    look::Look,
    measure::Measure,
    names::Names,
    ranking::{MAX_SERIES, Ranking, is_additive},
    text::short,
    time_axis,
    unit::Unit,
};
use crate::{instant::Zone, number::count};
use std::collections::HashMap;

/// Values by category and series.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Categories {
    pub(crate) names: Vec<String>,
    /// The series, each with a value for each category; NaN where there is none.
    pub(crate) series: Vec<(String, Vec<f64>)>,
    /// The range of instants and their time zone, for the subtitle; empty where the categories are something else.
    pub(crate) said_range: String,
    /// The instants that the categories are; empty where they are something else or one is null.
    pub(crate) instants: Vec<i64>,
    /// Whether the categories are instants or numbers, which have an order of their own.
    pub(crate) ordered: bool,
    /// How many categories the last one, "Other", stands for; 0 where there is none.
    pub(crate) in_other: usize,
    /// Whether the last series is what is left of many.
    pub(crate) other_series: bool,
    pub(crate) measure: Measure,
    pub(crate) additive: bool,
    pub(crate) notes: Vec<String>,
}

/// How many unordered categories are drawn: all of them up to `most`, else the `kept` largest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Most {
    pub(crate) most: usize,
    pub(crate) kept: usize,
}

impl Categories {
    /// The categories that `choice` makes of `columns`; a sentence where there is nothing to draw.
    pub(crate) fn new(
        columns: &[KeptColumn],
        choice: &Choice,
        look: &Look,
        zone: &Zone,
        most: Most,
    ) -> Result<Self, String> {
        let keys = Keys::new(&columns[choice.x], zone);
        let measures: Vec<&KeptColumn> = choice.y.iter().map(|index| &columns[*index]).collect();
        let groups = choice.series.iter().find_map(|index| match &columns[*index].values {
            Values::Texts(names) => Some(names),
            _ => None,
        });
        let grid = Grid { keys: &keys, measures: &measures, groups };
        let (category_weights, series_weights) = grid.weights();
        let present: Vec<usize> = (0..series_weights.len()).filter(|index| series_weights[*index].is_some()).collect();
        if present.is_empty() {
            let names: Vec<String> = measures.iter().map(|measure| short(&measure.name)).collect();
            return Err(format!("{} has no value in any row", names.join(", ")));
        }
        let additive = measures.iter().all(|measure| is_additive(&measure.name));
        let most_categories = if keys.ordered { usize::MAX } else { most.most };
        let categories = in_given_order(Ranking::new(&category_weights, most_categories, most.kept, additive));
        let weights: Vec<f64> = present.iter().filter_map(|index| series_weights[*index]).collect();
        let single = additive && measures.len() == 1;
        let series = in_given_order(Ranking::new(&weights, MAX_SERIES, MAX_SERIES - 1, single));

        let names = grid.category_names(&categories);
        let series_names = grid.series_names(&series, &present);
        let values = grid.values(&categories, &series, &present, names.len(), series_names.len());
        let (mut values, infinite) = without_infinities(values);
        if look.accumulate {
            values.iter_mut().for_each(|values| accumulate(values));
        }
        let cut = categories.note().into_iter().chain(series.note());
        Ok(Self {
            notes: cut.chain(infinite).collect(),
            names,
            series: series_names.into_iter().zip(values).collect(),
            in_other: if categories.other { categories.hidden } else { 0 },
            other_series: series.other,
            measure: Measure::new(&measures, look),
            additive,
            said_range: keys.said_range,
            instants: keys.instants,
            ordered: keys.ordered,
        })
    }

    /// The least and greatest value.
    pub(crate) fn range(&self) -> (f64, f64) {
        let values = || self.series.iter().flat_map(|(_, values)| values).copied().filter(|value| !value.is_nan());
        (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
    }

    /// The sum of each category; NaN where it has no value.
    pub(crate) fn totals(&self) -> Vec<f64> {
        let total = |category: usize| {
            self.series
                .iter()
                .map(|(_, values)| values[category])
                .filter(|value| !value.is_nan())
                .reduce(|sum, v| sum + v)
        };
        (0..self.names.len()).map(|category| total(category).unwrap_or(f64::NAN)).collect()
    }

    /// One generated sentence: what, how many, the highest and the lowest.
    pub(crate) fn alt_text(&self, kind: &str, title: &str) -> String {
        let named = if self.in_other > 0 { self.names.len() - 1 } else { self.names.len() };
        let total = named + self.in_other;
        let sums: Vec<(&String, f64)> =
            self.names.iter().zip(self.totals()).take(named).filter(|(_, total)| !total.is_nan()).collect();
        let highest = sums.iter().max_by(|one, other| one.1.total_cmp(&other.1));
        let lowest = sums.iter().min_by(|one, other| one.1.total_cmp(&other.1));
        let categories =
            if total == 1 { "1 category".to_owned() } else { format!("{} categories", count(total as u64)) };
        match (highest, lowest) {
            (Some(highest), Some(lowest)) => format!(
                "{kind}: {title}: {categories}, highest {} with {}, lowest {} with {}.",
                highest.0,
                self.measure.unit.value(highest.1),
                lowest.0,
                self.measure.unit.value(lowest.1)
            ),
            _ => format!("{kind}: {title}: no values."),
        }
    }
}

/// "Sort the data to define order": what is shown whole keeps the order of the rows, what is cut is a ranking.
fn in_given_order(mut ranking: Ranking) -> Ranking {
    if ranking.hidden == 0 {
        ranking.shown.sort_unstable();
    }
    ranking
}

/// The category of each row.
struct Keys {
    ids: Chunks<u32>,
    names: Vec<String>,
    said_range: String,
    instants: Vec<i64>,
    ordered: bool,
}

impl Keys {
    fn new(column: &KeptColumn, zone: &Zone) -> Self {
        match &column.values {
            Values::Texts(texts) => Self {
                ids: texts.ids().clone(),
                names: (0..texts.len()).map(|id| short(texts.text(id as u32))).collect(),
                ordered: false,
                ..Self::nothing()
            },
            Values::Instants(instants) => {
                let (ids, distinct) = ranked(instants.iter().map(|instant| (instant, instant)));
                let ticks: Vec<Option<i64>> = distinct.into_iter().map(Instant::ticks).collect();
                Self {
                    ids,
                    names: time_axis::names(&ticks, zone),
                    said_range: said_range(&ticks, zone),
                    instants: ticks.into_iter().collect::<Option<_>>().unwrap_or_default(),
                    ordered: true,
                }
            }
            Values::Numbers(numbers) => {
                let unit = Unit::of(&column.name, column.column_type);
                let (ids, distinct) = ranked(numbers.iter().map(|number| (ordered(number), number)));
                let name =
                    |number: f64| if number.is_nan() { crate::cell_text::NULL.to_owned() } else { unit.value(number) };
                Self { ids, names: distinct.into_iter().map(name).collect(), ordered: true, ..Self::nothing() }
            }
            _ => Self::nothing(),
        }
    }

    fn nothing() -> Self {
        Self {
            ids: Chunks::default(),
            names: Vec::new(),
            said_range: String::new(),
            instants: Vec::new(),
            ordered: false,
        }
    }
}

fn said_range(ticks: &[Option<i64>], zone: &Zone) -> String {
    match (ticks.iter().flatten().min(), ticks.iter().flatten().max()) {
        (Some(first), Some(last)) => format!("{}, {zone}", time_axis::range(*first, *last, zone)),
        _ => String::new(),
    }
}

/// An integer that sorts as the number does; minus zero is zero.
pub(crate) fn ordered(number: f64) -> i64 {
    let bits = (number + 0.0).to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// Each value's rank among the distinct ones, and these in order.
fn ranked<K: Ord + std::hash::Hash + Copy, V>(values: impl Iterator<Item = (K, V)> + Clone) -> (Chunks<u32>, Vec<V>) {
    let mut distinct: Vec<(K, V)> = values.clone().collect();
    distinct.sort_by_key(|(key, _)| *key);
    distinct.dedup_by_key(|(key, _)| *key);
    let ranks: HashMap<K, u32> = distinct.iter().zip(0..).map(|((key, _), rank)| (*key, rank)).collect();
    let ids = values.map(|(key, _)| ranks.get(&key).copied().unwrap_or(0)).collect();
    (ids, distinct.into_iter().map(|(_, value)| value).collect())
}

/// Rows as a grid of categories and series; a series is a group of a measure.
struct Grid<'a> {
    keys: &'a Keys,
    measures: &'a [&'a KeptColumn],
    groups: Option<&'a Names>,
}

impl Grid<'_> {
    fn group_count(&self) -> usize {
        self.groups.map_or(1, Names::len)
    }

    /// Every value with its category and its series.
    fn cells(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        self.measures.iter().enumerate().flat_map(move |(measure, column)| {
            column.numbers().enumerate().filter(|(_, value)| !value.is_nan()).map(move |(row, value)| {
                let group = self.groups.map_or(0, |names| names.ids().get(row).unwrap_or(0) as usize);
                (self.keys.ids.get(row).unwrap_or(0) as usize, measure * self.group_count() + group, value)
            })
        })
    }

    /// Σ|y| of each category and of each series; none for a series without a value.
    fn weights(&self) -> (Vec<f64>, Vec<Option<f64>>) {
        let mut categories = vec![0.0; self.keys.names.len()];
        let mut series = vec![None; self.group_count() * self.measures.len()];
        for (category, candidate, value) in self.cells() {
            categories[category] += value.abs();
            *series[candidate].get_or_insert(0.0) += value.abs();
        }
        (categories, series)
    }

    fn category_names(&self, ranking: &Ranking) -> Vec<String> {
        let names = ranking.shown.iter().map(|index| self.keys.names[*index].clone());
        names.chain(ranking.other.then(|| format!("Other ({})", count(ranking.hidden as u64)))).collect()
    }

    fn series_names(&self, ranking: &Ranking, present: &[usize]) -> Vec<String> {
        let names = ranking.shown.iter().map(|shown| self.series_name(present[*shown]));
        names.chain(ranking.other.then(|| "Other".to_owned())).collect()
    }

    fn series_name(&self, candidate: usize) -> String {
        let (measure, group) = (candidate / self.group_count(), candidate % self.group_count());
        let measure_name = &self.measures[measure].name;
        match self.groups {
            None => short(measure_name),
            Some(names) if self.measures.len() == 1 => short(names.text(group as u32)),
            Some(names) => short(&format!("{} - {measure_name}", names.text(group as u32))),
        }
    }

    /// The sums by drawn series and category.
    fn values(
        &self,
        categories: &Ranking,
        series: &Ranking,
        present: &[usize],
        category_count: usize,
        series_count: usize,
    ) -> Vec<Vec<f64>> {
        let category_slots = categories.slots(self.keys.names.len());
        let mut series_slots = vec![None; self.group_count() * self.measures.len()];
        for (candidate, slot) in present.iter().zip(series.slots(present.len())) {
            series_slots[*candidate] = slot;
        }
        let mut values = vec![vec![f64::NAN; category_count]; series_count];
        for (category, candidate, value) in self.cells() {
            if let (Some(category), Some(series)) = (category_slots[category], series_slots[candidate]) {
                let sum = &mut values[usize::from(series)][usize::from(category)];
                *sum = if sum.is_nan() { value } else { *sum + value };
            }
        }
        values
    }
}

/// Adds to each value those before it.
fn accumulate(values: &mut [f64]) {
    let mut total = 0.0;
    for value in values.iter_mut().filter(|value| !value.is_nan()) {
        total += *value;
        *value = total;
    }
}

fn without_infinities(mut values: Vec<Vec<f64>>) -> (Vec<Vec<f64>>, Option<String>) {
    let mut infinite = 0;
    for value in values.iter_mut().flatten().filter(|value| value.is_infinite()) {
        *value = f64::NAN;
        infinite += 1;
    }
    let note = match infinite {
        0 => None,
        1 => Some("1 infinite value not drawn".to_owned()),
        _ => Some(format!("{} infinite values not drawn", count(infinite))),
    };
    (values, note)
}
