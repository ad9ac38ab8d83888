//! What a measure counts, and how its values are written.

use crate::{
    instant::SECOND,
    number::{grouped, scientific},
};
use kusto_protocol::column::ColumnType;

/// The unit of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A plain number.
    Number,
    /// Hundredths, as the name of the column says.
    Percent,
    /// Bytes, as the name of the column says; prefixes are powers of 1,024.
    Bytes,
    /// Ticks of 100 ns.
    Timespan,
}

/// A power of the unit and its name after a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Prefix {
    pub(crate) divisor: f64,
    pub(crate) suffix: &'static str,
}

const fn prefix(divisor: f64, suffix: &'static str) -> Prefix {
    Prefix { divisor, suffix }
}

const TICKS: f64 = SECOND as f64;
const KIBI: f64 = 1024.0;
const BARE: Prefix = prefix(1.0, "");
const THOUSANDS: [Prefix; 4] = [prefix(1e12, "T"), prefix(1e9, "B"), prefix(1e6, "M"), prefix(1e4, "k")];
const BYTES: [Prefix; 5] = [
    prefix(KIBI * KIBI * KIBI * KIBI, "\u{a0}TiB"),
    prefix(KIBI * KIBI * KIBI, "\u{a0}GiB"),
    prefix(KIBI * KIBI, "\u{a0}MiB"),
    prefix(KIBI, "\u{a0}KiB"),
    prefix(1.0, "\u{a0}B"),
];
const TIMES: [Prefix; 6] = [
    prefix(86_400.0 * TICKS, "\u{a0}d"),
    prefix(3_600.0 * TICKS, "\u{a0}h"),
    prefix(60.0 * TICKS, "\u{a0}min"),
    prefix(TICKS, "\u{a0}s"),
    prefix(TICKS / 1e3, "\u{a0}ms"),
    prefix(TICKS / 1e6, "\u{a0}µs"),
];

impl Unit {
    /// The unit of a column, from its type and the words of its name or of the axis' title.
    pub(crate) fn of(name: &str, column_type: ColumnType) -> Self {
        let words = words(name);
        let says = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
        match column_type {
            ColumnType::Timespan => Self::Timespan,
            _ if name.contains('%') || says(&["percent", "pct", "percentage"]) => Self::Percent,
            _ if says(&["bytes"]) => Self::Bytes,
            _ => Self::Number,
        }
    }

    /// The prefix for an axis whose largest tick is `largest`.
    pub(crate) fn prefix(self, largest: f64) -> Prefix {
        let pick = |prefixes: &[Prefix], rest| prefixes.iter().copied().find(|p| largest >= p.divisor).unwrap_or(rest);
        match self {
            Self::Number => match pick(&THOUSANDS, BARE) {
                Prefix { suffix: "k", .. } => prefix(1e3, "k"),
                other => other,
            },
            Self::Percent => prefix(1.0, "%"),
            Self::Bytes => pick(&BYTES, BYTES[4]),
            // An axis of 90 seconds reads better than one of 1.5 minutes.
            Self::Timespan => {
                pick(&TIMES.map(|time| Prefix { divisor: time.divisor * 2.0, ..time }), TIMES[5]).halved()
            }
        }
    }

    /// A value in full: for labels on marks, totals and sentences.
    pub(crate) fn value(self, value: f64) -> String {
        match self {
            Self::Number => number(value),
            Self::Percent => format!("{}%", percent(value)),
            Self::Bytes => {
                let Prefix { divisor, suffix } = self.prefix(value.abs());
                format!("{}{suffix}", significant(value / divisor))
            }
            Self::Timespan => timespan(value),
        }
    }
}

impl Prefix {
    fn halved(self) -> Self {
        if TIMES.contains(&self) { self } else { Self { divisor: self.divisor / 2.0, ..self } }
    }
}

/// The words of a column name: `avg_CpuPercent` is `avg`, `cpu`, `percent`.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for character in name.chars() {
        let starts = !before.is_alphanumeric() || (before.is_lowercase() && character.is_uppercase());
        match words.last_mut() {
            Some(word) if !starts => word.extend(character.to_lowercase()),
            _ => words.push(character.to_lowercase().collect()),
        }
        before = character;
    }
    words.into_iter().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()).collect()
}

/// Numbers from here on are powers of ten.
const TOO_LONG: f64 = 1e15;

/// `value` with at most `decimals` digits after the point and no trailing zeros.
fn fixed(value: f64, decimals: usize) -> String {
    if value.abs() >= TOO_LONG {
        return scientific(value, 2);
    }
    let text = grouped(value, decimals);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// One digit after the point, and more where they tell a value from nothing or from everything: 99.95, 0.03.
fn percent(value: f64) -> String {
    let is_whole = |decimals: usize| matches!(grouped(value.abs(), decimals).parse(), Ok(0.0 | 100.0));
    let decimals = if value == 0.0 || value.abs() == 100.0 { 1 } else { (1..4).find(|d| !is_whole(*d)).unwrap_or(4) };
    fixed(value, decimals)
}

/// Three significant digits, all of a whole part.
fn significant(value: f64) -> String {
    match value.abs() {
        large if large >= 99.95 => fixed(value, 0),
        medium if medium >= 9.995 => fixed(value, 1),
        small if small >= 0.9995 || small == 0.0 => fixed(value, 2),
        tiny if tiny >= 1e-6 => fixed(value, (2.0 - tiny.log10().floor()) as usize),
        _ => scientific(value, 2),
    }
}

/// Up to 999,999 in full, above with three significant digits and a prefix.
fn number(value: f64) -> String {
    match value.abs() {
        full if full < 999_999.5 && full.fract() == 0.0 => fixed(value, 0),
        thousands if (1e3..999_999.5).contains(&thousands) => fixed(value, 1),
        below if below < 999_999.5 => significant(value),
        beyond if beyond >= TOO_LONG => scientific(value, 2),
        large => {
            // A value that rounds up to the next prefix takes it: 999,999,999 is 1B.
            let Prefix { divisor, suffix } = Unit::Number.prefix(large * 1.0005);
            format!("{}{suffix}", significant(value / divisor))
        }
    }
}

/// `1.42 s`, `3 m 20 s`, `2 h 5 m`, `1 d 4 h`: two levels at most.
fn timespan(ticks: f64) -> String {
    let sign = if ticks < 0.0 { "\u{2212}" } else { "" };
    let seconds = (ticks / TICKS).abs();
    let pair = |whole: f64, large: &str, small: &str, per: f64| {
        let (first, second) = ((whole / per).floor(), whole % per);
        let first = format!("{}\u{a0}{large}", fixed(first, 0));
        if second == 0.0 { first } else { format!("{first} {second}\u{a0}{small}") }
    };
    let text = match seconds {
        _ if seconds == 0.0 => "0\u{a0}s".to_owned(),
        _ if seconds < 1e-3 => format!("{}\u{a0}µs", significant(seconds * 1e6)),
        _ if seconds < 1.0 => format!("{}\u{a0}ms", significant(seconds * 1e3)),
        _ if seconds < 59.95 => format!("{}\u{a0}s", significant(seconds)),
        _ if seconds < 3_599.5 => pair(seconds.round(), "m", "s", 60.0),
        _ if seconds < 86_370.0 => pair((seconds / 60.0).round(), "h", "m", 60.0),
        _ => pair((seconds / 3_600.0).round(), "d", "h", 24.0),
    };
    format!("{sign}{text}")
}

#[cfg(test)]
mod tests {
    use super::{SECOND, Unit, words};
    use kusto_protocol::column::ColumnType;

    fn check(unit: Unit, value: f64, expected: &str) {
        assert_eq!(unit.value(value).replace('\u{a0}', " "), expected, "{value}");
    }

    #[test]
    fn numbers_are_full_to_a_million_and_short_above() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (42.0, "42"),
            (18_251.0, "18,251"),
            (999_999.0, "999,999"),
            (1_000_000.0, "1M"),
            (48_234_000.0, "48.2M"),
            (999_999_999.0, "1B"),
            (1.5e12, "1.5T"),
            (1e300, "1e300"),
            (-1_234.56, "−1,234.6"),
            (12.345_678, "12.3"),
            (2.344_6, "2.34"),
            (0.001_234_5, "0.00123"),
            (1e-9, "1e−9"),
            (-2.5e-9, "−2.5e−9"),
        ] {
            check(Unit::Number, value, expected);
        }
    }

    #[test]
    fn units_have_their_own_forms() {
        check(Unit::Percent, 81.24, "81.2%");
        check(Unit::Percent, 100.0, "100%");
        check(Unit::Percent, 99.95, "99.95%");
        check(Unit::Percent, 99.999_999, "100%");
        check(Unit::Percent, 0.03, "0.03%");
        check(Unit::Percent, 1e20, "1e20%");
        check(Unit::Bytes, 1e290, "9.09e277 TiB");
        check(Unit::Bytes, 512.0, "512 B");
        check(Unit::Bytes, 1_572_864.0, "1.5 MiB");
        let second = SECOND as f64;
        for (seconds, expected) in [
            (1.42, "1.42 s"),
            (200.0, "3 m 20 s"),
            (7_500.0, "2 h 5 m"),
            (100_800.0, "1 d 4 h"),
            (0.18, "180 ms"),
            (59.99, "1 m"),
            (3_600.0, "1 h"),
            (86_399.0, "1 d"),
            (-5.0, "−5 s"),
            (0.0, "0 s"),
        ] {
            check(Unit::Timespan, seconds * second, expected);
        }
    }

    #[test]
    fn a_unit_is_said_by_words_not_by_letters() {
        for (name, expected) in [
            ("avg_CpuPercent", Unit::Percent),
            ("cpu %", Unit::Percent),
            ("percentile_Duration_95", Unit::Number),
            ("sum_ResponseBytes", Unit::Bytes),
            ("bytesPerSecondRatio", Unit::Bytes),
            ("count_", Unit::Number),
        ] {
            assert_eq!(Unit::of(name, ColumnType::Real), expected, "{name}");
        }
        assert_eq!(Unit::of("percent", ColumnType::Timespan), Unit::Timespan);
        assert_eq!(words("avg_CpuPercent"), ["avg", "cpu", "percent"]);
    }
}
