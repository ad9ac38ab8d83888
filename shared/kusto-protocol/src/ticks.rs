//! Instants and durations as Kusto counts them: in ticks of 100 ns, instants since 0001-01-01.

/// Ticks in a second.
pub(crate) const TICKS_PER_SECOND: i64 = 10_000_000;

const SECONDS_PER_DAY: i64 = 86_400;

/// The ticks of an ISO 8601 instant such as `2016-06-06T15:35:00.1234567Z`; UTC where it names no offset.
pub(crate) fn of_datetime(text: &str) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    if !(1..=12).contains(&month) || !(1..=days_in_month(year, month)).contains(&day) {
        return None;
    }
    let seconds = days_before(year, month, day) * SECONDS_PER_DAY;
    if rest.is_empty() {
        return Some(seconds * TICKS_PER_SECOND);
    }
    let (time, offset) = split_offset(rest.strip_prefix(['T', 't', ' '])?)?;
    seconds.checked_sub(offset)?.checked_mul(TICKS_PER_SECOND)?.checked_add(of_time(time)?)
}

/// The ticks of a duration in Kusto's text form `[-][d.]hh:mm:ss[.fffffff]`.
pub(crate) fn of_timespan(text: &str) -> Option<i64> {
    let (negative, magnitude) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    // Days end with a dot that comes before the first colon; a dot after it begins a fraction.
    let (days, time) = match magnitude.split_once('.') {
        Some((days, time)) if !days.contains(':') => (number(days, 1..=8)?, time),
        _ => (0, magnitude),
    };
    let ticks = i128::from(days) * i128::from(SECONDS_PER_DAY * TICKS_PER_SECOND) + i128::from(of_time(time)?);
    i64::try_from(if negative { -ticks } else { ticks }).ok()
}

/// A duration in Kusto's text form.
pub(crate) fn timespan_text(ticks: i64) -> String {
    let sign = if ticks < 0 { "-" } else { "" };
    let (seconds, fraction) = (ticks.unsigned_abs() / 10_000_000, ticks.unsigned_abs() % 10_000_000);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let days = if days > 0 { format!("{days}.") } else { String::new() };
    let fraction = if fraction > 0 { format!(".{fraction:07}") } else { String::new() };
    format!("{sign}{days}{hours:02}:{minutes:02}:{:02}{fraction}", seconds % 60)
}

/// The ticks of `hh:mm:ss[.fffffff]` or `hh:mm`, less than a day.
fn of_time(text: &str) -> Option<i64> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let [hours, minutes, seconds] = match clock.len() {
        5 => numbers(clock, ':', [2, 2]).map(|[hours, minutes]| [hours, minutes, 0])?,
        _ => numbers(clock, ':', [2, 2, 2])?,
    };
    if hours > 23 || minutes > 59 || seconds > 59 || text.ends_with('.') {
        return None;
    }
    let fraction = match fraction.len() {
        0 => 0,
        digits @ 1..=7 => number(fraction, 1..=7)? * 10_i64.pow(7 - u32::try_from(digits).ok()?),
        _ => return None,
    };
    Some(((hours * 60 + minutes) * 60 + seconds) * TICKS_PER_SECOND + fraction)
}

/// The time of day without its `Z` or offset, and the offset in seconds.
fn split_offset(time: &str) -> Option<(&str, i64)> {
    if let Some(utc) = time.strip_suffix(['Z', 'z']) {
        return Some((utc, 0));
    }
    let Some(sign) = time.find(['+', '-']) else { return Some((time, 0)) };
    let (time, offset) = time.split_at_checked(sign)?;
    let [hours, minutes] = numbers(offset.get(1..)?, ':', [2, 2])?;
    let seconds = (hours * 60 + minutes) * 60;
    (hours <= 14 && minutes <= 59).then_some((time, if offset.starts_with('-') { -seconds } else { seconds }))
}

/// `N` numbers of so many digits each, with `separator` between them and nothing else.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut found = [0; N];
    for (value, digits) in found.iter_mut().zip(digits) {
        *value = number(parts.next()?, digits..=digits)?;
    }
    parts.next().is_none().then_some(found)
}

fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<i64> {
    (digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 0001-01-01 to a date of the years 0 to 9999; year 0, which Kusto writes but does not count in, lies before.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let years = year - 1;
    let leap_days = years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400);
    let months: i64 = (1..month).map(|month| days_in_month(year, month)).sum();
    years * 365 + leap_days + months + day - 1
}

#[cfg(test)]
mod tests {
    use super::{of_datetime, of_timespan, timespan_text};

    #[test]
    fn reads_instants() {
        #[track_caller]
        fn check(text: &str, ticks: Option<i64>) {
            assert_eq!(of_datetime(text), ticks, "{text}");
        }
        check("0001-01-01T00:00:00Z", Some(0));
        check("0001-01-01T00:00:00.0000001Z", Some(1));
        check("0000-12-31T23:59:59.9999999Z", Some(-1));
        check("0000-01-01T00:00:00Z", Some(-366 * 864_000_000_000));
        // The figures of .NET: DateTime.UnixEpoch.Ticks and DateTime.MaxValue.Ticks.
        check("1970-01-01T00:00:00Z", Some(621_355_968_000_000_000));
        check("9999-12-31T23:59:59.9999999Z", Some(3_155_378_975_999_999_999));
        check("2000-02-29T00:00:00Z", Some(630_873_792_000_000_000));
        check("1970-01-01T00:00:00.5", Some(621_355_968_005_000_000));
        check("1970-01-01 00:00:01", Some(621_355_968_010_000_000));
        check("1970-01-01", Some(621_355_968_000_000_000));
        check("1970-01-01T01:00:00+01:00", Some(621_355_968_000_000_000));
        check("1969-12-31T18:30Z", Some(621_355_770_000_000_000));
        check("1969-12-31T18:30:00-05:30", Some(621_355_968_000_000_000));
        for text in [
            "",
            "1970",
            "1970-1-1",
            "1970-13-01T00:00:00Z",
            "1970-00-01",
            "1970-02-29",
            "1900-02-29",
            "1970-01-01T24:00:00Z",
            "1970-01-01T00:60:00Z",
            "1970-01-01T00:00:60Z",
            "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00.12345678Z",
            "1970-01-01T00:00:00Zz",
            "1970-01-01T",
            "1970-01-01X00:00:00",
            "+970-01-01T00:00:00Z",
            "1970-01-01T00:00:00+1:00",
            "1970-01-01T00:00:00+99:00",
            "197é-01-01T00:00:00Z",
            "10000-01-01T00:00:00Z",
            "null",
            "1970-01-01T-1:00:00Z",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn reads_and_writes_durations() {
        #[track_caller]
        fn check(text: &str, ticks: i64) {
            assert_eq!(of_timespan(text), Some(ticks), "{text}");
            assert_eq!(timespan_text(ticks), text);
        }
        check("00:00:00", 0);
        check("00:00:00.0000001", 1);
        check("01:23:45.6789000", 50_256_789_000);
        check("1.00:00:01.0010001", 864_010_010_001);
        check("-2.00:00:02.0020002", -1_728_020_020_002);
        check("4.01:02:03.5670000", 3_493_235_670_000);
        check("10675199.02:48:05.4775807", i64::MAX);
        check("-10675199.02:48:05.4775808", i64::MIN);
        assert_eq!(of_timespan("01:02:03.5"), Some(37_235_000_000));
        assert_eq!(of_timespan("01:02"), Some(37_200_000_000));
        for text in [
            "",
            "-",
            "1",
            "1.",
            "1.2",
            "24:00:00",
            "00:60:00",
            "00:00:60",
            "1.2.3",
            "--00:00:01",
            "-1.-1:00:00",
            "00:00:00.",
            "10675199.02:48:05.4775808",
            "99999999.00:00:00",
            "999999999.00:00:00",
            "00: 00: 00",
            "١.00:00:00",
            "1:00:00",
        ] {
            assert_eq!(of_timespan(text), None, "{text}");
        }
    }
}
