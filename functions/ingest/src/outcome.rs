//! What became of every record of every message at one destination.

use crate::{destination::Destination, message::Message, requests::Chunk};
use runtime::error::ActionError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is not known to be in the table, and is nowhere else.
    Failed,
    /// It is in the table.
    Ingested,
    /// The cluster has it in its queue.
    Queued,
    /// It was in the table by an earlier delivery.
    AlreadyThere,
    /// The transform leaves it out.
    Filtered,
    /// It is in the store, with the reason.
    Rejected,
}

/// What became of the records at one destination: `received = ingested + queued + alreadyThere + filtered + rejected + failed`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The destination.
    pub destination: String,
    /// Its table.
    pub table: String,
    /// Records that came.
    pub received: usize,
    /// Records that are in the table.
    pub ingested: usize,
    /// Records that the cluster has in its queue: `.show ingestion failures` says whether it fails on them.
    pub queued: usize,
    /// Records that an earlier delivery has brought there, by their `ingest-by` tags.
    pub already_there: usize,
    /// Records that the transform leaves out.
    pub filtered: usize,
    /// Records that are kept in the store with the reason.
    pub rejected: usize,
    /// Records that are not known to be in the table.
    pub failed: usize,
    /// Rows that are in the table now: a transform makes several of a record.
    pub rows: u64,
    /// What holds when the same is delivered again: `at-least-once` or `exactly-once`.
    pub delivery: String,
    /// The names of what is kept in the store.
    pub kept_as: BTreeSet<String>,
    /// The ingestion requests, to find them on the service.
    pub client_request_ids: Vec<String>,
    /// Why records have failed: the first reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
    /// What became of each record of each message.
    #[serde(skip)]
    pub fates: Vec<Vec<Fate>>,
    /// Why each message has failed.
    #[serde(skip)]
    pub errors: Vec<Option<ActionError>>,
}

/// Why records have failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Failure {
    /// The error type.
    pub code: String,
    /// The sentence.
    pub message: String,
}

impl From<&ActionError> for Failure {
    fn from(error: &ActionError) -> Self {
        Self { code: error.error_type.name().to_owned(), message: error.sentence() }
    }
}

/// An outcome as it comes about.
#[derive(Debug)]
pub struct Tally {
    fates: Vec<Vec<Fate>>,
    errors: Vec<Option<ActionError>>,
    rows: u64,
    kept_as: BTreeSet<String>,
    client_request_ids: Vec<String>,
}

impl Tally {
    /// Nothing has become of these messages yet.
    pub fn new(messages: &[Message<'_>]) -> Self {
        Self {
            fates: messages.iter().map(|message| vec![Fate::Failed; message.records.len()]).collect(),
            errors: vec![None; messages.len()],
            rows: 0,
            kept_as: BTreeSet::new(),
            client_request_ids: Vec::new(),
        }
    }

    /// A record of a message has met its fate.
    pub fn settle(&mut self, message: usize, record: usize, fate: Fate) {
        if let Some(place) = self.fates.get_mut(message).and_then(|records| records.get_mut(record)) {
            *place = fate;
        }
    }

    /// The records of a request have.
    pub fn settle_all(&mut self, request: &[Chunk], fate: Fate) {
        for chunk in request {
            for piece in &chunk.pieces {
                self.settle(chunk.message, piece.record, fate);
            }
        }
        self.rows += if fate == Fate::Ingested { request.iter().map(Chunk::rows).sum() } else { 0 };
    }

    /// Something is kept in the store.
    pub fn kept_as(&mut self, names: BTreeSet<String>) {
        self.kept_as.extend(names);
    }

    /// The service took a request.
    pub fn client_request_id(&mut self, id: String) {
        self.client_request_ids.push(id);
    }

    /// A message has failed: the first reason counts.
    pub fn fail(&mut self, message: usize, error: ActionError) {
        if let Some(place) = self.errors.get_mut(message) {
            place.get_or_insert(error);
        }
    }

    /// All messages have failed.
    pub fn fail_all(&mut self, error: &ActionError) {
        for message in 0..self.errors.len() {
            self.fail(message, error.clone());
        }
    }

    /// Whether a message has failed.
    pub fn has_failed(&self, message: usize) -> bool {
        self.errors.get(message).is_some_and(Option::is_some)
    }

    /// The outcome at `destination`.
    pub fn outcome(self, destination: &Destination) -> Outcome {
        let count = |fate| self.fates.iter().flatten().filter(|one| **one == fate).count();
        Outcome {
            destination: destination.name.clone(),
            table: destination.table.clone(),
            received: self.fates.iter().map(Vec::len).sum(),
            ingested: count(Fate::Ingested),
            queued: count(Fate::Queued),
            already_there: count(Fate::AlreadyThere),
            filtered: count(Fate::Filtered),
            rejected: count(Fate::Rejected),
            failed: count(Fate::Failed),
            rows: self.rows,
            delivery: destination.method.delivery().to_owned(),
            kept_as: self.kept_as,
            client_request_ids: self.client_request_ids,
            error: self.errors.iter().flatten().next().map(Failure::from),
            fates: self.fates,
            errors: self.errors,
        }
    }
}
