//! The smallest and largest values, the values of the rows that have them, and any values.

use crate::engine::aggregates::{Accumulator, Aggregate, When};
use crate::engine::bind::names::Naming;
use crate::engine::order::compare;
use crate::storage::value::Value::{self, Null};
use std::cmp::Ordering;

const VALUE: &str = "(value:orderable) -> first";
const VALUE_IF: &str = "(value:orderable, condition:bool) -> first";
const BY: &str = "(by:orderable, value:any) -> second";

pub(super) const AGGREGATES: &[Aggregate] = &[
    Aggregate::new("min", VALUE, "The smallest value.", "min", |_| Box::new(Extreme::new(Ordering::Less))),
    Aggregate::new("minif", VALUE_IF, "The smallest value where a condition holds.", "minif", |_| {
        Box::new(When(Extreme::new(Ordering::Less)))
    }),
    Aggregate::new("max", VALUE, "The largest value.", "max", |_| Box::new(Extreme::new(Ordering::Greater))),
    Aggregate::new("maxif", VALUE_IF, "The largest value where a condition holds.", "maxif", |_| {
        Box::new(When(Extreme::new(Ordering::Greater)))
    }),
    Aggregate::new("arg_max", BY, "The largest value, and other values of its row.", "", |_| {
        Box::new(ValueAt::new(Ordering::Greater))
    })
    .named(Naming::First),
    Aggregate::new("arg_min", BY, "The smallest value, and other values of its row.", "", |_| {
        Box::new(ValueAt::new(Ordering::Less))
    })
    .named(Naming::First),
    Aggregate::new("argmax", BY, "The same as arg_max(), under other names.", "", |_| {
        Box::new(ValueAt::new(Ordering::Greater))
    })
    .named(Naming::First),
    Aggregate::new("argmin", BY, "The same as arg_min(), under other names.", "", |_| {
        Box::new(ValueAt::new(Ordering::Less))
    })
    .named(Naming::First),
    Aggregate::new("take_any", "(value:any) -> first", "The value of any row.", "", |_| Box::new(Any(Null)))
        .named(Naming::First),
    Aggregate::new(
        "take_anyif",
        "(value:any, condition:bool) -> first",
        "The value of any row for which a condition holds.",
        "",
        |_| Box::new(When(Any(Null))),
    )
    .named(Naming::First),
    Aggregate::new("any", "(value:any) -> first", "The value of any row.", "any", |_| Box::new(Any(Null))),
    Aggregate::new(
        "anyif",
        "(value:any, condition:bool) -> first",
        "The value of any row for which a condition holds.",
        "anyif",
        |_| Box::new(When(Any(Null))),
    ),
];

struct Extreme {
    wanted: Ordering,
    best: Value<'static>,
}

impl Extreme {
    fn new(wanted: Ordering) -> Self {
        Self { wanted, best: Null }
    }
}

impl Accumulator for Extreme {
    fn add(&mut self, values: &[Value<'_>]) {
        if let Some(value) = values.first()
            && better(value, &self.best, self.wanted)
        {
            self.best = value.clone().into_owned();
        }
    }

    fn finish(&mut self) -> Value<'static> {
        std::mem::replace(&mut self.best, Null)
    }
}

/// Whether a value compares with the best so far as it is wanted; any value is better than null, and NaN than any.
fn better(value: &Value<'_>, best: &Value<'_>, wanted: Ordering) -> bool {
    match (value, best) {
        (Null, _) => false,
        (_, Null) => true,
        (Value::Real(value), Value::Real(best)) if value.is_nan() || best.is_nan() => !best.is_nan(),
        _ => compare(value, best) == Some(wanted),
    }
}

/// The second argument in the row where the first is extreme.
struct ValueAt {
    best: Extreme,
    value: Value<'static>,
    any: bool,
}

impl ValueAt {
    fn new(wanted: Ordering) -> Self {
        Self { best: Extreme::new(wanted), value: Null, any: false }
    }
}

impl Accumulator for ValueAt {
    fn add(&mut self, values: &[Value<'_>]) {
        let [by, value] = values else { return };
        if better(by, &self.best.best, self.best.wanted) || !self.any {
            self.best.best = by.clone().into_owned();
            self.value = value.clone().into_owned();
            self.any = true;
        }
    }

    fn finish(&mut self) -> Value<'static> {
        std::mem::replace(&mut self.value, Null)
    }
}

/// The first value that is not null.
struct Any(Value<'static>);

impl Accumulator for Any {
    fn add(&mut self, values: &[Value<'_>]) {
        if self.0.is_null()
            && let Some(value) = values.first()
        {
            self.0 = value.clone().into_owned();
        }
    }

    fn finish(&mut self) -> Value<'static> {
        std::mem::replace(&mut self.0, Null)
    }
}
