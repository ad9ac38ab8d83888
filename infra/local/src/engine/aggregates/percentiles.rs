//! Percentiles, by the nearest rank.

use crate::engine::aggregates::{Accumulator, Aggregate, AggregateCall};
use crate::engine::bind::names::Naming;
use crate::engine::order::compare;
use crate::storage::convert::{scalar, to_dynamic, to_long, to_real};
use crate::storage::dynamic::Dynamic;
use crate::storage::value::Value::{self, Null};
use std::cmp::Ordering;

pub(super) const AGGREGATES: &[Aggregate] = &[
    Aggregate::new(
        "percentile",
        "(value:summable, percentile:number) -> promoted",
        "The value that a percentage of the values do not exceed.",
        "",
        |call| Box::new(Ranked::new(call, false, false)),
    )
    .named(Naming::None),
    Aggregate::new(
        "percentilew",
        "(value:summable, weight:integer, percentile:number) -> promoted",
        "The percentile of values that count several times.",
        "",
        |call| Box::new(Ranked::new(call, true, false)),
    )
    .named(Naming::None),
    Aggregate::new(
        "percentiles",
        "(value:summable, {percentile:number}) -> promoted",
        "Several percentiles, a column for each.",
        "",
        |call| Box::new(Ranked::new(call, false, false)),
    )
    .named(Naming::None),
    Aggregate::new(
        "percentilesw",
        "(value:summable, weight:integer, {percentile:number}) -> promoted",
        "Several percentiles of values that count several times, a column for each.",
        "",
        |call| Box::new(Ranked::new(call, true, false)),
    )
    .named(Naming::None),
    Aggregate::new(
        "percentiles_array",
        "(value:summable, {percentile:any}) -> dynamic",
        "Several percentiles in an array.",
        "percentiles",
        |call| Box::new(Ranked::new(call, false, true)),
    ),
    Aggregate::new(
        "percentilesw_array",
        "(value:summable, weight:integer, {percentile:any}) -> dynamic",
        "Several percentiles of values that count several times.",
        "percentiles",
        |call| Box::new(Ranked::new(call, true, true)),
    ),
];

/// Values with their weights, to be ranked.
struct Ranked {
    values: Vec<(Value<'static>, i64)>,
    percentiles: Vec<f64>,
    weighted: bool,
    array: bool,
}

impl Ranked {
    fn new(call: &AggregateCall, weighted: bool, array: bool) -> Self {
        let first = if weighted { 2 } else { 1 };
        let percentiles =
            (first..call.arguments.len()).filter_map(|index| call.constant(index)).flat_map(numbers).collect();
        Self { values: Vec::new(), percentiles, weighted, array }
    }

    /// The first value, in order, up to which the weights make the percentage of all.
    fn at(&self, percentile: f64) -> Value<'static> {
        let total: i128 = self.values.iter().map(|(_, weight)| i128::from(*weight)).sum();
        let rank = percentile.clamp(0.0, 100.0) / 100.0 * total as f64;
        let mut sum = 0;
        let found = self.values.iter().find(|(_, weight)| {
            sum += i128::from(*weight);
            // Rounding in the percentage must not push the rank up by one.
            sum as f64 >= rank - 1e-9
        });
        found.or(self.values.last()).map_or(Null, |(value, _)| value.clone())
    }
}

fn numbers(value: &Value<'static>) -> Vec<f64> {
    match value {
        Value::Dynamic(Dynamic::Array(array)) => array.iter().filter_map(|element| to_real(&scalar(element))).collect(),
        other => to_real(other).into_iter().collect(),
    }
}

impl Accumulator for Ranked {
    fn add(&mut self, values: &[Value<'_>]) {
        let Some(value) = values.first().filter(|value| !value.is_null()) else { return };
        let weight = if self.weighted { values.get(1).and_then(to_long).unwrap_or(0) } else { 1 };
        if weight > 0 {
            self.values.push((value.clone().into_owned(), weight));
        }
    }

    fn finish(&mut self) -> Value<'static> {
        self.values.sort_by(|(first, _), (second, _)| compare(first, second).unwrap_or(Ordering::Equal));
        let found: Vec<Value<'static>> = self.percentiles.iter().map(|percentile| self.at(*percentile)).collect();
        if self.array {
            return Value::Dynamic(Dynamic::array(found.iter().map(to_dynamic)));
        }
        found.into_iter().next().unwrap_or(Null)
    }
}
