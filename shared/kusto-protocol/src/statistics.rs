//! What a query cost, from QueryCompletionInformation.

use serde::{Deserialize, Serialize};

/// Query resource consumption as the service reports it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Statistics {
    /// Wall time on the cluster, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_time_seconds: Option<f64>,
    /// CPU time over all nodes, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_time_seconds: Option<f64>,
    /// Peak memory of a node, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_peak_bytes: Option<u64>,
    /// Rows that were scanned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows_scanned: Option<u64>,
}
