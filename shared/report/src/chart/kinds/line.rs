//! Time, line and area charts.

use crate::{
    chart::{
        axis::{Axis, AxisRequest, fixed_ends},
        canvas::{Anchor, Canvas, Fill, Point, Stroke, Words},
        chart_type::ChartType,
        header::{LABEL, PADDING, TICK, WIDTH},
        labels::spread,
        lines::{Lines, XRange},
        measure::Measure,
        palette::{BASE, Colour, GRID, NEUTRAL, colours},
        story::Story,
        time_axis,
        trace::{Sample, Trace, clipped},
        unit::Unit,
    },
    picture::{Picture, SeriesSummary},
};
use kusto_protocol::visualization::Visualization;

/// Height of the picture, logical pixels.
const HEIGHT: f64 = 340.0;
/// Room under the plot for the labels of the x axis.
const FOOT: f64 = 46.0;
/// The least height of a plot under a large header.
const LEAST_PLOT: f64 = 160.0;
/// Labels beside the lines when the widest is at most this part of the picture; else a legend.
const LABEL_SHARE: f64 = 0.25;
const LABEL_DISTANCE: f64 = 14.0;
/// From the end of the plot to the label of a line.
const LABEL_GAP: f64 = 12.0;
/// A piece of the line before its name: three of the palette's colours are too light for text, so the name itself is in ink.
const SWATCH: f64 = 8.0;
const SWATCH_ROOM: f64 = 14.0;
/// Columns of M4 in a logical pixel.
const COLUMNS_PER_PIXEL: f64 = 2.0;
/// Lines of more points are drawn thinner.
const MANY_POINTS: u64 = 1_500;
const AREA_OPACITY: f64 = 0.14;
const DOT: f64 = 2.6;

/// Draws the lines of a time, line or area chart.
pub(crate) fn draw(kind: ChartType, mut lines: Lines, asked: Option<&Visualization>, mut story: Story) -> Picture {
    let legend = Legend::new(&lines.names, asked);
    let right = WIDTH - PADDING - legend.gutter(&lines.names);
    let accumulate = asked.is_some_and(|asked| asked.accumulate);
    let traces = lines.trace((right - PADDING) * COLUMNS_PER_PIXEL, accumulate);
    story.notes.append(&mut lines.notes);
    story.note_foreign(&lines.names);
    story.note_cut(value_range(&traces), asked);

    let measure = Measure::new(&lines.measures().iter().collect::<Vec<_>>(), asked);
    let palette = palette(&lines);
    let mut header = story.header(&[measure.title.clone(), said_range(lines.range, &story)]);
    if legend == Legend::Above {
        header = header.with_legend(&lines.names, &palette);
    }
    let (top, height) = (header.height(), HEIGHT.max(header.height() + LEAST_PLOT + FOOT));
    let axis = Axis::new(&AxisRequest {
        range: value_range(&traces),
        from_zero: kind == ChartType::AreaChart,
        fixed: fixed_ends(asked),
        length: height - FOOT - top,
        unit: measure.unit,
    });
    let gutter = axis.ticks.iter().map(|(_, label)| TICK.width(label)).fold(0.0, f64::max);
    let plot = Plot { left: PADDING + gutter + 8.0, right, top, bottom: height - FOOT, axis };

    let alt_text = alt_text(&lines, &traces, &measure, &story);
    let words = Words { title: &story.title, alt_text: &alt_text };
    let svg = Canvas::draw(WIDTH as u32, height as u32, &words, |canvas| {
        header.paint(canvas);
        plot.paint_grid(canvas);
        plot.paint_x_axis(canvas, lines.range, &story);
        for (trace, colour) in traces.iter().zip(&palette).rev() {
            plot.paint_line(canvas, trace, *colour, kind == ChartType::AreaChart);
        }
        if legend == Legend::Beside {
            plot.paint_names(canvas, &lines.names, &traces, &palette);
        }
    });
    let series = summaries(&lines.names, &traces, measure.unit);
    Picture { svg, alt_text, width: WIDTH as u32, height: height as u32, notes: story.notes, series }
}

/// Where the names of the series are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Legend {
    Beside,
    Above,
    Nowhere,
}

impl Legend {
    fn new(names: &[String], asked: Option<&Visualization>) -> Self {
        let hidden = asked.is_some_and(|asked| asked.legend.as_deref() == Some("hidden"));
        let widest = names.iter().map(|name| LABEL.width(name)).fold(0.0, f64::max);
        match names.len() {
            _ if hidden => Self::Nowhere,
            1 => Self::Nowhere,
            _ if widest <= LABEL_SHARE * WIDTH => Self::Beside,
            _ => Self::Above,
        }
    }

    fn gutter(self, names: &[String]) -> f64 {
        match self {
            Self::Beside => LABEL_GAP + SWATCH_ROOM + names.iter().map(|name| LABEL.width(name)).fold(0.0, f64::max),
            Self::Above | Self::Nowhere => 0.0,
        }
    }
}

fn palette(lines: &Lines) -> Vec<Colour> {
    let names: Vec<&str> = lines.names.iter().map(String::as_str).collect();
    match names.split_last() {
        Some((_, named)) if lines.has_other() => colours(named).into_iter().chain([NEUTRAL]).collect(),
        _ => colours(&names),
    }
}

fn value_range(traces: &[Trace]) -> (f64, f64) {
    let with_points = || traces.iter().filter(|trace| trace.points > 0);
    let least = with_points().map(|trace| trace.min).fold(f64::INFINITY, f64::min);
    let greatest = with_points().map(|trace| trace.max).fold(f64::NEG_INFINITY, f64::max);
    if least <= greatest { (least, greatest) } else { (0.0, 1.0) }
}

fn said_range(range: XRange, story: &Story) -> String {
    match range {
        XRange::Instants(first, last) => format!("{}, {}", time_axis::range(first, last, &story.zone), story.zone),
        XRange::Numbers(first, last) if first == last => Unit::Number.value(first),
        XRange::Numbers(first, last) => format!("{} to {}", Unit::Number.value(first), Unit::Number.value(last)),
    }
}

fn summaries(names: &[String], traces: &[Trace], unit: Unit) -> Vec<SeriesSummary> {
    let summary = |(name, trace): (&String, &Trace)| SeriesSummary {
        name: name.clone(),
        average: unit.value(trace.average()),
        minimum: unit.value(trace.min),
        maximum: unit.value(trace.max),
        last: unit.value(trace.last.map_or(f64::NAN, |(_, value)| value)),
    };
    names.iter().zip(traces).filter(|(_, trace)| trace.points > 0).map(summary).collect()
}

fn alt_text(lines: &Lines, traces: &[Trace], measure: &Measure, story: &Story) -> String {
    // What is left of many is not one of the series.
    let named = lines.names.len() - usize::from(lines.has_other());
    let series: Vec<(&String, &Trace)> =
        lines.names.iter().zip(traces).take(named).filter(|(_, trace)| trace.points > 0).collect();
    let range = said_range(lines.range, story);
    let of = |value: f64| measure.unit.value(value);
    let highest = series.iter().max_by(|one, other| one.1.max.total_cmp(&other.1.max));
    let lowest = series.iter().min_by(|one, other| one.1.min.total_cmp(&other.1.min));
    let figures = match (series.as_slice(), highest, lowest) {
        ([(name, only)], ..) if only.min == only.max => format!("{name} {}", of(only.min)),
        ([(name, only)], ..) => {
            format!("{name} between {} and {}, {} on average", of(only.min), of(only.max), of(only.average()))
        }
        (_, Some(highest), Some(lowest)) => format!(
            "{} series, highest {} with {}, lowest {} with {}",
            lines.series_count(),
            highest.0,
            of(highest.1.max),
            lowest.0,
            of(lowest.1.min)
        ),
        _ => "no values".to_owned(),
    };
    format!("Line chart: {}, {range}: {figures}.", story.title)
}

/// The rectangle in which the lines are.
struct Plot {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    axis: Axis,
}

impl Plot {
    fn x(&self, position: f64) -> f64 {
        self.left + position * (self.right - self.left)
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom - self.axis.position(value) * (self.bottom - self.top)
    }

    fn at(&self, (position, value): Sample) -> Point {
        (self.x(position), self.y(value))
    }

    fn paint_grid(&self, canvas: &mut Canvas<'_>) {
        for (tick, label) in &self.axis.ticks {
            let height = self.y(*tick);
            let is_base = *tick == 0.0 || height > self.bottom - 0.5;
            let stroke =
                if is_base { Stroke { colour: BASE, width: 1.0 } } else { Stroke { colour: GRID, width: 0.8 } };
            canvas.line((self.left, height), (self.right, height), stroke);
            canvas.text(label, (self.left - 8.0, height + 4.0), Anchor::End, TICK);
        }
    }

    fn paint_x_axis(&self, canvas: &mut Canvas<'_>, range: XRange, story: &Story) {
        canvas.line((self.left, self.bottom), (self.right, self.bottom), Stroke { colour: BASE, width: 1.0 });
        match range {
            XRange::Instants(first, last) => {
                self.paint_times(canvas, range, &time_axis::ticks(first, last, self.right - self.left, &story.zone));
            }
            XRange::Numbers(first, last) => {
                let fixed = (Some(first), Some(last));
                let request = AxisRequest {
                    range: (first, last),
                    from_zero: false,
                    fixed,
                    length: self.right - self.left,
                    unit: Unit::Number,
                };
                for (tick, label) in Axis::new(&request).ticks {
                    self.paint_tick(canvas, self.x(range.position_of_number(tick)), &label);
                }
            }
        }
    }

    fn paint_times(&self, canvas: &mut Canvas<'_>, range: XRange, ticks: &[time_axis::TimeTick]) {
        let under = crate::chart::canvas::Type { semi_bold: true, ..TICK };
        let mut free_from = 0.0;
        for (index, tick) in ticks.iter().enumerate() {
            let x = self.x(range.position_of_instant(tick.at));
            self.paint_tick(canvas, x, &tick.label);
            let Some(text) = &tick.under else { continue };
            let half = under.width(text) / 2.0;
            let centre = inside(x, half);
            // The name of a part of a day gives way to that of the day which follows it.
            let next = ticks[index + 1..].iter().find(|next| next.under.is_some());
            let next_left = next.map_or(WIDTH, |next| {
                let next_half = next.under.as_ref().map_or(0.0, |text| under.width(text) / 2.0);
                inside(self.x(range.position_of_instant(next.at)), next_half) - next_half
            });
            if centre - half >= free_from && (centre + half + 6.0 <= next_left || index > 0) {
                canvas.text(text, (centre, self.bottom + 31.0), Anchor::Middle, under);
                free_from = centre + half + 6.0;
            }
        }
    }

    fn paint_tick(&self, canvas: &mut Canvas<'_>, x: f64, label: &str) {
        canvas.line((x, self.bottom), (x, self.bottom + 4.0), Stroke { colour: BASE, width: 1.0 });
        let centre = inside(x, TICK.width(label) / 2.0);
        canvas.text(label, (centre, self.bottom + 17.0), Anchor::Middle, TICK);
    }

    fn paint_line(&self, canvas: &mut Canvas<'_>, trace: &Trace, colour: Colour, area: bool) {
        let width = if trace.points > MANY_POINTS { 1.2 } else { 1.9 };
        for stretch in trace.stretches.iter().flat_map(|stretch| clipped(stretch, (self.axis.min, self.axis.max))) {
            let points: Vec<Point> = stretch.iter().map(|sample| self.at(*sample)).collect();
            match points.as_slice() {
                [] => {}
                [only] => canvas.circle(*only, DOT, Fill::solid(colour)),
                [first, .., last] => {
                    if area {
                        let base = self.y(0.0_f64.clamp(self.axis.min, self.axis.max));
                        let outline = [points.as_slice(), &[(last.0, base), (first.0, base)]].concat();
                        canvas.polygon(&outline, Fill { colour, opacity: AREA_OPACITY });
                    }
                    canvas.polyline(&points, Stroke { colour, width });
                }
            }
        }
        if let Some(end) = trace.last.filter(|(_, value)| (self.axis.min..=self.axis.max).contains(value)) {
            canvas.circle(self.at(end), DOT, Fill::solid(colour));
        }
    }

    /// Names beside the ends of their lines, apart from each other, with a leader where one had to move.
    fn paint_names(&self, canvas: &mut Canvas<'_>, names: &[String], traces: &[Trace], palette: &[Colour]) {
        let end = |(index, trace): (usize, &Trace)| {
            let (position, value) = trace.last?;
            Some((index, self.at((position, value.clamp(self.axis.min, self.axis.max)))))
        };
        let ends: Vec<(usize, Point)> = traces.iter().enumerate().filter_map(end).collect();
        let wanted: Vec<f64> = ends.iter().map(|(_, (_, height))| *height).collect();
        let places = spread(&wanted, LABEL_DISTANCE, (self.top, self.bottom));
        let left = self.right + LABEL_GAP;
        for ((index, (x, height)), place) in ends.into_iter().zip(places) {
            let moved = (place - height).abs() > 2.0;
            if moved && x > self.right - 1.0 {
                canvas.line((x + 4.0, height), (left - 3.0, place), Stroke { colour: BASE, width: 0.8 });
            }
            canvas.line((left, place), (left + SWATCH, place), Stroke { colour: palette[index], width: 2.5 });
            canvas.text(&names[index], (left + SWATCH_ROOM, place + 4.0), Anchor::Start, LABEL);
        }
    }
}

/// The centre of a text of this half width, moved into the picture.
fn inside(centre: f64, half: f64) -> f64 {
    centre.clamp(half + 4.0, (WIDTH - half - 4.0).max(half + 4.0))
}
