//! The log of operations: commands that run on after their request was answered.

use crate::clock::{now, ticks};
use crate::engine::result::ResultTable;
use crate::node::cancellation::Cancellation;
use crate::node::request::Request;
use crate::storage::time::DateTime;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use uuid::Uuid;

/// How old the last record of an operation may be that is asked for by id (learn.microsoft.com, ".show operations").
pub const WINDOW: Duration = Duration::from_secs(6 * 3600);
/// Operations that are kept; older ones are forgotten.
const KEPT: usize = 20_000;

/// The operations of this process.
#[derive(Debug)]
pub struct Operations {
    log: Mutex<VecDeque<Operation>>,
    window: Duration,
}

/// The state of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Accepted.
    Scheduled,
    /// At work.
    InProgress,
    /// Done.
    Completed,
    /// Ended with an error.
    Failed,
    /// Ended by `.cancel operation`.
    Canceled,
    /// Not done, because of a condition in the command.
    Skipped,
    /// What a test makes of it.
    Other(String),
}

/// An operation as it was at some time.
#[derive(Clone, Debug)]
pub struct Record {
    /// The id that its command answered.
    pub id: Uuid,
    /// The command, in the service's words: `TableSetOrAppend`.
    pub operation: &'static str,
    /// When it began.
    pub started: DateTime,
    /// When it got into this state.
    pub updated: DateTime,
    /// The state.
    pub state: State,
    /// Why it failed.
    pub status: String,
}

#[derive(Debug)]
struct Operation {
    records: Vec<Record>,
    visible: DateTime,
    cancellation: Cancellation,
    details: Option<ResultTable>,
}

impl Operations {
    /// An empty log in which an operation can be asked for by id for so long after its last change.
    pub fn new(window: Duration) -> Self {
        Self { log: Mutex::default(), window }
    }

    /// Enters an operation that this request starts, and gives its id.
    pub fn begin(&self, operation: &'static str, request: &Request) -> Uuid {
        let (id, started) = (Uuid::new_v4(), now());
        let first = Record { id, operation, started, updated: started, state: State::Scheduled, status: String::new() };
        let visible = started.checked_add(ticks(request.simulated.operation.hidden)).unwrap_or(DateTime::MAX);
        let mut log = self.log();
        if log.len() >= KEPT {
            log.pop_front();
        }
        let cancellation = request.cancellation.clone();
        log.push_back(Operation { records: vec![first], visible, cancellation, details: None });
        id
    }

    /// Enters a change of state.
    pub fn update(&self, id: Uuid, state: State, status: String) {
        self.change(id, |operation| {
            if let Some(last) = operation.records.last().cloned() {
                operation.records.push(Record { state, status, updated: now(), ..last });
            }
        });
    }

    /// Keeps what an operation came to.
    pub fn keep_details(&self, id: Uuid, details: ResultTable) {
        self.change(id, |operation| operation.details = Some(details));
    }

    /// What an operation came to; none where it is not there, is not done, or was not told to keep that.
    pub fn details(&self, id: Uuid) -> Option<ResultTable> {
        find(&self.log(), id).and_then(|operation| operation.details.clone())
    }

    /// The last record of an operation; none where it is not there, not there yet, or too old.
    pub fn latest(&self, id: Uuid) -> Option<Record> {
        let now = now();
        let log = self.log();
        let last = find(&log, id).filter(|operation| operation.visible <= now)?.records.last()?;
        let recent = last.updated.checked_add(ticks(self.window)).is_none_or(|end| now < end);
        recent.then(|| last.clone())
    }

    /// Every record of every operation, in the order of their time.
    pub fn records(&self) -> Vec<Record> {
        let now = now();
        let log = self.log();
        let visible = log.iter().filter(|operation| operation.visible <= now);
        let mut records: Vec<Record> = visible.flat_map(|operation| &operation.records).cloned().collect();
        records.sort_by_key(|record| record.updated);
        records
    }

    /// Tells an operation to stop, and gives its last record with whether it was still at work; none where it is not there.
    pub fn cancel(&self, id: Uuid, reason: &str) -> Option<(Record, bool)> {
        let log = self.log();
        let operation = find(&log, id)?;
        let last = operation.records.last()?.clone();
        let running = !last.state.is_over();
        if running {
            operation.cancellation.cancel(reason);
        }
        Some((last, running))
    }

    fn change(&self, id: Uuid, change: impl FnOnce(&mut Operation)) {
        if let Some(operation) = self.log().iter_mut().rev().find(|operation| operation.is(id)) {
            change(operation);
        }
    }

    fn log(&self) -> MutexGuard<'_, VecDeque<Operation>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The operation of an id, which is more likely one of the last.
fn find(log: &VecDeque<Operation>, id: Uuid) -> Option<&Operation> {
    log.iter().rev().find(|operation| operation.is(id))
}

impl Default for Operations {
    fn default() -> Self {
        Self::new(WINDOW)
    }
}

impl Operation {
    fn is(&self, id: Uuid) -> bool {
        self.records.first().is_some_and(|record| record.id == id)
    }
}

impl State {
    /// The state of this name.
    pub fn named(name: &str) -> Self {
        let known = [Self::Scheduled, Self::InProgress, Self::Completed, Self::Failed, Self::Canceled, Self::Skipped];
        known.into_iter().find(|state| state.to_string() == name).unwrap_or_else(|| Self::Other(name.to_owned()))
    }

    /// Whether the operation is no longer at work.
    fn is_over(&self) -> bool {
        !matches!(self, Self::Scheduled | Self::InProgress)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheduled => "Scheduled",
            Self::InProgress => "InProgress",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
            Self::Canceled => "Canceled",
            Self::Skipped => "Skipped",
            Self::Other(name) => name,
        })
    }
}
