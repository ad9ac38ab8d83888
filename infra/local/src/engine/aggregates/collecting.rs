//! Arrays and property bags of the values of a group.

use crate::engine::aggregates::{Accumulator, Aggregate, AggregateCall, When};
use crate::engine::keys::key_of;
use crate::storage::convert::{to_dynamic, to_long};
use crate::storage::dynamic::{Bag, Dynamic};
use crate::storage::value::Value;
use std::collections::HashSet;

const VALUES: &str = "(value:any, [most:integer]) -> dynamic";
const VALUES_IF: &str = "(value:any, condition:bool, [most:integer]) -> dynamic";
const BAGS: &str = "(bag:dynamic, [most:integer]) -> dynamic";
const BAGS_IF: &str = "(bag:dynamic, condition:bool, [most:integer]) -> dynamic";

pub(super) const AGGREGATES: &[Aggregate] = &[
    Aggregate::new("make_list", VALUES, "An array of the values that are not null.", "list", |call| {
        Box::new(List::new(call, 1))
    }),
    Aggregate::new("makelist", VALUES, "The same as make_list().", "list", |call| Box::new(List::new(call, 1))),
    Aggregate::new("make_list_if", VALUES_IF, "An array of the values where a condition holds.", "list", |call| {
        Box::new(When(List::new(call, 2)))
    }),
    Aggregate::new("make_list_with_nulls", "(value:any) -> dynamic", "An array of all values.", "list", |call| {
        Box::new(List { nulls: true, ..List::new(call, 1) })
    }),
    Aggregate::new("make_set", VALUES, "An array of the distinct values.", "set", |call| {
        Box::new(List { distinct: true, ..List::new(call, 1) })
    }),
    Aggregate::new("makeset", VALUES, "The same as make_set().", "set", |call| {
        Box::new(List { distinct: true, ..List::new(call, 1) })
    }),
    Aggregate::new(
        "make_set_if",
        VALUES_IF,
        "An array of the distinct values where a condition holds.",
        "set",
        |call| Box::new(When(List { distinct: true, ..List::new(call, 2) })),
    ),
    Aggregate::new("make_bag", BAGS, "All property bags in one.", "bag", |call| Box::new(Merged::new(call, 1))),
    Aggregate::new("make_bag_if", BAGS_IF, "All property bags in one, where a condition holds.", "bag", |call| {
        Box::new(When(Merged::new(call, 2)))
    }),
    Aggregate::new("make_dictionary", BAGS, "The same as make_bag().", "dictionary", |call| {
        Box::new(Merged::new(call, 1))
    }),
];

/// The elements that an array may have where the query does not say, as the service has it.
const MOST: usize = 1_048_576;

fn most(call: &AggregateCall, index: usize) -> usize {
    call.constant(index)
        .and_then(to_long)
        .and_then(|most| usize::try_from(most).ok())
        .map_or(MOST, |most| most.min(MOST))
}

/// Values in their order; arrays among them by their elements.
struct List {
    values: Vec<Dynamic>,
    seen: HashSet<Vec<u8>>,
    most: usize,
    nulls: bool,
    distinct: bool,
}

impl List {
    fn new(call: &AggregateCall, most_index: usize) -> Self {
        Self { values: Vec::new(), seen: HashSet::new(), most: most(call, most_index), nulls: false, distinct: false }
    }

    fn push(&mut self, value: Dynamic) {
        let wanted = self.values.len() < self.most && (self.nulls || value != Dynamic::Null);
        if wanted && (!self.distinct || self.seen.insert(key_of(&Value::from(value.clone())))) {
            self.values.push(value);
        }
    }
}

impl Accumulator for List {
    fn add(&mut self, values: &[Value<'_>]) {
        match values.first() {
            Some(Value::Dynamic(Dynamic::Array(elements))) => {
                elements.iter().cloned().for_each(|element| self.push(element));
            }
            Some(value) => self.push(to_dynamic(value)),
            None => {}
        }
    }

    fn finish(&mut self) -> Value<'static> {
        Value::Dynamic(Dynamic::array(std::mem::take(&mut self.values)))
    }
}

/// Bags in one; the first that has a name decides its value.
struct Merged {
    bag: Bag,
    most: usize,
}

impl Merged {
    fn new(call: &AggregateCall, most_index: usize) -> Self {
        Self { bag: Bag::new(), most: most(call, most_index) }
    }
}

impl Accumulator for Merged {
    fn add(&mut self, values: &[Value<'_>]) {
        let Some(Value::Dynamic(Dynamic::Bag(bag))) = values.first() else { return };
        for (name, value) in bag.iter() {
            if self.bag.len() < self.most {
                self.bag.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
    }

    fn finish(&mut self) -> Value<'static> {
        Value::Dynamic(Dynamic::bag(std::mem::take(&mut self.bag)))
    }
}
