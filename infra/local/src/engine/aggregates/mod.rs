//! The aggregates of `summarize`: tables by subject, an entry for each with its name, signature and a line of documentation.
//!
//! An aggregate is added by an entry in the table of its subject and an [`Accumulator`].

mod collecting;
mod counting;
mod covariance;
pub(super) mod multiple;
mod numeric;
mod ordering;
mod percentiles;
mod schema;

use crate::engine::bind::bound::Bound;
use crate::engine::bind::names::Naming;
use crate::engine::context::Context;
use crate::engine::error::Result;
use crate::engine::evaluate::{Datum, evaluate};
use crate::engine::relation::Relation;
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::cast;
use crate::storage::value::Value;
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

/// What is known of the rows of a group so far.
pub(super) trait Accumulator {
    /// Takes the values of the arguments in a row.
    fn add(&mut self, values: &[Value<'_>]);
    /// The aggregate of all rows.
    fn finish(&mut self) -> Value<'static>;
}

/// Makes the accumulator of a group.
pub(super) type Start = fn(&AggregateCall) -> Box<dyn Accumulator>;

/// An aggregate.
#[derive(Clone)]
pub(super) struct Aggregate {
    pub(super) name: &'static str,
    /// What it takes and gives, in the notation of [`crate::engine::functions::signature`].
    pub(super) signature: &'static str,
    /// What it does, in a line.
    pub(super) doc: &'static str,
    pub(super) naming: Naming,
    pub(super) start: Start,
}

impl fmt::Debug for Aggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Aggregate {
    const fn new(
        name: &'static str,
        signature: &'static str,
        doc: &'static str,
        prefix: &'static str,
        start: Start,
    ) -> Self {
        Self { name, signature, doc, naming: Naming::Prefix(prefix), start }
    }

    /// Results are named in another way.
    const fn named(mut self, naming: Naming) -> Self {
        self.naming = naming;
        self
    }
}

/// An aggregate with its arguments.
#[derive(Clone, Debug)]
pub(super) struct AggregateCall {
    pub(super) aggregate: &'static Aggregate,
    pub(super) arguments: Vec<Bound>,
    pub(super) column_type: ColumnType,
}

impl AggregateCall {
    /// The constant that an argument is.
    fn constant(&self, index: usize) -> Option<&Value<'static>> {
        self.arguments.get(index).and_then(Bound::value)
    }

    /// The aggregate of each of `groups` groups; `of_row` says which group a row is in.
    pub(super) fn aggregate(
        &self,
        input: &Relation,
        of_row: &[u32],
        groups: usize,
        context: &Context,
    ) -> Result<Column> {
        let data =
            self.arguments.iter().map(|argument| evaluate(argument, input, context)).collect::<Result<Vec<Datum>>>()?;
        let mut accumulators: Vec<Box<dyn Accumulator>> = (0..groups).map(|_| (self.aggregate.start)(self)).collect();
        let mut values = Vec::with_capacity(data.len());
        for (row, group) in of_row.iter().enumerate() {
            values.clear();
            values.extend(data.iter().map(|datum| datum.value(row)));
            if let Some(accumulator) = accumulators.get_mut(*group as usize) {
                accumulator.add(&values);
            }
        }
        let mut column = Column::new(self.column_type, groups);
        for accumulator in &mut accumulators {
            column.push(cast(&accumulator.finish(), self.column_type));
        }
        Ok(column)
    }
}

/// Passes on only the rows for which the second argument holds.
struct When<A>(A);

impl<A: Accumulator> Accumulator for When<A> {
    fn add(&mut self, values: &[Value<'_>]) {
        if let [value, Value::Bool(true), rest @ ..] = values {
            let passed: Vec<Value<'_>> = std::iter::once(value).chain(rest).cloned().collect();
            self.0.add(&passed);
        }
    }

    fn finish(&mut self) -> Value<'static> {
        self.0.finish()
    }
}

/// All tables of aggregates.
const SUBJECTS: &[&[Aggregate]] = &[
    collecting::AGGREGATES,
    counting::AGGREGATES,
    covariance::AGGREGATES,
    numeric::AGGREGATES,
    ordering::AGGREGATES,
    percentiles::AGGREGATES,
    schema::AGGREGATES,
];

static BY_NAME: LazyLock<HashMap<&'static str, &'static Aggregate>> =
    LazyLock::new(|| SUBJECTS.iter().copied().flatten().map(|aggregate| (aggregate.name, aggregate)).collect());

/// The aggregate of this name.
pub(super) fn find(name: &str) -> Option<&'static Aggregate> {
    BY_NAME.get(name).copied()
}

/// All aggregates.
pub(super) fn all() -> impl Iterator<Item = &'static Aggregate> {
    SUBJECTS.iter().copied().flatten()
}
