//! Filters and transforms of series.

use crate::engine::bind::names::Naming;
use crate::engine::context::Context;
use crate::engine::error::Result;
use crate::engine::functions::Function;
use crate::engine::functions::array::array_of;
use crate::engine::functions::series::{only_numbers, series};
use crate::engine::functions::series_periods::periods;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::{to_dynamic, to_long};
use crate::storage::value::Value::{self, Bool, Null};
use std::f64::consts::TAU;

/// The real and the imaginary part of complex numbers.
const COMPLEX: &[(&str, ColumnType)] = &[("real", ColumnType::Dynamic), ("imag", ColumnType::Dynamic)];
const TRANSFORM: &str = "(real:dynamic, [imaginary:dynamic]) -> dynamic";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row(
        "series_fir",
        "(series:dynamic, filter:dynamic, [normalize:bool], [center:bool]) -> dynamic",
        "The series with a filter of finite response, such as a moving average.",
        fir,
    )
    .named_as_first(),
    Function::row(
        "series_iir",
        "(series:dynamic, numerators:dynamic, denominators:dynamic) -> dynamic",
        "The series with a filter of infinite response, such as a cumulative sum.",
        iir,
    )
    .named_as_first(),
    Function::context(
        "series_seasonal",
        "(series:dynamic, [period:integer]) -> dynamic",
        "The part of a series that repeats with a period.",
        series_seasonal,
    ),
    Function::context(
        "series_fft",
        TRANSFORM,
        "The Fourier transform of a series, in two columns.",
        |values, context| transform(values, -1.0, context),
    )
    .named(Naming::Columns(COMPLEX)),
    Function::context(
        "series_ifft",
        TRANSFORM,
        "The series of a Fourier transform, in two columns.",
        |values, context| transform(values, 1.0, context),
    )
    .named(Naming::Columns(COMPLEX)),
];

fn fir<'a>(values: &[Value<'a>]) -> Value<'a> {
    let [input, filter, options @ ..] = values else { return Null };
    let (Some(input), Some(mut filter)) = (only_numbers(input), only_numbers(filter)) else { return Null };
    let negative = filter.iter().any(|weight| *weight < 0.0);
    let normalize = options.first().map_or(!negative, |normalize| *normalize == Bool(true));
    if normalize && negative {
        return Null;
    }
    if normalize {
        let sum: f64 = filter.iter().sum();
        filter.iter_mut().for_each(|weight| *weight /= sum);
    }
    let ahead = if options.get(1) == Some(&Bool(true)) { filter.len() / 2 } else { 0 };
    // Before and behind the series there is nothing, that is 0.
    let at = |index: usize, back: usize| (index + ahead).checked_sub(back).and_then(|at| input.get(at)).unwrap_or(&0.0);
    series((0..input.len()).map(|index| filter.iter().enumerate().map(|(back, weight)| weight * at(index, back)).sum()))
}

fn iir<'a>(values: &[Value<'a>]) -> Value<'a> {
    let [input, numerators, denominators] = values else { return Null };
    let (Some(input), Some(numerators), Some(denominators)) =
        (only_numbers(input), only_numbers(numerators), only_numbers(denominators))
    else {
        return Null;
    };
    let Some((scale, feedback)) = denominators.split_first() else { return Null };
    let mut output: Vec<f64> = Vec::with_capacity(input.len());
    let weighted = |weights: &[f64], numbers: &[f64]| -> f64 {
        weights.iter().zip(numbers.iter().rev()).map(|(weight, number)| weight * number).sum()
    };
    for index in 0..input.len() {
        let sum = weighted(&numerators, &input[..=index]) - weighted(feedback, &output);
        output.push(sum / scale);
    }
    series(output)
}

/// For each place in the period the median of the numbers there, over and over until there are `length`.
pub(super) fn seasonal(numbers: &[f64], period: usize, length: usize) -> Vec<f64> {
    let medians: Vec<f64> =
        (0..period.min(numbers.len())).map(|place| median(numbers.iter().skip(place).step_by(period))).collect();
    (0..length).map(|index| medians.get(index % period).copied().unwrap_or_default()).collect()
}

/// The part with the period that is given, or with the best that there is.
fn series_seasonal<'a>(values: &[Value<'a>], context: &Context) -> Result<Value<'a>> {
    let Some(input) = values.first().and_then(only_numbers) else { return Ok(Null) };
    let period = match values.get(1).and_then(to_long) {
        None | Some(-1) => periods(&input, (0.0, f64::INFINITY), context)?.first().map(|(period, _)| *period as usize),
        Some(period) => usize::try_from(period).ok().filter(|period| *period > 0),
    };
    Ok(series(period.map_or_else(|| vec![0.0; input.len()], |period| seasonal(&input, period, input.len()))))
}

fn median<'n>(numbers: impl Iterator<Item = &'n f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.copied().collect();
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    if numbers.len().is_multiple_of(2) { f64::midpoint(numbers[middle - 1], numbers[middle]) } else { numbers[middle] }
}

/// The discrete Fourier transform, by its definition; the sign is that of the exponent, and 1 is the way back.
fn transform<'a>(values: &[Value<'a>], sign: f64, context: &Context) -> Result<Value<'a>> {
    let Some(real) = values.first().and_then(only_numbers) else { return Ok(Null) };
    let imaginary = match values.get(1) {
        Some(imaginary) => only_numbers(imaginary).filter(|imaginary| imaginary.len() == real.len()),
        None => Some(vec![0.0; real.len()]),
    };
    let Some(imaginary) = imaginary else { return Ok(Null) };
    let length = real.len();
    let scale = if sign > 0.0 { length as f64 } else { 1.0 };
    let turns: Vec<(f64, f64)> = (0..length).map(|step| (sign * TAU * step as f64 / length as f64).sin_cos()).collect();
    let (mut out_real, mut out_imaginary) = (Vec::new(), Vec::new());
    for frequency in 0..length {
        context.check()?;
        let (mut sum_real, mut sum_imaginary) = (0.0, 0.0);
        for (at, (real, imaginary)) in real.iter().zip(&imaginary).enumerate() {
            let (sin, cos) = turns[frequency * at % length];
            sum_real += real * cos - imaginary * sin;
            sum_imaginary += real * sin + imaginary * cos;
        }
        out_real.push(sum_real / scale);
        out_imaginary.push(sum_imaginary / scale);
    }
    Ok(array_of(vec![to_dynamic(&series(out_real)), to_dynamic(&series(out_imaginary))]))
}
