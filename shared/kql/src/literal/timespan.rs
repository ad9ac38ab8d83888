//! Durations.

use super::reader::Reader;
use crate::lexer::unit_nanoseconds;

const TICKS_PER_SECOND: i128 = 10_000_000;
const NANOSECONDS_PER_TICK: i128 = 100;
/// More than any duration that fits needs; keeps the arithmetic within 128 bits.
const MOST_DIGITS: usize = 20;

/// `[-][d.]hh:mm:ss[.fffffff]` for a duration in that form or as a number with its unit; none where it is no whole
/// number of ticks of 100 ns, or more of them than 64 bits hold.
pub(super) fn reprint(text: &str) -> Option<String> {
    let (sign, magnitude) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let ticks = clock(magnitude).or_else(|| with_unit(magnitude))?;
    let largest = i128::from(i64::MAX) + i128::from(sign == "-");
    (ticks <= largest).then(|| print(if ticks == 0 { "" } else { sign }, ticks))
}

fn clock(text: &str) -> Option<i128> {
    let mut reader = Reader(text);
    let days = if text.split(':').next()?.contains('.') { days(&mut reader)? } else { 0 };
    let hours: i128 = reader.number(1, 2, 23)?;
    let (minutes, seconds, ticks) = reader.after_hours()?;
    reader.end()?;
    let seconds = ((days * 24 + hours) * 60 + i128::from(minutes)) * 60 + i128::from(seconds);
    Some(seconds * TICKS_PER_SECOND + i128::from(ticks))
}

fn days(reader: &mut Reader<'_>) -> Option<i128> {
    let days = reader.digits(1, MOST_DIGITS)?.parse().ok()?;
    reader.mark(&['.'])?;
    Some(days)
}

fn with_unit(text: &str) -> Option<i128> {
    let mut reader = Reader(text);
    let whole: i128 = reader.digits(1, MOST_DIGITS)?.parse().ok()?;
    let fraction =
        if reader.mark(&['.']).is_some() { reader.digits(1, MOST_DIGITS / 2)?.to_owned() } else { String::new() };
    let unit = i128::from(unit_nanoseconds(reader.0)?);
    let scale = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
    let numerator = (whole * scale + format!("0{fraction}").parse::<i128>().ok()?) * unit;
    let denominator = scale * NANOSECONDS_PER_TICK;
    (numerator % denominator == 0).then_some(numerator / denominator)
}

fn print(sign: &str, ticks: i128) -> String {
    let (seconds, fraction) = (ticks / TICKS_PER_SECOND, ticks % TICKS_PER_SECOND);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let days = if days == 0 { String::new() } else { format!("{days}.") };
    let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:07}") };
    format!("{sign}{days}{hours:02}:{minutes:02}:{:02}{fraction}", seconds % 60)
}
