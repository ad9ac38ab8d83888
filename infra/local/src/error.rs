//! What a request was refused with, in the words of the service.

use crate::engine::error::{EngineError, ErrorKind};
use std::borrow::Cow;

/// A refused request or a failed query. Becomes an HTTP status and a OneApi body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct KustoError {
    /// The HTTP status.
    pub status: u16,
    /// The OneApi code, such as `General_BadRequest`.
    pub code: Cow<'static, str>,
    /// The exception of the service, `@type`.
    pub exception: &'static str,
    /// What is wrong and what to do.
    pub message: String,
    /// Whether the same request would fail again.
    pub permanent: bool,
    /// The code and exception of the language, where the text of a query is at fault.
    pub inner: Option<(&'static str, &'static str)>,
}

impl KustoError {
    fn new(status: u16, code: &'static str, exception: &'static str, message: impl Into<String>) -> Self {
        Self { status, code: Cow::Borrowed(code), exception, message: message.into(), permanent: true, inner: None }
    }

    /// A request that cannot be understood.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "General_BadRequest", "Kusto.Data.Exceptions.KustoBadRequestException", message)
    }

    /// A management command whose text is wrong.
    pub fn syntax(message: impl Into<String>) -> Self {
        let inner = Some(("SYN0002", "Kusto.Data.Exceptions.SyntaxException"));
        Self { inner, ..Self::bad_request(format!("Syntax error: {}", message.into())) }
    }

    /// `name`, a thing of `kind` such as `Table`, does not exist.
    pub fn not_found(kind: &str, name: &str) -> Self {
        let message = format!("Entity ID '{name}' of kind '{kind}' was not found.");
        Self::new(400, "BadRequest_EntityNotFound", "Kusto.Data.Exceptions.EntityNotFoundException", message)
    }

    /// `name`, a thing of `kind`, exists already.
    pub fn already_exists(kind: &str, name: &str) -> Self {
        let message = format!("Entity ID '{name}' of kind '{kind}' already exists.");
        let exception = "Kusto.Data.Exceptions.EntityAlreadyExistsException";
        Self::new(400, "BadRequest_EntityAlreadyExists", exception, message)
    }

    /// Records that cannot be ingested; `code` is one of the service's ingestion error codes.
    pub fn ingestion(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(400, code, "Kusto.DataNode.Exceptions.StreamingIngestionRequestException", message)
    }

    /// A body larger than `limit` bytes.
    pub fn too_large(limit: usize) -> Self {
        let message = format!("The request payload is larger than {limit} bytes: send it in parts.");
        let exception = "Kusto.Common.Svc.Exceptions.KustoRequestPayloadTooLargeException";
        Self::new(413, "RequestEntityTooLarge", exception, message)
    }

    /// The request took longer than its server timeout.
    pub fn timeout(message: impl Into<String>) -> Self {
        let exception = "Kusto.DataNode.Exceptions.DistributedQueryTimeoutException";
        Self { permanent: false, ..Self::new(504, "Timeout", exception, message) }
    }

    /// The request was cancelled by another one, which gave this reason.
    pub fn cancelled(reason: &str) -> Self {
        let exception = "Kusto.Data.Exceptions.KustoQueryCanceledException";
        Self::new(400, "General_QueryCanceled", exception, format!("The request was canceled: {reason}"))
    }

    /// A fault of the embedded Kusto itself.
    pub fn internal(message: impl Into<String>) -> Self {
        let exception = "Kusto.Common.Svc.Exceptions.UnexpectedErrorException";
        Self { permanent: false, ..Self::new(520, "General_InternalServerError", exception, message) }
    }
}

impl From<EngineError> for KustoError {
    fn from(error: EngineError) -> Self {
        let exception = match error.kind {
            ErrorKind::Limit if error.code == "E_QUERY_TIMEOUT" => return Self::timeout(error.to_string()),
            ErrorKind::Limit => {
                let exception = "Kusto.Data.Exceptions.KustoServicePartialQueryFailureLimitsExceededException";
                return Self { permanent: false, ..Self::new(400, "LimitsExceeded", exception, error.to_string()) };
            }
            ErrorKind::Syntax => "Kusto.Data.Exceptions.SyntaxException",
            ErrorKind::Semantic | ErrorKind::NotSupported | ErrorKind::Execution => {
                "Kusto.Data.Exceptions.SemanticException"
            }
        };
        Self { inner: Some((error.code, exception)), ..Self::bad_request(error.to_string()) }
    }
}
