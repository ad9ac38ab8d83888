//! Bar charts: horizontal, each bar with its value.

use crate::{
    chart::{
        axis::fixed_ends,
        canvas::{Anchor, Canvas, Fill, Stroke, Type, Words},
        categories::Categories,
        header::{LABEL, PADDING, WIDTH},
        palette::{BASE, Colour, INK, NEUTRAL, SERIES, colours},
        story::Story,
    },
    picture::Picture,
};
use kusto_protocol::visualization::Visualization;

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

/// Draws a bar for each category and series.
pub(crate) fn draw(mut categories: Categories, asked: Option<&Visualization>, mut story: Story) -> Picture {
    story.notes.append(&mut categories.notes);
    story.note_foreign(categories.names.iter().chain(categories.series.iter().map(|(name, _)| name)));
    story.note_cut(categories.range(), asked);
    let palette = palette(&categories);
    let mut header = story.header(&[categories.measure.title.clone(), categories.said_range.clone()]);
    if categories.series.len() > 1 && asked.is_none_or(|asked| asked.legend.as_deref() != Some("hidden")) {
        let names: Vec<String> = categories.series.iter().map(|(name, _)| name.clone()).collect();
        header = header.with_legend(&names, &palette);
    }
    let plot = Plot::new(&categories, asked, header.height() + ABOVE);
    let height = (header.height() + ABOVE + plot.pitch * categories.names.len() as f64 + BELOW).ceil();
    let alt_text = categories.alt_text("Bar chart", &story.title);
    let words = Words { title: &story.title, alt_text: &alt_text };
    let svg = Canvas::draw(WIDTH as u32, height as u32, &words, |canvas| {
        header.paint(canvas);
        plot.paint(canvas, &categories, &palette);
    });
    Picture { svg, alt_text, width: WIDTH as u32, height: height as u32, notes: story.notes, series: Vec::new() }
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
    /// Where the bars may be: right of the names, and with room for the values at either end.
    left: f64,
    right: f64,
    range: (f64, f64),
}

impl Plot {
    fn new(categories: &Categories, asked: Option<&Visualization>, top: f64) -> Self {
        let (least, greatest) = categories.range();
        let fixed = fixed_ends(asked);
        let (low, high) = (fixed.0.unwrap_or(least.min(0.0)), fixed.1.unwrap_or(greatest.max(0.0)));
        let range = if high > low { (low, high) } else { (low, low + 1.0) };
        let names = categories.names.iter().map(|name| NAME.width(name)).fold(0.0, f64::max);
        let value = |value: f64| LABEL.width(&categories.measure.unit.value(value)) + 7.0;
        let values =
            || categories.series.iter().flat_map(|(_, values)| values).copied().filter(|value| !value.is_nan());
        let room_left = values().filter(|value| *value < 0.0).map(value).fold(0.0, f64::max);
        let room_right = values().filter(|value| *value >= 0.0).map(value).fold(0.0, f64::max);
        let pitch = match categories.series.len() {
            1 => PITCH,
            several => SMALL_PITCH * several as f64 + BETWEEN,
        };
        let (left, right) = (PADDING + names + 12.0 + room_left, WIDTH - PADDING - room_right);
        Self { top, pitch, left, right, range }
    }

    fn x(&self, value: f64) -> f64 {
        let (low, high) = self.range;
        self.left + (value.clamp(low, high) - low) / (high - low) * (self.right - self.left)
    }

    fn paint(&self, canvas: &mut Canvas<'_>, categories: &Categories, palette: &[Colour]) {
        let names = categories.names.iter().map(|name| NAME.width(name)).fold(0.0, f64::max);
        for (index, name) in categories.names.iter().enumerate() {
            let middle = self.top + self.pitch * (index as f64 + 0.5);
            canvas.text(name, (PADDING + names, middle + 4.0), Anchor::End, NAME);
            let is_other = categories.in_other > 0 && index + 1 == categories.names.len();
            for (series, (_, values)) in categories.series.iter().enumerate() {
                let single = categories.series.len() == 1;
                let from_middle = (series as f64 - (categories.series.len() - 1) as f64 / 2.0) * SMALL_PITCH;
                let (centre, thickness) = if single { (middle, BAR) } else { (middle + from_middle, SMALL_BAR) };
                let colour = if single && is_other { NEUTRAL } else { palette[series] };
                let label = categories.measure.unit.value(values[index]);
                self.paint_bar(canvas, values[index], &label, (centre, thickness), colour);
            }
        }
        let base = self.x(0.0);
        let bottom = self.top + self.pitch * categories.names.len() as f64;
        canvas.line((base, self.top - 2.0), (base, bottom + 2.0), Stroke { colour: BASE, width: 1.0 });
    }

    fn paint_bar(
        &self,
        canvas: &mut Canvas<'_>,
        value: f64,
        label: &str,
        (centre, thickness): (f64, f64),
        colour: Colour,
    ) {
        let (base, end) = (self.x(0.0), self.x(value));
        if value.is_nan() {
            canvas.text(crate::cell_text::NULL, (base + 7.0, centre + 4.0), Anchor::Start, LABEL);
            return;
        }
        canvas.rect((base.min(end), centre - thickness / 2.0), (end - base).abs(), thickness, Fill::solid(colour));
        if value < 0.0 {
            canvas.text(label, (end - 7.0, centre + 4.0), Anchor::End, LABEL);
        } else {
            canvas.text(label, (end + 7.0, centre + 4.0), Anchor::Start, LABEL);
        }
    }
}
