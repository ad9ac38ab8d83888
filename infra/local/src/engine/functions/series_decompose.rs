//! A series as a trend, a part that repeats and a rest; what comes next, and what is unlike the rest.

use crate::engine::bind::names::Naming;
use crate::engine::context::Context;
use crate::engine::error::Result;
use crate::engine::functions::Function;
use crate::engine::functions::array::array_of;
use crate::engine::functions::series::{only_numbers, series};
use crate::engine::functions::series_filters::seasonal;
use crate::engine::functions::series_fits::Line;
use crate::engine::functions::series_outliers::{Fences, percentiles};
use crate::engine::functions::series_periods::periods;
use crate::storage::column_type::ColumnType::{self, Dynamic};
use crate::storage::convert::{to_dynamic, to_long, to_real};
use crate::storage::value::Value::{self, Null};

const PARTS: &[(&str, ColumnType)] =
    &[("baseline", Dynamic), ("seasonal", Dynamic), ("trend", Dynamic), ("residual", Dynamic)];
const ANOMALIES: &[(&str, ColumnType)] = &[("ad_flag", Dynamic), ("ad_score", Dynamic), ("baseline", Dynamic)];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::context(
        "series_decompose",
        "(series:dynamic, [seasonality:integer], [trend:string], [test_points:integer], [threshold:number]) -> dynamic",
        "A series as baseline, seasonal part, trend and residual, in four columns.",
        |values, context| parts(values, [1, 2, 3, 4], "avg", context),
    )
    .named(Naming::Columns(PARTS)),
    Function::context(
        "series_decompose_forecast",
        "(series:dynamic, points:integer, [seasonality:integer], [trend:string], [threshold:number]) -> dynamic",
        "What the last points of a series are expected to be, in four columns.",
        |values, context| parts(values, [2, 3, 1, 4], "avg", context),
    )
    .named(Naming::Columns(PARTS)),
    Function::context(
        "series_decompose_anomalies",
        "(series:dynamic, [threshold:number], [seasonality:integer], [trend:string], [test_points:integer], [method:string], [seasonality_threshold:number]) -> dynamic",
        "Which points of a series are unlike what its season and trend say, in three columns.",
        anomalies,
    )
    .named(Naming::Columns(ANOMALIES)),
];

/// From which score on a detected period is taken, as in the service.
const SEASONALITY_THRESHOLD: f64 = 0.6;

/// From which score on a point is an anomaly, as in the service.
const ANOMALY_THRESHOLD: f64 = 1.5;

/// The parts of a series.
struct Parts {
    seasonal: Vec<f64>,
    trend: Vec<f64>,
    numbers: Vec<f64>,
    /// How many points at the end the others were not to learn from.
    tested: usize,
}

impl Parts {
    /// The parts of a series; `places` says which arguments are the seasonality, the trend, the points to test and the threshold.
    fn of(values: &[Value<'_>], places: [usize; 4], default_trend: &str, context: &Context) -> Result<Option<Self>> {
        let [seasonality, trend, tested, threshold] = places.map(|place| values.get(place));
        let Some(numbers) = values.first().and_then(only_numbers) else { return Ok(None) };
        let tested = tested.and_then(to_long).map_or(0, |tested| usize::try_from(tested).unwrap_or_default());
        let Some(count) = numbers.len().checked_sub(tested).filter(|count| *count > 0) else { return Ok(None) };
        let known = &numbers[..count];
        let threshold = threshold.and_then(to_real).unwrap_or(SEASONALITY_THRESHOLD);
        let seasonal = match seasonality.and_then(to_long).unwrap_or(-1) {
            -1 => periods(known, (0.0, f64::INFINITY), context)?
                .first()
                .filter(|(_, score)| *score >= threshold)
                .map(|(period, _)| *period as usize),
            period => usize::try_from(period).ok(),
        }
        .filter(|period| *period > 0)
        .map_or_else(|| vec![0.0; numbers.len()], |period| seasonal(known, period, numbers.len()));
        let rest: Vec<f64> = known.iter().zip(&seasonal).map(|(number, seasonal)| number - seasonal).collect();
        let trend = match trend.map_or(default_trend.into(), Value::to_text).as_ref() {
            "avg" => vec![rest.iter().sum::<f64>() / count as f64; numbers.len()],
            "linefit" => Line::through(&rest).values().take(numbers.len()).collect(),
            "none" => vec![0.0; numbers.len()],
            _ => return Ok(None),
        };
        Ok(Some(Self { seasonal, trend, numbers, tested }))
    }

    fn baseline(&self) -> Vec<f64> {
        self.seasonal.iter().zip(&self.trend).map(|(seasonal, trend)| seasonal + trend).collect()
    }

    fn residual(&self) -> Vec<f64> {
        self.numbers.iter().zip(self.baseline()).map(|(number, baseline)| number - baseline).collect()
    }
}

fn columns(columns: impl IntoIterator<Item = Vec<f64>>) -> Value<'static> {
    array_of(columns.into_iter().map(|column| to_dynamic(&series(column))).collect())
}

fn parts<'a>(values: &[Value<'a>], places: [usize; 4], default_trend: &str, context: &Context) -> Result<Value<'a>> {
    let Some(parts) = Parts::of(values, places, default_trend, context)? else { return Ok(Null) };
    let (baseline, residual) = (parts.baseline(), parts.residual());
    Ok(columns([baseline, parts.seasonal, parts.trend, residual]))
}

fn anomalies<'a>(values: &[Value<'a>], context: &Context) -> Result<Value<'a>> {
    let threshold = values.get(1).and_then(to_real).unwrap_or(ANOMALY_THRESHOLD);
    let method = values.get(5).map_or("ctukey".into(), Value::to_text);
    let parts = Parts::of(values, [2, 3, 4, 6], "avg", context)?;
    let (Some(parts), Some(between)) = (parts, percentiles(&method)) else { return Ok(Null) };
    let residual = parts.residual();
    let known = residual[..residual.len() - parts.tested].to_vec();
    let Some(fences) = Fences::of(known, between) else { return Ok(Null) };
    let scores: Vec<f64> = residual.iter().map(|found| fences.score(Some(*found))).collect();
    let flag = |score: &f64| match *score {
        score if score >= threshold => 1,
        score if score <= -threshold => -1,
        _ => 0,
    };
    let flags = scores.iter().map(|score| crate::storage::dynamic::Dynamic::Long(flag(score))).collect();
    Ok(array_of(vec![to_dynamic(&array_of(flags)), to_dynamic(&series(scores)), to_dynamic(&series(parts.baseline()))]))
}
