//! Bar charts: horizontal, each bar with its value; stacked ones with an axis.

use crate::{
    cell_text::NULL,
    chart::{
        axis::{Axis, AxisRequest},
        canvas::{Anchor, Canvas, Fill, Stroke, Type},
        categories::Categories,
        header::{LABEL, PADDING, TICK},
        look::{Look, Scale, Stacking},
        palette::{BASE, Colour, GRID, INK, NEUTRAL, SERIES, WHITE, colours},
        plot::{inside, with_room},
        segments::{Segment, Segments},
        story::Story,
        text::middle_fitted,
    },
    picture::Picture,
};

const NAME: Type = Type::regular(11.5, INK);
/// A single bar and the distance to the next, logical pixels.
const BAR: f64 = 17.0;
const PITCH: f64 = 27.0;
/// A bar of several in a category, and the space between categories.
const SMALL_PITCH: f64 = 14.0;
const SMALL_BAR: f64 = 13.0;
const BETWEEN: f64 = 12.0;
const ABOVE: f64 = 10.0;
const BELOW: f64 = 14.0;
/// Room for the labels of an axis under the bars.
const AXIS_FOOT: f64 = 22.0;
/// From a name to its bar.
const NAME_GAP: f64 = 12.0;
/// What is left for the bars between long names and values, and for the names where the values leave none.
const LEAST_BARS: f64 = 80.0;
const LEAST_NAME: f64 = 40.0;
/// From a bar to its value.
const VALUE_GAP: f64 = 7.0;

/// Draws a bar for each category and series.
pub(crate) fn draw(mut categories: Categories, look: &Look, mut story: Story) -> Picture {
    let segments = Segments::new(&categories, look);
    story.notes.append(&mut categories.notes);
    story.notes.extend(segments.notes.iter().cloned());
    story.note_foreign(categories.names.iter().chain(categories.series.iter().map(|(name, _)| name)));
    story.note_cut(look, segments.range());
    let colours = palette(&categories);
    let measure = categories.measure.title.clone();
    let mut header = story.header(&[measure, categories.said_range.clone()]);
    if categories.series.len() > 1 && look.legend {
        let names: Vec<String> = categories.series.iter().map(|(name, _)| name.clone()).collect();
        header = header.with_legend(&names, &colours);
    }
    let titled = if look.x_title.is_some() { 12.0 } else { 0.0 };
    let plot = Plot::new(&categories, &segments, look, (header.height() + ABOVE + titled, story.right()));
    let height = plot.bottom() + BELOW + if plot.has_axis { AXIS_FOOT } else { 0.0 };
    let alt_text = categories.alt_text("Bar chart", &story.title);
    story.picture(&header, height, alt_text, |canvas| {
        if let Some(title) = &look.x_title {
            canvas.text(title, (PADDING, plot.top - 6.0), Anchor::Start, TICK);
        }
        plot.paint(canvas, &categories, &segments, &colours);
    })
}

/// The colour of each series; the last is neutral where it is "Other".
pub(crate) fn palette(categories: &Categories) -> Vec<Colour> {
    let names: Vec<&str> = categories.series.iter().map(|(name, _)| name.as_str()).collect();
    match names.split_last() {
        Some((_, named)) if categories.other_series => colours(named).into_iter().chain([NEUTRAL]).collect(),
        Some((_, [])) => vec![SERIES[0]],
        _ => colours(&names),
    }
}

struct Plot {
    top: f64,
    pitch: f64,
    /// The names of the categories, as far as there is room for them, and where they end.
    names: Vec<String>,
    names_end: f64,
    /// Where the bars may be: right of the names, and with room for the values at either end.
    left: f64,
    right: f64,
    axis: Axis,
    /// Whether the axis is drawn: where the pieces of a bar have no values of their own.
    has_axis: bool,
}

impl Plot {
    fn new(categories: &Categories, segments: &Segments, look: &Look, (top, end): (f64, f64)) -> Self {
        let stacked = segments.stacking != Stacking::Beside;
        let label = |value: f64| LABEL.width(&categories.measure.unit.value(value)) + VALUE_GAP;
        let widest = |side: fn(f64) -> bool| {
            labels(categories, segments).into_iter().filter(|v| side(*v)).map(label).fold(0.0, f64::max)
        };
        let (below, above) = (widest(|v| v < 0.0), widest(|v| v >= 0.0));
        let room = (end - PADDING - NAME_GAP - below - above - LEAST_BARS).max(LEAST_NAME);
        let names: Vec<String> = categories.names.iter().map(|name| middle_fitted(name, NAME, room)).collect();
        let names_end = PADDING + names.iter().map(|name| NAME.width(name)).fold(0.0, f64::max);
        let (left, right) = (names_end + NAME_GAP + below, end - above);
        let request = AxisRequest {
            range: segments.range(),
            from_zero: true,
            fixed: look.ends,
            length: right - left,
            unit: if segments.stacking == Stacking::Shares {
                crate::chart::unit::Unit::Percent
            } else {
                categories.measure.unit
            },
            scale: segments.scale,
        };
        let has_axis = stacked || segments.scale == Scale::Log;
        let pitch = match categories.series.len() {
            several if several > 1 && !stacked => SMALL_PITCH * several as f64 + BETWEEN,
            _ => PITCH,
        };
        let axis = if has_axis { Axis::new(&request) } else { Axis::new(&exact(request)) };
        Self { top, pitch, names, names_end, left, right, axis, has_axis }
    }

    fn bottom(&self) -> f64 {
        self.top + self.pitch * self.names.len() as f64
    }

    fn x(&self, value: f64) -> f64 {
        self.left + self.axis.position(value).clamp(0.0, 1.0) * (self.right - self.left)
    }

    /// The middle of a category.
    fn middle(&self, category: usize) -> f64 {
        self.top + self.pitch * (category as f64 + 0.5)
    }

    fn paint(&self, canvas: &mut Canvas<'_>, categories: &Categories, segments: &Segments, palette: &[Colour]) {
        if self.has_axis {
            self.paint_axis(canvas);
        }
        for (category, name) in self.names.iter().enumerate() {
            canvas.text(name, (self.names_end, self.middle(category) + 4.0), Anchor::End, NAME);
        }
        for segment in &segments.segments {
            self.paint_segment(canvas, segment, categories, segments.stacking, palette);
        }
        self.paint_values(canvas, categories, segments);
        let base = self.x(self.axis.base());
        canvas.line((base, self.top - 2.0), (base, self.bottom() + 2.0), Stroke { colour: BASE, width: 1.0 });
    }

    fn paint_axis(&self, canvas: &mut Canvas<'_>) {
        let labels = self.axis.ticks.iter().map(|(tick, label)| (self.x(*tick), label.clone())).collect();
        for (x, label) in with_room(labels, canvas.width()) {
            canvas.line((x, self.top - 2.0), (x, self.bottom() + 2.0), Stroke { colour: GRID, width: 0.8 });
            let centre = inside(x, TICK.width(&label) / 2.0, canvas.width());
            canvas.text(&label, (centre, self.bottom() + 18.0), Anchor::Middle, TICK);
        }
    }

    /// The height of the middle of a bar, and its thickness.
    fn place(&self, category: usize, series: usize, count: usize, stacking: Stacking) -> (f64, f64) {
        if count == 1 || stacking != Stacking::Beside {
            return (self.middle(category), BAR);
        }
        let from_middle = (series as f64 - (count - 1) as f64 / 2.0) * SMALL_PITCH;
        (self.middle(category) + from_middle, SMALL_BAR)
    }

    fn paint_segment(
        &self,
        canvas: &mut Canvas<'_>,
        segment: &Segment,
        categories: &Categories,
        stacking: Stacking,
        palette: &[Colour],
    ) {
        let (from, to) = (self.x(segment.from.max(self.axis.min)), self.x(segment.to));
        let (centre, thickness) = self.place(segment.category, segment.series, categories.series.len(), stacking);
        let is_other = categories.in_other > 0 && segment.category + 1 == categories.names.len();
        let colour = if is_other && categories.series.len() == 1 { NEUTRAL } else { palette[segment.series] };
        let top = centre - thickness / 2.0;
        canvas.rect((from.min(to), top), (to - from).abs(), thickness, Fill::solid(colour));
        if stacking != Stacking::Beside && (to - from).abs() > 2.0 {
            canvas.line((to, top), (to, top + thickness), Stroke { colour: WHITE, width: 1.0 });
        }
    }

    /// The value of each bar beside its end; of a stack the total.
    fn paint_values(&self, canvas: &mut Canvas<'_>, categories: &Categories, segments: &Segments) {
        if segments.stacking == Stacking::Shares {
            return;
        }
        let count = categories.series.len();
        let stacked = segments.stacking == Stacking::Stacked;
        for (index, value) in labels(categories, segments).into_iter().enumerate() {
            let (category, series) =
                if stacked { (index, 0) } else { (index % self.names.len(), index / self.names.len()) };
            let (centre, _) = self.place(category, series, count, segments.stacking);
            let ends = || segments.segments.iter().filter(|piece| piece.category == category).map(|piece| piece.to);
            let end = match stacked {
                false => value,
                true if value < 0.0 => ends().fold(0.0, f64::min),
                true => ends().fold(0.0, f64::max),
            };
            self.paint_value(canvas, value, end, &categories.measure.unit.value(value), centre + 4.0);
        }
    }

    fn paint_value(&self, canvas: &mut Canvas<'_>, value: f64, end: f64, label: &str, base_line: f64) {
        if value.is_nan() {
            let base = self.x(self.axis.base());
            canvas.text(NULL, (base + VALUE_GAP, base_line), Anchor::Start, LABEL);
        } else if end < 0.0 && self.axis.scale == Scale::Linear {
            canvas.text(label, (self.x(end) - VALUE_GAP, base_line), Anchor::End, LABEL);
        } else {
            canvas.text(label, (self.x(end) + VALUE_GAP, base_line), Anchor::Start, LABEL);
        }
    }
}

/// The values that are written: of every bar, series by series, or of every stack.
fn labels(categories: &Categories, segments: &Segments) -> Vec<f64> {
    match segments.stacking {
        Stacking::Beside => categories.series.iter().flat_map(|(_, values)| values.iter().copied()).collect(),
        Stacking::Stacked => categories.totals(),
        Stacking::Shares => Vec::new(),
    }
}

/// An axis that ends where the longest bar does: it is not drawn.
fn exact(request: AxisRequest) -> AxisRequest {
    let (least, greatest) = request.range;
    let (low, high) = (request.fixed.0.unwrap_or(least.min(0.0)), request.fixed.1.unwrap_or(greatest.max(0.0)));
    let high = if high > low { high } else { low + 1.0 };
    AxisRequest { fixed: (Some(low), Some(high)), ..request }
}
