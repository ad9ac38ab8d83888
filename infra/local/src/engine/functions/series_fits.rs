//! Lines and polynomials that fit a series best.

use crate::engine::bind::names::Naming;
use crate::engine::functions::Function;
use crate::engine::functions::array::array_of;
use crate::engine::functions::series::{only_numbers, series};
use crate::storage::column_type::ColumnType::{self, Long, Real};
use crate::storage::convert::{to_dynamic, to_long};
use crate::storage::dynamic::{Bag, Dynamic};
use crate::storage::value::Value::{self, Null};

const SERIES: &str = "(series:dynamic) -> dynamic";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row("series_fit_line", SERIES, "The line that fits a series best, in several columns.", |values| {
        array(line_fit(values))
    })
    .named(Naming::Columns(LINE)),
    Function::row("series_fit_line_dynamic", SERIES, "The line that fits a series best, in a bag.", |values| {
        bag(LINE, line_fit(values))
    }),
    Function::row(
        "series_fit_2lines",
        SERIES,
        "The two lines that fit the parts of a series best, in several columns.",
        |values| array(two_lines(values)),
    )
    .named(Naming::Columns(TWO_LINES)),
    Function::row(
        "series_fit_2lines_dynamic",
        SERIES,
        "The two lines that fit the parts of a series best, in a bag.",
        |values| bag(TWO_LINES, two_lines(values)),
    ),
    Function::row(
        "series_fit_poly",
        "(y_series:dynamic, [x_series:dynamic], [degree:integer]) -> dynamic",
        "The polynomial that fits a series best, in several columns.",
        |values| array(polynomial(values)),
    )
    .named(Naming::Columns(POLYNOMIAL)),
];

const LINE: &[(&str, ColumnType)] = &[
    ("rsquare", Real),
    ("slope", Real),
    ("variance", Real),
    ("rvariance", Real),
    ("interception", Real),
    ("line_fit", ColumnType::Dynamic),
];
const TWO_LINES: &[(&str, ColumnType)] = &[
    ("rsquare", Real),
    ("split_idx", Long),
    ("variance", Real),
    ("rvariance", Real),
    ("line_fit", ColumnType::Dynamic),
    ("right_rsquare", Real),
    ("right_slope", Real),
    ("right_interception", Real),
    ("right_variance", Real),
    ("right_rvariance", Real),
    ("left_rsquare", Real),
    ("left_slope", Real),
    ("left_interception", Real),
    ("left_variance", Real),
    ("left_rvariance", Real),
];
const POLYNOMIAL: &[(&str, ColumnType)] = &[
    ("rsquare", Real),
    ("coefficients", ColumnType::Dynamic),
    ("variance", Real),
    ("rvariance", Real),
    ("poly_fit", ColumnType::Dynamic),
];

fn array<'a>(fit: Option<Vec<Dynamic>>) -> Value<'a> {
    fit.map_or(Null, array_of)
}

fn bag<'a>(columns: &[(&str, ColumnType)], fit: Option<Vec<Dynamic>>) -> Value<'a> {
    let bag = |fit: Vec<Dynamic>| columns.iter().map(|(name, _)| (*name).into()).zip(fit).collect::<Bag>();
    fit.map_or(Null, |fit| Value::Dynamic(Dynamic::bag(bag(fit))))
}

/// A line through numbers at 1, 2, 3 and so on.
pub(super) struct Line {
    slope: f64,
    interception: f64,
    /// The sum of the squares of the differences from the mean, and from the line.
    squares: f64,
    residual_squares: f64,
    count: f64,
}

impl Line {
    /// The line that is nearest to the numbers.
    pub(super) fn through(numbers: &[f64]) -> Self {
        let count = numbers.len() as f64;
        let (mean_x, mean_y) = ((count + 1.0) / 2.0, numbers.iter().sum::<f64>() / count);
        let points = || (1..).map(f64::from).zip(numbers);
        let squares_x: f64 = points().map(|(x, _)| (x - mean_x) * (x - mean_x)).sum();
        let products: f64 = points().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
        let slope = if squares_x > 0.0 { products / squares_x } else { 0.0 };
        let interception = mean_y - slope * mean_x;
        let squares = numbers.iter().map(|y| (y - mean_y) * (y - mean_y)).sum();
        let residual_squares =
            points().map(|(x, y)| (y - slope * x - interception) * (y - slope * x - interception)).sum();
        Self { slope, interception, squares, residual_squares, count }
    }

    /// The line at 1, 2, 3 and so on, beyond the numbers too.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> {
        (1..=u32::MAX).map(|x| self.slope * f64::from(x) + self.interception)
    }

    /// The line where the numbers are.
    fn fit(&self) -> impl Iterator<Item = f64> {
        self.values().take(self.count as usize)
    }

    fn variance(&self) -> f64 {
        variance(self.squares, self.count)
    }

    fn residual_variance(&self) -> f64 {
        variance(self.residual_squares, self.count)
    }
}

fn variance(squares: f64, count: f64) -> f64 {
    if count > 1.0 { squares / (count - 1.0) } else { 0.0 }
}

/// The share of the squares that the fit explains.
fn r_square(squares: f64, residual_squares: f64) -> f64 {
    if squares > 0.0 { 1.0 - residual_squares / squares } else { 1.0 }
}

fn line_fit(values: &[Value<'_>]) -> Option<Vec<Dynamic>> {
    let numbers = only_numbers(values.first()?).filter(|numbers| !numbers.is_empty())?;
    let line = Line::through(&numbers);
    Some(vec![
        Dynamic::Real(r_square(line.squares, line.residual_squares)),
        Dynamic::Real(line.slope),
        Dynamic::Real(line.variance()),
        Dynamic::Real(line.residual_variance()),
        Dynamic::Real(line.interception),
        to_dynamic(&series(line.fit())),
    ])
}

/// The split of a series into two parts, at the index where lines through both fit best.
fn two_lines(values: &[Value<'_>]) -> Option<Vec<Dynamic>> {
    let numbers = only_numbers(values.first()?).filter(|numbers| numbers.len() > 1)?;
    let parts = |split: usize| (Line::through(&numbers[..split]), Line::through(&numbers[split..]));
    let residual = |(left, right): &(Line, Line)| left.residual_squares + right.residual_squares;
    let splits = (1..numbers.len()).map(|split| (split, parts(split)));
    let (split, lines) = splits.min_by(|(_, first), (_, second)| residual(first).total_cmp(&residual(second)))?;
    let whole = Line::through(&numbers);
    let (left, right) = &lines;
    let mut fit = vec![
        Dynamic::Real(r_square(whole.squares, residual(&lines))),
        Dynamic::Long(split as i64),
        Dynamic::Real(whole.variance()),
        Dynamic::Real(variance(residual(&lines), whole.count)),
        to_dynamic(&series(left.fit().chain(right.fit()))),
    ];
    for line in [right, left] {
        let found = [line.slope, line.interception, line.variance(), line.residual_variance()];
        fit.push(Dynamic::Real(r_square(line.squares, line.residual_squares)));
        fit.extend(found.map(Dynamic::Real));
    }
    Some(fit)
}

/// The highest degree that can be asked for: beyond it the numbers say nothing any more.
const MAX_DEGREE: usize = 20;

fn polynomial(values: &[Value<'_>]) -> Option<Vec<Dynamic>> {
    let y = only_numbers(values.first()?)?;
    let x = match values.get(1) {
        Some(x) => only_numbers(x)?,
        None => (1..=y.len()).map(|x| x as f64).collect(),
    };
    let degree = values.get(2).map_or(Some(1), to_long).and_then(|degree| usize::try_from(degree).ok())?;
    if degree > MAX_DEGREE || x.len() != y.len() || y.len() <= degree {
        return None;
    }
    let coefficients = least_squares(&x, &y, degree)?;
    let at = |x: f64| coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient);
    let mean = y.iter().sum::<f64>() / y.len() as f64;
    let squares: f64 = y.iter().map(|y| (y - mean) * (y - mean)).sum();
    let residual: f64 = x.iter().zip(&y).map(|(x, y)| (y - at(*x)) * (y - at(*x))).sum();
    Some(vec![
        Dynamic::Real(r_square(squares, residual)),
        to_dynamic(&series(coefficients.iter().rev().copied())),
        Dynamic::Real(variance(squares, y.len() as f64)),
        Dynamic::Real(variance(residual, y.len() as f64)),
        to_dynamic(&series(x.iter().map(|x| at(*x)))),
    ])
}

/// The coefficients of the polynomial that is nearest to the points, from that of the lowest power: the normal equations, by
/// Gauss's elimination with pivots.
fn least_squares(x: &[f64], y: &[f64], degree: usize) -> Option<Vec<f64>> {
    let size = degree + 1;
    let power = |x: f64, power: usize| x.powi(power as i32);
    let mut rows: Vec<Vec<f64>> = (0..size)
        .map(|row| {
            let left = (0..size).map(|column| x.iter().map(|x| power(*x, row + column)).sum());
            let right = x.iter().zip(y).map(|(x, y)| power(*x, row) * y).sum();
            left.chain(std::iter::once(right)).collect()
        })
        .collect();
    for column in 0..size {
        let pivot = (column..size)
            .max_by(|first, second| rows[*first][column].abs().total_cmp(&rows[*second][column].abs()))?;
        rows.swap(column, pivot);
        let pivot = rows[column].clone();
        if pivot[column] == 0.0 || !pivot[column].is_finite() {
            return None;
        }
        for (index, row) in rows.iter_mut().enumerate() {
            let factor = row[column] / pivot[column];
            if index != column {
                row.iter_mut().zip(&pivot).for_each(|(cell, above)| *cell -= factor * above);
            }
        }
    }
    Some(rows.iter().enumerate().map(|(index, row)| row[size] / row[index]).collect())
}
