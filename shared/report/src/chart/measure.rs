//! What the value axis counts.

use super::{columns::KeptColumn, text::short, unit::Unit};
use kusto_protocol::visualization::Visualization;

/// The name and unit of the value axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measure {
    /// `ytitle`, else the one measure's column; empty where the series are several measures, which have names of their own.
    pub(crate) title: String,
    pub(crate) unit: Unit,
}

impl Measure {
    pub(crate) fn new(measures: &[&KeptColumn], asked: Option<&Visualization>) -> Self {
        let units: Vec<Unit> = measures.iter().map(|measure| Unit::of(&measure.name, measure.column_type)).collect();
        let common = match units.split_first() {
            Some((first, rest)) if rest.iter().all(|unit| unit == first) => *first,
            _ => Unit::Number,
        };
        let asked_title = asked.and_then(|asked| asked.y_title.as_deref()).filter(|title| !title.trim().is_empty());
        let (title, unit) = match (asked_title, measures) {
            (Some(title), [first, ..]) => (short(title), Unit::of(title, first.column_type)),
            (None, [only]) => (short(&only.name), common),
            _ => (String::new(), common),
        };
        Self { title, unit: if unit == Unit::Number { common } else { unit } }
    }
}
