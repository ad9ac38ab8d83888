//! Lines on top of each other: for each x the sums of the series up to each of them.

use super::{Found, Lines, Traced, Walk};
use crate::chart::{
    look::Stacking,
    trace::{Trace, Tracer},
};

/// The series of a stack.
#[derive(Debug)]
pub(crate) struct Stack {
    /// The upper edge of each series, the lowest series first. All edges have the same gaps.
    pub(crate) edges: Vec<Trace>,
    /// The series themselves, for what is said of them.
    pub(crate) own: Traced,
}

impl Lines<'_> {
    /// Whether a drawn value is below zero, so that there is no stack.
    pub(crate) fn has_negative(&self) -> bool {
        self.drawn_values().any(|value| value < 0.0)
    }

    /// Stacks the series for a plot that is `columns` columns wide.
    pub(crate) fn stack(&mut self, columns: f64, stacking: Stacking, accumulate: bool) -> Stack {
        let (mut order, mut found) = (Vec::new(), Found::default());
        self.sort_by_x(&mut order, &mut found);
        let series = self.names.len();
        let tracers = || (0..series).map(|_| Tracer::new(columns)).collect::<Vec<_>>();
        let mut walk = Walk { tracers: tracers(), accumulate, found, anomalies: Vec::new() };
        let (mut edges, mut totals) = (tracers(), vec![0.0; series]);
        for same in order.chunk_by(|one, other| self.x.key(*one as usize) == self.x.key(*other as usize)) {
            let mut values = self.values_at(same, &mut walk.found);
            if accumulate {
                for (value, total) in values.iter_mut().zip(&mut totals).filter(|(value, _)| value.is_finite()) {
                    *total += *value;
                    *value = *total;
                }
            }
            let position = self.x.position(same[0] as usize, self.range);
            for (tracer, value) in walk.tracers.iter_mut().zip(&values) {
                tracer.push((position, *value));
            }
            for (edge, height) in edges.iter_mut().zip(heights(&values, stacking, &mut walk.found)) {
                edge.push((position, height));
            }
        }
        Stack { edges: edges.into_iter().map(Tracer::finish).collect(), own: self.traced(walk) }
    }

    /// The rows that are drawn by x, then as they came.
    fn sort_by_x(&self, order: &mut Vec<u32>, found: &mut Found) {
        let drawn = |row: usize| (0..self.measures.len()).any(|measure| self.slot(measure, row).is_some());
        order.reserve_exact(self.x.len());
        for row in 0..self.x.len() {
            match self.x.key(row) {
                None => found.without_x += 1,
                Some(_) if drawn(row) => order.push(row as u32),
                Some(_) => {}
            }
        }
        let key = |row: &u32| (self.x.key(*row as usize), *row);
        if !order.is_sorted_by_key(key) {
            order.sort_unstable_by_key(key);
        }
    }

    /// The value of each series at one x; NaN where it has none.
    fn values_at(&self, rows: &[u32], found: &mut Found) -> Vec<f64> {
        let mut values = vec![f64::NAN; self.names.len()];
        for (measure, column) in self.measures.iter().enumerate() {
            for row in rows {
                let Some(slot) = self.slot(measure, *row as usize) else { continue };
                match column.number(*row as usize) {
                    number if number.is_finite() => {
                        let value = &mut values[usize::from(slot)];
                        let is_first = value.is_nan();
                        found.added_up += u64::from(!is_first && !self.is_other(slot));
                        *value = if is_first { number } else { *value + number };
                    }
                    number => found.infinite += u64::from(number.is_infinite()),
                }
            }
        }
        values
    }
}

/// The upper edges of the values on top of each other; all NaN where no series has a value.
fn heights(values: &[f64], stacking: Stacking, found: &mut Found) -> Vec<f64> {
    let missing = values.iter().filter(|value| value.is_nan()).count();
    let total: f64 = values.iter().filter(|value| !value.is_nan()).sum();
    if missing == values.len() || (stacking == Stacking::Shares && total == 0.0) {
        return vec![f64::NAN; values.len()];
    }
    found.missing += missing as u64;
    let scale = if stacking == Stacking::Shares { 100.0 / total } else { 1.0 };
    let sums = values.iter().scan(0.0, |sum, value| {
        *sum += if value.is_nan() { 0.0 } else { *value };
        Some(*sum * scale)
    });
    sums.collect()
}

#[cfg(test)]
mod tests {
    use super::{Found, heights};
    use crate::chart::look::Stacking;

    #[test]
    fn missing_values_count_as_zero_and_nothing_at_all_is_a_gap() {
        let mut found = Found::default();
        assert_eq!(heights(&[1.0, f64::NAN, 2.0], Stacking::Stacked, &mut found), [1.0, 1.0, 3.0]);
        assert_eq!(heights(&[1.0, f64::NAN, 3.0], Stacking::Shares, &mut found), [25.0, 25.0, 100.0]);
        assert_eq!(found.missing, 2);
        assert!(heights(&[f64::NAN; 2], Stacking::Stacked, &mut found).iter().all(|height| height.is_nan()));
        assert!(heights(&[0.0, 0.0], Stacking::Shares, &mut found).iter().all(|height| height.is_nan()));
        assert_eq!(found.missing, 2);
    }
}
