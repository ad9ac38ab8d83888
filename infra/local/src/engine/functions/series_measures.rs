//! Numbers that say something about a whole series, or about two.

use crate::engine::bind::names::Naming;
use crate::engine::functions::Function;
use crate::engine::functions::array::{array_of, elements};
use crate::engine::functions::series::{number, numbers, only_numbers};
use crate::storage::column_type::ColumnType;
use crate::storage::convert::to_real;
use crate::storage::dynamic::{Bag, Dynamic};
use crate::storage::value::Value::{self, Bool, Null, Real};

const ONE: &str = "(series:dynamic) -> real";
const TWO: &str = "(first:dynamic, second:dynamic) -> real";
const STATS: &str = "(series:dynamic, [ignore_nonfinite:bool]) -> dynamic";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row("series_sum", ONE, "The sum of the elements.", |values| {
        reduced(values, |numbers| numbers.iter().sum())
    }),
    Function::row("series_product", ONE, "The product of the elements.", |values| {
        reduced(values, |numbers| numbers.iter().product())
    }),
    Function::row("series_magnitude", ONE, "The length of the series as a vector.", |values| {
        reduced(values, |numbers| dot(numbers, numbers).sqrt())
    }),
    Function::row(
        "series_dot_product",
        "(first:dynamic, second:dynamic) -> real | (first:dynamic, second:number) -> real | (first:number, second:dynamic) -> real",
        "The dot product of two series.",
        |values| two(values).map_or(Null, |(first, second)| Real(dot(&first, &second))),
    ),
    Function::row(
        "series_cosine_similarity",
        "(first:dynamic, second:dynamic, [first_magnitude:real], [second_magnitude:real]) -> real",
        "The cosine of the angle between two series as vectors.",
        cosine,
    ),
    Function::row(
        "series_pearson_correlation",
        TWO,
        "Pearson's coefficient of correlation of two series.",
        correlation,
    ),
    Function::row("series_stats", STATS, "The extremes, mean and spread of a series, in several columns.", |values| {
        stats(values)
            .map_or(Null, |stats| array_of(stats.into_iter().take(COLUMNS.len()).map(|(_, found)| found).collect()))
    })
    .named(Naming::Columns(COLUMNS)),
    Function::row(
        "series_stats_dynamic",
        STATS,
        "The extremes, mean, spread, sum and length of a series in a bag.",
        |values| {
            let bag = |stats: Vec<(&str, Dynamic)>| {
                stats.into_iter().map(|(name, found)| (name.into(), found)).collect::<Bag>()
            };
            stats(values).map_or(Null, |stats| Value::Dynamic(Dynamic::bag(bag(stats))))
        },
    ),
];

/// The columns of `series_stats()`.
const COLUMNS: &[(&str, ColumnType)] = &[
    ("min", ColumnType::Real),
    ("min_idx", ColumnType::Long),
    ("max", ColumnType::Real),
    ("max_idx", ColumnType::Long),
    ("avg", ColumnType::Real),
    ("stdev", ColumnType::Real),
    ("variance", ColumnType::Real),
];

fn reduced<'a>(values: &[Value<'a>], function: fn(&[f64]) -> f64) -> Value<'a> {
    values.first().and_then(only_numbers).map_or(Null, |numbers| Real(function(&numbers)))
}

fn dot(first: &[f64], second: &[f64]) -> f64 {
    first.iter().zip(second).map(|(first, second)| first * second).sum()
}

/// The pairs of numbers of two series, as long as the shorter one; a number stands for a series of it.
fn two(values: &[Value<'_>]) -> Option<(Vec<f64>, Vec<f64>)> {
    let length = values.iter().filter_map(elements).map(<[_]>::len).min().filter(|length| *length > 0)?;
    let all = |value: &Value<'_>| match numbers(value) {
        Some(numbers) => Some(numbers),
        None => to_real(value).map(|number| vec![Some(number); length]),
    };
    let pairs = all(values.first()?)?.into_iter().zip(all(values.get(1)?)?);
    Some(pairs.filter_map(|(first, second)| first.zip(second)).unzip())
}

fn cosine<'a>(values: &[Value<'a>]) -> Value<'a> {
    let Some((first, second)) = two(values) else { return Null };
    let magnitude = |given: Option<&Value<'_>>, series: &[f64]| {
        given.and_then(to_real).unwrap_or_else(|| dot(series, series).sqrt())
    };
    Real(dot(&first, &second) / magnitude(values.get(2), &first) / magnitude(values.get(3), &second))
}

fn correlation<'a>(values: &[Value<'a>]) -> Value<'a> {
    let both: Option<Vec<Vec<f64>>> = values.iter().map(only_numbers).collect();
    let Some([first, second]) = both.as_deref() else { return Null };
    if first.len() != second.len() {
        return Null;
    }
    let centered = |series: &[f64]| {
        let mean = series.iter().sum::<f64>() / series.len() as f64;
        series.iter().map(|value| value - mean).collect::<Vec<f64>>()
    };
    let (first, second) = (centered(first), centered(second));
    Real(dot(&first, &second) / (dot(&first, &first) * dot(&second, &second)).sqrt())
}

fn stats(values: &[Value<'_>]) -> Option<Vec<(&'static str, Dynamic)>> {
    let series = elements(values.first()?)?;
    let only_finite = values.get(1) == Some(&Bool(true));
    let numbers = series.iter().enumerate().map(|(index, element)| (index, number(element)));
    let found: Option<Vec<(usize, f64)>> = numbers
        .filter(|(_, number)| !only_finite || number.is_some_and(f64::is_finite))
        .map(|(index, number)| Some((index, number?)))
        .collect();
    let found = found?;
    let length = found.len() as f64;
    let sum: f64 = found.iter().map(|(_, number)| number).sum();
    let mean = sum / length;
    let squares: f64 = found.iter().map(|(_, number)| (number - mean) * (number - mean)).sum();
    let variance = if found.len() > 1 { squares / (length - 1.0) } else { 0.0 };
    let first_where = |better: fn(f64, f64) -> bool| {
        found.iter().copied().reduce(|best, next| if better(next.1, best.1) { next } else { best })
    };
    let (low, high) = (first_where(|next, best| next < best)?, first_where(|next, best| next > best)?);
    Some(vec![
        ("min", Dynamic::Real(low.1)),
        ("min_idx", Dynamic::Long(low.0 as i64)),
        ("max", Dynamic::Real(high.1)),
        ("max_idx", Dynamic::Long(high.0 as i64)),
        ("avg", Dynamic::Real(mean)),
        ("stdev", Dynamic::Real(variance.sqrt())),
        ("variance", Dynamic::Real(variance)),
        ("sum", Dynamic::Real(sum)),
        ("len", Dynamic::Long(found.len() as i64)),
    ])
}
