//! When a request is sent again.

use crate::{classify::Again, pace::Rate};
use http::{HeaderMap, header::RETRY_AFTER};
use std::time::{Duration, SystemTime};

/// The most requests that one call makes.
pub(crate) const MOST_REQUESTS: u32 = 3;

/// How long to wait before the request after the `made`th, with `left` to the deadline; none where there must be no other. Those whom a
/// `rate` rejected come back more apart from each other.
pub(crate) fn wait(
    again: Again,
    reading: bool,
    made: u32,
    retry_after: Option<Duration>,
    rate: Option<Rate>,
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
    let after = retry_after.unwrap_or_default();
    let jitter = rate.map_or_else(|| jitter(made), |rate| spread(rate, left.saturating_sub(after)));
    let wait = after.checked_add(jitter)?;
    (wait < left).then_some(wait)
}

/// Anything from nothing to the rate's spread, of the time that is `left` at most half: the request takes some of it too.
fn spread(rate: Rate, left: Duration) -> Duration {
    let most = rate.spread().min(left / 2);
    Duration::from_millis(fastrand::u64(0..=u64::try_from(most.as_millis()).unwrap_or(u64::MAX)))
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

/// How long the words of a service that asks too much of it say to wait: the first number with a unit of time behind `retry`, `try again`
/// or `wait`. Gateways say `Try again in 37 seconds.`
pub(crate) fn retry_after_in(text: &str) -> Option<Duration> {
    let text = text.to_ascii_lowercase();
    let (start, _) = ["retry", "try again", "wait"].into_iter().find_map(|word| text.match_indices(word).next())?;
    let rest = &text[start..];
    let starts = rest.match_indices(|c: char| c.is_ascii_digit()).map(|(at, _)| at);
    starts
        .filter(|at| !rest[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '.'))
        .find_map(|at| time(&rest[at..]))
}

/// The time that `text` begins with: `37 seconds`, `2 min`, `00:00:37`.
fn time(text: &str) -> Option<Duration> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    if let [hours, minutes, seconds] = number.split(':').collect::<Vec<_>>()[..] {
        let number = |text: &str| text.parse::<u64>().ok().filter(|number| *number < 1000);
        return Some(Duration::from_secs(number(hours)? * 3600 + number(minutes)? * 60 + number(seconds)?));
    }
    let number = number.parse::<u64>().ok()?;
    let unit: String = rest.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
    match unit.as_str() {
        "ms" | "millisecond" | "milliseconds" => Some(Duration::from_millis(number)),
        "s" | "sec" | "secs" | "second" | "seconds" => Some(Duration::from_secs(number)),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(Duration::from_secs(number.checked_mul(60)?)),
        _ => None,
    }
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
            assert_eq!(
                wait(again, reading, made, None, None, seconds(600)).is_some(),
                allowed,
                "{again:?} {reading} {made}"
            );
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
        assert_eq!(wait(Again::Every, true, 1, Some(seconds(u64::MAX)), None, seconds(600)), None);
    }

    #[test]
    fn words_say_when_to_come_back() {
        for (text, after) in [
            ("Rate limit is exceeded. Try again in 37 seconds.", Some(37)),
            ("Too many requests: 30 in 60 seconds. Retry after 12 s", Some(12)),
            ("429: please wait 2 minutes before the next query", Some(120)),
            ("Quota exceeded, retry after 00:00:41.", Some(41)),
            ("retry in 1 second", Some(1)),
            ("The limit is 30 queries in 60 seconds", None),
            ("retry later, error 4711", None),
            ("retry after x5 seconds", None),
            ("retry after 99999999999999999999 seconds", None),
            ("retry after 9999:00:00", None),
            ("retry", None),
            ("", None),
        ] {
            assert_eq!(retry_after_in(text), after.map(seconds), "{text}");
        }
    }

    proptest! {
        #[test]
        fn those_whom_a_rate_rejected_come_back_apart_and_in_time(after in 0_u64..40, left in 0_u64..80) {
            let rate = Some(Rate::default());
            if let Some(wait) = wait(Again::Every, true, 1, Some(seconds(after)), rate, seconds(left)) {
                prop_assert!(wait >= seconds(after) && wait <= seconds(after + 20) && wait < seconds(left));
                prop_assert!(wait <= seconds(after) + (seconds(left) - seconds(after)) / 2);
            } else {
                prop_assert!(left <= after);
            }
        }

        #[test]
        fn any_words_are_read(text in "(retry|[0-9:. smhin]|[[:any:]]){0,30}") {
            let _ = retry_after_in(&text);
        }

        #[test]
        fn a_wait_is_as_long_as_asked_jittered_and_ends_before_the_deadline(after in 0_u64..20, made in 1_u32..3, left in 0_u64..30) {
            if let Some(wait) = wait(Again::Every, true, made, Some(seconds(after)), None, seconds(left)) {
                prop_assert!(wait >= seconds(after) && wait <= seconds(after + (1 << (made - 1))) && wait < seconds(left));
            } else {
                prop_assert!(left <= after + (1 << (made - 1)));
            }
        }
    }
}
