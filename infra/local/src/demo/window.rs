//! The time a report looks at, anchored to when it was due.

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use serde_json::{Value, json};

/// A stretch of time of fixed length that ends `delay` before the report is due,
/// so that a late retry reports the same rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Window {
    /// How long it is.
    length: Length,
    /// How long records are given to arrive.
    #[serde(default)]
    delay: Length,
}

/// A length of time written as `1d`, `15m` or `1h 30m`; a day has 24 hours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
struct Length(SignedDuration);

impl TryFrom<String> for Length {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let refused = || format!("`{text}` is not a length of time; write it as 1d, 15m or 1h 30m");
        let span: Span = text.parse().map_err(|_| refused())?;
        let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| refused())?;
        if length.is_negative() { Err(refused()) } else { Ok(Self(length)) }
    }
}

impl Window {
    /// Start (inclusive) and end (exclusive) for a report that was due at `scheduled`.
    /// `None` where the calendar ends.
    pub(crate) fn bounds(&self, scheduled: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let end = scheduled.checked_sub(self.delay.0).ok()?;
        let start = end.checked_sub(self.length.0).ok()?;
        Some((start, end))
    }

    /// Length and delay in seconds, as the flow `scheduled-report` takes them.
    pub(crate) fn seconds(&self) -> Value {
        let number = |Length(length): Length| match length.subsec_nanos() {
            0 => json!(length.as_secs()),
            _ => json!(length.as_secs_f64()),
        };
        json!({ "length": number(self.length), "delay": number(self.delay) })
    }

    /// `_startTime` and `_endTime` as the typed parameters of a request.
    pub(crate) fn parameters(&self, scheduled: Timestamp) -> Option<Value> {
        let (start, end) = self.bounds(scheduled)?;
        // Kusto's datetimes have ticks of 100 ns.
        let datetime = |time: Timestamp| json!({ "type": "datetime", "value": format!("{time:.7}") });
        Some(json!({ "_startTime": datetime(start), "_endTime": datetime(end) }))
    }
}

#[cfg(test)]
mod tests {
    use super::Window;
    use serde_json::json;

    #[track_caller]
    fn check(window: &str, scheduled: &str, start: &str, end: &str) {
        let window: Window = toml::from_str(window).unwrap();
        let bounds = window.bounds(scheduled.parse().unwrap()).unwrap();
        assert_eq!((bounds.0.to_string(), bounds.1.to_string()), (start.to_owned(), end.to_owned()));
    }

    #[test]
    fn a_window_ends_its_delay_before_the_scheduled_time() {
        check("length = '1d'\ndelay = '15m'", "2026-11-20T07:00:00Z", "2026-11-19T06:45:00Z", "2026-11-20T06:45:00Z");
        check("length = '1h 30m'", "2026-03-01T00:00:00Z", "2026-02-28T22:30:00Z", "2026-03-01T00:00:00Z");
        check("length = '30s'", "2026-03-29T03:00:00+02:00", "2026-03-29T00:59:30Z", "2026-03-29T01:00:00Z");
    }

    #[test]
    fn a_day_has_24_hours_whatever_the_clocks_do() {
        check("length = '1d'", "2026-10-25T07:00:00+01:00", "2026-10-24T06:00:00Z", "2026-10-25T06:00:00Z");
    }

    #[test]
    fn a_length_that_is_none_is_refused_with_the_way_to_write_it() {
        for length in ["", "1", "a day", "-1d", "1mo", "1y"] {
            let error = toml::from_str::<Window>(&format!("length = '{length}'")).unwrap_err().to_string();
            assert!(error.contains("is not a length of time; write it as 1d"), "{length}: {error}");
        }
    }

    #[test]
    fn parameters_are_typed_and_no_finer_than_a_tick() {
        let window: Window = toml::from_str("length = '1m'").unwrap();
        assert_eq!(
            window.parameters("2026-11-20T07:00:00.123456789Z".parse().unwrap()),
            Some(json!({
                "_startTime": { "type": "datetime", "value": "2026-11-20T06:59:00.1234567Z" },
                "_endTime": { "type": "datetime", "value": "2026-11-20T07:00:00.1234567Z" },
            }))
        );
    }
}
