//! The value axis: round ticks, one unit for all of them.

use super::{
    header::TICK,
    log_axis::{log_axis, power_of_ten},
    look::{LARGEST, Scale},
    unit::{Prefix, Unit},
};
use crate::number::{grouped, scientific};

/// The least distance between two ticks, in logical pixels.
pub(crate) const TICK_DISTANCE: f64 = 44.0;
/// The part of an axis that may be free beyond the values at one end; where round ends would leave more, the axis ends there.
const FREE: f64 = 0.15;
/// What is then left free, as a part of the values' range.
const MARGIN: f64 = 0.04;
/// An axis may end a little beyond the largest value that is drawn, and has a position for what is there.
const FARTHEST: f64 = 1e305;
/// A fitted axis must begin at zero when the least value is below this part of the greatest.
const FAR_FROM_ZERO: f64 = 0.6;

/// An axis of values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) ticks: Vec<(f64, String)>,
    pub(crate) scale: Scale,
}

/// What an axis is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AxisRequest {
    /// The least and greatest value to be shown.
    pub(crate) range: (f64, f64),
    /// Whether zero belongs to it in any case: bars and areas.
    pub(crate) from_zero: bool,
    /// Finite ends, which win.
    pub(crate) fixed: (Option<f64>, Option<f64>),
    /// Logical pixels.
    pub(crate) length: f64,
    pub(crate) unit: Unit,
    pub(crate) scale: Scale,
}

impl Axis {
    pub(crate) fn new(request: &AxisRequest) -> Self {
        match request.scale {
            Scale::Linear => Self::linear(request),
            Scale::Log => log_axis(request),
        }
    }

    fn linear(request: &AxisRequest) -> Self {
        let (least, greatest) = request.bounds();
        let prefix = request.unit.prefix(least.abs().max(greatest.abs()));
        // The steps of decimal prefixes are round with or without them; bytes and times are round in their own unit only.
        let divisor = if request.unit == Unit::Number { 1.0 } else { prefix.divisor };
        let fixed = (request.fixed.0.is_some(), request.fixed.1.is_some());
        let steps = Steps::fit_closely(least / divisor, greatest / divisor, fixed, request.length);
        let ticks: Vec<f64> = steps.values().collect();
        let largest = ticks.iter().fold(0.0_f64, |largest, tick| largest.max(tick.abs()));
        let prefix =
            if request.unit == Unit::Number { request.unit.prefix(largest) } else { Prefix { divisor: 1.0, ..prefix } };
        let label = |tick: f64| label(tick, steps.step, largest, prefix);
        Self {
            min: steps.low * divisor,
            max: steps.high * divisor,
            ticks: ticks.into_iter().map(|tick| (tick * divisor, label(tick))).collect(),
            scale: Scale::Linear,
        }
    }

    /// Where `value` is between the least (0) and the greatest (1).
    pub(crate) fn position(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => (value.clamp(-FARTHEST, FARTHEST) - self.min) / (self.max - self.min),
            // What is not above zero is as far below as can be.
            Scale::Log => (value.max(f64::MIN_POSITIVE).ln() - self.min.ln()) / (self.max.ln() - self.min.ln()),
        }
    }

    /// Where bars and areas stand: zero, or the end of the axis next to it.
    pub(crate) fn base(&self) -> f64 {
        0.0_f64.clamp(self.min, self.max)
    }

    /// Whether `value` is between the ends.
    pub(crate) fn has(&self, value: f64) -> bool {
        (self.min..=self.max).contains(&value)
    }

    /// The width of the widest label.
    pub(crate) fn gutter(&self) -> f64 {
        self.ticks.iter().map(|(_, label)| TICK.width(label)).fold(0.0, f64::max)
    }
}

impl AxisRequest {
    /// The range with zero and the fixed ends in it; never empty.
    fn bounds(&self) -> (f64, f64) {
        let (mut least, mut greatest) = (self.range.0.clamp(-LARGEST, LARGEST), self.range.1.clamp(-LARGEST, LARGEST));
        if self.from_zero || near_zero(least, greatest) {
            (least, greatest) = (least.min(0.0), greatest.max(0.0));
        }
        let fixed = |end: Option<f64>| end.map(|end| end.clamp(-LARGEST, LARGEST));
        least = fixed(self.fixed.0).unwrap_or(least);
        greatest = fixed(self.fixed.1).unwrap_or(greatest);
        // A range below the resolution of the numbers in it cannot be divided.
        let resolution = least.abs().max(greatest.abs()).max(1e-290) * 1e-12;
        if greatest - least > resolution { (least, greatest) } else { (least, least + least.abs().max(1.0)) }
    }
}

fn near_zero(least: f64, greatest: f64) -> bool {
    let (near, far) = if greatest <= 0.0 { (-greatest, -least) } else { (least, greatest) };
    least == greatest || (near > 0.0 && near < FAR_FROM_ZERO * far)
}

/// Equal round steps over a range.
#[derive(Clone, Copy, Debug)]
struct Steps {
    step: f64,
    low: f64,
    high: f64,
}

impl Steps {
    /// Round ends, unless they leave too much free.
    fn fit_closely(least: f64, greatest: f64, fixed: (bool, bool), length: f64) -> Self {
        let round = Self::fit(least, greatest, fixed, length);
        let (span, free) = (greatest - least, FREE * (round.high - round.low));
        let low = !fixed.0 && least - round.low > free;
        let high = !fixed.1 && round.high - greatest > free;
        if !low && !high {
            return round;
        }
        let least = if low { least - MARGIN * span } else { least };
        let greatest = if high { greatest + MARGIN * span } else { greatest };
        Self::fit(least, greatest, (fixed.0 || low, fixed.1 || high), length)
    }

    /// The steps that waste least of an axis of this length, three to five of them where they can be had.
    fn fit(least: f64, greatest: f64, fixed: (bool, bool), length: f64) -> Self {
        let most = (length / TICK_DISTANCE).clamp(1.0, 5.0);
        let wanted = |count: f64| count >= most.min(3.0) - 1e-9 && count <= most + 1e-9;
        let span = greatest - least;
        let power = (span / most).log10().floor() as i32;
        let candidates = (power - 1..=power + 2).flat_map(|power| [1.0, 2.0, 2.5, 5.0].map(|m| power_of_ten(m, power)));
        let fits = candidates.map(|step| {
            let low = if fixed.0 { least } else { (least / step + 1e-9).floor() * step };
            let high = if fixed.1 { greatest } else { (greatest / step - 1e-9).ceil() * step };
            Self { step, low, high }
        });
        // The least waste first, then the finer step.
        let better = |one: &Self, other: &Self| {
            let key =
                |steps: &Self| (!wanted((steps.high - steps.low) / steps.step), steps.high - steps.low, steps.step);
            let (one, other) = (key(one), key(other));
            one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)).then(one.2.total_cmp(&other.2))
        };
        fits.filter(|steps| (steps.high - steps.low) / steps.step <= most.max(3.0) + 1e-9)
            .min_by(better)
            .unwrap_or(Self { step: span, low: least, high: greatest })
    }

    /// The multiples of the step within the axis.
    fn values(self) -> impl Iterator<Item = f64> {
        let first = (self.low / self.step - 1e-9).ceil();
        let last = (self.high / self.step + 1e-9).floor();
        (0..=(last - first).clamp(0.0, 20.0) as u32).map(move |index| {
            let tick = (first + f64::from(index)) * self.step;
            if tick.abs() < self.step * 1e-6 { 0.0 } else { tick }
        })
    }
}

fn label(tick: f64, step: f64, largest: f64, prefix: Prefix) -> String {
    if tick == 0.0 {
        return format!("0{}", if prefix.suffix.len() > 1 || prefix.suffix == "%" { prefix.suffix } else { "" });
    }
    let step = step / prefix.divisor;
    if largest >= 1e15 || step < 1e-6 {
        let digits = (largest.log10().floor() - (step * prefix.divisor).log10().floor()).clamp(0.0, 15.0) as usize + 1;
        return scientific(tick, digits);
    }
    format!("{}{}", grouped(tick / prefix.divisor, decimals(step)), prefix.suffix)
}

/// Digits after the point that tell multiples of `step` apart.
fn decimals(step: f64) -> usize {
    (0..12)
        .find(|digits| {
            let shifted = step * 10_f64.powi(*digits as i32);
            (shifted - shifted.round()).abs() < 1e-6 * shifted
        })
        .unwrap_or(12)
}

#[cfg(test)]
mod tests {
    use super::{Axis, AxisRequest};
    use crate::chart::{look::Scale, unit::Unit};
    use proptest::prelude::{any, prop, proptest};

    fn check(range: (f64, f64), unit: Unit, expected: &str) {
        let axis = Axis::new(&AxisRequest {
            range,
            from_zero: false,
            fixed: (None, None),
            length: 230.0,
            unit,
            scale: Scale::Linear,
        });
        let labels: Vec<String> = axis.ticks.into_iter().map(|(_, label)| label.replace('\u{a0}', " ")).collect();
        assert_eq!(labels.join(" "), expected, "{range:?}");
    }

    #[test]
    fn four_to_six_round_ticks_in_one_unit() {
        check((1_066.0, 18_251.0), Unit::Number, "0 5k 10k 15k 20k");
        check((0.0, 1_020.0), Unit::Number, "0 250 500 750 1,000");
        check((0.0, 9_000.0), Unit::Number, "0 2k 4k 6k 8k 10k");
        check((95.0, 99.5), Unit::Percent, "95% 96% 97% 98% 99% 100%");
        check((-4.0, 7.0), Unit::Number, "−5.0 −2.5 0 2.5 5.0 7.5");
        check((0.0, 1e-9), Unit::Number, "0 2e−10 4e−10 6e−10 8e−10 1e−9");
        check((0.0, 1e12), Unit::Number, "0 0.2T 0.4T 0.6T 0.8T 1.0T");
        check((0.0, 3.2e6), Unit::Number, "0 1M 2M 3M");
        check((0.0, 700_000.0), Unit::Bytes, "0 KiB 250 KiB 500 KiB 750 KiB");
        check((0.0, 9e8), Unit::Timespan, "0 s 20 s 40 s 60 s 80 s 100 s");
        check((42.0, 42.0), Unit::Number, "0 10 20 30 40");
        check((0.0, 0.0), Unit::Number, "0 0.2 0.4 0.6 0.8 1.0");
        check((-900.0, -880.0), Unit::Number, "−900 −895 −890 −885 −880");
        check((-900.0, -100.0), Unit::Number, "−1,000 −800 −600 −400 −200 0");
    }

    #[test]
    fn fixed_ends_win() {
        let request = AxisRequest {
            range: (3.0, 80.0),
            from_zero: true,
            fixed: (None, Some(100.0)),
            length: 230.0,
            unit: Unit::Number,
            scale: Scale::Linear,
        };
        let axis = Axis::new(&request);
        assert_eq!((axis.min, axis.max), (0.0, 100.0));
        let axis = Axis::new(&AxisRequest { fixed: (Some(10.0), Some(33.0)), ..request });
        assert_eq!((axis.min, axis.max), (10.0, 33.0));
        assert_eq!(axis.ticks.iter().map(|(tick, _)| *tick).collect::<Vec<_>>(), [10.0, 15.0, 20.0, 25.0, 30.0]);
    }

    proptest! {
        #[test]
        fn every_range_has_an_axis(least in any::<f64>(), greatest in any::<f64>(), from_zero: bool, ends in prop::array::uniform2(prop::option::of(any::<f64>()))) {
            let range = if least < greatest { (least, greatest) } else { (greatest, least) };
            let fixed = ends.map(|end| end.filter(|end| end.is_finite()));
            if range.0.is_finite() && range.1.is_finite() {
                let axis = Axis::new(&AxisRequest { range, from_zero, fixed: (fixed[0], fixed[1]), length: 230.0, unit: Unit::Number, scale: Scale::Linear });
                assert!(axis.max > axis.min && axis.ticks.len() <= 8, "{axis:?}");
                assert!((0.0..=1.0).contains(&axis.position(f64::midpoint(axis.min, axis.max))));
            }
        }
    }
}
