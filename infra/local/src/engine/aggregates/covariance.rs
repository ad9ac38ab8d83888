//! How two numbers vary together. Rows in which one is null do not count.

use crate::engine::aggregates::{Accumulator, Aggregate};
use crate::storage::convert::to_real;
use crate::storage::value::Value::{self, Bool, Real};

const PAIR: &str = "(first:number, second:number) -> real";
const PAIR_IF: &str = "(first:number, second:number, condition:bool) -> real";

pub(super) const AGGREGATES: &[Aggregate] = &[
    Aggregate::new("covariance", PAIR, "The covariance of a sample.", "covariance", |_| {
        Box::new(Covariance::new(true))
    }),
    Aggregate::new(
        "covarianceif",
        PAIR_IF,
        "The covariance of a sample where a condition holds.",
        "covarianceif",
        |_| Box::new(Covariance::new(true)),
    ),
    Aggregate::new("covariancep", PAIR, "The covariance of a population.", "covariancep", |_| {
        Box::new(Covariance::new(false))
    }),
    Aggregate::new(
        "covariancepif",
        PAIR_IF,
        "The covariance of a population where a condition holds.",
        "covariancepif",
        |_| Box::new(Covariance::new(false)),
    ),
];

/// The covariance in one pass (Welford).
struct Covariance {
    sample: bool,
    count: f64,
    mean: (f64, f64),
    products: f64,
}

impl Covariance {
    fn new(sample: bool) -> Self {
        Self { sample, count: 0.0, mean: (0.0, 0.0), products: 0.0 }
    }
}

impl Accumulator for Covariance {
    fn add(&mut self, values: &[Value<'_>]) {
        let [first, second, condition @ ..] = values else { return };
        let (Some(first), Some(second)) = (to_real(first), to_real(second)) else { return };
        if condition.first().is_some_and(|condition| *condition != Bool(true)) {
            return;
        }
        self.count += 1.0;
        let before = first - self.mean.0;
        self.mean.0 += before / self.count;
        self.mean.1 += (second - self.mean.1) / self.count;
        self.products += before * (second - self.mean.1);
    }

    fn finish(&mut self) -> Value<'static> {
        let divisor = if self.sample { self.count - 1.0 } else { self.count };
        Real(if divisor > 0.0 { self.products / divisor } else { f64::NAN })
    }
}
