//! What `email` answers.

use runtime::reply::Reply;
use serde::{Deserialize, Serialize};

/// Whether the mail was sent, and as what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Whether the transport took it.
    pub sent: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Its `Message-ID`, with the angle brackets.
    pub message_id: String,
    /// What the provider calls it: the id of SES, which replaces the `Message-ID`; the request id of Graph; the words with which a mail
    /// server took it, which mostly hold the id in its queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<String>,
    /// Its subject, the placeholders filled.
    pub subject: String,
    /// How many people it goes to, each counted once.
    pub recipients: usize,
    /// `file`, `graph`, `ses`, `smtp` or `smtps`.
    pub transport: String,
    /// Rows of all results; absent where there is none, or one that does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row_count: Option<u64>,
    /// The complete message, of a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The version of the contract.
    pub contract_version: u32,
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        Self::json(&response)
    }
}
