//! What the value axis counts.

use super::{columns::KeptColumn, look::Look, text::short, unit::Unit};

/// The name and unit of the value axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measure {
    /// `ytitle`, else the one measure's column; empty where the series are several measures, which have names of their own.
    pub(crate) title: String,
    pub(crate) unit: Unit,
    /// The unit of the values themselves, where the axis counts parts of a hundred.
    pub(crate) own_unit: Unit,
}

impl Measure {
    pub(crate) fn new(measures: &[&KeptColumn], look: &Look) -> Self {
        let units: Vec<Unit> = measures.iter().map(|measure| Unit::of(&measure.name, measure.column_type)).collect();
        let common = match units.split_first() {
            Some((first, rest)) if rest.iter().all(|unit| unit == first) => *first,
            _ => Unit::Number,
        };
        let (title, unit) = match (look.y_title.as_deref(), measures) {
            (Some(title), [first, ..]) => (title.to_owned(), Unit::of(title, first.column_type)),
            (None, [only]) => (short(&only.name), common),
            _ => (String::new(), common),
        };
        let unit = if unit == Unit::Number { common } else { unit };
        Self { title, unit, own_unit: unit }
    }

    /// The measure as parts of a hundred.
    pub(crate) fn into_shares(self) -> Self {
        let title = if self.title.is_empty() { self.title } else { format!("Share of {}", self.title) };
        Self { title, unit: Unit::Percent, own_unit: self.own_unit }
    }
}
