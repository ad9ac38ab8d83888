//! What the service says when something went wrong, and what is wrong with an answer.

use crate::sink::LimitReached;
use serde::Serialize;

/// An error in the service's own words (OneApi).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceError {
    /// `code`, such as `General_BadRequest` or `LimitsExceeded`.
    pub code: String,
    /// The innermost `code`, such as `SEM0100`; empty where there is none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub inner_code: String,
    /// The best text for a person: `@message`, else `message`. It may hold query text: return it, never log it.
    pub message: String,
    /// `@type`, the service's exception type.
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    pub exception_type: String,
    /// `@permanent`; none where it is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permanent: Option<bool>,
    /// The activity id, to find the query in a support case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity_id: Option<String>,
}

/// Why an answer cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DecodeError {
    /// The service answered an error in place of a result.
    #[error("the service answered an error: {}", .0.message)]
    Service(Box<ServiceError>),
    /// The service answered rows and an error: the rows must not be used.
    #[error("the query failed after it had begun to answer: {}", .0.message)]
    PartialFailure(Box<ServiceError>),
    /// The query was cancelled on the service.
    #[error("the query was cancelled on the service")]
    Cancelled,
    /// The answer ended before it was complete.
    #[error("the answer was cut off after {received} bytes")]
    Incomplete {
        /// Bytes of the answer that did arrive, decompressed.
        received: u64,
    },
    /// The answer is not what the protocol allows.
    #[error("the answer is not a Kusto answer: {reason} at byte {offset}")]
    Malformed {
        /// What is wrong, without any content of the answer.
        reason: &'static str,
        /// Where, in bytes of the decompressed answer.
        offset: u64,
    },
    /// The sink has as much as it was told to take, or the answer holds more than any decoder takes.
    #[error(transparent)]
    Limit(#[from] LimitReached),
}

/// What ends decoding, before it is put into words for the outside.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Problem {
    /// See [`DecodeError::Malformed`].
    Malformed(&'static str),
    /// See [`DecodeError::Limit`].
    Limit(LimitReached),
    /// The service says that it failed.
    Failed(Box<ServiceError>),
    /// See [`DecodeError::Cancelled`].
    Cancelled,
    /// See [`DecodeError::Incomplete`].
    Incomplete,
}

impl Problem {
    /// In the words for the outside, given whether rows had come and how many bytes.
    pub(crate) fn into_error(self, has_rows: bool, offset: u64) -> DecodeError {
        match self {
            Self::Malformed(reason) => DecodeError::Malformed { reason, offset },
            Self::Limit(limit) => DecodeError::Limit(limit),
            Self::Failed(error) if has_rows => DecodeError::PartialFailure(error),
            Self::Failed(error) => DecodeError::Service(error),
            Self::Cancelled => DecodeError::Cancelled,
            Self::Incomplete => DecodeError::Incomplete { received: offset },
        }
    }
}

impl From<LimitReached> for Problem {
    fn from(limit: LimitReached) -> Self {
        Self::Limit(limit)
    }
}
