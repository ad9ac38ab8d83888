//! A statement with what is known of who asked it and how it is to run.

use crate::engine::options::Options;
use crate::error::KustoError;
use crate::node::cancellation::Cancellation;
use crate::node::operations::State;
use crate::storage::time::DateTime;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// A query or command as it came in.
#[derive(Clone, Debug)]
pub struct Request {
    /// The database.
    pub database: String,
    /// The statement.
    pub text: String,
    /// `x-ms-client-request-id`
    pub client_request_id: String,
    /// The id given to the request here.
    pub activity_id: Uuid,
    /// `x-ms-app`
    pub application: String,
    /// `x-ms-user`
    pub user: String,
    /// By what host and port the client knows this node; empty where it asks by itself.
    pub host: String,
    /// When it came in.
    pub started: Instant,
    /// How long it may take.
    pub timeout: Duration,
    /// What `now()` is in a query; none for the time at which it starts.
    pub query_now: Option<DateTime>,
    /// Whether it may not change anything.
    pub read_only: bool,
    /// Set when it is to stop.
    pub cancellation: Cancellation,
    /// What a test makes of it.
    pub simulated: Simulated,
}

/// What a test makes of the run of a request.
#[derive(Clone, Debug, Default)]
pub struct Simulated {
    /// How long it runs before it does what it was asked.
    pub runs: Duration,
    /// What becomes of the operation that it starts.
    pub operation: SimulatedOperation,
}

/// What a test makes of an operation.
#[derive(Clone, Debug, Default)]
pub struct SimulatedOperation {
    /// How long it runs before it does what it was asked.
    pub runs: Duration,
    /// How long after its begin it is in no log.
    pub hidden: Duration,
    /// How it ends, in place of doing what it was asked: its state and status.
    pub ends: Option<(State, String)>,
}

impl Request {
    /// A request of this process itself.
    pub fn new(database: impl Into<String>, text: impl Into<String>) -> Self {
        let activity_id = Uuid::new_v4();
        Self {
            database: database.into(),
            text: text.into(),
            client_request_id: format!("unspecified;{activity_id}"),
            activity_id,
            application: String::new(),
            user: String::new(),
            host: String::new(),
            started: Instant::now(),
            timeout: Duration::from_secs(600),
            query_now: None,
            read_only: false,
            cancellation: Cancellation::default(),
            simulated: Simulated::default(),
        }
    }

    /// When it must have finished.
    pub fn deadline(&self) -> Instant {
        self.started + self.timeout
    }

    /// Lets time pass, up to the end of the request's own.
    ///
    /// # Errors
    /// Where the request is cancelled meanwhile, or its time ends first.
    pub fn wait(&self, duration: Duration) -> Result<(), KustoError> {
        let left = self.deadline().saturating_duration_since(Instant::now());
        self.cancellation.wait(duration.min(left));
        match self.cancellation.reason() {
            Some(reason) => Err(KustoError::cancelled(&reason)),
            None if left < duration => Err(KustoError::timeout("the request did not finish in its time")),
            None => Ok(()),
        }
    }

    /// What bounds the engine in a query of this request.
    pub fn bounds(&self) -> Options {
        Options {
            query_now: self.query_now,
            deadline: Some(self.deadline()),
            cancelled: Some(self.cancellation.flag()),
            ..Options::default()
        }
    }
}
