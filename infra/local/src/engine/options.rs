//! What a caller may set for a query.

use crate::storage::time::DateTime;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// What a caller may set for a query.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What `now()` is; none for the time at which the query starts.
    pub query_now: Option<DateTime>,
    /// When the query must have finished.
    pub deadline: Option<Instant>,
    /// Set by another thread to stop the query.
    pub cancelled: Option<Arc<AtomicBool>>,
    /// The rows that an intermediate result may have; none for the engine's own limit.
    pub max_rows: Option<usize>,
}
