//! Client request options that are honoured. As in the service, an option that is unknown or has a bad value is ignored.

use crate::storage::time::{DateTime, TICKS_PER_SECOND, Timespan, parse_datetime, parse_timespan};
use crate::storage::value as engine;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::time::Duration;

/// Rows and bytes of a result, unless set: the service's own limits.
const TRUNCATION_RECORDS: usize = 500_000;
const TRUNCATION_BYTES: usize = 64 << 20;
/// The longest time a request may ask for.
const LONGEST: Duration = Duration::from_secs(3600);

/// Options of a request.
#[derive(Debug, PartialEq)]
pub(super) struct Options {
    /// `query_take_max_records`: rows of each result; more are left out silently.
    pub(super) take: Option<usize>,
    /// `truncationmaxrecords`: rows of all results; more are an error.
    pub(super) records: usize,
    /// `truncationmaxsize`: bytes of all results; more are an error.
    pub(super) bytes: usize,
    /// `deferpartialqueryfailures`: whether such an error stands only in the completion information.
    pub(super) defer_errors: bool,
    /// `results_error_reporting_placement`: where else it stands.
    pub(super) placement: ErrorPlacement,
    /// `results_v2_fragment_primary_tables`: whether results come in pieces.
    pub(super) fragmented: bool,
    /// `results_progressive_enabled`: whether they come in pieces that say how far the query is.
    pub(super) progressive: bool,
    /// `results_v2_newlines_between_frames`: whether each frame has a line of its own.
    pub(super) newlines: bool,
    /// `query_now`: what `now()` is.
    pub(super) query_now: Option<DateTime>,
    /// `request_readonly`, `request_readonly_hardline`: whether nothing may be changed.
    pub(super) read_only: bool,
    /// `servertimeout`, or `norequesttimeout`.
    pub(super) timeout: Duration,
}

impl Options {
    /// Reads the options; `timeout` holds where none is set.
    pub(super) fn of(options: &Map<String, Value>, timeout: Duration) -> Self {
        let count = |name: &str| options.get(name).and_then(whole_number);
        let records = count("truncationmaxrecords");
        let bytes = count("truncationmaxsize");
        // `notruncation` is ignored where a limit is set.
        let unlimited = flag(options, "notruncation") && records.is_none() && bytes.is_none();
        let limit = |set: Option<usize>, default| set.unwrap_or(if unlimited { usize::MAX } else { default });
        Self {
            take: count("query_take_max_records"),
            records: limit(records, TRUNCATION_RECORDS),
            bytes: limit(bytes, TRUNCATION_BYTES),
            defer_errors: flag(options, "deferpartialqueryfailures"),
            placement: ErrorPlacement::of(options.get("results_error_reporting_placement")),
            fragmented: flag(options, "results_v2_fragment_primary_tables"),
            progressive: flag(options, "results_progressive_enabled"),
            newlines: flag(options, "results_v2_newlines_between_frames"),
            query_now: options.get("query_now").and_then(Value::as_str).and_then(instant),
            read_only: flag(options, "request_readonly") || flag(options, "request_readonly_hardline"),
            timeout: match options
                .get("servertimeout")
                .and_then(Value::as_str)
                .and_then(parse_timespan)
                .and_then(duration)
            {
                _ if flag(options, "norequesttimeout") => LONGEST,
                set => set.unwrap_or(timeout).min(LONGEST),
            },
        }
    }
}

/// Where the error of a result that was cut stands in an answer in frames, besides the completion information.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum ErrorPlacement {
    /// Among the rows.
    #[default]
    InData,
    /// In the completion of the table, where there is one.
    EndOfTable,
    /// In the completion of the answer alone.
    EndOfDataSet,
}

impl ErrorPlacement {
    fn of(value: Option<&Value>) -> Self {
        match value.and_then(Value::as_str).map(str::to_ascii_lowercase).as_deref() {
            Some("end_of_table") => Self::EndOfTable,
            Some("end_of_dataset") => Self::EndOfDataSet,
            _ => Self::InData,
        }
    }

    /// Its name in the header of an answer; none where nobody asked for a place.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::InData => None,
            Self::EndOfTable => Some("EndOfTable"),
            Self::EndOfDataSet => Some("EndOfDataSet"),
        }
    }
}

/// The limits, of which the lowest holds where the request and the query both have one.
const COUNTS: [&str; 3] = ["query_take_max_records", "truncationmaxrecords", "truncationmaxsize"];

/// What only the request may say: a query cannot `set` it.
const NOT_SETTABLE: [&str; 4] = ["servertimeout", "norequesttimeout", "request_readonly", "request_readonly_hardline"];

/// The options of a request with those that its query has `set`.
pub(super) fn with_settings(
    options: &Map<String, Value>,
    settings: &HashMap<String, engine::Value<'_>>,
) -> Map<String, Value> {
    let mut merged = options.clone();
    for (name, value) in settings.iter().filter(|(name, _)| !NOT_SETTABLE.contains(&name.as_str())) {
        let value = serde_json::to_value(value).unwrap_or_default();
        let given = merged.get(name).and_then(whole_number);
        let is_lower = given.is_none_or(|given| whole_number(&value).is_some_and(|set| set < given));
        if !COUNTS.contains(&name.as_str()) || is_lower {
            merged.insert(name.clone(), value);
        }
    }
    merged
}

/// An instant, bare or in `datetime(…)`.
fn instant(text: &str) -> Option<DateTime> {
    let literal = text.strip_prefix("datetime(").and_then(|rest| rest.strip_suffix(')'));
    parse_datetime(literal.unwrap_or(text))
}

/// A number, or its text.
fn whole_number(value: &Value) -> Option<usize> {
    match value {
        Value::String(text) => text.parse().ok(),
        _ => usize::try_from(value.as_u64()?).ok(),
    }
}

fn flag(options: &Map<String, Value>, name: &str) -> bool {
    match options.get(name) {
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        Some(value) => value.as_bool() == Some(true),
        None => false,
    }
}

fn duration(timespan: Timespan) -> Option<Duration> {
    let ticks = u64::try_from(timespan.0).ok()?;
    let per_second = TICKS_PER_SECOND.cast_unsigned();
    let nanoseconds = u32::try_from(ticks % per_second * 100).ok()?;
    Some(Duration::new(ticks / per_second, nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::Options;
    use serde_json::{Value, json};
    use std::time::Duration;

    fn options(value: &Value) -> Options {
        Options::of(value.as_object().expect("an object"), Duration::from_secs(240))
    }

    #[test]
    fn limits() {
        for (given, take, records, bytes) in [
            (json!({}), None, 500_000, 67_108_864),
            (json!({"query_take_max_records": 5, "truncationmaxrecords": "7", "truncationmaxsize": 9}), Some(5), 7, 9),
            (json!({"notruncation": true}), None, usize::MAX, usize::MAX),
            (json!({"notruncation": true, "truncationmaxsize": 9}), None, 500_000, 9),
            (
                json!({"query_take_max_records": -1, "truncationmaxrecords": "many", "no_such_option": {}}),
                None,
                500_000,
                67_108_864,
            ),
        ] {
            let found = options(&given);
            assert_eq!((found.take, found.records, found.bytes), (take, records, bytes), "{given}");
        }
    }

    #[test]
    fn timeouts() {
        for (given, seconds) in [
            (json!({}), 240.0),
            (json!({"servertimeout": "00:08:00"}), 480.0),
            (json!({"servertimeout": "0:08:00"}), 480.0),
            (json!({"servertimeout": "50m"}), 3000.0),
            (json!({"servertimeout": "00:00:00.5"}), 0.5),
            (json!({"servertimeout": "1.00:00:00"}), 3600.0),
            (json!({"servertimeout": "soon"}), 240.0),
            (json!({"servertimeout": "-00:00:01"}), 240.0),
            (json!({"norequesttimeout": true}), 3600.0),
        ] {
            assert_eq!(options(&given).timeout, Duration::from_secs_f64(seconds), "{given}");
        }
    }
}
