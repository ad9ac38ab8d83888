//! The log of queries and commands: what `.show queries` shows and `.cancel query` stops.

use crate::clock::now;
use crate::error::KustoError;
use crate::node::cancellation::Cancellation;
use crate::node::request::Request;
use crate::storage::time::DateTime;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// Requests that are kept; older ones are forgotten.
const KEPT: usize = 20_000;
/// Bytes of a statement that are kept.
const TEXT: usize = 4096;

/// The requests of this process, oldest first.
#[derive(Debug, Default)]
pub struct Requests(Mutex<VecDeque<Record>>);

/// A request in the log.
#[derive(Clone, Debug)]
pub struct Record {
    /// `x-ms-client-request-id`
    pub client_request_id: String,
    /// The id given to the request here.
    pub activity_id: Uuid,
    /// What it is, in the service's words: `Query`, or the command's name.
    pub kind: &'static str,
    /// Its text, the beginning of it where it is long.
    pub text: String,
    /// The database.
    pub database: String,
    /// `x-ms-app`
    pub application: String,
    /// `x-ms-user`
    pub user: String,
    /// When it came in.
    pub started: DateTime,
    /// When it came in or ended.
    pub updated: DateTime,
    /// `InProgress`, `Completed`, `Failed` or `Canceled`.
    pub state: &'static str,
    /// Why it failed.
    pub failure: String,
    cancellation: Cancellation,
}

impl Requests {
    /// Does the work of a request, which is in the log meanwhile and after.
    ///
    /// # Errors
    /// Those of the work; where the request was cancelled, that it was.
    pub fn track<R>(
        &self,
        kind: &'static str,
        request: &Request,
        work: impl FnOnce() -> Result<R, KustoError>,
    ) -> Result<R, KustoError> {
        self.begin(kind, request);
        let outcome = request.wait(request.simulated.runs).and_then(|()| work());
        let outcome = outcome.map_err(|error| match request.cancellation.reason() {
            Some(reason) => KustoError::cancelled(&reason),
            None => error,
        });
        self.end(request.activity_id, outcome.as_ref().err());
        outcome
    }

    /// Tells the running requests of this client request id to stop; whether there was any.
    pub fn cancel(&self, client_request_id: &str, reason: &str) -> bool {
        let log = self.log();
        let running = log.iter().filter(|record| record.is_running());
        let found: Vec<&Record> = running.filter(|record| record.client_request_id == client_request_id).collect();
        found.iter().for_each(|record| record.cancellation.cancel(reason));
        !found.is_empty()
    }

    /// The requests, oldest first.
    pub fn records(&self) -> Vec<Record> {
        self.log().iter().cloned().collect()
    }

    fn begin(&self, kind: &'static str, request: &Request) {
        let started = now();
        let mut log = self.log();
        if log.len() >= KEPT {
            log.pop_front();
        }
        log.push_back(Record {
            client_request_id: request.client_request_id.clone(),
            activity_id: request.activity_id,
            kind,
            text: beginning(&request.text).to_owned(),
            database: request.database.clone(),
            application: request.application.clone(),
            user: request.user.clone(),
            started,
            updated: started,
            state: IN_PROGRESS,
            failure: String::new(),
            cancellation: request.cancellation.clone(),
        });
    }

    fn end(&self, activity_id: Uuid, error: Option<&KustoError>) {
        let mut log = self.log();
        let Some(record) = log.iter_mut().rev().find(|record| record.activity_id == activity_id) else { return };
        record.updated = now();
        record.failure = error.map(ToString::to_string).unwrap_or_default();
        record.state = match (error, record.cancellation.reason()) {
            (None, _) => "Completed",
            (Some(_), Some(_)) => "Canceled",
            (Some(_), None) => "Failed",
        };
    }

    fn log(&self) -> MutexGuard<'_, VecDeque<Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        self.state == IN_PROGRESS
    }
}

const IN_PROGRESS: &str = "InProgress";

fn beginning(text: &str) -> &str {
    text.get(..text.floor_char_boundary(TEXT)).unwrap_or_default()
}
