//! The rectangle in which points are: its grid and its x axis.

use super::{
    axis::{Axis, AxisRequest},
    canvas::{Anchor, Canvas, Point, Stroke, Type},
    header::{PADDING, TICK},
    lines::x_values::XRange,
    look::Scale,
    palette::{BASE, GRID},
    time_axis::{self, TimeTick},
    trace::Sample,
    unit::Unit,
};
use crate::instant::Zone;

/// The second level of labels of a time axis.
const UNDER: Type = Type { semi_bold: true, ..TICK };
/// The least distance between the edges of two labels of numbers on the x axis.
const LABEL_SPACE: f64 = 12.0;

/// A rectangle in logical pixels and the axis of its values.
pub(crate) struct Plot {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    pub(crate) axis: Axis,
}

impl Plot {
    pub(crate) fn x(&self, position: f64) -> f64 {
        self.left + position * (self.right - self.left)
    }

    pub(crate) fn y(&self, value: f64) -> f64 {
        self.bottom - self.axis.position(value).clamp(0.0, 1.0) * (self.bottom - self.top)
    }

    pub(crate) fn at(&self, (position, value): Sample) -> Point {
        (self.x(position), self.y(value))
    }

    /// Horizontal lines at the ticks and their labels left of the plot.
    pub(crate) fn paint_grid(&self, canvas: &mut Canvas<'_>) {
        for (tick, label) in &self.axis.ticks {
            let height = self.y(*tick);
            let stroke =
                if *tick == 0.0 { Stroke { colour: BASE, width: 1.0 } } else { Stroke { colour: GRID, width: 0.8 } };
            canvas.line((self.left, height), (self.right, height), stroke);
            canvas.text(label, (self.left - 8.0, height + 4.0), Anchor::End, TICK);
        }
    }

    /// The labels of a second axis, right of the plot.
    pub(crate) fn paint_right_axis(&self, canvas: &mut Canvas<'_>) {
        for (tick, label) in &self.axis.ticks {
            let height = self.y(*tick);
            canvas.line((self.right, height), (self.right + 4.0, height), Stroke { colour: BASE, width: 1.0 });
            canvas.text(label, (self.right + 8.0, height + 4.0), Anchor::Start, TICK);
        }
    }

    /// The line under the plot, its ticks and their labels.
    pub(crate) fn paint_x_axis(&self, canvas: &mut Canvas<'_>, range: XRange, zone: &Zone) {
        self.paint_base(canvas);
        match range {
            XRange::Instants(first, last) => {
                self.paint_times(canvas, range, &time_axis::ticks(first, last, self.right - self.left, zone));
            }
            XRange::Numbers(first, last) => self.paint_numbers(canvas, range, (first, last), Scale::Linear),
            XRange::Logs(first, last) => self.paint_numbers(canvas, range, (first, last), Scale::Log),
        }
    }

    /// The line under the plot.
    pub(crate) fn paint_base(&self, canvas: &mut Canvas<'_>) {
        canvas.line((self.left, self.bottom), (self.right, self.bottom), Stroke { colour: BASE, width: 1.0 });
    }

    /// The title of the x axis, under its labels.
    pub(crate) fn paint_x_title(&self, canvas: &mut Canvas<'_>, range: XRange, title: &str) {
        // Instants have two levels of labels.
        let below = if matches!(range, XRange::Instants(..)) { 47.0 } else { 33.0 };
        canvas.text(title, (self.right, self.bottom + below), Anchor::End, TICK);
    }

    fn paint_numbers(&self, canvas: &mut Canvas<'_>, range: XRange, (first, last): (f64, f64), scale: Scale) {
        let request = AxisRequest {
            range: (first, last),
            from_zero: false,
            fixed: (Some(first), Some(last)),
            length: self.right - self.left,
            unit: Unit::Number,
            scale,
        };
        let ticks = Axis::new(&request).ticks.into_iter();
        let labels = ticks.map(|(tick, label)| (self.x(range.position_of_number(tick)), label)).collect();
        for (x, label) in with_room(labels, canvas.width()) {
            self.paint_tick(canvas, x, &label);
        }
    }

    fn paint_times(&self, canvas: &mut Canvas<'_>, range: XRange, ticks: &[TimeTick]) {
        let placed: Vec<(f64, &TimeTick)> =
            ticks.iter().map(|tick| (self.x(range.position_of_instant(tick.at)), tick)).collect();
        for (x, tick) in &placed {
            self.paint_tick(canvas, *x, &tick.label);
        }
        paint_unders(canvas, self.bottom, &placed);
    }

    fn paint_tick(&self, canvas: &mut Canvas<'_>, x: f64, label: &str) {
        canvas.line((x, self.bottom), (x, self.bottom + 4.0), Stroke { colour: BASE, width: 1.0 });
        let centre = inside(x, TICK.width(label) / 2.0, canvas.width());
        canvas.text(label, (centre, self.bottom + 17.0), Anchor::Middle, TICK);
    }
}

/// The centre of a text of this half width, moved into a picture of this width: it begins no farther left than the title does.
pub(crate) fn inside(centre: f64, half: f64, width: f64) -> f64 {
    let least = half + PADDING;
    centre.clamp(least, (width - half - 4.0).max(least))
}

/// The second level of labels of a time axis, below `floor`, as far as there is room.
pub(crate) fn paint_unders(canvas: &mut Canvas<'_>, floor: f64, ticks: &[(f64, &TimeTick)]) {
    let width = canvas.width();
    let extent = |(x, tick): &(f64, &TimeTick)| {
        let text = tick.under.clone()?;
        let half = UNDER.width(&text) / 2.0;
        Some((text, inside(*x, half, width), half))
    };
    let mut free_from = 0.0;
    for (index, tick) in ticks.iter().enumerate() {
        let Some((text, centre, half)) = extent(tick) else { continue };
        // The name of a part of a day gives way to that of the day which follows it.
        let next = ticks[index + 1..].iter().find_map(extent);
        let next_left = next.map_or(width, |(_, next_centre, next_half)| next_centre - next_half);
        if centre - half >= free_from && (centre + half + 6.0 <= next_left || index > 0) {
            canvas.text(&text, (centre, floor + 31.0), Anchor::Middle, UNDER);
            free_from = centre + half + 6.0;
        }
    }
}

/// Those of the labels under an axis, from left to right, that do not touch one before.
pub(crate) fn with_room(labels: Vec<(f64, String)>, width: f64) -> impl Iterator<Item = (f64, String)> {
    let mut free_from = 0.0;
    labels.into_iter().filter(move |(x, label)| {
        let half = TICK.width(label) / 2.0;
        let centre = inside(*x, half, width);
        let has_room = centre - half >= free_from;
        if has_room {
            free_from = centre + half + LABEL_SPACE;
        }
        has_room
    })
}
