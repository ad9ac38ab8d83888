//! What is met while lines are traced.

use crate::number::count;

/// Counts of what the picture must tell.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) without_x: u64,
    pub(super) infinite: u64,
    pub(super) added_up: u64,
    /// Values without a place on a logarithmic axis.
    pub(super) without_place: u64,
    /// Values that count as zero in a stack.
    pub(super) missing: u64,
}

impl Found {
    /// A sentence for each that there is.
    pub(super) fn notes(&self) -> impl Iterator<Item = String> {
        let note = |number: u64, one: &str, many: &str| match number {
            0 => None,
            1 => Some(format!("1 {one}")),
            _ => Some(format!("{} {many}", count(number))),
        };
        [
            note(self.without_x, "row without an x value not drawn", "rows without an x value not drawn"),
            note(self.infinite, "infinite value not drawn", "infinite values not drawn"),
            note(self.added_up, "duplicate point added up", "duplicate points added up"),
            note(self.without_place, "value not above zero not drawn", "values not above zero not drawn"),
            note(self.missing, "missing value stacked as zero", "missing values stacked as zero"),
        ]
        .into_iter()
        .flatten()
    }
}
