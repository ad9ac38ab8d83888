//! When a message is sent again.

use runtime::error::ActionError;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The most attempts for one mail.
const MOST: u32 = 3;

/// Makes attempts until one is not followed by another: it succeeded, the message may have been taken, or time is short.
///
/// An error is retryable only where the message has certainly not been taken.
pub(super) async fn until<T>(
    end: Instant,
    attempt: impl AsyncFn() -> Result<T, ActionError>,
) -> Result<T, ActionError> {
    let mut made = 1;
    loop {
        match attempt().await {
            Err(error) if error.retryable && made < MOST => {
                let wait = error.retry_after.unwrap_or_default().checked_add(jitter(made));
                match wait.filter(|wait| *wait < end.saturating_duration_since(Instant::now())) {
                    Some(wait) => sleep(wait).await,
                    None => return Err(error),
                }
            }
            outcome => return outcome,
        }
        made += 1;
    }
}

/// Anything from nothing to 1, 2 seconds (full jitter), so that those that failed together do not come back together.
fn jitter(made: u32) -> Duration {
    Duration::from_millis(fastrand::u64(0..=1000 * u64::from(made)))
}

#[cfg(test)]
mod tests {
    use super::until;
    use runtime::error::{ActionError, ErrorType};
    use std::{cell::Cell, time::Duration};
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn only_what_was_not_taken_is_sent_again_and_not_before_it_may_be() {
        for (error_type, retry_after, attempts) in [
            (ErrorType::Unavailable, None, 3),
            (ErrorType::Throttled, Some(9), 3),
            (ErrorType::Throttled, Some(60), 1),
            (ErrorType::Throttled, Some(u64::MAX), 1),
            (ErrorType::OutcomeUnknown, None, 1),
            (ErrorType::Forbidden, Some(0), 1),
        ] {
            let (begun, made) = (Instant::now(), Cell::new(0));
            let outcome: Result<(), _> = until(begun + Duration::from_secs(60), async || {
                made.set(made.get() + 1);
                let retry_after = retry_after.map(Duration::from_secs);
                Err(ActionError { retry_after, ..ActionError::new(error_type, "x") })
            })
            .await;
            assert_eq!((outcome.unwrap_err().error_type, made.get()), (error_type, attempts), "{retry_after:?}");
            let asked = Duration::from_secs(retry_after.filter(|_| attempts > 1).unwrap_or(0)) * (attempts - 1);
            assert!((asked..=asked + Duration::from_secs(3)).contains(&begun.elapsed()), "{error_type:?}");
        }
        let made = Cell::new(0);
        let second = async || {
            made.set(made.get() + 1);
            if made.get() == 2 { Ok(made.get()) } else { Err(ActionError::new(ErrorType::Unavailable, "x")) }
        };
        assert_eq!(until(Instant::now() + Duration::from_secs(60), second).await.unwrap(), 2);
    }
}
