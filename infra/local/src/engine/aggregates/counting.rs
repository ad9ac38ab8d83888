//! How many rows, and how many distinct values.

use crate::engine::aggregates::{Accumulator, Aggregate, When};
use crate::engine::keys::encode;
use crate::storage::value::Value::{self, Long};
use std::collections::HashSet;

pub(super) const AGGREGATES: &[Aggregate] = &[
    Aggregate::new("count", "([value:any]) -> long", "How many rows.", "count", |_| Box::new(Count(0))),
    Aggregate::new("cnt", "() -> long", "How many rows.", "cnt", |_| Box::new(Count(0))),
    Aggregate::new(
        "countif",
        "(condition:bool) -> long",
        "How many rows for which a condition holds.",
        "countif",
        |_| Box::new(CountIf(0)),
    ),
    Aggregate::new(
        "dcount",
        "(value:any, [accuracy:integer]) -> long",
        "How many distinct values, exactly.",
        "dcount",
        |_| Box::new(Distinct::default()),
    ),
    Aggregate::new(
        "dcountif",
        "(value:any, condition:bool, [accuracy:integer]) -> long",
        "How many distinct values where a condition holds.",
        "dcountif",
        |_| Box::new(When(Distinct::default())),
    ),
    Aggregate::new("count_distinct", "(value:plain) -> long", "How many distinct values.", "count_distinct", |_| {
        Box::new(Distinct::default())
    }),
    Aggregate::new(
        "count_distinctif",
        "(value:plain, condition:bool) -> long",
        "How many distinct values where a condition holds.",
        "count_distinctif",
        |_| Box::new(When(Distinct::default())),
    ),
];

struct Count(i64);

impl Accumulator for Count {
    fn add(&mut self, _: &[Value<'_>]) {
        self.0 += 1;
    }

    fn finish(&mut self) -> Value<'static> {
        Long(self.0)
    }
}

struct CountIf(i64);

impl Accumulator for CountIf {
    fn add(&mut self, values: &[Value<'_>]) {
        self.0 += i64::from(matches!(values, [Value::Bool(true)]));
    }

    fn finish(&mut self) -> Value<'static> {
        Long(self.0)
    }
}

/// Counts distinct values that are not null.
#[derive(Default)]
struct Distinct {
    seen: HashSet<Vec<u8>>,
    key: Vec<u8>,
}

impl Accumulator for Distinct {
    fn add(&mut self, values: &[Value<'_>]) {
        let Some(value) = values.first().filter(|value| !value.is_null()) else { return };
        self.key.clear();
        encode(value, &mut self.key);
        if !self.seen.contains(&self.key) {
            self.seen.insert(self.key.clone());
        }
    }

    fn finish(&mut self) -> Value<'static> {
        Long(self.seen.len() as i64)
    }
}
