//! The time that the service is given, as Kusto writes it.

use std::time::Duration;

/// The service takes no less.
const LEAST: Duration = Duration::from_secs(1);
/// What is kept of the time that is left for the answer to arrive in.
const MARGIN: Duration = Duration::from_secs(1);

/// How long before the deadline the service gives up at the latest, where it is the deadline that bounds its time: the margin, and the
/// fraction of a second that is not written.
pub(crate) const LATEST: Duration = Duration::from_secs(2);

/// The time to give the service: at most what is `wanted` and `allowed`, and less than is `left`, so that the service gives up before
/// the caller does.
pub(crate) fn choose(wanted: Option<Duration>, allowed: Duration, left: Duration) -> Duration {
    left.saturating_sub(MARGIN).min(allowed).min(wanted.unwrap_or(allowed)).max(LEAST)
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
    fn is_written_as_kusto_reads_it() {
        for (seconds, text) in [(1, "00:00:01"), (61, "00:01:01"), (480, "00:08:00"), (3600, "01:00:00")] {
            assert_eq!(format(Duration::from_secs(seconds)), text);
        }
    }

    proptest! {
        #[test]
        fn never_more_than_is_left_allowed_or_wanted(wanted in 0_u64..9000, allowed in 1_u64..3600, left in 0_u64..900_000) {
            let left = Duration::from_millis(left);
            let chosen = choose(Some(Duration::from_secs(wanted)), Duration::from_secs(allowed), left);
            prop_assert!(chosen >= LEAST);
            prop_assert!(chosen == LEAST || chosen + MARGIN <= left);
            prop_assert!(chosen == LEAST || (chosen.as_secs() <= wanted && chosen.as_secs() <= allowed));
        }
    }
}
