//! What is known of one call beside its request.

use crate::settings::REPLY_LIMIT;
use auth::caller_token::CallerToken;
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// Bytes of a reply that are kept for everything but its content.
const ENVELOPE: usize = 8 * 1024;

/// How the call came, which is how its reply goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// An API Gateway route or a Function URL: the reply has a status and a body.
    Http,
    /// A direct call, a state machine's task, a schedule: the reply is JSON.
    Direct {
        /// Bytes it may have.
        inline_limit: usize,
    },
}

impl Channel {
    /// The most bytes that a reply may have, counted after escaping.
    pub fn reply_limit(self) -> usize {
        match self {
            Self::Http => REPLY_LIMIT,
            Self::Direct { inline_limit } => inline_limit,
        }
    }

    /// The most bytes that the rows in a reply may have, so that there is room for what is said of them.
    pub fn content_limit(self) -> usize {
        self.reply_limit().saturating_sub(ENVELOPE)
    }

    /// The most bytes that a file in a reply may have: base64 makes four of three.
    pub fn attachment_limit(self) -> u64 {
        self.reply_limit() as u64 / 4 * 3
    }
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Somebody who may invoke the function itself: AWS has checked it.
    Internal,
    /// Somebody for whom the gateway vouches, by the names it gives: token subject, object id, application id, or IAM ARN.
    Gateway(Vec<String>),
}

/// One call.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// Lambda's request id.
    pub request_id: String,
    /// How the reply goes back.
    pub channel: Channel,
    /// Who calls.
    pub caller: Caller,
    /// The caller's own token for a cluster, for connections that take it. It lives as long as this call.
    pub caller_token: Option<CallerToken>,
    /// The `Accept` header of an HTTP caller.
    pub accept: Option<String>,
    /// When the action must have answered.
    pub deadline: Instant,
}

/// The longest that Lambda lets a function run.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// How long an invocation that must end at `deadline` has at `now`.
///
/// Lambda never delivers one whose deadline has passed; `cargo lambda watch` (1.9.2) delivers each with one in 1970 and means none.
pub(crate) fn remaining(deadline: SystemTime, now: SystemTime) -> Duration {
    deadline.duration_since(now).unwrap_or(LONGEST)
}

/// What is kept of the remaining time to write the reply and the log: a tenth, between 100 ms and 2 s.
pub(crate) fn margin(remaining: Duration) -> Duration {
    (remaining / 10).clamp(Duration::from_millis(100), Duration::from_secs(2))
}

#[cfg(test)]
mod tests {
    use super::remaining;
    use std::time::{Duration, SystemTime};

    #[test]
    fn a_deadline_in_1970_is_none() {
        let now = SystemTime::now();
        assert_eq!(remaining(now + Duration::from_secs(3), now), Duration::from_secs(3));
        assert_eq!(remaining(SystemTime::UNIX_EPOCH + Duration::from_secs(600), now), Duration::from_secs(900));
    }
}
