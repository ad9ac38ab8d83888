//! The lines, areas or stack of one plot.

use super::{
    canvas::{Canvas, Fill, Point, Stroke},
    chart_type::ChartType,
    legend::{NamedEnd, paint_names},
    lines::{Lines, Traced, stack::Stack, x_values::XRange},
    look::{Look, Scale, Stacking},
    measure::Measure,
    palette::{ANOMALY, Colour, NEUTRAL, WHITE, colours},
    plot::Plot,
    trace::{Sample, Trace, clipped},
    unit::Unit,
};

/// Lines of more points are drawn thinner.
const MANY_POINTS: u64 = 1_500;
/// Of one area; several that overlap share it, so that they do not become grey.
const AREA_OPACITY: f64 = 0.14;

const DOT: f64 = 2.6;
/// A marked point and the white ring around it.
const MARK: f64 = 4.0;
const MARK_RING: f64 = 5.5;

/// What one plot shows.
pub(crate) struct Panel {
    pub(crate) names: Vec<String>,
    pub(crate) colours: Vec<Colour>,
    pub(crate) measure: Measure,
    pub(crate) range: XRange,
    pub(crate) scale: Scale,
    /// How many series there are, drawn or not.
    pub(crate) series_count: usize,
    /// Whether the last one is what is left of many.
    pub(crate) has_other: bool,
    shape: Shape,
}

enum Shape {
    Lines(Traced),
    Areas(Traced),
    Stack(Stack),
}

impl Panel {
    /// Traces `lines` for a plot of so many columns. What cannot be drawn as `look` has it is in the lines' notes.
    pub(crate) fn new(kind: ChartType, lines: &mut Lines<'_>, look: &Look, columns: f64) -> Self {
        let stacking = stacking(lines, look.stacking);
        let is_area = matches!(kind, ChartType::AreaChart | ChartType::StackedAreaChart);
        let shape = match stacking {
            Stacking::Beside if is_area => Shape::Areas(lines.trace(columns, look.accumulate)),
            Stacking::Beside => Shape::Lines(lines.trace(columns, look.accumulate)),
            _ => Shape::Stack(lines.stack(columns, stacking, look.accumulate)),
        };
        let measure = Measure::new(&lines.measures, look);
        let measure = if stacking == Stacking::Shares { measure.into_shares() } else { measure };
        let is_stack = matches!(shape, Shape::Stack(_));
        Self {
            names: lines.names.clone(),
            colours: palette(lines),
            measure,
            range: lines.range,
            scale: if is_stack { Scale::Linear } else { lines.y_scale() },
            series_count: lines.series_count(),
            has_other: lines.has_other(),
            shape,
        }
    }

    /// The series themselves, stacked or not.
    pub(crate) fn traces(&self) -> &[Trace] {
        match &self.shape {
            Shape::Lines(traced) | Shape::Areas(traced) => &traced.traces,
            Shape::Stack(stack) => &stack.own.traces,
        }
    }

    /// The lines that can be broken, each with its name; a stack is broken as a whole.
    pub(crate) fn breakable(&self) -> impl Iterator<Item = (&str, &Trace)> {
        let (names, traces) = match &self.shape {
            Shape::Lines(traced) | Shape::Areas(traced) => (self.names.as_slice(), &traced.traces),
            // All edges of a stack have the same gaps, which are not those of a series.
            Shape::Stack(stack) => (&[][..], &stack.edges),
        };
        let names = names.iter().map(String::as_str).chain(names.is_empty().then_some(""));
        names.zip(traces)
    }

    /// The unit of the series themselves.
    pub(crate) fn own_unit(&self) -> Unit {
        self.measure.own_unit
    }

    /// The points that are marked.
    pub(crate) fn anomalies(&self) -> &[Sample] {
        match &self.shape {
            Shape::Lines(traced) => &traced.anomalies,
            _ => &[],
        }
    }

    /// What the picture is, for those who do not see it.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.shape {
            Shape::Lines(_) => "Line chart",
            Shape::Areas(_) => "Area chart",
            Shape::Stack(_) => "Stacked area chart",
        }
    }

    /// Whether zero is on the axis in any case.
    pub(crate) fn has_zero(&self) -> bool {
        !matches!(self.shape, Shape::Lines(_))
    }

    /// The least and greatest value of what is drawn.
    pub(crate) fn value_range(&self) -> (f64, f64) {
        let traces = match &self.shape {
            Shape::Lines(traced) | Shape::Areas(traced) => &traced.traces,
            Shape::Stack(stack) => &stack.edges,
        };
        let with_points = || traces.iter().filter(|trace| trace.points > 0);
        let least = with_points().map(|trace| trace.min).fold(f64::INFINITY, f64::min);
        let greatest = with_points().map(|trace| trace.max).fold(f64::NEG_INFINITY, f64::max);
        if least <= greatest { (least, greatest) } else { (0.0, 1.0) }
    }

    /// Paints everything within the plot.
    pub(crate) fn paint(&self, canvas: &mut Canvas<'_>, plot: &Plot) {
        match &self.shape {
            Shape::Lines(traced) => {
                traced.traces.iter().zip(&self.colours).rev().for_each(|(t, c)| paint_line(canvas, plot, t, *c, None));
            }
            Shape::Areas(traced) => {
                let opacity = Some(AREA_OPACITY / (traced.traces.len() as f64).sqrt());
                traced
                    .traces
                    .iter()
                    .zip(&self.colours)
                    .rev()
                    .for_each(|(t, c)| paint_line(canvas, plot, t, *c, opacity));
            }
            Shape::Stack(stack) => paint_stack(canvas, plot, &stack.edges, &self.colours),
        }
        let marks: Vec<Point> =
            self.anomalies().iter().filter(|(_, value)| plot.axis.has(*value)).map(|sample| plot.at(*sample)).collect();
        canvas.dots(&marks, MARK_RING, WHITE);
        canvas.dots(&marks, MARK, ANOMALY);
    }

    /// Paints the names of the series right of the plot.
    pub(crate) fn paint_names(&self, canvas: &mut Canvas<'_>, plot: &Plot) {
        let end = |(index, name): (usize, &'_ String)| {
            let end = plot.at(self.name_at(index, plot)?);
            Some(NamedEnd { name: name.clone(), colour: self.colours[index], end })
        };
        let ends: Vec<NamedEnd> = self.names.iter().enumerate().filter_map(end).collect();
        paint_names(canvas, &ends, plot.right, (plot.top, plot.bottom));
    }

    /// Where a series ends: its last point, or the middle of its band.
    fn name_at(&self, index: usize, plot: &Plot) -> Option<Sample> {
        let within = |value: f64| value.clamp(plot.axis.min, plot.axis.max);
        match &self.shape {
            Shape::Lines(traced) | Shape::Areas(traced) => {
                traced.traces[index].last.map(|(position, value)| (position, within(value)))
            }
            Shape::Stack(stack) => {
                let (position, upper) = stack.edges[index].last?;
                let lower = index.checked_sub(1).and_then(|below| stack.edges[below].last).map_or(0.0, |(_, v)| v);
                Some((position, f64::midpoint(within(lower), within(upper))))
            }
        }
    }
}

/// What was asked for, unless the values make no stack.
fn stacking(lines: &mut Lines<'_>, asked: Stacking) -> Stacking {
    if asked != Stacking::Beside && lines.has_negative() {
        lines.notes.push("Not stacked: there are negative values".to_owned());
        return Stacking::Beside;
    }
    if asked != Stacking::Beside && lines.y_scale() == Scale::Log {
        lines.notes.push("The y axis is drawn linear: a stack has no logarithmic one".to_owned());
    }
    asked
}

/// A colour for each series; the last is neutral where it is "Other".
pub(crate) fn palette(lines: &Lines<'_>) -> Vec<Colour> {
    let names: Vec<&str> = lines.names.iter().map(String::as_str).collect();
    match names.split_last() {
        Some((_, named)) if lines.has_other() => colours(named).into_iter().chain([NEUTRAL]).collect(),
        _ => colours(&names),
    }
}

fn paint_line(canvas: &mut Canvas<'_>, plot: &Plot, trace: &Trace, colour: Colour, area: Option<f64>) {
    let width = if trace.points > MANY_POINTS { 1.2 } else { 1.9 };
    for stretch in trace.stretches.iter().flat_map(|stretch| clipped(stretch, (plot.axis.min, plot.axis.max))) {
        let points: Vec<Point> = stretch.iter().map(|sample| plot.at(*sample)).collect();
        match points.as_slice() {
            [] => {}
            [only] => canvas.circle(*only, DOT, Fill::solid(colour)),
            [first, .., last] => {
                if let Some(opacity) = area {
                    let base = plot.y(plot.axis.base());
                    let outline = [points.as_slice(), &[(last.0, base), (first.0, base)]].concat();
                    canvas.polygon(&outline, Fill { colour, opacity });
                }
                canvas.polyline(&points, Stroke { colour, width });
            }
        }
    }
    if let Some(end) = trace.last.filter(|(_, value)| plot.axis.has(*value)) {
        canvas.circle(plot.at(end), DOT, Fill::solid(colour));
    }
}

/// Areas from the highest edge down to the base, each over those above it, and white between them where there are not too many points.
fn paint_stack(canvas: &mut Canvas<'_>, plot: &Plot, edges: &[Trace], colours: &[Colour]) {
    let base = plot.y(plot.axis.base());
    for (edge, colour) in edges.iter().zip(colours).rev() {
        for stretch in &edge.stretches {
            let points: Vec<Point> = stretch.iter().map(|sample| plot.at(*sample)).collect();
            match points.as_slice() {
                [] => {}
                [(x, top)] => canvas.rect((x - DOT / 2.0, *top), DOT, base - top, Fill::solid(*colour)),
                [first, .., last] => {
                    let outline = [points.as_slice(), &[(last.0, base), (first.0, base)]].concat();
                    canvas.polygon(&outline, Fill::solid(*colour));
                    if edge.points <= MANY_POINTS {
                        canvas.polyline(&points, Stroke { colour: WHITE, width: 1.0 });
                    }
                }
            }
        }
    }
}
