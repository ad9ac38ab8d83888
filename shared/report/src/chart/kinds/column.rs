//! Column charts: vertical, side by side or stacked.

use super::bar;
use crate::{
    chart::{
        axis::{Axis, AxisRequest},
        canvas::{Anchor, Canvas, Fill, Stroke},
        categories::Categories,
        header::{LABEL, PADDING, TICK},
        look::{Look, Scale, Stacking},
        palette::{BASE, Colour, NEUTRAL, WHITE},
        plot::{Plot, inside, paint_unders},
        segments::{Segment, Segments},
        story::Story,
        time_axis::{self, TimeTick},
    },
    instant::Zone,
    picture::{Picture, Width},
};

const HEIGHT: f64 = 340.0;
/// Room under the plot for labels in one level and in two.
const FOOT: f64 = 36.0;
const TWO_LEVELS: f64 = 46.0;
/// What a title of the x axis adds below.
const X_TITLE: f64 = 16.0;
/// The least height of a plot under a large header.
const LEAST_PLOT: f64 = 160.0;
/// Room for the value above a column that is as high as the plot.
const VALUE_ROOM: f64 = 8.0;
const VALUE_LINE: f64 = 14.0;
/// The part of a category's width that its columns take.
const SHARE: f64 = 0.74;
const WIDEST_COLUMN: f64 = 60.0;
/// The least width of a column that can still be told from the next.
const NARROWEST_COLUMN: f64 = 2.0;
/// Space between two labels under the plot.
const LABEL_GAP: f64 = 8.0;

/// Whether the columns and their labels have room; where not, they are drawn another way.
pub(crate) fn fits(categories: &Categories, look: &Look, width: Width) -> bool {
    let band = (width.pixels() - 2.0 * PADDING - 40.0) / categories.names.len().max(1) as f64;
    let labels_fit = categories.names.iter().all(|name| TICK.width(name) + LABEL_GAP <= band);
    let beside = if look.stacking == Stacking::Beside { categories.series.len().max(1) } else { 1 };
    let columns_fit = band * SHARE / beside as f64 >= NARROWEST_COLUMN;
    columns_fit && (labels_fit || categories.ordered)
}

/// Draws a column for each category and series, or a stack for each category.
pub(crate) fn draw(mut categories: Categories, look: &Look, mut story: Story) -> Picture {
    let segments = Segments::new(&categories, look);
    story.notes.append(&mut categories.notes);
    story.notes.extend(segments.notes.iter().cloned());
    story.note_foreign(categories.names.iter().chain(categories.series.iter().map(|(name, _)| name)));
    story.note_cut(look, segments.range());
    let colours = bar::palette(&categories);
    let measure = match segments.stacking {
        Stacking::Shares => categories.measure.clone().into_shares(),
        _ => categories.measure.clone(),
    };
    let mut header = story.header(&[measure.title, categories.said_range.clone()]);
    if categories.series.len() > 1 && look.legend {
        let names: Vec<String> = categories.series.iter().map(|(name, _)| name.clone()).collect();
        header = header.with_legend(&names, &colours);
    }
    let (top, bottom) = (header.height() + VALUE_ROOM, (HEIGHT - FOOT).max(header.height() + LEAST_PLOT));
    let axis = Axis::new(&AxisRequest {
        range: segments.range(),
        from_zero: true,
        fixed: look.ends,
        length: bottom - top,
        unit: measure.unit,
        scale: segments.scale,
    });
    let plot = Plot { left: PADDING + axis.gutter() + 8.0, right: story.right(), top, bottom, axis };
    let names = Names::new(&categories, &plot, &story.zone);
    // A value below the lowest column has a line of its own above the names.
    let floor = if segments.range().0 < 0.0 { bottom + VALUE_LINE } else { bottom };
    let height = floor + names.foot() + if look.x_title.is_some() { X_TITLE } else { 0.0 };
    let alt_text = categories.alt_text("Column chart", &story.title);
    story.picture(&header, height, alt_text, |canvas| {
        plot.paint_grid(canvas);
        plot.paint_columns(canvas, &categories, &segments, &colours);
        plot.paint_values(canvas, &categories, &segments);
        let base = plot.y(plot.axis.base());
        canvas.line((plot.left, base), (plot.right, base), Stroke { colour: BASE, width: 1.0 });
        names.paint(canvas, &plot, floor, &categories.names);
        if let Some(title) = &look.x_title {
            canvas.text(title, (plot.right, floor + names.foot()), Anchor::End, TICK);
        }
    })
}

/// The labels under the columns.
enum Names {
    /// Every first, second, third, … name.
    Every(usize),
    /// Round times, by their column.
    Times(Vec<(usize, TimeTick)>),
}

impl Names {
    /// All names where they have room; else round times, where the columns are such.
    fn new(categories: &Categories, plot: &Plot, zone: &Zone) -> Self {
        let widest = categories.names.iter().map(|name| TICK.width(name)).fold(0.0, f64::max);
        let every = ((widest + LABEL_GAP) / plot.band(categories.names.len())).ceil().max(1.0) as usize;
        let [first, .., last] = categories.instants.as_slice() else { return Self::Every(every) };
        let ticks = time_axis::ticks(*first, *last, plot.right - plot.left, zone);
        let places: Option<Vec<usize>> =
            ticks.iter().map(|tick| categories.instants.binary_search(&tick.at).ok()).collect();
        match places {
            Some(places) if every > 1 && places.len() > 1 => Self::Times(places.into_iter().zip(ticks).collect()),
            _ => Self::Every(every),
        }
    }

    /// The room that they need.
    fn foot(&self) -> f64 {
        if matches!(self, Self::Times(_)) { TWO_LEVELS } else { FOOT }
    }

    /// Paints them below `floor`.
    fn paint(&self, canvas: &mut Canvas<'_>, plot: &Plot, floor: f64, names: &[String]) {
        let band = plot.band(names.len());
        let mut paint = |index: usize, name: &str| {
            let x = plot.left + band * (index as f64 + 0.5);
            let centre = inside(x, TICK.width(name) / 2.0, canvas.width());
            canvas.text(name, (centre, floor + 18.0), Anchor::Middle, TICK);
            x
        };
        match self {
            Self::Every(every) => {
                for (index, name) in names.iter().enumerate().step_by(*every) {
                    paint(index, name);
                }
            }
            Self::Times(ticks) => {
                let placed: Vec<(f64, &TimeTick)> =
                    ticks.iter().map(|(index, tick)| (paint(*index, &tick.label), tick)).collect();
                paint_unders(canvas, floor, &placed);
            }
        }
    }
}

impl Plot {
    fn band(&self, categories: usize) -> f64 {
        (self.right - self.left) / categories.max(1) as f64
    }

    fn paint_columns(&self, canvas: &mut Canvas<'_>, categories: &Categories, segments: &Segments, palette: &[Colour]) {
        let beside = if segments.stacking == Stacking::Beside { categories.series.len() } else { 1 };
        let band = self.band(categories.names.len());
        let slot = (band * SHARE / beside as f64).min(WIDEST_COLUMN);
        // One pixel of white between neighbours, where there is room for it.
        let width = if slot > 5.0 && beside > 1 { slot - 1.0 } else { slot };
        for segment in &segments.segments {
            let Segment { category, series, from, to } = *segment;
            let place = if beside == 1 { 0.0 } else { series as f64 };
            let left = self.left + band * (category as f64 + 0.5) - slot * beside as f64 / 2.0 + slot * place;
            let (base, end) = (self.y(from.max(self.axis.min)), self.y(to));
            let is_other = categories.in_other > 0 && category + 1 == categories.names.len();
            let colour = if is_other && categories.series.len() == 1 { NEUTRAL } else { palette[series] };
            canvas.rect((left, base.min(end)), width, (base - end).abs(), Fill::solid(colour));
            if segments.stacking != Stacking::Beside && (base - end).abs() > 2.0 && width > 4.0 {
                canvas.line((left, end), (left + width, end), Stroke { colour: WHITE, width: 1.0 });
            }
        }
    }

    /// The value above each column or stack, where all of them have room.
    fn paint_values(&self, canvas: &mut Canvas<'_>, categories: &Categories, segments: &Segments) {
        let values = match (segments.stacking, categories.series.as_slice()) {
            (Stacking::Beside, [(_, values)]) => values.clone(),
            (Stacking::Stacked, _) => categories.totals(),
            _ => return,
        };
        let (band, unit) = (self.band(categories.names.len()), categories.measure.unit);
        if values.iter().any(|value| !value.is_nan() && LABEL.width(&unit.value(*value)) + 4.0 > band) {
            return;
        }
        for (category, value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
            let ends = || segments.segments.iter().filter(|piece| piece.category == category).map(|piece| piece.to);
            let (lowest, highest) = (ends().fold(0.0, f64::min), ends().fold(0.0, f64::max));
            let is_below = highest == 0.0 && lowest < 0.0 && self.axis.scale == Scale::Linear;
            let height = if is_below { self.y(lowest) + 13.0 } else { self.y(highest) - 5.0 };
            let (centre, label) = (self.left + band * (category as f64 + 0.5), unit.value(*value));
            // The grid does not run through a value.
            let half = LABEL.width(&label) / 2.0 + 2.0;
            canvas.rect((centre - half, height - 10.0), 2.0 * half, 12.0, Fill::solid(WHITE));
            canvas.text(&label, (centre, height), Anchor::Middle, LABEL);
        }
    }
}
