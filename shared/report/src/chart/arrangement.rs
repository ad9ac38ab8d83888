//! One plot or several, and where they are.

use super::{
    axis::{Axis, AxisRequest},
    canvas::{Anchor, Canvas},
    header::{LABEL, PADDING},
    legend::Legend,
    lines::Lines,
    look::{Look, Split},
    panel::Panel,
    plot::Plot,
};
use crate::picture::Width;

/// Height of a picture of one plot, logical pixels.
const HEIGHT: f64 = 340.0;
/// Room under the last plot for the labels of the x axis, and what a title of that axis adds.
const FOOT: f64 = 46.0;
const X_TITLE: f64 = 16.0;
/// The least height of the plot under a large header.
const LEAST_PLOT: f64 = 160.0;
/// Height of one plot of several, and the room above it for its name.
const PANEL: f64 = 140.0;
const PANEL_NAME: f64 = 36.0;
/// From an axis to its labels.
const LABEL_GAP: f64 = 8.0;

/// How many plots there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrangement {
    One,
    /// Two measures in one plot, each with an axis of its own.
    Axes,
    /// Plots under each other.
    Panels,
}

impl Arrangement {
    pub(crate) fn new(lines: &[Lines<'_>], split: Split) -> Self {
        match lines.len() {
            0 | 1 => Self::One,
            2 if split == Split::Axes => Self::Axes,
            _ => Self::Panels,
        }
    }

    /// Where the names of the series are; a measure that is alone in its plot is named above that.
    pub(crate) fn legend(self, names: &[String], lines: &[Lines<'_>], wanted: bool, width: Width) -> Legend {
        match self {
            Self::Axes if wanted => Legend::Above,
            Self::Panels if lines.iter().all(|lines| lines.names.len() == 1) => Legend::Nowhere,
            _ => Legend::new(names, wanted, width),
        }
    }

    /// The plots of the panels, below `top` and left of `right`.
    pub(crate) fn plots(self, panels: &[Panel], look: &Look, top: f64, right: f64) -> Vec<Plot> {
        let heights = |index: usize| self.heights(index, top);
        let axes: Vec<Axis> = panels.iter().enumerate().map(|(i, panel)| axis(panel, look, heights(i))).collect();
        let (gutter, right) = match (self, axes.as_slice()) {
            (Self::Axes, [left, other]) => (left.gutter(), right - other.gutter() - LABEL_GAP),
            _ => (axes.iter().map(Axis::gutter).fold(0.0, f64::max), right),
        };
        let left = PADDING + gutter + LABEL_GAP;
        let plot = |(index, axis): (usize, Axis)| {
            let (top, bottom) = heights(index);
            Plot { left, right, top, bottom, axis }
        };
        axes.into_iter().enumerate().map(plot).collect()
    }

    /// Where a plot begins and ends.
    fn heights(self, index: usize, top: f64) -> (f64, f64) {
        match self {
            Self::Panels => {
                let top = top + PANEL_NAME + (PANEL + PANEL_NAME) * index as f64;
                (top, top + PANEL)
            }
            _ => (top, (HEIGHT - FOOT).max(top + LEAST_PLOT)),
        }
    }

    /// The grids and value axes, and above each plot of several the name of its measure.
    pub(crate) fn paint_axes(self, canvas: &mut Canvas<'_>, panels: &[Panel], plots: &[Plot]) {
        for (index, (panel, plot)) in panels.iter().zip(plots).enumerate() {
            match self {
                Self::Axes if index == 1 => plot.paint_right_axis(canvas),
                _ => plot.paint_grid(canvas),
            }
            if self == Self::Panels {
                canvas.text(&panel.measure.title, (PADDING, plot.top - 14.0), Anchor::Start, LABEL);
                plot.paint_base(canvas);
            }
        }
    }
}

/// The height of the picture.
pub(crate) fn height(plots: &[Plot], look: &Look) -> f64 {
    let foot = FOOT + if look.x_title.is_some() { X_TITLE } else { 0.0 };
    plots.last().map_or(HEIGHT, |plot| plot.bottom + foot).ceil()
}

fn axis(panel: &Panel, look: &Look, (top, bottom): (f64, f64)) -> Axis {
    Axis::new(&AxisRequest {
        range: panel.value_range(),
        from_zero: panel.has_zero(),
        fixed: look.ends,
        length: bottom - top,
        unit: panel.measure.unit,
        scale: panel.scale,
    })
}
