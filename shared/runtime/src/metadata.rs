//! What every reply says of the answer it was made from.

use crate::reply::CONTRACT_VERSION;
use kusto_client::client::Answer;
use kusto_protocol::{column::Column, statistics::Statistics, visualization::Visualization};
use serde::{Deserialize, Serialize};

/// Whether the rows are all that the query returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Completeness {
    /// They are.
    Complete,
    /// `onLimit` allowed to leave out the rest.
    Truncated,
}

/// The fields that every reply with a result carries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// The columns of the first table, in order.
    pub columns: Vec<Column>,
    /// Whether rows are missing.
    pub completeness: Completeness,
    /// Rows of the first table that the reply is made from.
    pub row_count: u64,
    /// Rows of all tables; absent where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_row_count: Option<u64>,
    /// What the query cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stats: Option<Statistics>,
    /// What the query's `render` asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visualization: Option<Visualization>,
    /// To find the query in `.show queries`.
    pub client_request_id: String,
    /// To find the query in a support case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity_id: Option<String>,
    /// [`CONTRACT_VERSION`].
    pub contract_version: u32,
}

impl Metadata {
    /// What `answer` says of its first table.
    pub fn new(answer: Answer) -> Self {
        let tables = &answer.completion.tables;
        let total_row_count = (tables.len() > 1).then(|| tables.iter().map(|table| table.row_count).sum());
        let first = answer.completion.tables.into_iter().next().unwrap_or_default();
        Self {
            columns: first.columns,
            completeness: if answer.truncated { Completeness::Truncated } else { Completeness::Complete },
            row_count: first.row_count,
            total_row_count,
            stats: answer.completion.statistics,
            visualization: first.visualization,
            client_request_id: answer.client_request_id,
            activity_id: answer.activity_id,
            contract_version: CONTRACT_VERSION,
        }
    }

    /// The reply has so many rows of the first table; `truncated` tells whether some were left out on the way to it.
    pub fn cut_to(&mut self, row_count: u64, truncated: bool) {
        self.row_count = row_count;
        if truncated {
            self.completeness = Completeness::Truncated;
        }
    }
}
