//! Whether the caller still wants the outcome.

use std::time::Duration;
use store::promise::Promise;

/// How often it is looked whether a caller has cancelled.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The wish of a caller who waits for a promised outcome, and can cancel it. Every other caller just waits.
#[derive(Clone, Debug, Default)]
pub struct Cancellation(Option<Promise>);

impl Cancellation {
    /// That of whoever was promised this.
    pub(crate) fn of(promise: &Promise) -> Self {
        Self(Some(promise.clone()))
    }

    /// Waits until the caller has cancelled; for ever where that cannot be.
    pub(crate) async fn asked(&self) {
        let Some(promise) = &self.0 else { return std::future::pending().await };
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            // A store that fails now may answer the next time.
            if promise.is_cancelled().await.unwrap_or(false) {
                return;
            }
        }
    }
}
