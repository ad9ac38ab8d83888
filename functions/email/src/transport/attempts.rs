//! When a message is sent again.

use runtime::error::ActionError;
use std::time::Duration;
use tokio::time::Instant;

/// The most attempts for one mail.
const MOST: u32 = 3;

/// How long to wait before another attempt after the `made`th; none where there must be no other: it succeeded, the message may have
/// been taken, or time is short.
///
/// An error is retryable only where the message has certainly not been taken.
pub(super) fn wait<T>(outcome: &Result<T, ActionError>, made: u32, end: Instant) -> Option<Duration> {
    let error = outcome.as_ref().err().filter(|error| error.retryable && made < MOST)?;
    let wait = error.retry_after.unwrap_or_default().checked_add(jitter(made))?;
    (wait < end.saturating_duration_since(Instant::now())).then_some(wait)
}

/// Anything from nothing to 1, 2 seconds (full jitter), so that those that failed together do not come back together.
fn jitter(made: u32) -> Duration {
    Duration::from_millis(fastrand::u64(0..=1000 * u64::from(made)))
}

#[cfg(test)]
mod tests {
    use super::wait;
    use runtime::error::{ActionError, ErrorType};
    use std::time::Duration;
    use tokio::time::Instant;

    #[test]
    fn only_what_was_not_taken_is_sent_again_and_not_before_it_may_be() {
        for (error_type, retry_after, made, again) in [
            (ErrorType::Unavailable, None, 1, true),
            (ErrorType::Unavailable, None, 2, true),
            (ErrorType::Unavailable, None, 3, false),
            (ErrorType::Throttled, Some(9), 2, true),
            (ErrorType::Throttled, Some(60), 1, false),
            (ErrorType::Throttled, Some(u64::MAX), 1, false),
            (ErrorType::OutcomeUnknown, None, 1, false),
            (ErrorType::Forbidden, Some(0), 1, false),
        ] {
            let asked = retry_after.map(Duration::from_secs);
            let error = ActionError { retry_after: asked, ..ActionError::new(error_type, "x") };
            let found = wait::<()>(&Err(error), made, Instant::now() + Duration::from_secs(60));
            assert_eq!(found.is_some(), again, "{error_type:?} {retry_after:?} {made}");
            assert!(found.is_none_or(|wait| wait >= asked.unwrap_or_default()));
        }
        assert_eq!(wait(&Ok(()), 1, Instant::now() + Duration::from_secs(60)), None);
    }
}
