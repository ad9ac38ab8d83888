//! The x axis of lines and dots: what rows are sorted by, and where they are.

use crate::chart::{
    categories::ordered,
    chunks::Chunks,
    columns::{Instant, KeptColumn, Values},
    domain::Domain,
    look::Scale,
};

/// The values along the x axis, one for each row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum XValues<'a> {
    Instants(&'a Chunks<Instant>),
    Numbers(&'a Chunks<f64>, Scale),
}

/// The ends of the x axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum XRange {
    Instants(i64, i64),
    Numbers(f64, f64),
    /// Numbers above zero in equal ratios.
    Logs(f64, f64),
}

impl<'a> XValues<'a> {
    /// The values of a column; none where it has neither instants nor numbers.
    pub(crate) fn new(column: &'a KeptColumn, scale: Scale) -> Option<Self> {
        match &column.values {
            Values::Instants(instants) => Some(Self::Instants(instants)),
            Values::Numbers(numbers) => Some(Self::Numbers(numbers, scale)),
            _ => None,
        }
    }

    /// What rows are sorted by; none for null and for what has no place on the axis.
    pub(crate) fn key(self, row: usize) -> Option<i64> {
        match self {
            Self::Instants(instants) => instants.get(row)?.ticks(),
            Self::Numbers(numbers, scale) => numbers.get(row).filter(|number| has_place(*number, scale)).map(ordered),
        }
    }

    pub(crate) fn len(self) -> usize {
        match self {
            Self::Instants(instants) => instants.len(),
            Self::Numbers(numbers, _) => numbers.len(),
        }
    }

    /// The least and greatest value; none where no row has one.
    pub(crate) fn range(self) -> Option<XRange> {
        match self {
            Self::Instants(instants) => {
                let ticks = || instants.iter().filter_map(Instant::ticks);
                Some(XRange::Instants(ticks().min()?, ticks().max()?))
            }
            Self::Numbers(numbers, scale) => {
                let placed = || numbers.iter().filter(|number| has_place(*number, scale));
                let (least, greatest) = (placed().reduce(f64::min)?, placed().reduce(f64::max)?);
                Some(match scale {
                    Scale::Linear => XRange::Numbers(least, greatest),
                    Scale::Log => XRange::Logs(least, greatest),
                })
            }
        }
    }

    /// Where the row is between the ends of the axis, 0 to 1.
    pub(crate) fn position(self, row: usize, range: XRange) -> f64 {
        let position = match self {
            Self::Instants(instants) => {
                instants.get(row).and_then(Instant::ticks).map(|ticks| range.position_of_instant(ticks))
            }
            Self::Numbers(numbers, _) => numbers.get(row).map(|number| range.position_of_number(number)),
        };
        position.unwrap_or(0.5)
    }
}

fn has_place(number: f64, scale: Scale) -> bool {
    number.is_finite() && (scale == Scale::Linear || number > 0.0)
}

impl XRange {
    /// The same with the ends that were asked for, as far as they have a place.
    pub(crate) fn with_ends(self, domain: Domain) -> Self {
        match (self, domain) {
            (Self::Instants(first, last), Domain::Instants(min, max)) => {
                Self::Instants(min.unwrap_or(first), max.unwrap_or(last))
            }
            (Self::Numbers(first, last), Domain::Numbers(min, max)) => {
                Self::Numbers(min.unwrap_or(first), max.unwrap_or(last))
            }
            (Self::Logs(first, last), Domain::Numbers(min, max)) => {
                Self::Logs(min.filter(|min| *min > 0.0).unwrap_or(first), max.unwrap_or(last))
            }
            _ => self,
        }
    }

    /// Where an instant is between the ends of the axis, 0 to 1; the middle of an axis without length.
    pub(crate) fn position_of_instant(self, ticks: i64) -> f64 {
        match self {
            Self::Instants(first, last) if first < last => (ticks - first) as f64 / (last - first) as f64,
            _ => 0.5,
        }
    }

    /// Where a number is between the ends of the axis, likewise.
    pub(crate) fn position_of_number(self, number: f64) -> f64 {
        match self {
            // Halves, so that the distance of the ends is finite.
            Self::Numbers(first, last) if first < last => (number / 2.0 - first / 2.0) / (last / 2.0 - first / 2.0),
            Self::Logs(first, last) if first < last => (number.ln() - first.ln()) / (last.ln() - first.ln()),
            _ => 0.5,
        }
    }

    /// The part of the axis between two positions.
    pub(crate) fn part(self, from: f64, to: f64) -> Self {
        let between = |first: f64, last: f64, position: f64| first + (last - first) * position;
        match self {
            Self::Instants(first, last) => {
                let at = |position: f64| first + ((last - first) as f64 * position).round() as i64;
                Self::Instants(at(from), at(to))
            }
            Self::Numbers(first, last) => Self::Numbers(between(first, last, from), between(first, last, to)),
            Self::Logs(first, last) => {
                let at = |position: f64| between(first.ln(), last.ln(), position).exp();
                Self::Logs(at(from), at(to))
            }
        }
    }
}
