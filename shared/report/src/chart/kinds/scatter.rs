//! Scatter charts: a dot for each row, one for all that coincide.

use crate::{
    chart::{
        axis::{Axis, AxisRequest},
        canvas::{Canvas, Point},
        header::PADDING,
        legend::Legend,
        lines::Lines,
        look::Look,
        measure::Measure,
        palette::Colour,
        panel::palette,
        plot::Plot,
        sentence::said_range,
        story::Story,
        trace::Sample,
    },
    number::count,
    picture::{Picture, Width},
};

const HEIGHT: f64 = 340.0;
const FOOT: f64 = 46.0;
const X_TITLE: f64 = 16.0;
const LEAST_PLOT: f64 = 160.0;
/// The radius of a dot: of few, of a thousand, of many.
const DOTS: [(usize, f64); 3] = [(1_000, 2.4), (5_000, 1.8), (usize::MAX, 1.2)];
/// The plot for which coincidence is reckoned: its height, and what it is narrower than the picture, logical pixels.
const NOMINAL_HEIGHT: f64 = 220.0;
const NOMINAL_MARGIN: f64 = 60.0;
/// Dots of a picture at most: about ten bytes each, so that the drawing stays below 250 kB.
const MOST_DOTS: usize = 16_000;

/// Draws a dot for each point, in the colour of its series.
pub(crate) fn draw(mut lines: Lines<'_>, look: &Look, mut story: Story) -> Picture {
    let measure = Measure::new(&lines.measures, look);
    let extent = Extent::new(&lines);
    let axis = Axis::new(&AxisRequest {
        range: extent.values,
        from_zero: false,
        fixed: look.ends,
        length: NOMINAL_HEIGHT,
        unit: measure.unit,
        scale: lines.y_scale(),
    });
    let dots = Dots::new(&lines, &axis, story.width);
    story.notes.append(&mut lines.notes);
    story.notes.extend(dots.note());
    story.note_foreign(&lines.names);
    story.note_cut(look, extent.values);

    let colours = palette(&lines);
    let mut header = story.header(&[measure.title.clone(), said_range(lines.range, &story)]);
    if Legend::new(&lines.names, look.legend, story.width) != Legend::Nowhere {
        header = header.with_legend(&lines.names, &colours);
    }
    let (top, bottom) = (header.height(), (HEIGHT - FOOT).max(header.height() + LEAST_PLOT));
    let height = bottom + FOOT + if look.x_title.is_some() { X_TITLE } else { 0.0 };
    let plot = Plot { left: PADDING + axis.gutter() + 8.0, right: story.right(), top, bottom, axis };
    let alt_text = extent.alt_text(&lines, &measure, &story);
    story.picture(&header, height, alt_text, |canvas| {
        plot.paint_grid(canvas);
        plot.paint_x_axis(canvas, lines.range, &story.zone);
        look.x_title.iter().for_each(|title| plot.paint_x_title(canvas, lines.range, title));
        dots.paint(canvas, &plot, &colours);
    })
}

/// What the points amount to.
struct Extent {
    points: u64,
    values: (f64, f64),
}

impl Extent {
    fn new(lines: &Lines<'_>) -> Self {
        let mut extent = Self { points: 0, values: (f64::INFINITY, f64::NEG_INFINITY) };
        lines.each_point(|_, (_, value)| {
            extent.points += 1;
            extent.values = (extent.values.0.min(value), extent.values.1.max(value));
        });
        extent
    }

    fn alt_text(&self, lines: &Lines<'_>, measure: &Measure, story: &Story) -> String {
        let (least, greatest) = self.values;
        let series = match lines.series_count() {
            1 => String::new(),
            several => format!(" in {several} series"),
        };
        format!(
            "Scatter chart: {}, {}: {} points{series} between {} and {}.",
            story.title,
            said_range(lines.range, story),
            count(self.points),
            measure.unit.value(least),
            measure.unit.value(greatest)
        )
    }
}

/// The dots that are drawn, by series: the first of all that share a cell.
struct Dots {
    by_series: Vec<Vec<Sample>>,
    /// The side of a cell in logical pixels.
    cell: f64,
}

impl Dots {
    /// As fine a grid as keeps the drawing small.
    fn new(lines: &Lines<'_>, axis: &Axis, width: Width) -> Self {
        let plot = (width.pixels() - NOMINAL_MARGIN, NOMINAL_HEIGHT);
        let mut cell = 0.5;
        loop {
            match Self::in_cells(lines, axis, plot, cell) {
                Some(dots) => return dots,
                None => cell += 0.5,
            }
        }
    }

    /// None where there are too many.
    fn in_cells(lines: &Lines<'_>, axis: &Axis, plot: (f64, f64), cell: f64) -> Option<Self> {
        let (wide, high) = ((plot.0 / cell) as usize + 1, (plot.1 / cell) as usize + 1);
        let mut taken = vec![vec![false; wide * high]; lines.names.len()];
        let mut by_series = vec![Vec::new(); lines.names.len()];
        let mut room = MOST_DOTS;
        lines.each_point(|series, (position, value)| {
            let height = axis.position(value);
            let (column, row) = ((position * plot.0 / cell) as usize, (height * plot.1 / cell) as usize);
            let place = (row.min(high - 1) * wide + column.min(wide - 1)).min(wide * high - 1);
            if axis.has(value) && room > 0 && !std::mem::replace(&mut taken[series][place], true) {
                by_series[series].push((position, value));
                room -= 1;
            }
        });
        (room > 0).then_some(Self { by_series, cell })
    }

    fn note(&self) -> Option<String> {
        (self.cell > 1.0).then(|| format!("Dots within {} pixels are drawn as one", self.cell))
    }

    /// The largest series first, so that it hides no other.
    fn paint(&self, canvas: &mut Canvas<'_>, plot: &Plot, colours: &[Colour]) {
        let number = self.by_series.iter().map(Vec::len).sum::<usize>();
        let radius = DOTS.iter().find(|(most, _)| number <= *most).map_or(1.2, |(_, radius)| *radius);
        for (samples, colour) in self.by_series.iter().zip(colours) {
            let centres: Vec<Point> = samples.iter().map(|sample| plot.at(*sample)).collect();
            canvas.dots(&centres, radius, *colour);
        }
    }
}
