//! The time that the service is given, as Kusto writes it.

use std::time::Duration;

/// The service takes no less.
const LEAST: Duration = Duration::from_secs(1);
/// What is kept of the time that is left for the answer to arrive in.
const MARGIN: Duration = Duration::from_secs(1);

/// The time to give the service: at most what is `wanted` and `allowed`, and less than is `left`, so that the service gives up before
/// the caller does.
pub(crate) fn choose(wanted: Option<Duration>, allowed: Duration, left: Duration) -> Duration {
    left.saturating_sub(MARGIN).min(allowed).min(wanted.unwrap_or(allowed)).max(LEAST)
}

/// A time as Kusto reads it: `[d.]hh:mm:ss`, or a whole number with its unit, such as `50m`.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    match text.split_once(':') {
        None => {
            let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
            let unit = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)].into_iter().find(|(name, _)| *name == unit)?.1;
            Some(Duration::from_secs(whole(number)?.checked_mul(unit)?))
        }
        Some((hours, rest)) => {
            let (days, hours) = hours.split_once('.').unwrap_or(("0", hours));
            let (minutes, seconds) = rest.split_once(':')?;
            let fraction = seconds.split_once('.');
            let seconds = fraction.map_or(seconds, |(seconds, _)| seconds);
            let of_a_day = whole(hours)?.checked_mul(3600)? + below_60(minutes)? * 60 + below_60(seconds)?;
            Some(Duration::from_secs(whole(days)?.checked_mul(86_400)?.checked_add(of_a_day)?))
        }
    }
}

fn whole(digits: &str) -> Option<u64> {
    let digits = Some(digits).filter(|digits| (1..=9).contains(&digits.len()))?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

fn below_60(digits: &str) -> Option<u64> {
    whole(digits).filter(|number| *number < 60)
}

/// `time` in whole seconds, as `hh:mm:ss`; the service takes an hour at most.
pub(crate) fn format(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_kusto_reads() {
        for (text, seconds) in [
            ("00:04:00", Some(240)),
            ("0:08:00", Some(480)),
            ("1.00:00:01", Some(86_401)),
            ("00:00:01.5000000", Some(1)),
            ("50m", Some(3000)),
            ("30s", Some(30)),
            ("1h", Some(3600)),
            ("", None),
            ("m", None),
            ("4", None),
            ("-1m", None),
            ("00:60:00", None),
            ("00:04", None),
            ("00:04:00; drop", None),
            ("é", None),
            ("99999999999999999999h", None),
        ] {
            assert_eq!(parse(text), seconds.map(Duration::from_secs), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn never_more_than_is_left_allowed_or_wanted(wanted in 0_u64..9000, allowed in 1_u64..3600, left in 0_u64..900_000) {
            let chosen = choose(Some(Duration::from_secs(wanted)), Duration::from_secs(allowed), Duration::from_millis(left));
            prop_assert!(chosen >= LEAST);
            prop_assert!(chosen == LEAST || chosen + MARGIN <= Duration::from_millis(left));
            prop_assert!(chosen == LEAST || (chosen.as_secs() <= wanted && chosen.as_secs() <= allowed));
            prop_assert_eq!(parse(&format(chosen)), Some(Duration::from_secs(chosen.as_secs())));
        }

        #[test]
        fn any_text_is_read_without_panic(text in ".{0,24}") {
            let _ = parse(&text);
        }
    }
}
