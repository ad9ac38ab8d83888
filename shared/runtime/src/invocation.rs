//! What is known of one call beside its request.

use crate::{cancellation::Cancellation, settings::REPLY_LIMIT};
use auth::caller_token::CallerToken;
use std::time::{Duration, SystemTime};
use store::{digest::Digest, envelope::Owner};
use tokio::time::Instant;

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
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Somebody who may invoke the function itself: AWS has checked it.
    Internal,
    /// Somebody for whom the gateway vouches, by the names it gives: token subject, object id, application id, or IAM ARN.
    Gateway(Vec<String>),
}

impl Caller {
    /// To whom belongs what this caller leaves in the store. It is the role of an IAM session, not the session.
    pub fn owner(&self) -> Owner {
        let Self::Gateway(names) = self else { return Owner::of(&["internal"]) };
        let is_below = |name: &str, other: &str| name.strip_prefix(other).is_some_and(|rest| rest.starts_with('/'));
        let lasting = names.iter().filter(|name| !names.iter().any(|other| is_below(name, other)));
        Owner::of(&[&["gateway"], &lasting.map(String::as_str).collect::<Vec<_>>()[..]].concat())
    }
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
    /// The media type that an HTTP caller wants, of those that the action offers; JSON for a direct call.
    pub media_type: &'static str,
    /// The path of the connector that the call came by, where it came by one.
    pub path: Option<&'static str>,
    /// The `Idempotency-Key` header of an HTTP caller.
    pub idempotency_key: Option<String>,
    /// The hash of the request as it came.
    pub payload: Digest,
    /// When the action must have answered.
    pub deadline: Instant,
    /// Whether the caller still wants the answer.
    pub cancellation: Cancellation,
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
    use super::{Caller, remaining};
    use std::time::{Duration, SystemTime};

    #[test]
    fn what_a_session_leaves_belongs_to_its_role() {
        let owner = |names: &[&str]| Caller::Gateway(names.iter().map(|name| (*name).to_owned()).collect()).owner();
        let role = "arn:aws:sts::1:assumed-role/soc";
        assert_eq!(
            owner(&["arn:aws:sts::1:assumed-role/soc/a", role]),
            owner(&["arn:aws:sts::1:assumed-role/soc/b", role])
        );
        let owners =
            [owner(&[]), owner(&["a"]), owner(&["a", "b"]), owner(&["ab"]), owner(&[role]), Caller::Internal.owner()];
        for (index, one) in owners.iter().enumerate() {
            assert!(!owners[..index].contains(one), "{index}");
        }
    }

    #[test]
    fn a_deadline_in_1970_is_none() {
        let now = SystemTime::now();
        assert_eq!(remaining(now + Duration::from_secs(3), now), Duration::from_secs(3));
        assert_eq!(remaining(SystemTime::UNIX_EPOCH + Duration::from_secs(600), now), Duration::from_secs(900));
    }
}
