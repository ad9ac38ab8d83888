//! Instants and durations in ticks of 100 ns, as Kusto (and .NET) count them.

use std::fmt;

/// Ticks in a second.
pub const TICKS_PER_SECOND: i64 = 10_000_000;
/// Ticks in a day.
pub const TICKS_PER_DAY: i64 = 86_400 * TICKS_PER_SECOND;
/// 1970-01-01 in ticks since 0001-01-01.
pub const UNIX_EPOCH: DateTime = DateTime(719_162 * TICKS_PER_DAY);

/// An instant: ticks since 0001-01-01T00:00:00Z, between [`DateTime::MIN`] and [`DateTime::MAX`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DateTime(i64);

/// A duration in ticks; any `i64`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timespan(pub i64);

/// The parts of an instant on the calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// 1 to 9999.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// Ticks since midnight.
    pub ticks_of_day: i64,
}

impl DateTime {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(0);
    /// 9999-12-31T23:59:59.9999999Z.
    pub const MAX: Self = Self(3_652_059 * TICKS_PER_DAY - 1);

    /// The instant `ticks` after 0001-01-01; none outside the years 1 to 9999.
    pub fn from_ticks(ticks: i64) -> Option<Self> {
        (Self::MIN.0..=Self::MAX.0).contains(&ticks).then_some(Self(ticks))
    }

    /// Midnight of a day of the calendar; none where there is no such day.
    pub fn from_date(year: i32, month: u32, day: u32) -> Option<Self> {
        let valid =
            (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        valid.then(|| Self(days_before(year, month, day) * TICKS_PER_DAY))
    }

    /// Ticks since 0001-01-01.
    pub fn ticks(self) -> i64 {
        self.0
    }

    /// The instant a duration later; none outside the years 1 to 9999.
    pub fn checked_add(self, span: Timespan) -> Option<Self> {
        self.0.checked_add(span.0).and_then(Self::from_ticks)
    }

    /// The time from `earlier` to this instant.
    pub fn since(self, earlier: Self) -> Timespan {
        Timespan(self.0 - earlier.0)
    }

    /// The parts on the calendar.
    pub fn civil(self) -> Civil {
        let (year, month, day) = date_of(self.0.div_euclid(TICKS_PER_DAY));
        Civil { year, month, day, ticks_of_day: self.0.rem_euclid(TICKS_PER_DAY) }
    }
}

impl Civil {
    /// The instant; none where there is no such day.
    pub fn instant(self) -> Option<DateTime> {
        DateTime::from_date(self.year, self.month, self.day)?.checked_add(Timespan(self.ticks_of_day))
    }
}

/// Days of a month, leap years counted.
pub fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 0001-01-01 to a day, counting years from March so that the leap day is the last of its year.
fn days_before(year: i32, month: u32, day: u32) -> i64 {
    let from_march = i64::from((month + 9) % 12);
    let year = i64::from(year) - i64::from(month < 3);
    let day_of_year = (153 * from_march + 2) / 5 + i64::from(day) - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 306
}

/// Year, month and day of a day counted from 0001-01-01: the inverse of [`days_before`].
fn date_of(days: i64) -> (i32, u32, u32) {
    let days = days + 306;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = (from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month < 3);
    (year as i32, month as u32, day as u32)
}

impl fmt::Display for DateTime {
    /// As in `2016-06-06T15:35:00.0000000Z`, always with seven digits; `{:#}` leaves a zero fraction out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Civil { year, month, day, ticks_of_day } = self.civil();
        let (seconds, fraction) = (ticks_of_day / TICKS_PER_SECOND, ticks_of_day % TICKS_PER_SECOND);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if fraction != 0 || !f.alternate() {
            write!(f, ".{fraction:07}")?;
        }
        f.write_str("Z")
    }
}

impl fmt::Display for Timespan {
    /// As in `-1.02:03:04.5670000`: no days where there are none, no fraction where it is zero.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ticks = self.0.unsigned_abs();
        let (seconds, fraction) = (ticks / TICKS_PER_SECOND as u64, ticks % TICKS_PER_SECOND as u64);
        if self.0 < 0 {
            f.write_str("-")?;
        }
        if seconds >= 86_400 {
            write!(f, "{}.", seconds / 86_400)?;
        }
        write!(f, "{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)?;
        if fraction != 0 {
            write!(f, ".{fraction:07}")?;
        }
        Ok(())
    }
}

/// Reads an ISO 8601 date or instant (`2014-05-25`, `2014-05-25T08:20:03.123456Z`, a space for `T`, an offset for `Z`).
pub fn parse_datetime(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let (date, clock) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], text[at + 1..].trim_start()),
        None => (text.trim_end_matches(['Z', 'z']), ""),
    };
    let midnight = parse_date(date)?;
    if clock.is_empty() {
        return Some(midnight);
    }
    let (clock, offset) = split_offset(clock)?;
    midnight.checked_add(Timespan(parse_clock(clock)? - offset))
}

/// Reads `yyyy-MM-dd`, `yyyy-MM`, `yyyy` or, as .NET does, `MM/dd/yyyy`.
fn parse_date(date: &str) -> Option<DateTime> {
    let (year, month, day) = match date.split_once('/') {
        Some((month, rest)) => {
            let (day, year) = rest.split_once('/')?;
            (year, Some(month), Some(day))
        }
        None => {
            let mut parts = date.splitn(3, '-');
            (parts.next()?, parts.next(), parts.next())
        }
    };
    let number = |part: Option<&str>| part.map_or(Some(1), |part| digits(part, 1..=2));
    DateTime::from_date(digits(year, 4..=4)? as i32, number(month)? as u32, number(day)? as u32)
}

/// A clock text without its zone, and the offset of the zone in ticks.
fn split_offset(clock: &str) -> Option<(&str, i64)> {
    if let Some(clock) = clock.strip_suffix(['Z', 'z']) {
        return Some((clock.trim_end(), 0));
    }
    let Some(at) = clock.rfind(['+', '-']) else { return Some((clock, 0)) };
    let (clock, zone) = clock.split_at(at);
    let (hours, minutes) = match zone[1..].split_once(':') {
        Some((hours, minutes)) => (digits(hours, 1..=2)?, digits(minutes, 2..=2)?),
        None if zone.len() == 5 => (digits(zone.get(1..3)?, 2..=2)?, digits(zone.get(3..)?, 2..=2)?),
        None => (digits(&zone[1..], 1..=2)?, 0),
    };
    let ticks = (hours * 60 + minutes) * 60 * TICKS_PER_SECOND;
    (hours <= 14 && minutes < 60).then(|| (clock.trim_end(), if zone.starts_with('-') { -ticks } else { ticks }))
}

/// Ticks of `hh:mm[:ss[.fraction]]`.
fn parse_clock(clock: &str) -> Option<i64> {
    let mut parts = clock.split(':');
    let hours = digits(parts.next()?, 1..=2)?;
    let minutes = digits(parts.next()?, 1..=2)?;
    let (seconds, fraction) = match parts.next() {
        Some(seconds) => seconds.split_once('.').unwrap_or((seconds, "0")),
        None => ("0", "0"),
    };
    let seconds = digits(seconds, 1..=2)?;
    if parts.next().is_some() || hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    Some(((hours * 60 + minutes) * 60 + seconds) * TICKS_PER_SECOND + parse_fraction(fraction)?)
}

/// Ticks of a decimal fraction of a second; digits after the seventh are dropped.
fn parse_fraction(text: &str) -> Option<i64> {
    let kept = text.get(..text.len().min(7))?;
    digits(&text[kept.len()..], 0..=usize::MAX)?;
    Some(digits(kept, 1..=7)? * 10_i64.pow(7 - kept.len() as u32))
}

/// A number written in this many ASCII digits; no digits are 0, digits that do not fit count as the largest number.
fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let valid = length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    valid.then(|| text.bytes().fold(0_i64, |sum, byte| sum.saturating_mul(10).saturating_add(i64::from(byte - b'0'))))
}

/// Reads a duration: `[-][d.]hh:mm[:ss[.fffffff]]`, or a number with a unit as in `1.5h`.
pub fn parse_timespan(text: &str) -> Option<Timespan> {
    let text = text.trim();
    let (negative, body) = match text.strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, text),
    };
    let ticks = if body.contains(':') { parse_days_and_clock(body)? } else { parse_with_unit(body)? };
    Some(Timespan(if negative { ticks.wrapping_neg() } else { ticks }))
}

fn parse_days_and_clock(text: &str) -> Option<i64> {
    let colon = text.find(':')?;
    let (days, clock) = match text[..colon].split_once('.') {
        Some((days, _)) => (digits(days, 1..=8)?, &text[days.len() + 1..]),
        None => (0, text),
    };
    days.checked_mul(TICKS_PER_DAY)?.checked_add(parse_clock(clock)?)
}

/// Ticks of a number with a unit, as in `1.5h`, `90s` or `1tick`.
fn parse_with_unit(text: &str) -> Option<i64> {
    let at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = (&text[..at], unit_ticks(&text[at..])?);
    match number.parse::<i64>() {
        Ok(number) => number.checked_mul(unit),
        Err(_) => {
            let ticks = number.parse::<f64>().ok()? * unit as f64;
            (ticks.is_finite() && ticks.abs() < i64::MAX as f64).then(|| ticks.round() as i64)
        }
    }
}

/// Ticks of a unit of a timespan literal.
pub fn unit_ticks(unit: &str) -> Option<i64> {
    Some(match unit {
        "d" | "day" | "days" => TICKS_PER_DAY,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600 * TICKS_PER_SECOND,
        "m" | "min" | "minute" | "minutes" => 60 * TICKS_PER_SECOND,
        "s" | "sec" | "second" | "seconds" => TICKS_PER_SECOND,
        "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => 10_000,
        "micro" | "micros" | "microsecond" | "microseconds" => 10,
        "tick" | "ticks" => 1,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{DateTime, TICKS_PER_DAY, Timespan, UNIX_EPOCH, parse_datetime, parse_timespan};

    #[test]
    fn days_of_the_calendar_and_back() {
        assert_eq!(DateTime::from_date(1970, 1, 1), Some(UNIX_EPOCH));
        assert_eq!(DateTime::from_date(2023, 2, 29), None);
        for day in (0..3_652_059).step_by(13) {
            let instant = DateTime::from_ticks(day * TICKS_PER_DAY + 5).unwrap();
            assert_eq!(instant.civil().instant(), Some(instant));
        }
        assert_eq!(DateTime::MAX.to_string(), "9999-12-31T23:59:59.9999999Z");
        assert_eq!(DateTime::MIN.to_string(), "0001-01-01T00:00:00.0000000Z");
    }

    #[test]
    fn datetimes_are_read() {
        let cases = [
            ("2014-05-25T08:20:03.123456Z", "2014-05-25T08:20:03.1234560Z"),
            ("2014-05-25 08:20", "2014-05-25T08:20:00.0000000Z"),
            ("2014-05-25", "2014-05-25T00:00:00.0000000Z"),
            ("2014-05", "2014-05-01T00:00:00.0000000Z"),
            ("2014-05-25T08:20:03.123456789+02:00", "2014-05-25T06:20:03.1234567Z"),
            ("02/17/2016 08:40:01", "2016-02-17T08:40:01.0000000Z"),
            ("2014-05-25T08:20:03-0130", "2014-05-25T09:50:03.0000000Z"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_datetime(text).map(|instant| instant.to_string()).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "2020-13-01",
            "2020-02-30",
            "2020-01-01T24:00",
            "2020-01-01T10:00:00.",
            "x",
            "10000-01-01",
            "2020-01-01T+",
        ] {
            assert_eq!(parse_datetime(text), None, "{text}");
        }
    }

    #[test]
    fn timespans_are_read_and_written() {
        let cases = [
            ("1.02:03:04", "1.02:03:04"),
            ("-2.00:00:02.0020002", "-2.00:00:02.0020002"),
            ("00:01", "00:01:00"),
            ("1.5h", "01:30:00"),
            ("90s", "00:01:30"),
            ("-1d", "-1.00:00:00"),
            ("1tick", "00:00:00.0000001"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_timespan(text).map(|span| span.to_string()).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "1.5", "abc", "24:00:00", "1:2:3:4", "99999999999999d", "-"] {
            assert_eq!(parse_timespan(text), None, "{text}");
        }
        assert_eq!(Timespan(i64::MIN).to_string(), "-10675199.02:48:05.4775808");
    }
}
