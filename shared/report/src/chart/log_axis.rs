//! A logarithmic value axis: powers of ten, and their double and fivefold where there are few of them.

use super::{
    axis::{Axis, AxisRequest, TICK_DISTANCE},
    look::Scale,
    unit::Unit,
};
use crate::number::{grouped, scientific};

/// Ticks of a power of ten where there is room for its double and fivefold.
const PARTS: f64 = 3.0;
/// Powers of ten that an axis has at least where they are its only labels; with fewer its ends are such powers themselves.
const LEAST_POWERS: f64 = 3.0;
/// No double is drawn below or above these.
const ENDS: (f64, f64) = (1e-300, 1e300);

/// The axis for values above zero; `request.from_zero` has no meaning here.
pub(crate) fn log_axis(request: &AxisRequest) -> Axis {
    let most = (request.length / TICK_DISTANCE).floor().max(1.0);
    let tight = bounds(request, &[1.0, 2.0, 5.0, 10.0]);
    let has_parts = decades(tight) * PARTS <= most;
    let has_powers = tight.1.log10().floor() - tight.0.log10().ceil() + 1.0 >= LEAST_POWERS;
    let (min, max) = if has_parts || has_powers { tight } else { bounds(request, &[1.0, 10.0]) };
    let multiples: &[f64] = if has_parts { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let every = (decades((min, max)) / most).ceil().max(1.0) as usize;
    let (first, last) = (min.log10().floor() as i32, max.log10().ceil() as i32);
    let powers = (first..=last).step_by(every);
    let ticks = powers.flat_map(|power| multiples.iter().map(move |multiple| power_of_ten(*multiple, power)));
    let within = ticks.filter(|tick| (min * (1.0 - 1e-9)..=max * (1.0 + 1e-9)).contains(tick));
    Axis { min, max, ticks: within.map(|tick| (tick, label(tick, request.unit))).collect(), scale: Scale::Log }
}

fn decades((min, max): (f64, f64)) -> f64 {
    max.log10() - min.log10()
}

/// Round ends around the values, each one of `parts` of a power of ten, unless an end is fixed.
fn bounds(request: &AxisRequest, parts: &[f64]) -> (f64, f64) {
    let within = |value: f64| value.clamp(ENDS.0, ENDS.1);
    let fixed = |end: Option<f64>| end.filter(|end| *end > 0.0).map(within);
    let (least, greatest) = (within(request.range.0), within(request.range.1));
    let round = |value: f64| parts.iter().map(move |part| power_of_ten(*part, value.log10().floor() as i32));
    let below = round(least).rfind(|round| *round <= least).unwrap_or(least);
    let above = round(greatest).find(|round| *round >= greatest).unwrap_or(greatest);
    let (min, max) = (fixed(request.fixed.0).unwrap_or(below), fixed(request.fixed.1).unwrap_or(above));
    if max > min * 1.000_001 { (min, max) } else { (min, min * 10.0) }
}

/// `multiple` × 10^`power`, as exact as it can be written.
pub(crate) fn power_of_ten(multiple: f64, power: i32) -> f64 {
    format!("{multiple}e{power}").parse().unwrap_or(1.0)
}

fn label(tick: f64, unit: Unit) -> String {
    const SUFFIXES: [(f64, &str); 5] = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"), (1.0, "")];
    match SUFFIXES.iter().find(|(power, _)| tick >= *power) {
        _ if unit != Unit::Number => unit.value(tick),
        Some((power, suffix)) if tick < 1e15 => format!("{}{suffix}", grouped(tick / power, 0)),
        None if tick >= 1e-3 => grouped(tick, (-tick.log10().floor()) as usize),
        _ => scientific(tick, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::log_axis;
    use crate::chart::{axis::AxisRequest, look::Scale, unit::Unit};
    use proptest::prelude::{prop, proptest};

    fn request(range: (f64, f64)) -> AxisRequest {
        AxisRequest {
            range,
            from_zero: true,
            fixed: (None, None),
            length: 230.0,
            unit: Unit::Number,
            scale: Scale::Log,
        }
    }

    fn check(range: (f64, f64), expected: &str) {
        let labels: Vec<String> = log_axis(&request(range)).ticks.into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels.join(" "), expected, "{range:?}");
    }

    #[test]
    fn decades_and_where_they_are_few_their_parts() {
        check((1.0, 20_000.0), "1 10 100 1k 10k");
        check((5.8, 950.0), "10 100 1k");
        check((30.0, 4_000.0), "10 100 1k 10k");
        check((3.0, 8.0), "2 5 10");
        check((0.002, 0.3), "0.001 0.01 0.1 1");
        check((1e-9, 1e12), "1e−9 1e−4 10 1M 100B");
        check((5e-324, 1e308), "1e−300 1e−180 1e−60 1e60 1e180 1e300");
        check((100.0, 100.0), "100 200 500 1k");
    }

    #[test]
    fn fixed_ends_win_where_they_are_above_zero() {
        let axis = log_axis(&AxisRequest { fixed: (Some(0.0), Some(500.0)), ..request((3.0, 80.0)) });
        assert_eq!((axis.min, axis.max), (1.0, 500.0));
        assert_eq!(axis.position(1.0), 0.0);
        assert_eq!(axis.position(500.0), 1.0);
    }

    proptest! {
        #[test]
        fn every_range_has_an_axis(least in -300..300_i32, greatest in -300..300_i32, fixed in prop::option::of(-1e10..1e10)) {
            let (least, greatest) = (10_f64.powi(least.min(greatest)), 10_f64.powi(least.max(greatest)));
            let axis = log_axis(&AxisRequest { fixed: (fixed, None), ..request((least, greatest)) });
            assert!(axis.max > axis.min && (1..=8).contains(&axis.ticks.len()), "{axis:?}");
            assert!(axis.ticks.iter().all(|(tick, _)| (-1e-6..=1.0 + 1e-6).contains(&axis.position(*tick))));
        }
    }
}
