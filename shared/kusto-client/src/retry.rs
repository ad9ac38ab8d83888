//! When a request is sent again.

use crate::classify::Again;
use http::{HeaderMap, header::RETRY_AFTER};
use std::time::{Duration, SystemTime};

/// The most requests that one call makes.
pub(crate) const MOST_REQUESTS: u32 = 3;

/// How long to wait before the request after the `made`th, with `left` to the deadline; none where there must be no other.
pub(crate) fn wait(
    again: Again,
    reading: bool,
    made: u32,
    retry_after: Option<Duration>,
    left: Duration,
) -> Option<Duration> {
    let allowed = match again {
        Again::Every => true,
        Again::Reading => reading,
        Again::None => false,
    };
    if !allowed || made >= MOST_REQUESTS {
        return None;
    }
    let wait = retry_after.unwrap_or_default().checked_add(jitter(made))?;
    (wait < left).then_some(wait)
}

/// Anything from nothing to 1, 2, 4 … seconds (full jitter), so that clients that failed together do not come back together.
fn jitter(made: u32) -> Duration {
    let most = 1000_u64 << made.saturating_sub(1).min(2);
    Duration::from_millis(fastrand::u64(0..=most))
}

/// What `Retry-After` asks for: seconds, or a date (RFC 9110, section 10.2.3). Anything else asks for nothing.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}
