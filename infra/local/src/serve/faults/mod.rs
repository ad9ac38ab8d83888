//! The fault switch, `kusto-local serve --faults`: `/faults`, where a test says what is to go wrong, and `/faults/requests`,
//! the log of what was received.
//!
//! ```text
//! POST /faults {"match": {"path": "/v1/rest/mgmt", "clientRequestId": "KPC.", "text": ".set"}, "skip": 1, "times": 2, …}
//! ```
//! sets a fault: of the requests whose path, client request id and statement begin so, the first is let through and the next
//! two meet it. Every part of it may be left out, and a request meets the first fault that fits. What happens to a request:
//!
//! | field | what happens |
//! |---|---|
//! | `"reset": "before"` or `"after"` | the connection is reset, before or after the request has done what it was asked |
//! | `"runsMs": 500` | it runs so long first; it can be cancelled, and its `servertimeout` holds |
//! | `"operation": {"runsMs", "hiddenMs", "state", "status"}` | the operation that it starts runs so long, is in no log so long, ends so in place of doing anything |
//! | `"answer": {"status", "headers", "body"}` | is answered, and nothing done; in place of a body, `code`, `message` and `permanent` of an error |
//! | `"partialFailure": "row"` | an error in a place of `Place` in `partial` |
//! | `"delayMs": 500` | the headers of the answer wait |
//! | `"pause": {"at": 100, "ms": 500}` | its body halts after so many bytes |
//! | `"cutAt": 100` | its body ends after so many bytes, and the connection too; counted as they are on the wire, compressed or not |
//!
//! A fault is met in layers: `wire` is outside of everything and sees the bytes that travel; `content` is inside of what
//! compresses them and sees JSON; the node gets what is left, how long requests and operations take.

pub(super) mod connection;
pub(super) mod content;
pub(super) mod control;
mod fault;
mod partial;
mod pieces;
mod received;
pub(super) mod wire;

use fault::{Fault, Pattern};
use received::Received;
use serde::Serialize;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Faults that are set, and requests that were received.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    faults: Vec<Set>,
    requests: Vec<Received>,
}

/// A fault that is set.
#[derive(Clone, Debug, Serialize)]
struct Set {
    fault: Fault,
    /// How many requests it was for so far.
    seen: usize,
}

impl Faults {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a request into the log, and gives its place there and the first fault that it meets.
    fn receive(&self, mut request: Received) -> (usize, Option<Fault>) {
        let mut inner = self.inner();
        let fault = inner.faults.iter_mut().find_map(|set| set.met_by(&request));
        request.fault = fault.is_some();
        inner.requests.push(request);
        (inner.requests.len() - 1, fault)
    }

    /// Notes how a request was answered.
    fn answered(&self, place: usize, status: u16) {
        if let Some(request) = self.inner().requests.get_mut(place) {
            request.status = Some(status);
        }
    }
}

impl Set {
    /// The fault, if this request meets it.
    fn met_by(&mut self, request: &Received) -> Option<Fault> {
        let Fault { pattern, skip, times, .. } = &self.fault;
        if !pattern.fits(request) || self.seen >= skip.saturating_add(*times) {
            return None;
        }
        self.seen += 1;
        (self.seen > *skip).then(|| self.fault.clone())
    }
}

impl Pattern {
    fn fits(&self, request: &Received) -> bool {
        let text = request.csl.as_deref().unwrap_or_default().trim_start();
        request.path.starts_with(&self.path)
            && request.client_request_id.starts_with(&self.client_request_id)
            && text.starts_with(&self.text)
    }
}

#[cfg(test)]
mod tests;
