//! Column charts: vertical, side by side.

use super::bar;
use crate::{
    chart::{
        axis::{Axis, AxisRequest, fixed_ends},
        canvas::{Anchor, Canvas, Fill, Stroke, Words},
        categories::Categories,
        header::{LABEL, PADDING, TICK, WIDTH},
        palette::{BASE, Colour, GRID, NEUTRAL},
        story::Story,
    },
    picture::Picture,
};
use kusto_protocol::visualization::Visualization;

const HEIGHT: f64 = 340.0;
const FOOT: f64 = 36.0;
/// The least height of a plot under a large header.
const LEAST_PLOT: f64 = 160.0;
/// The part of a category's width that its columns take.
const SHARE: f64 = 0.74;
const WIDEST_COLUMN: f64 = 60.0;
/// The least width of a column that can still be told from the next.
const NARROWEST_COLUMN: f64 = 2.0;
/// Space between two labels under the plot.
const LABEL_GAP: f64 = 8.0;

/// Whether the columns and their labels have room; where not, they are drawn another way.
pub(crate) fn fits(categories: &Categories) -> bool {
    let band = (WIDTH - 2.0 * PADDING - 40.0) / categories.names.len().max(1) as f64;
    let labels_fit = categories.names.iter().all(|name| TICK.width(name) + LABEL_GAP <= band);
    let columns_fit = band * SHARE / categories.series.len().max(1) as f64 >= NARROWEST_COLUMN;
    columns_fit && (labels_fit || categories.ordered)
}

/// Draws a column for each category and series.
pub(crate) fn draw(mut categories: Categories, asked: Option<&Visualization>, mut story: Story) -> Picture {
    story.notes.append(&mut categories.notes);
    story.note_foreign(categories.names.iter().chain(categories.series.iter().map(|(name, _)| name)));
    story.note_cut(categories.range(), asked);
    let palette = bar::palette(&categories);
    let mut header = story.header(&[categories.measure.title.clone(), categories.said_range.clone()]);
    if categories.series.len() > 1 && asked.is_none_or(|asked| asked.legend.as_deref() != Some("hidden")) {
        let names: Vec<String> = categories.series.iter().map(|(name, _)| name.clone()).collect();
        header = header.with_legend(&names, &palette);
    }
    let (top, height) = (header.height(), HEIGHT.max(header.height() + LEAST_PLOT + FOOT));
    let axis = Axis::new(&AxisRequest {
        range: categories.range(),
        from_zero: true,
        fixed: fixed_ends(asked),
        length: height - FOOT - top,
        unit: categories.measure.unit,
    });
    let gutter = axis.ticks.iter().map(|(_, label)| TICK.width(label)).fold(0.0, f64::max);
    let plot = Plot { left: PADDING + gutter + 8.0, right: WIDTH - PADDING, top, bottom: height - FOOT, axis };
    let alt_text = categories.alt_text("Column chart", &story.title);
    let words = Words { title: &story.title, alt_text: &alt_text };
    let svg = Canvas::draw(WIDTH as u32, height as u32, &words, |canvas| {
        header.paint(canvas);
        plot.paint_grid(canvas);
        plot.paint_columns(canvas, &categories, &palette);
        plot.paint_base(canvas);
        plot.paint_names(canvas, &categories.names);
    });
    Picture { svg, alt_text, width: WIDTH as u32, height: height as u32, notes: story.notes, series: Vec::new() }
}

struct Plot {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    axis: Axis,
}

impl Plot {
    fn y(&self, value: f64) -> f64 {
        self.bottom - self.axis.position(value).clamp(0.0, 1.0) * (self.bottom - self.top)
    }

    fn band(&self, categories: usize) -> f64 {
        (self.right - self.left) / categories.max(1) as f64
    }

    fn paint_grid(&self, canvas: &mut Canvas<'_>) {
        for (tick, label) in &self.axis.ticks {
            let height = self.y(*tick);
            canvas.line((self.left, height), (self.right, height), Stroke { colour: GRID, width: 0.8 });
            canvas.text(label, (self.left - 8.0, height + 4.0), Anchor::End, TICK);
        }
    }

    fn paint_base(&self, canvas: &mut Canvas<'_>) {
        let base = self.y(0.0);
        canvas.line((self.left, base), (self.right, base), Stroke { colour: BASE, width: 1.0 });
    }

    fn paint_columns(&self, canvas: &mut Canvas<'_>, categories: &Categories, palette: &[Colour]) {
        let (band, count) = (self.band(categories.names.len()), categories.series.len() as f64);
        let slot = (band * SHARE / count).min(WIDEST_COLUMN);
        // One pixel of white between neighbours, where there is room for it.
        let width = if slot > 5.0 && count > 1.0 { slot - 1.0 } else { slot };
        let unit = categories.measure.unit;
        let single = categories.series.len() == 1;
        let labels_fit = single
            && categories.series[0]
                .1
                .iter()
                .all(|value| value.is_nan() || LABEL.width(&unit.value(*value)) + 4.0 <= band);
        for (series, (_, values)) in categories.series.iter().enumerate() {
            for (index, value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
                let centre = self.left + band * (index as f64 + 0.5);
                let left = centre - slot * count / 2.0 + slot * series as f64;
                let (base, end) = (self.y(0.0), self.y(*value));
                let is_other = single && categories.in_other > 0 && index + 1 == values.len();
                let colour = if is_other { NEUTRAL } else { palette[series] };
                canvas.rect((left, base.min(end)), width, (base - end).abs(), Fill::solid(colour));
                if labels_fit {
                    let height = if *value < 0.0 { end + 13.0 } else { end - 5.0 };
                    canvas.text(&unit.value(*value), (centre, height), Anchor::Middle, LABEL);
                }
            }
        }
    }

    /// Every name where all fit, else every second, third, … one.
    fn paint_names(&self, canvas: &mut Canvas<'_>, names: &[String]) {
        let band = self.band(names.len());
        let widest = names.iter().map(|name| TICK.width(name)).fold(0.0, f64::max);
        let every = ((widest + LABEL_GAP) / band).ceil().max(1.0) as usize;
        for (index, name) in names.iter().enumerate().step_by(every) {
            let half = TICK.width(name) / 2.0;
            let centre = (self.left + band * (index as f64 + 0.5)).clamp(half + 4.0, WIDTH - half - 4.0);
            canvas.text(name, (centre, self.bottom + 18.0), Anchor::Middle, TICK);
        }
    }
}
