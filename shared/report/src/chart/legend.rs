//! Where the names of the series are: beside the ends of their lines, above the plot, or nowhere.

use super::{
    canvas::{Anchor, Canvas, Point, Stroke},
    header::LABEL,
    labels::spread,
    palette::{BASE, Colour},
};
use crate::picture::Width;

/// Labels beside the lines when the widest is at most this part of the picture; else a legend.
const LABEL_SHARE: f64 = 0.25;
const LABEL_DISTANCE: f64 = 14.0;
/// From the end of the plot to the label of a line.
const LABEL_GAP: f64 = 12.0;
/// A piece of the line before its name: three of the palette's colours are too light for text, so the name itself is in ink.
const SWATCH: f64 = 8.0;
const SWATCH_ROOM: f64 = 14.0;

/// Where the names of the series are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Legend {
    Beside,
    Above,
    Nowhere,
}

impl Legend {
    /// Beside the lines where the names have room there, which they never have in a narrow picture; a single series needs no name.
    pub(crate) fn new(names: &[String], wanted: bool, width: Width) -> Self {
        match names.len() {
            0 | 1 => Self::Nowhere,
            _ if !wanted => Self::Nowhere,
            _ if width == Width::Wide && widest(names) <= LABEL_SHARE * width.pixels() => Self::Beside,
            _ => Self::Above,
        }
    }

    /// The room right of the plot.
    pub(crate) fn gutter(self, names: &[String]) -> f64 {
        match self {
            Self::Beside => LABEL_GAP + SWATCH_ROOM + widest(names),
            Self::Above | Self::Nowhere => 0.0,
        }
    }
}

fn widest(names: &[String]) -> f64 {
    names.iter().map(|name| LABEL.width(name)).fold(0.0, f64::max)
}

/// A name and the place where its line ends.
pub(crate) struct NamedEnd {
    pub(crate) name: String,
    pub(crate) colour: Colour,
    pub(crate) end: Point,
}

/// Names right of `right`, apart from each other between two heights, with a leader to where the line ends.
pub(crate) fn paint_names(canvas: &mut Canvas<'_>, ends: &[NamedEnd], right: f64, heights: (f64, f64)) {
    let wanted: Vec<f64> = ends.iter().map(|named| named.end.1).collect();
    let places = spread(&wanted, LABEL_DISTANCE, heights);
    let left = right + LABEL_GAP;
    for (NamedEnd { name, colour, end: (x, height) }, place) in ends.iter().zip(places) {
        if (place - height).abs() > 2.0 && *x > right - 1.0 {
            canvas.line((x + 4.0, *height), (left - 3.0, place), Stroke { colour: BASE, width: 0.8 });
        }
        canvas.line((left, place), (left + SWATCH, place), Stroke { colour: *colour, width: 2.5 });
        canvas.text(name, (left + SWATCH_ROOM, place + 4.0), Anchor::Start, LABEL);
    }
}
