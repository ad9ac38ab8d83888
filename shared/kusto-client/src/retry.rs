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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seconds(number: u64) -> Duration {
        Duration::from_secs(number)
    }

    #[test]
    fn only_what_may_be_sent_again_is() {
        for (again, reading, made, allowed) in [
            (Again::Every, true, 1, true),
            (Again::Every, false, 1, true),
            (Again::Every, false, 2, true),
            (Again::Every, false, 3, false),
            (Again::Reading, true, 2, true),
            (Again::Reading, true, 3, false),
            (Again::Reading, false, 1, false),
            (Again::None, true, 1, false),
        ] {
            assert_eq!(wait(again, reading, made, None, seconds(600)).is_some(), allowed, "{again:?} {reading} {made}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let at = |text: &str| retry_after(&HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]));
        for (text, after) in [
            ("0", Some(0)),
            ("1", Some(1)),
            (" 30 ", Some(30)),
            ("9999", Some(9999)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("Wed, 21 Oct 2015 07:28:00 GMT", Some(0)),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(at(text), after.map(seconds), "{text:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
        assert_eq!(wait(Again::Every, true, 1, Some(seconds(u64::MAX)), seconds(600)), None);
    }

    proptest! {
        #[test]
        fn a_wait_is_as_long_as_asked_jittered_and_ends_before_the_deadline(after in 0_u64..20, made in 1_u32..3, left in 0_u64..30) {
            if let Some(wait) = wait(Again::Every, true, made, Some(seconds(after)), seconds(left)) {
                prop_assert!(wait >= seconds(after) && wait <= seconds(after + (1 << (made - 1))) && wait < seconds(left));
            } else {
                prop_assert!(left <= after + (1 << (made - 1)));
            }
        }
    }
}
