//! Instants and time zones: Kusto's datetime as ticks of 100 ns since year 1, and the wall clock somewhere.

use jiff::{
    SignedDuration, Span, Timestamp,
    civil::{DateTime, Time},
    tz::TimeZone,
};
use std::fmt;

/// Ticks of 100 ns in a second.
pub(crate) const SECOND: i64 = 10_000_000;
/// Ticks in a day.
pub(crate) const DAY: i64 = 86_400 * SECOND;

const YEAR_ONE: DateTime = DateTime::constant(1, 1, 1, 0, 0, 0, 0);
/// The last tick of year 9999, Kusto's `datetime(9999-12-31T23:59:59.9999999)`.
pub(crate) const LAST: i64 = 3_155_378_975_999_999_999;
/// 1970-01-01 in ticks.
const UNIX_EPOCH: i64 = 621_355_968_000_000_000;

/// The ticks of a datetime as Kusto writes it (`2026-11-20T06:00:00.1234567Z`); none where it is something else.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let local: DateTime = plain(text).or_else(|| text.parse().ok())?;
    let ticks = from_civil(local);
    (0..=LAST).contains(&ticks).then_some(ticks)
}

/// `2026-11-20T06:00:00.1234567`, as Kusto writes every datetime: a chart reads one in each row, and the general parser takes its time.
fn plain(text: &str) -> Option<DateTime> {
    let (clock, fraction) = text.as_bytes().split_at_checked(19)?;
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators.iter().any(|(at, separator)| clock[*at] != *separator) {
        return None;
    }
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_i32, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i32::from(digit - b'0')))
    };
    let nanoseconds = match fraction {
        [] => 0,
        [b'.', digits @ ..] if (1..=9).contains(&digits.len()) => number(digits)? * 10_i32.pow(9 - digits.len() as u32),
        _ => return None,
    };
    let (year, month, day) = (number(&clock[..4])?, number(&clock[5..7])?, number(&clock[8..10])?);
    let (hour, minute, second) = (number(&clock[11..13])?, number(&clock[14..16])?, number(&clock[17..])?);
    DateTime::new(year as i16, month as i8, day as i8, hour as i8, minute as i8, second as i8, nanoseconds).ok()
}

/// Whether a text is that of a datetime as Kusto writes it, without its `Z`.
pub(crate) fn is_plain(text: &str) -> bool {
    plain(text).is_some()
}

/// The ticks of a civil time read as UTC.
pub(crate) fn from_civil(local: DateTime) -> i64 {
    let since = local.duration_since(YEAR_ONE);
    since.as_secs() * SECOND + i64::from(since.subsec_nanos() / 100)
}

/// The civil time of `ticks` read as UTC.
pub(crate) fn to_civil(ticks: i64) -> DateTime {
    let ticks = ticks.clamp(0, LAST);
    let date = YEAR_ONE.date().saturating_add(Span::new().days(ticks / DAY));
    let within = SignedDuration::from_nanos(ticks % DAY * 100);
    date.to_datetime(Time::midnight().saturating_add(within))
}

/// The ticks of a timespan as Kusto writes it (`1.02:03:04.5000000`, negative with a minus sign); none where it is something else.
pub(crate) fn parse_timespan(text: &str) -> Option<i64> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let mut clock = text.split(':');
    let (first, minutes, seconds) = (clock.next()?, clock.next()?, clock.next()?);
    let (days, hours) = first.split_once('.').unwrap_or(("0", first));
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let whole = |digits: &str| digits.parse::<u32>().ok().map(i64::from);
    let fraction = whole(format!("{fraction:0<7}").get(..7)?)?;
    let minutes = (whole(days)? * 24 + whole(hours)?) * 60 + whole(minutes)?;
    let ticks = (minutes * 60 + whole(seconds)?).checked_mul(SECOND)?.checked_add(fraction)?;
    clock.next().is_none().then_some(sign * ticks)
}

/// A time zone by its IANA name.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

/// A time zone that the IANA database does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone `{name}`; use an IANA name such as Europe/Berlin, or UTC")]
pub struct UnknownTimeZone {
    /// What was asked for.
    pub name: String,
}

impl Zone {
    /// Coordinated universal time, in which Kusto keeps its datetimes.
    pub fn utc() -> Self {
        Self { name: "UTC".into(), zone: TimeZone::UTC }
    }

    /// The zone that the IANA database calls `name`, such as `Europe/Berlin`.
    ///
    /// # Errors
    /// Where there is no such zone.
    pub fn named(name: &str) -> Result<Self, UnknownTimeZone> {
        match TimeZone::get(name) {
            Ok(zone) => Ok(Self { name: zone.iana_name().unwrap_or(name).into(), zone }),
            Err(_) => Err(UnknownTimeZone { name: name.into() }),
        }
    }

    /// The wall clock at an instant.
    pub(crate) fn local(&self, ticks: i64) -> DateTime {
        let offset = i64::from(self.zone.to_offset(timestamp(ticks)).seconds());
        to_civil(ticks.saturating_add(offset * SECOND))
    }

    /// The first instant at which the clock shows `local`, or the first after the gap that leaves it out.
    pub(crate) fn instant(&self, local: DateTime) -> i64 {
        match self.zone.to_ambiguous_timestamp(local).compatible() {
            Ok(timestamp) => (timestamp.as_nanosecond() / 100) as i64 + UNIX_EPOCH,
            // The last hours of year 9999, of which jiff has no timestamps.
            Err(_) => from_civil(local),
        }
    }
}

fn timestamp(ticks: i64) -> Timestamp {
    let nanoseconds = i128::from(ticks - UNIX_EPOCH) * 100;
    let (least, most) = (Timestamp::MIN, Timestamp::MAX);
    Timestamp::from_nanosecond(nanoseconds.clamp(least.as_nanosecond(), most.as_nanosecond())).unwrap_or(most)
}

impl fmt::Display for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::{LAST, SECOND, UNIX_EPOCH, Zone, parse, parse_timespan, plain, to_civil};
    use jiff::civil::DateTime;
    use proptest::prelude::proptest;

    proptest! {
        #[test]
        fn the_plain_form_is_read_as_the_general_parser_reads_it(ticks in 0..=LAST, odd in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-2][0-9]:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,10})?") {
            let text = to_civil(ticks).to_string();
            assert_eq!(plain(&text), text.parse().ok());
            if let Some(read) = plain(&odd) {
                assert_eq!(odd.parse::<DateTime>().ok(), Some(read));
            }
        }
    }

    #[test]
    fn datetimes_keep_every_tick_from_year_1_to_9999() {
        for (text, ticks) in [
            ("0001-01-01T00:00:00Z", 0),
            ("0001-01-01T00:00:00.0000001Z", 1),
            ("1970-01-01T00:00:00Z", UNIX_EPOCH),
            ("2026-11-20T06:00:00.1234567Z", UNIX_EPOCH + 1_795_154_400 * SECOND + 1_234_567),
            ("9999-12-31T23:59:59.9999999Z", LAST),
        ] {
            assert_eq!(parse(text), Some(ticks), "{text}");
            assert_eq!(to_civil(ticks).to_string(), text.trim_end_matches('Z'), "there and back");
        }
        for text in ["", "2026-13-01T00:00:00Z", "soon", "-000001-01-01T00:00:00"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn timespans() {
        for (text, ticks) in [
            ("00:00:01", Some(SECOND)),
            ("1.02:03:04.5", Some(((26 * 60 + 3) * 60 + 4) * SECOND + SECOND / 2)),
            ("-00:00:00.0000001", Some(-1)),
            ("00:00:00.12345678", Some(1_234_567)),
            ("4000000000.00:00:00", None),
            ("1:2", None),
            ("00:00:00:00", None),
            ("00:00:é", None),
            ("00:00:00.ééééé", None),
        ] {
            assert_eq!(parse_timespan(text), ticks, "{text}");
        }
    }

    #[test]
    fn the_wall_clock_survives_the_day_it_is_changed() {
        let berlin = Zone::named("europe/berlin").unwrap();
        assert_eq!(berlin.to_string(), "Europe/Berlin");
        let noon = parse("2026-03-29T12:00:00Z").unwrap();
        assert_eq!(berlin.local(noon).to_string(), "2026-03-29T14:00:00");
        assert_eq!(berlin.instant(berlin.local(noon)), noon);
        let skipped = "2026-03-29T02:30:00".parse().unwrap();
        assert_eq!(to_civil(berlin.instant(skipped)).to_string(), "2026-03-29T01:30:00");
        assert_eq!(Zone::utc().instant(to_civil(LAST)), LAST);
        assert!(Zone::named("Mars/Olympus").unwrap_err().to_string().contains("Mars/Olympus"));
    }
}
