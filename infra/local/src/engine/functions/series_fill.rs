//! Values in the place of those that are missing in a series.

use crate::engine::functions::Function;
use crate::engine::functions::array::{array_of, elements};
use crate::engine::functions::series::number;
use crate::storage::convert::{to_dynamic, to_real};
use crate::storage::dynamic::Dynamic;
use crate::storage::value::Value::{self, Bool, Null};

const FILL: &str = "(series:dynamic, [missing:any]) -> dynamic";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row(
        "series_fill_const",
        "(series:dynamic, [constant:any], [missing:any]) -> dynamic",
        "The series with a constant in the place of missing values.",
        |values| {
            let constant = values.get(1).map_or(Dynamic::Long(0), to_dynamic);
            fill(values, 2, |series| series.into_iter().map(|found| found.or(Some(constant.clone()))).collect())
        },
    )
    .named_as_first(),
    Function::row(
        "series_fill_forward",
        FILL,
        "The series with the value before in the place of missing values.",
        |values| fill(values, 1, forward),
    )
    .named_as_first(),
    Function::row(
        "series_fill_backward",
        FILL,
        "The series with the value behind in the place of missing values.",
        |values| {
            fill(values, 1, |mut series| {
                series.reverse();
                let mut filled = forward(series);
                filled.reverse();
                filled
            })
        },
    )
    .named_as_first(),
    Function::row(
        "series_fill_linear",
        "(series:dynamic, [missing:any], [fill_edges:bool], [constant:any]) -> dynamic",
        "The series with values on the line between their neighbours in the place of missing ones.",
        linear,
    )
    .named_as_first(),
];

/// Fills a series in which missing values are none; the argument at `missing` says what stands for them besides null.
fn fill<'a>(
    values: &[Value<'a>],
    missing: usize,
    filled: impl Fn(Vec<Option<Dynamic>>) -> Vec<Option<Dynamic>>,
) -> Value<'a> {
    let Some(series) = values.first().and_then(elements) else { return Null };
    let placeholder = values.get(missing).filter(|value| !value.is_null());
    let is_missing = |element: &Dynamic| match placeholder {
        Some(placeholder) => {
            let same_number = number(element).zip(to_real(placeholder)).is_some_and(|(first, second)| first == second);
            same_number || *element == to_dynamic(placeholder)
        }
        None => *element == Dynamic::Null,
    };
    let series = series.iter().map(|element| (!is_missing(element)).then(|| element.clone())).collect();
    let unfilled = placeholder.map_or(Dynamic::Null, to_dynamic);
    array_of(filled(series).into_iter().map(|element| element.unwrap_or_else(|| unfilled.clone())).collect())
}

fn forward(series: Vec<Option<Dynamic>>) -> Vec<Option<Dynamic>> {
    let mut last = None;
    let keep = |element: Option<Dynamic>| {
        last = element.or(last.take());
        last.clone()
    };
    series.into_iter().map(keep).collect()
}

fn linear<'a>(values: &[Value<'a>]) -> Value<'a> {
    let edges = values.get(2) != Some(&Bool(false));
    let constant = values.get(3).map_or(Dynamic::Real(0.0), to_dynamic);
    fill(values, 1, |series| {
        let known: Vec<usize> = (0..series.len()).filter(|index| series[*index].is_some()).collect();
        let (Some(first), Some(last)) = (known.first(), known.last()) else {
            return series.iter().map(|_| Some(constant.clone())).collect();
        };
        let whole = series.iter().flatten().all(|element| matches!(element, Dynamic::Long(_)));
        let between = |index: usize| {
            let behind = known.partition_point(|at| *at < index);
            match (known.get(behind.wrapping_sub(1)), known.get(behind)) {
                (Some(before), Some(after)) => interpolated(&series, *before, *after, index, whole),
                _ if !edges => None,
                (None, _) => series[*first].clone(),
                (_, None) => series[*last].clone(),
            }
        };
        (0..series.len()).map(|index| series[index].clone().or_else(|| between(index))).collect()
    })
}

/// The value at `index` on the line between two others; without its fraction where the series is of whole numbers.
fn interpolated(series: &[Option<Dynamic>], before: usize, after: usize, index: usize, whole: bool) -> Option<Dynamic> {
    let (from, to) = (number(series.get(before)?.as_ref()?)?, number(series.get(after)?.as_ref()?)?);
    let value = from + (to - from) * (index - before) as f64 / (after - before) as f64;
    Some(if whole { Dynamic::Long(value as i64) } else { Dynamic::Real(value) })
}
