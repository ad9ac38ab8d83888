//! What clients have laid down for queued ingestion, and what of it could not be ingested.

use crate::error::KustoError;
use crate::storage::time::DateTime;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// Blobs, and failures, that are kept; older ones are forgotten.
const KEPT: usize = 1000;

/// The storage that the node hands out to its clients.
#[derive(Debug)]
pub struct Staged {
    /// What the URLs that are handed out are signed with.
    pub signature: Uuid,
    /// What an announcement must say, so that it is known who made it.
    pub identity_token: Uuid,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    blobs: VecDeque<(String, Vec<u8>)>,
    failures: VecDeque<Failure>,
}

/// Announced records that are not in their table.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The id that the client gave them.
    pub source_id: String,
    /// The URL of the blob, without its signature.
    pub path: String,
    /// The database.
    pub database: String,
    /// The table.
    pub table: String,
    /// When it was tried.
    pub failed: DateTime,
    /// Why.
    pub error: KustoError,
}

impl Default for Staged {
    fn default() -> Self {
        Self { signature: Uuid::new_v4(), identity_token: Uuid::new_v4(), inner: Mutex::default() }
    }
}

impl Staged {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a blob in place of another of its name; false where there is one and it must not be replaced.
    pub fn put(&self, name: &str, bytes: Vec<u8>, replace: bool) -> bool {
        let blobs = &mut self.inner().blobs;
        let found = blobs.iter().position(|(found, _)| found == name);
        if found.is_some() && !replace {
            return false;
        }
        found.map(|index| blobs.remove(index));
        push(blobs, (name.to_owned(), bytes));
        true
    }

    /// The blob of this name.
    pub fn blob(&self, name: &str) -> Option<Vec<u8>> {
        self.inner().blobs.iter().find(|(found, _)| found == name).map(|(_, bytes)| bytes.clone())
    }

    /// Keeps a failure.
    pub fn fail(&self, failure: Failure) {
        push(&mut self.inner().failures, failure);
    }

    /// The failures, oldest first.
    pub fn failures(&self) -> Vec<Failure> {
        self.inner().failures.iter().cloned().collect()
    }
}

fn push<T>(kept: &mut VecDeque<T>, item: T) {
    if kept.len() == KEPT {
        kept.pop_front();
    }
    kept.push_back(item);
}
