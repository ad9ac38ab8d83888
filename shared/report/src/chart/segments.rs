//! Values of categories as pieces of bars: side by side from zero, or on top of each other.

use super::{
    categories::Categories,
    look::{Look, Scale, Stacking},
};
use crate::number::count;

/// A piece of a bar between two values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Segment {
    pub(crate) category: usize,
    pub(crate) series: usize,
    pub(crate) from: f64,
    pub(crate) to: f64,
}

/// The bars of a chart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Segments {
    pub(crate) segments: Vec<Segment>,
    pub(crate) stacking: Stacking,
    pub(crate) scale: Scale,
    /// What is not drawn as it was asked for, a sentence each.
    pub(crate) notes: Vec<String>,
}

impl Segments {
    pub(crate) fn new(categories: &Categories, look: &Look) -> Self {
        let mut notes = Vec::new();
        let several = categories.series.len() > 1;
        let stacking = match look.stacking {
            Stacking::Shares if categories.range().0 < 0.0 => {
                notes.push("Not stacked: negative values have no share".to_owned());
                Stacking::Beside
            }
            Stacking::Stacked if !several => Stacking::Beside,
            asked => asked,
        };
        let scale = scale(categories, look.y_scale, stacking, &mut notes);
        let segments = (0..categories.names.len()).flat_map(|category| pieces(categories, category, stacking));
        Self { segments: segments.collect(), stacking, scale, notes }
    }

    /// The least and greatest end of a piece; zero is among them where the scale has it.
    pub(crate) fn range(&self) -> (f64, f64) {
        let ends = || self.segments.iter().flat_map(|segment| [segment.from, segment.to]);
        if self.scale == Scale::Log {
            let placed = || ends().filter(|value| *value > 0.0);
            // Half of the least value: its bar has a length too.
            return (placed().fold(f64::INFINITY, f64::min) / 2.0, placed().fold(f64::NEG_INFINITY, f64::max));
        }
        (ends().fold(0.0, f64::min), ends().fold(0.0, f64::max))
    }
}

/// The pieces of one category; a missing value has none.
fn pieces(categories: &Categories, category: usize, stacking: Stacking) -> Vec<Segment> {
    let values =
        || categories.series.iter().map(|(_, values)| values[category]).enumerate().filter(|(_, v)| !v.is_nan());
    let total: f64 = values().map(|(_, value)| value).sum();
    let scale = if stacking == Stacking::Shares { 100.0 / total } else { 1.0 };
    let (mut above, mut below) = (0.0, 0.0);
    let piece = |(series, value): (usize, f64)| {
        let end = if value < 0.0 { &mut below } else { &mut above };
        let from = if stacking == Stacking::Beside { 0.0 } else { *end };
        *end = from + value * scale;
        Segment { category, series, from, to: *end }
    };
    values().filter(|_| scale.is_finite()).map(piece).collect()
}

fn scale(categories: &Categories, asked: Scale, stacking: Stacking, notes: &mut Vec<String>) -> Scale {
    let values = || categories.series.iter().flat_map(|(_, values)| values).filter(|value| !value.is_nan());
    let reason = match asked {
        Scale::Linear => return Scale::Linear,
        Scale::Log if stacking != Stacking::Beside => "a stack has no logarithmic one",
        Scale::Log if !values().any(|value| *value > 0.0) => "no value is above zero",
        Scale::Log => {
            match values().filter(|value| **value <= 0.0).count() as u64 {
                0 => {}
                1 => notes.push("1 value not above zero has no bar".to_owned()),
                several => notes.push(format!("{} values not above zero have no bar", count(several))),
            }
            return Scale::Log;
        }
    };
    notes.push(format!("The y axis is drawn linear: {reason}"));
    Scale::Linear
}
