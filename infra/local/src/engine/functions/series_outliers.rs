//! Numbers of a series that are far from the others.

use crate::engine::functions::Function;
use crate::engine::functions::array::array_of;
use crate::engine::functions::series::numbers;
use crate::storage::convert::{to_long, to_real};
use crate::storage::dynamic::Dynamic;
use crate::storage::value::Value::{self, Null};

pub(super) const FUNCTIONS: &[Function] = &[Function::row(
    "series_outliers",
    "(series:dynamic, [kind:string], [ignore_val:number], [min_percentile:number], [max_percentile:number], [test_points:integer]) -> dynamic",
    "How far each element is from most others: above 1.5 or below -1.5 is an anomaly.",
    outliers,
)
.named_as_first()];

/// The percentiles between which elements are ordinary, of the kinds `tukey` and `ctukey`.
const TUKEY: (f64, f64) = (25.0, 75.0);
const CUSTOM_TUKEY: (f64, f64) = (10.0, 90.0);

/// The percentiles of a kind; none for a kind that there is not.
pub(super) fn percentiles(kind: &str) -> Option<(f64, f64)> {
    match kind {
        "tukey" => Some(TUKEY),
        "ctukey" => Some(CUSTOM_TUKEY),
        _ => None,
    }
}

fn outliers<'a>(values: &[Value<'a>]) -> Value<'a> {
    let Some(series) = values.first().and_then(numbers) else { return Null };
    let kind = values.get(1).map_or("ctukey".into(), Value::to_text);
    let Some(default) = percentiles(&kind) else { return Null };
    let ignored = values.get(2).and_then(to_real);
    let given = |index: usize, default: f64| match values.get(index).and_then(to_real) {
        Some(given) if kind == "ctukey" => given,
        _ => default,
    };
    let between = (given(3, default.0), given(4, default.1));
    if !(2.0..=98.0).contains(&between.0) || !(between.0..=98.0).contains(&between.1) {
        return Null;
    }
    let tested = values.get(5).and_then(to_long).and_then(|count| usize::try_from(count).ok()).unwrap_or_default();
    let series: Vec<Option<f64>> =
        series.into_iter().map(|found| found.filter(|found| Some(*found) != ignored)).collect();
    let known = series.iter().take(series.len().saturating_sub(tested)).flatten().copied().collect();
    let scores = Fences::of(known, between).map(|fences| series.iter().map(|found| fences.score(*found)).collect());
    scores.map_or(Null, |scores: Vec<f64>| array_of(scores.into_iter().map(Dynamic::Real).collect()))
}

/// Tukey's fences: two percentiles, and how far they are from each other.
pub(super) struct Fences {
    low: f64,
    high: f64,
}

impl Fences {
    /// The fences that these numbers set; none where there are no numbers.
    pub(super) fn of(mut numbers: Vec<f64>, (low, high): (f64, f64)) -> Option<Self> {
        numbers.sort_by(f64::total_cmp);
        Some(Self { low: percentile(&numbers, low)?, high: percentile(&numbers, high)? })
    }

    /// How many times their distance a number is outside of the fences: above 0 beyond the high one, below 0 under the low one.
    pub(super) fn score(&self, number: Option<f64>) -> f64 {
        let beyond = match number {
            Some(number) if number > self.high => number - self.high,
            Some(number) if number < self.low => number - self.low,
            _ => return 0.0,
        };
        beyond / (self.high - self.low)
    }
}

/// The percentile of sorted numbers, between two of them where it falls there.
fn percentile(sorted: &[f64], percentile: f64) -> Option<f64> {
    let place = percentile / 100.0 * sorted.len().checked_sub(1)? as f64;
    let below = sorted.get(place.floor() as usize)?;
    let above = sorted.get(place.ceil() as usize)?;
    Some(below + (above - below) * place.fract())
}
