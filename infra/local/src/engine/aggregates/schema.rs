//! The schema of dynamic values.

use crate::engine::aggregates::{Accumulator, Aggregate};
use crate::storage::convert::{scalar, to_dynamic};
use crate::storage::dynamic::{Bag, Dynamic};
use crate::storage::value::Value;
use indexmap::IndexMap;
use std::sync::Arc;

pub(super) const AGGREGATES: &[Aggregate] = &[Aggregate::new(
    "buildschema",
    "(value:dynamic) -> dynamic",
    "The least schema that all values have.",
    "schema",
    |_| Box::new(Schema::default()),
)];

/// The types that a value has had.
#[derive(Default)]
struct Schema {
    scalars: Vec<&'static str>,
    /// Those of the properties of bags.
    properties: IndexMap<Arc<str>, Schema>,
    /// Those of the elements of arrays.
    elements: Option<Box<Schema>>,
}

impl Schema {
    fn see(&mut self, value: &Dynamic) {
        match value {
            Dynamic::Null => {}
            Dynamic::Bag(bag) => {
                for (name, value) in bag.iter() {
                    self.properties.entry(name.clone()).or_default().see(value);
                }
            }
            Dynamic::Array(array) => {
                let elements = self.elements.get_or_insert_default();
                array.iter().for_each(|element| elements.see(element));
            }
            other => {
                let name = match scalar(other).column_type() {
                    Some(crate::storage::column_type::ColumnType::Real) => "double",
                    Some(found) => found.name(),
                    None => return,
                };
                if !self.scalars.contains(&name) {
                    self.scalars.push(name);
                }
            }
        }
    }

    /// A name for one type, an array for several.
    fn shown(&self) -> Dynamic {
        let mut types: Vec<Dynamic> = self.scalars.iter().map(|name| Dynamic::String((*name).into())).collect();
        let mut properties: Bag = self.properties.iter().map(|(name, schema)| (name.clone(), schema.shown())).collect();
        if let Some(elements) = &self.elements {
            properties.insert("`indexer`".into(), elements.shown());
        }
        if !properties.is_empty() {
            types.push(Dynamic::bag(properties));
        }
        match types.len() {
            0 => Dynamic::Null,
            1 => types.swap_remove(0),
            _ => Dynamic::array(types),
        }
    }
}

impl Accumulator for Schema {
    fn add(&mut self, values: &[Value<'_>]) {
        values.iter().for_each(|value| self.see(&to_dynamic(value)));
    }

    fn finish(&mut self) -> Value<'static> {
        self.shown().into()
    }
}
