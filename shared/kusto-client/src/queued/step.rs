//! One request to storage that a cluster hands out: sent to one of several places, and sent again to the next where that is safe.

use crate::{
    classify::{self, Again},
    connection::Connection,
    error::{Error, ErrorKind},
    retry, scrub,
};
use auth::{
    endpoint::Endpoint,
    http::{HttpClient, HttpError, Response},
    signed_storage::SignedStorage,
};
use bytes::Bytes;
use http::{HeaderMap, Method};
use tokio::time::{Instant, sleep};

/// What helps where storage refuses what the cluster has handed out.
const ACCESS: &str = "let the firewall of the storage admit this network, and try again";

/// A request, and what may be done when it fails.
pub(super) struct Step<'a> {
    pub(super) http: &'a HttpClient,
    pub(super) connection: &'a Connection,
    /// What of the cluster is written to.
    pub(super) place: &'static str,
    /// Whether a second time changes nothing.
    pub(super) repeatable: bool,
    /// Whether it makes the cluster do something.
    pub(super) decisive: bool,
    /// With which place to begin, so that not all begin with the same.
    pub(super) first: usize,
    pub(super) client_request_id: &'a str,
    pub(super) deadline: Instant,
}

/// Why a step was not taken.
pub(super) enum Failure {
    /// The storage does not know what the cluster handed out, as when a signature is over: others may do better.
    Refused(Error),
    /// Anything else.
    Other(Error),
}

impl Step<'_> {
    /// Sends it below `name` to one of `places`, and gives where it was taken.
    pub(super) async fn send(
        &self,
        places: &[SignedStorage],
        name: &str,
        method: Method,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Endpoint, Failure> {
        let (mut made, mut unknown) = (1, false);
        for place in places.iter().cycle().skip(self.first % places.len().max(1)) {
            let Some(endpoint) = place.below(name) else { break };
            let sent = self.http.send_before(self.deadline, method.clone(), &endpoint, headers.clone(), body.clone());
            let Untaken { verdict, cause, remedy } = match sent.await {
                Ok(response) if response.status().is_success() => return Ok(endpoint),
                Ok(response) => of_response(&response),
                Err(error) => of_transport(&error),
            };
            unknown |= self.decisive && !verdict.refused;
            let error = self.error(verdict.kind, format!("{}: {cause}", place.host())).unknown_outcome(unknown);
            let Some(again) = verdict.again else {
                return Err(Failure::Refused(error.retryable(true).with_remedy(remedy)));
            };
            let error = error.retryable(again != Again::None).with_remedy(remedy);
            let left = self.deadline.saturating_duration_since(Instant::now());
            let Some(wait) = retry::wait(again, self.repeatable, made, None, None, left) else {
                return Err(Failure::Other(error));
            };
            tracing::debug!(
                client_request_id = self.client_request_id,
                place = self.place,
                made,
                ?wait,
                "trying again"
            );
            sleep(wait).await;
            made += 1;
        }
        Err(Failure::Other(self.error(ErrorKind::BadAnswer, "there is none")))
    }

    pub(super) fn error(&self, kind: ErrorKind, cause: impl Into<String>) -> Error {
        Error::new(kind, cause, self.connection, self.client_request_id).at(self.place).sent(true)
    }
}

/// A request that was not taken.
struct Untaken {
    verdict: Verdict,
    cause: String,
    remedy: Option<String>,
}

/// What that means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Verdict {
    kind: ErrorKind,
    /// None where the place itself is refused.
    again: Option<Again>,
    /// Whether nothing was certainly carried out.
    refused: bool,
}

fn of_response(response: &Response) -> Untaken {
    let status = response.status().as_u16();
    let code = response.headers().get("x-ms-error-code").and_then(|code| scrub::id(code.to_str().ok()?));
    let verdict = of_status(status, code.as_deref().unwrap_or_default());
    let code = code.map(|code| format!(", {code}")).unwrap_or_default();
    let remedy = verdict.again.is_none().then(|| ACCESS.to_owned());
    Untaken { verdict, cause: format!("HTTP status {status}{code}"), remedy }
}

/// Source: "Common REST API error codes" of the Azure Storage documentation.
fn of_status(status: u16, code: &str) -> Verdict {
    let refused = |kind, again| Verdict { kind, again, refused: true };
    match (status, code) {
        (300..=399, _) => refused(ErrorKind::Redirect, Some(Again::None)),
        (401 | 403 | 404, _) => refused(ErrorKind::Unavailable, None),
        (413, _) => refused(ErrorKind::LimitExceeded, Some(Again::None)),
        (429, _) | (503, "ServerBusy") => refused(ErrorKind::Throttled, Some(Again::Every)),
        (400..=499, _) => refused(ErrorKind::Unavailable, Some(Again::None)),
        _ => Verdict { kind: ErrorKind::Unavailable, again: Some(Again::Reading), refused: false },
    }
}

fn of_transport(error: &HttpError) -> Untaken {
    let (kind, again) = classify::of_transport(error);
    let verdict = Verdict { kind, again: Some(again), refused: error.nothing_was_sent() };
    Untaken { verdict, cause: error.to_string(), remedy: Some(error.remedy().to_owned()) }
}
