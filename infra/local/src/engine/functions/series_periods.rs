//! The periods with which a series repeats.

use crate::engine::bind::names::Naming;
use crate::engine::context::Context;
use crate::engine::error::Result;
use crate::engine::functions::Function;
use crate::engine::functions::array::array_of;
use crate::engine::functions::series::{only_numbers, series};
use crate::storage::column_type::ColumnType::{self, Dynamic};
use crate::storage::convert::{to_dynamic, to_long, to_real};
use crate::storage::value::Value::{self, Null};
use std::f64::consts::TAU;

/// Periods and how well the series repeats with each, from 0 to 1.
const COLUMNS: &[(&str, ColumnType)] = &[("periods", Dynamic), ("scores", Dynamic)];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::context(
        "series_periods_detect",
        "(series:dynamic, min_period:number, max_period:number, num_periods:integer) -> dynamic",
        "The periods with which a series repeats best and their scores, in two columns.",
        detect,
    )
    .named(Naming::Columns(COLUMNS)),
    Function::context(
        "series_periods_validate",
        "(series:dynamic, {period:number}) -> dynamic",
        "How well a series repeats with each of the periods, from 0 to 1, in two columns.",
        validate,
    )
    .named(Naming::Columns(COLUMNS)),
];

/// The shortest period that is looked for, as in the service. The longest is half of the series.
const SHORTEST: usize = 4;

/// The periods that are answered at most.
const MOST: usize = 1000;

fn detect<'a>(values: &[Value<'a>], context: &Context) -> Result<Value<'a>> {
    let [input, low, high, count] = values else { return Ok(Null) };
    let (Some(numbers), Some(low), Some(high)) = (only_numbers(input), to_real(low), to_real(high)) else {
        return Ok(Null);
    };
    let count = to_long(count).and_then(|count| usize::try_from(count).ok()).unwrap_or_default().min(MOST);
    let mut found = periods(&numbers, (low, high), context)?;
    found.resize(count, (0.0, 0.0));
    Ok(two_columns(&found))
}

fn validate<'a>(values: &[Value<'a>], context: &Context) -> Result<Value<'a>> {
    let [input, periods @ ..] = values else { return Ok(Null) };
    let Some(numbers) = only_numbers(input) else { return Ok(Null) };
    let correlation = Correlation::of(&numbers, context)?;
    let scored = |period: &Value<'_>| {
        let period = to_real(period).unwrap_or_default();
        (period, correlation.score(period.round() as usize))
    };
    Ok(two_columns(&periods.iter().map(scored).collect::<Vec<_>>()))
}

fn two_columns(found: &[(f64, f64)]) -> Value<'static> {
    let (periods, scores): (Vec<f64>, Vec<f64>) = found.iter().copied().unzip();
    array_of(vec![to_dynamic(&series(periods)), to_dynamic(&series(scores))])
}

/// The periods between two, each with its score, the best first.
///
/// A period is what both see: a peak among the frequencies of the series, and a lag after which the series is like itself.
pub(super) fn periods(numbers: &[f64], between: (f64, f64), context: &Context) -> Result<Vec<(f64, f64)>> {
    let correlation = Correlation::of(numbers, context)?;
    let mut found: Vec<(f64, f64)> = Vec::new();
    for frequency in peaks(&power(numbers, context)?) {
        let period = correlation.peak_near(numbers.len(), frequency);
        let is_new = |period: f64| (between.0..=between.1).contains(&period) && found.iter().all(|at| at.0 != period);
        let score = correlation.score(period);
        if score > 0.0 && is_new(period as f64) {
            found.push((period as f64, score));
        }
    }
    found.sort_by(|first, second| second.1.total_cmp(&first.1));
    Ok(found)
}

/// How much of the series each frequency makes up, from once in the series to every other number.
fn power(numbers: &[f64], context: &Context) -> Result<Vec<f64>> {
    let length = numbers.len();
    let mean = numbers.iter().sum::<f64>() / length as f64;
    let turns: Vec<(f64, f64)> = (0..length).map(|step| (TAU * step as f64 / length as f64).sin_cos()).collect();
    let at = |frequency: usize| {
        context.check()?;
        let part = |(sum_sin, sum_cos): (f64, f64), (place, number): (usize, &f64)| {
            let (sin, cos) = turns[frequency * place % length];
            (sum_sin + (number - mean) * sin, sum_cos + (number - mean) * cos)
        };
        let (sin, cos) = numbers.iter().enumerate().fold((0.0, 0.0), part);
        Ok(sin * sin + cos * cos)
    };
    (1..=length / 2).map(at).collect()
}

/// The frequencies that stand out: stronger than their neighbours, and than the mean.
fn peaks(power: &[f64]) -> Vec<usize> {
    let mean = power.iter().sum::<f64>() / power.len() as f64;
    let at = |index: Option<usize>| index.and_then(|index| power.get(index)).copied().unwrap_or_default();
    let stands_out = |(index, found): &(usize, &f64)| {
        **found > mean && **found > at(index.checked_sub(1)) && **found >= at(index.checked_add(1))
    };
    power.iter().enumerate().filter(stands_out).map(|(index, _)| index + 1).collect()
}

/// How alike a series is to itself so many places later, for each lag.
struct Correlation {
    by_lag: Vec<f64>,
}

impl Correlation {
    fn of(numbers: &[f64], context: &Context) -> Result<Self> {
        let length = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / length;
        let centered: Vec<f64> = numbers.iter().map(|number| number - mean).collect();
        let product = |lag: usize| -> f64 {
            centered.iter().zip(centered.iter().skip(lag)).map(|(first, second)| first * second).sum()
        };
        let squares = product(0);
        let at = |lag: usize| {
            context.check()?;
            // Between the sum over what overlaps and the mean over it: the one calls long periods worse, the other better.
            Ok(product(lag) / squares * (length / (length - lag as f64)).sqrt())
        };
        Ok(Self { by_lag: (0..numbers.len()).map(at).collect::<Result<_>>()? })
    }

    fn at(&self, lag: usize) -> f64 {
        self.by_lag.get(lag).copied().unwrap_or(f64::NEG_INFINITY)
    }

    /// The lag of the strongest correlation among those that a frequency may stand for.
    fn peak_near(&self, length: usize, frequency: usize) -> usize {
        let middle = |one: usize, other: usize| f64::midpoint(length as f64 / one as f64, length as f64 / other as f64);
        let shortest = (middle(frequency, frequency + 1) - 1.0).max(1.0) as usize;
        let longest = (middle(frequency, (frequency - 1).max(1)) + 1.0).ceil() as usize;
        let lags = (shortest..=longest.min(length / 2)).max_by(|one, other| self.at(*one).total_cmp(&self.at(*other)));
        lags.unwrap_or_default()
    }

    /// How well the series repeats with a period: 0 where it is more alike after a somewhat shorter or longer time.
    fn score(&self, period: usize) -> f64 {
        if period < SHORTEST || period > self.by_lag.len() / 2 {
            return 0.0;
        }
        let score = self.at(period);
        let around = period - period / 4..=period + period / 4;
        let is_peak = around.into_iter().all(|lag| self.at(lag) <= score);
        if is_peak { score.clamp(0.0, 1.0) } else { 0.0 }
    }
}
