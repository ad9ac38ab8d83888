//! Sums, averages and their spread. Nulls do not count.

use crate::engine::aggregates::{Accumulator, Aggregate, AggregateCall, When};
use crate::engine::bind::names::Naming;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::{to_long, to_real};
use crate::storage::time::{DateTime, Timespan};
use crate::storage::value::Value::{self, Long, Null, Real};
use rust_decimal::Decimal;

const VALUE: &str = "(value:summable) -> real";
const VALUE_IF: &str = "(value:summable, condition:bool) -> real";

pub(super) const AGGREGATES: &[Aggregate] = &[
    Aggregate::new("sum", "(value:summable) -> promoted", "The sum.", "sum", |call| Box::new(Sum::new(call))),
    Aggregate::new(
        "sumif",
        "(value:summable, condition:bool) -> promoted",
        "The sum where a condition holds.",
        "sumif",
        |call| Box::new(When(Sum::new(call))),
    ),
    Aggregate::new("avg", "(value:summable) -> average", "The average.", "avg", |call| Box::new(Average::new(call))),
    Aggregate::new(
        "avgif",
        "(value:summable, condition:bool) -> average",
        "The average where a condition holds.",
        "avgif",
        |call| Box::new(When(Average::new(call))),
    ),
    Aggregate::new("stdev", VALUE, "The standard deviation of a sample.", "stdev", |_| {
        Box::new(Spread::new(true, true))
    }),
    Aggregate::new(
        "stdevif",
        VALUE_IF,
        "The standard deviation of a sample where a condition holds.",
        "stdevif",
        |_| Box::new(When(Spread::new(true, true))),
    ),
    Aggregate::new("stdevp", VALUE, "The standard deviation of a population.", "stdevp", |_| {
        Box::new(Spread::new(false, true))
    }),
    Aggregate::new("variance", VALUE, "The variance of a sample.", "variance", |_| Box::new(Spread::new(true, false))),
    Aggregate::new("varianceif", VALUE_IF, "The variance of a sample where a condition holds.", "varianceif", |_| {
        Box::new(When(Spread::new(true, false)))
    }),
    Aggregate::new("variancep", VALUE, "The variance of a population.", "variancep", |_| {
        Box::new(Spread::new(false, false))
    }),
    Aggregate::new(
        "variancepif",
        VALUE_IF,
        "The variance of a population where a condition holds.",
        "variancepif",
        |_| Box::new(When(Spread::new(false, false))),
    ),
    Aggregate::new("binary_all_and", "(value:integer) -> first", "The bits that all values have.", "", |_| {
        Box::new(Bits::new(-1, |bits, value| bits & value))
    })
    .named(Naming::First),
    Aggregate::new("binary_all_or", "(value:integer) -> first", "The bits that any value has.", "", |_| {
        Box::new(Bits::new(0, |bits, value| bits | value))
    })
    .named(Naming::First),
    Aggregate::new(
        "binary_all_xor",
        "(value:integer) -> first",
        "The bits that an odd number of values have.",
        "",
        |_| Box::new(Bits::new(0, |bits, value| bits ^ value)),
    )
    .named(Naming::First),
];

/// A sum in the type of its values.
enum Sum {
    Long(i64),
    Timespan(i64),
    Real(f64),
    Decimal(Decimal),
}

impl Sum {
    fn new(call: &AggregateCall) -> Self {
        match call.column_type {
            ColumnType::Real => Self::Real(0.0),
            ColumnType::Decimal => Self::Decimal(Decimal::ZERO),
            ColumnType::Timespan => Self::Timespan(0),
            _ => Self::Long(0),
        }
    }
}

impl Accumulator for Sum {
    fn add(&mut self, values: &[Value<'_>]) {
        let Some(value) = values.first() else { return };
        match (self, value) {
            (Self::Real(sum), value) => *sum += to_real(value).unwrap_or(0.0),
            (Self::Decimal(sum), Value::Decimal(value)) => *sum = sum.saturating_add(*value),
            (Self::Decimal(_), _) => {}
            (Self::Long(sum) | Self::Timespan(sum), value) => *sum = sum.wrapping_add(to_long(value).unwrap_or(0)),
        }
    }

    fn finish(&mut self) -> Value<'static> {
        match self {
            Self::Long(sum) => Long(*sum),
            Self::Timespan(sum) => Value::Timespan(Timespan(*sum)),
            Self::Real(sum) => Real(*sum),
            Self::Decimal(sum) => Value::Decimal(*sum),
        }
    }
}

/// An average; of no values NaN for a real, null for any other type.
struct Average {
    sum: Sum,
    /// The exact sum of ticks, which may not fit a long.
    ticks: i128,
    count: i64,
    column_type: ColumnType,
}

impl Average {
    fn new(call: &AggregateCall) -> Self {
        let whole =
            call.arguments.first().is_some_and(|value| matches!(value.column_type, ColumnType::Int | ColumnType::Long));
        let sum = if whole { Sum::Long(0) } else { Sum::new(call) };
        Self { sum, ticks: 0, count: 0, column_type: call.column_type }
    }
}

impl Accumulator for Average {
    fn add(&mut self, values: &[Value<'_>]) {
        let Some(value) = values.first().filter(|value| !value.is_null()) else { return };
        self.count += 1;
        self.ticks += i128::from(to_long(value).unwrap_or(0));
        self.sum.add(values);
    }

    fn finish(&mut self) -> Value<'static> {
        if self.count == 0 {
            return if self.column_type == ColumnType::Real { Real(f64::NAN) } else { Null };
        }
        let ticks = (self.ticks / i128::from(self.count)) as i64;
        match (&self.sum, self.column_type) {
            (_, ColumnType::DateTime) => DateTime::from_ticks(ticks).map_or(Null, Value::DateTime),
            (_, ColumnType::Timespan) => Value::Timespan(Timespan(ticks)),
            (Sum::Real(sum), _) => Real(sum / self.count as f64),
            (Sum::Decimal(sum), _) => sum.checked_div(Decimal::from(self.count)).map_or(Null, Value::Decimal),
            (Sum::Long(sum) | Sum::Timespan(sum), _) => Real(*sum as f64 / self.count as f64),
        }
    }
}

/// Variance and standard deviation in one pass (Welford).
struct Spread {
    sample: bool,
    root: bool,
    count: f64,
    mean: f64,
    squares: f64,
}

impl Spread {
    fn new(sample: bool, root: bool) -> Self {
        Self { sample, root, count: 0.0, mean: 0.0, squares: 0.0 }
    }
}

impl Accumulator for Spread {
    fn add(&mut self, values: &[Value<'_>]) {
        let Some(value) = values.first().and_then(to_real) else { return };
        self.count += 1.0;
        let before = value - self.mean;
        self.mean += before / self.count;
        self.squares += before * (value - self.mean);
    }

    fn finish(&mut self) -> Value<'static> {
        let divisor = if self.sample { self.count - 1.0 } else { self.count };
        let variance = match divisor {
            _ if self.count == 0.0 => f64::NAN,
            divisor if divisor <= 0.0 => 0.0,
            divisor => self.squares / divisor,
        };
        Real(if self.root { variance.sqrt() } else { variance })
    }
}

struct Bits {
    bits: i64,
    combine: fn(i64, i64) -> i64,
}

impl Bits {
    fn new(bits: i64, combine: fn(i64, i64) -> i64) -> Self {
        Self { bits, combine }
    }
}

impl Accumulator for Bits {
    fn add(&mut self, values: &[Value<'_>]) {
        if let [Long(value)] = values {
            self.bits = (self.combine)(self.bits, *value);
        }
    }

    fn finish(&mut self) -> Value<'static> {
        Long(self.bits)
    }
}
