//! The gamma, error and beta functions.

use crate::engine::functions::Function;
use crate::storage::convert::to_real;
use crate::storage::value::Value::{self, Null, Real};
use libm::{erf, erfc, lgamma, tgamma};

const ONE: &str = "(value:real) -> real";
const BETA: &str = "(value:real, alpha:real, beta:real) -> real";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row("gamma", ONE, "The gamma function.", |values| real(values, tgamma)).named_as_first(),
    Function::row("loggamma", ONE, "The logarithm of the absolute value of the gamma function.", |values| {
        real(values, lgamma)
    })
    .named_as_first(),
    Function::row("erf", ONE, "The error function.", |values| real(values, erf)).named_as_first(),
    Function::row("erfc", ONE, "The complement of the error function.", |values| real(values, erfc)).named_as_first(),
    Function::row("beta_pdf", BETA, "The density of the beta distribution.", |values| beta(values, density)),
    Function::row("beta_cdf", BETA, "The probability of at most a value in the beta distribution.", |values| {
        beta(values, probability)
    }),
    Function::row("beta_inv", BETA, "The value that has a probability in the beta distribution.", |values| {
        beta(values, inverse)
    }),
    Function::row(
        "welch_test",
        "(mean1:number, variance1:number, count1:number, mean2:number, variance2:number, count2:number) -> real",
        "The probability that two samples differ so much by chance: Welch's t-test.",
        |values| match values.iter().map(to_real).collect::<Option<Vec<f64>>>().as_deref() {
            Some([mean1, variance1, count1, mean2, variance2, count2]) => {
                Real(welch((*mean1, *variance1, *count1), (*mean2, *variance2, *count2)))
            }
            _ => Null,
        },
    ),
];

fn real<'a>(values: &[Value<'a>], function: fn(f64) -> f64) -> Value<'a> {
    values.first().and_then(to_real).map_or(Null, |value| Real(function(value)))
}

fn beta<'a>(values: &[Value<'a>], function: fn(f64, f64, f64) -> f64) -> Value<'a> {
    match values.iter().map(to_real).collect::<Option<Vec<f64>>>().as_deref() {
        Some([value, alpha, beta]) if is_shape(*alpha) && is_shape(*beta) && (0.0..=1.0).contains(value) => {
            Real(function(*value, *alpha, *beta))
        }
        Some([_, _, _]) => Real(f64::NAN),
        _ => Null,
    }
}

/// Whether a parameter of the beta distribution is one for which the service computes it.
fn is_shape(parameter: f64) -> bool {
    parameter > 0.0 && parameter <= 10_000.0
}

/// The logarithm of the beta function.
fn log_beta(alpha: f64, beta: f64) -> f64 {
    lgamma(alpha) + lgamma(beta) - lgamma(alpha + beta)
}

fn density(x: f64, alpha: f64, beta: f64) -> f64 {
    ((alpha - 1.0) * x.ln() + (beta - 1.0) * (1.0 - x).ln() - log_beta(alpha, beta)).exp()
}

/// The regularized incomplete beta function, by its continued fraction on the side where that converges fast.
fn probability(x: f64, alpha: f64, beta: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x;
    }
    let front = (alpha * x.ln() + beta * (1.0 - x).ln() - log_beta(alpha, beta)).exp();
    if x < (alpha + 1.0) / (alpha + beta + 2.0) {
        front * fraction(x, alpha, beta) / alpha
    } else {
        1.0 - front * fraction(1.0 - x, beta, alpha) / beta
    }
}

/// The continued fraction of the incomplete beta function (Lentz's method).
fn fraction(x: f64, alpha: f64, beta: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (alpha + beta) * x / (alpha + 1.0));
    let mut result = d;
    for step in 1..500 {
        let m = f64::from(step);
        let even = m * (beta - m) * x / ((alpha + 2.0 * m - 1.0) * (alpha + 2.0 * m));
        let odd = -(alpha + m) * (alpha + beta + m) * x / ((alpha + 2.0 * m) * (alpha + 2.0 * m + 1.0));
        let before = result;
        for numerator in [even, odd] {
            d = 1.0 / away(1.0 + numerator * d);
            c = away(1.0 + numerator / c);
            result *= d * c;
        }
        if (result - before).abs() <= f64::EPSILON * result.abs() {
            break;
        }
    }
    result
}

/// The value whose probability is `wanted`: between 0 and 1, halved until there is no number between.
fn inverse(wanted: f64, alpha: f64, beta: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle;
        }
        if probability(middle, alpha, beta) < wanted { low = middle } else { high = middle }
    }
}

/// The two-sided p-value for two samples, each with its mean, variance and count.
fn welch(first: (f64, f64, f64), second: (f64, f64, f64)) -> f64 {
    let (part1, part2) = (first.1 / first.2, second.1 / second.2);
    let spread = part1 + part2;
    let t_square = (first.0 - second.0) * (first.0 - second.0) / spread;
    let freedom = spread * spread / (part1 * part1 / (first.2 - 1.0) + part2 * part2 / (second.2 - 1.0));
    // Student's distribution by the incomplete beta function.
    if freedom > 0.0 && freedom.is_finite() {
        probability(freedom / (freedom + t_square), freedom / 2.0, 0.5)
    } else {
        f64::NAN
    }
}
