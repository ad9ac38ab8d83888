//! A line on its way to the picture: what a series amounts to, and M4 downsampling.
//!
//! M4 keeps the first, lowest, highest and last point of every column of pixels, which draws the same picture as all points would.

/// A point: where between the ends of the x axis (0 to 1), and its value.
pub(crate) type Sample = (f64, f64);

/// A line as it is drawn: stretches between gaps, and figures of all its points.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Trace {
    pub(crate) stretches: Vec<Vec<Sample>>,
    pub(crate) points: u64,
    pub(crate) sum: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) last: Option<Sample>,
    /// How many gaps there are between points, and the positions around the longest.
    pub(crate) gaps: u64,
    pub(crate) longest_gap: (f64, f64),
}

impl Trace {
    pub(crate) fn average(&self) -> f64 {
        self.sum / self.points.max(1) as f64
    }
}

/// Takes the points of one line in the order of x.
#[derive(Debug)]
pub(crate) struct Tracer {
    columns: f64,
    trace: Trace,
    stretch: Vec<Sample>,
    column: Option<Column>,
    taken: u64,
    in_gap: bool,
}

/// The four points that matter of one column of pixels, each with its number in the line.
#[derive(Clone, Copy, Debug)]
struct Column {
    index: f64,
    first: (u64, Sample),
    min: (u64, Sample),
    max: (u64, Sample),
    last: (u64, Sample),
}

impl Tracer {
    /// A tracer for an axis that is `columns` columns wide.
    pub(crate) fn new(columns: f64) -> Self {
        let trace = Trace { min: f64::INFINITY, max: f64::NEG_INFINITY, ..Trace::default() };
        Self { columns, trace, stretch: Vec::new(), column: None, taken: 0, in_gap: false }
    }

    /// The next point; a value that is not finite is a gap.
    pub(crate) fn push(&mut self, (x, value): Sample) {
        if !value.is_finite() {
            return self.gap();
        }
        self.count((x, value));
        let (point, index) = ((self.taken, (x, value)), (x * self.columns).floor());
        self.taken += 1;
        match &mut self.column {
            Some(column) if column.index == index => column.add(point),
            _ => {
                self.end_column();
                self.column = Some(Column { index, first: point, min: point, max: point, last: point });
            }
        }
    }

    fn count(&mut self, (x, value): Sample) {
        let trace = &mut self.trace;
        if let (true, Some((before, _))) = (std::mem::take(&mut self.in_gap), trace.last) {
            trace.gaps += 1;
            if x - before > trace.longest_gap.1 - trace.longest_gap.0 {
                trace.longest_gap = (before, x);
            }
        }
        trace.points += 1;
        trace.sum += value;
        trace.min = trace.min.min(value);
        trace.max = trace.max.max(value);
        trace.last = Some((x, value));
    }

    fn gap(&mut self) {
        self.in_gap = true;
        self.end_column();
        if !self.stretch.is_empty() {
            self.trace.stretches.push(std::mem::take(&mut self.stretch));
        }
    }

    fn end_column(&mut self) {
        if let Some(Column { first, min, max, last, .. }) = self.column.take() {
            let mut points = [first, min, max, last];
            points.sort_unstable_by_key(|(number, _)| *number);
            let mut before = None;
            for (number, sample) in points {
                if before != Some(number) {
                    self.stretch.push(sample);
                }
                before = Some(number);
            }
        }
    }

    pub(crate) fn finish(mut self) -> Trace {
        self.gap();
        self.trace
    }
}

impl Column {
    fn add(&mut self, point: (u64, Sample)) {
        if point.1.1 < self.min.1.1 {
            self.min = point;
        }
        if point.1.1 > self.max.1.1 {
            self.max = point;
        }
        self.last = point;
    }
}

/// The parts of a line between two values, cut where it crosses them.
pub(crate) fn clipped(stretch: &[Sample], (low, high): (f64, f64)) -> Vec<Vec<Sample>> {
    let mut parts: Vec<Vec<Sample>> = Vec::new();
    let mut part: Vec<Sample> = Vec::new();
    let inside = |value: f64| (low..=high).contains(&value);
    if let [only] = stretch {
        return if inside(only.1) { vec![vec![*only]] } else { Vec::new() };
    }
    for pair in stretch.windows(2) {
        let [from, to] = [pair[0], pair[1]];
        let Some((begin, end)) = cut_segment(from, to, (low, high)) else {
            parts.extend((!part.is_empty()).then(|| std::mem::take(&mut part)));
            continue;
        };
        if part.is_empty() {
            part.push(begin);
        }
        part.push(end);
        if !inside(to.1) {
            parts.push(std::mem::take(&mut part));
        }
    }
    parts.extend((!part.is_empty()).then_some(part));
    parts
}

fn cut_segment(from: Sample, to: Sample, (low, high): (f64, f64)) -> Option<(Sample, Sample)> {
    if (from.1 < low && to.1 < low) || (from.1 > high && to.1 > high) {
        return None;
    }
    let at = |value: f64| (from.0 + (to.0 - from.0) * ((value - from.1) / (to.1 - from.1)).clamp(0.0, 1.0), value);
    let end = |sample: Sample| match sample.1 {
        below if below < low => at(low),
        above if above > high => at(high),
        _ => sample,
    };
    Some((end(from), end(to)))
}

#[cfg(test)]
mod tests {
    use super::{Sample, Tracer, clipped};
    use proptest::prelude::{prop, proptest};

    #[test]
    fn gaps_part_a_line_and_are_never_joined() {
        let mut tracer = Tracer::new(100.0);
        for (x, value) in [(0.0, f64::NAN), (0.1, 1.0), (0.2, 2.0), (0.3, f64::INFINITY), (0.4, f64::NAN), (0.5, 3.0)] {
            tracer.push((x, value));
        }
        let trace = tracer.finish();
        assert_eq!(trace.stretches, [vec![(0.1, 1.0), (0.2, 2.0)], vec![(0.5, 3.0)]]);
        assert_eq!((trace.points, trace.average(), trace.min, trace.max), (3, 2.0, 1.0, 3.0));
        assert_eq!((trace.gaps, trace.longest_gap), (1, (0.2, 0.5)));
        assert_eq!(Tracer::new(1.0).finish().last, None);
    }

    proptest! {
        #[test]
        fn every_column_keeps_its_extremes_and_its_ends(values in prop::collection::vec(-1e6..1e6, 1..2000)) {
            let columns = 40.0;
            let samples: Vec<Sample> =
                values.iter().enumerate().map(|(i, value)| (i as f64 / values.len() as f64, *value)).collect();
            let mut tracer = Tracer::new(columns);
            samples.iter().for_each(|sample| tracer.push(*sample));
            let drawn = tracer.finish().stretches.concat();
            assert!(drawn.len() <= 160 && drawn.is_sorted_by(|one, two| one.0 <= two.0));
            let of = |points: &[Sample], column: f64| -> Option<[f64; 4]> {
                let within: Vec<f64> =
                    points.iter().filter(|(x, _)| (x * columns).floor() == column).map(|(_, value)| *value).collect();
                let min = within.iter().copied().reduce(f64::min)?;
                let max = within.iter().copied().reduce(f64::max)?;
                Some([*within.first()?, min, max, *within.last()?])
            };
            for column in 0..40 {
                assert_eq!(of(&drawn, f64::from(column)), of(&samples, f64::from(column)));
            }
        }

        #[test]
        fn nothing_is_drawn_beyond_the_axis(values in prop::collection::vec(-10.0..10.0, 1..50)) {
            let line: Vec<Sample> = values.iter().enumerate().map(|(i, value)| (i as f64, *value)).collect();
            let parts = clipped(&line, (-3.0, 4.0));
            assert!(parts.iter().flatten().all(|(_, value)| (-3.0..=4.0).contains(value)));
            let kept = |points: &[Sample]| points.iter().filter(|(_, value)| (-3.0..=4.0).contains(value)).count();
            assert!(parts.iter().map(|part| kept(part)).sum::<usize>() >= kept(&line));
        }
    }
}
