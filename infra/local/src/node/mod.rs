//! The one node of the embedded Kusto: its databases, and the logs of what it was asked and what it does.

pub mod cancellation;
pub mod operations;
pub mod rate;
pub mod request;
pub mod requests;
pub mod staged;

use crate::storage::store::Store;
use operations::Operations;
use rate::Gate;
use requests::Requests;
use staged::Staged;

/// Everything that requests share.
#[derive(Debug, Default)]
pub struct Node {
    /// The databases.
    pub store: Store,
    /// What commands began that may take longer than their request.
    pub operations: Operations,
    /// What was asked.
    pub requests: Requests,
    /// How often the data lake answers.
    pub lake: Gate,
    /// What was laid down for queued ingestion.
    pub staged: Staged,
}
