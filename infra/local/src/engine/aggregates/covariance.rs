//! How two numbers vary together. Rows in which one is null do not count.

use crate::engine::aggregates::{Accumulator, Aggregate, Start};
use crate::engine::bind::names::Naming;
use crate::storage::convert::to_real;
use crate::storage::value::Value::{self, Bool, Real};

const PAIR: &str = "(first:number, second:number) -> real";
const PAIR_IF: &str = "(first:number, second:number, condition:bool) -> real";

pub(super) const AGGREGATES: &[Aggregate] = &[
    pair("covariance", PAIR, "The covariance of a sample.", |_| Box::new(Covariance::new(true))),
    pair("covarianceif", PAIR_IF, "The covariance of a sample where a condition holds.", |_| {
        Box::new(Covariance::new(true))
    }),
    pair("covariancep", PAIR, "The covariance of a population.", |_| Box::new(Covariance::new(false))),
    pair("covariancepif", PAIR_IF, "The covariance of a population where a condition holds.", |_| {
        Box::new(Covariance::new(false))
    }),
];

/// An aggregate of two values, named after both.
const fn pair(name: &'static str, signature: &'static str, doc: &'static str, start: Start) -> Aggregate {
    Aggregate::new(name, signature, doc, "", start).named(Naming::Pair(name))
}

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
