//! What an error of the Kusto client is to the caller of an action.

use crate::error::{ActionError, ErrorType};
use kusto_client::{
    connection::{DatabaseError, SelectError},
    error::{Error, ErrorKind},
};

impl From<Error> for ActionError {
    fn from(error: Error) -> Self {
        let error_type = if error.is_outcome_unknown() { ErrorType::OutcomeUnknown } else { error_type(error.kind()) };
        Self {
            retryable: error_type.retryable() && error.is_retryable(),
            retry_after: error.retry_after(),
            service: error.service().cloned().map(Box::new),
            client_request_id: Some(error.client_request_id().to_owned()),
            activity_id: error.activity_id().map(str::to_owned),
            ..Self::new(error_type, error.reply_text())
        }
    }
}

fn error_type(kind: ErrorKind) -> ErrorType {
    match kind {
        ErrorKind::InvalidRequest => ErrorType::BadRequest,
        ErrorKind::Query => ErrorType::QueryError,
        ErrorKind::CallerUnauthorized => ErrorType::Unauthorized,
        ErrorKind::Unauthorized => ErrorType::ConnectionUnauthorized,
        ErrorKind::Forbidden => ErrorType::Forbidden,
        ErrorKind::NotFound => ErrorType::NotFound,
        ErrorKind::LimitExceeded => ErrorType::LimitExceeded,
        ErrorKind::PartialFailure => ErrorType::PartialQueryFailure,
        ErrorKind::Throttled => ErrorType::Throttled,
        ErrorKind::Timeout | ErrorKind::Cancelled => ErrorType::RequestTimeout,
        ErrorKind::Unreachable
        | ErrorKind::Tls
        | ErrorKind::BadAnswer
        | ErrorKind::Redirect
        | ErrorKind::Unavailable => ErrorType::Unavailable,
    }
}

impl From<SelectError> for ActionError {
    fn from(error: SelectError) -> Self {
        let error_type = match error {
            SelectError::NotConfigured { .. } | SelectError::NoneUsable | SelectError::NotUsable { .. } => {
                ErrorType::Forbidden
            }
            _ => ErrorType::BadRequest,
        };
        Self::new(error_type, error.to_string())
    }
}

impl From<DatabaseError> for ActionError {
    fn from(error: DatabaseError) -> Self {
        let error_type = match error {
            DatabaseError::NotNamed { .. } | DatabaseError::NotOfTheLake { .. } => ErrorType::BadRequest,
            DatabaseError::NotAllowed { .. } => ErrorType::Forbidden,
        };
        Self::new(error_type, error.to_string())
    }
}
