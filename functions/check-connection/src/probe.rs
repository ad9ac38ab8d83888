//! What every step works with.

use auth::caller_token::CallerToken;
use kusto_client::{client::Client, connection::Connection};
use std::time::Duration;
use tokio::time::Instant;

/// The most time for one step.
const STEP: Duration = Duration::from_secs(15);

/// A connection, and the time there is to check it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Probe<'a> {
    pub(crate) client: &'a Client,
    pub(crate) connection: &'a Connection,
    /// The caller's own token, for a connection that takes it.
    pub(crate) caller: Option<&'a CallerToken>,
    /// When the action must have answered.
    pub(crate) deadline: Instant,
}

impl Probe<'_> {
    /// When the step that begins now must end: half of the time that is left stays for those that follow, and for the reply.
    pub(crate) fn until(&self) -> Instant {
        let now = Instant::now();
        now + (self.deadline.saturating_duration_since(now) / 2).min(STEP)
    }
}
