//! The time of this machine in Kusto's ticks.

use crate::storage::time::{DateTime, Timespan, UNIX_EPOCH};
use std::time::{Duration, Instant, SystemTime};

/// The time now.
pub(crate) fn now() -> DateTime {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH.checked_add(ticks(since_epoch)).unwrap_or(DateTime::MAX)
}

/// The time since `started`.
pub(crate) fn elapsed(started: Instant) -> Timespan {
    ticks(started.elapsed())
}

/// A duration in ticks.
pub(crate) fn ticks(duration: Duration) -> Timespan {
    Timespan(i64::try_from(duration.as_nanos() / 100).unwrap_or(i64::MAX))
}
