//! Instants.

use super::reader::Reader;
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

/// The ISO 8601 text of an instant, in UTC with the fractional digits it needs. Without an offset it is UTC already, as
/// Kusto has it.
pub(super) fn reprint(text: &str) -> Option<String> {
    let mut reader = Reader(text);
    let date = date(&mut reader)?;
    let (time, offset) = if reader.mark(&['T', ' ']).is_some() { time(&mut reader)? } else { (Time::midnight(), 0) };
    reader.end()?;
    let utc = DateTime::from_parts(date, time).checked_sub(SignedDuration::from_mins(offset)).ok()?;
    let ticks = utc.subsec_nanosecond() / 100;
    let fraction = if ticks == 0 { String::new() } else { format!(".{ticks:07}") };
    (utc.year() >= 1).then(|| format!("{}{fraction}Z", utc.strftime("%Y-%m-%dT%H:%M:%S")))
}

fn date(reader: &mut Reader<'_>) -> Option<Date> {
    let year = reader.number(4, 4, 9999)?;
    reader.mark(&['-'])?;
    let month = reader.number(2, 2, 12)?;
    reader.mark(&['-'])?;
    Date::new(year, month, reader.number(2, 2, 31)?).ok()
}

/// A time of day and the offset from UTC in minutes.
fn time(reader: &mut Reader<'_>) -> Option<(Time, i64)> {
    let hour = reader.number(2, 2, 23)?;
    let (minute, second, ticks) = reader.after_hours()?;
    Some((Time::new(hour, minute, second, ticks * 100).ok()?, offset(reader)?))
}

/// `Z`, `+hh`, `+hhmm` or `+hh:mm`, either sign; nothing is UTC.
fn offset(reader: &mut Reader<'_>) -> Option<i64> {
    let direction = match reader.mark(&['Z', '+', '-']) {
        Some('+') => 1,
        Some('-') => -1,
        _ => return Some(0),
    };
    let hours: i64 = reader.number(2, 2, 14)?;
    let colon = reader.mark(&[':']).is_some();
    let minutes = if colon || !reader.0.is_empty() { reader.number(2, 2, 59)? } else { 0 };
    Some(direction * (hours * 60 + minutes))
}
