//! What an action answers when it fails: one type, for every function and every caller.

use kusto_protocol::error::ServiceError;
use serde::Serialize;
use std::{fmt, time::Duration};

/// The stable names that state machines match in `Catch` and `Retry`, and HTTP callers read as `code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum ErrorType {
    /// The request is wrong by our own rules.
    BadRequest,
    /// Kusto says that the text is wrong.
    QueryError,
    /// The caller is not who it must be.
    Unauthorized,
    /// Entra or Kusto refused the connection's credential.
    ConnectionUnauthorized,
    /// An allow-list says no, or the principal lacks a role.
    Forbidden,
    /// The cluster, database, table, operation or result does not exist.
    NotFound,
    /// The same idempotency key came with another request.
    Conflict,
    /// A mutating request may have been carried out.
    OutcomeUnknown,
    /// Rows, bytes, memory or time are more than is allowed.
    LimitExceeded,
    /// Kusto answered rows and an error.
    PartialQueryFailure,
    /// The service asks for fewer requests.
    Throttled,
    /// The network or the service failed, and nothing can have been carried out.
    Unavailable,
    /// The deadline neared.
    RequestTimeout,
    /// Our own mistake.
    Internal,
}

impl ErrorType {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::BadRequest,
        Self::QueryError,
        Self::Unauthorized,
        Self::ConnectionUnauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::Conflict,
        Self::OutcomeUnknown,
        Self::LimitExceeded,
        Self::PartialQueryFailure,
        Self::Throttled,
        Self::Unavailable,
        Self::RequestTimeout,
        Self::Internal,
    ];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::BadRequest => "BadRequest",
            Self::QueryError => "QueryError",
            Self::Unauthorized => "Unauthorized",
            Self::ConnectionUnauthorized => "ConnectionUnauthorized",
            Self::Forbidden => "Forbidden",
            Self::NotFound => "NotFound",
            Self::Conflict => "Conflict",
            Self::OutcomeUnknown => "OutcomeUnknown",
            Self::LimitExceeded => "LimitExceeded",
            Self::PartialQueryFailure => "PartialQueryFailure",
            Self::Throttled => "Throttled",
            Self::Unavailable => "Unavailable",
            Self::RequestTimeout => "RequestTimeout",
            Self::Internal => "Internal",
        }
    }

    /// The HTTP status that goes with it.
    pub fn status(self) -> u16 {
        match self {
            Self::BadRequest | Self::QueryError => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict | Self::OutcomeUnknown => 409,
            Self::LimitExceeded => 413,
            Self::PartialQueryFailure => 422,
            Self::ConnectionUnauthorized => 424,
            Self::Throttled => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
            Self::RequestTimeout => 504,
        }
    }

    /// Whether the same request may be sent again as it is.
    pub fn retryable(self) -> bool {
        matches!(self, Self::Throttled | Self::Unavailable)
    }
}

/// A mistake in how an HTTP call is made, for which HTTP has a status of its own. All are [`ErrorType::BadRequest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpMistake {
    /// 405: the path has other methods.
    Method(Methods),
    /// 406: nothing that the caller wants to read can be had.
    NotAcceptable,
    /// 415: the body is of another type than JSON, or encoded.
    MediaType,
}

/// The methods of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Methods {
    /// POST: a request is sent there.
    Post,
    /// GET and DELETE: a result is fetched there.
    GetDelete,
}

impl Methods {
    /// As the header `Allow` has them.
    pub fn names(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::GetDelete => "GET, DELETE",
        }
    }
}

/// A failed action: its type, a sentence for a person, and what helps to find it on the service.
///
/// The message goes to the caller. It names the thing, the cause and the remedy, and never a secret. It may hold the service's
/// own words about the caller's query, so it is never logged.
#[derive(Clone, Debug)]
pub struct ActionError {
    /// The stable name.
    pub error_type: ErrorType,
    /// The sentence.
    pub message: String,
    /// Whether the same request may be sent again as it is: what its type says, unless more is known.
    pub retryable: bool,
    /// What HTTP calls the mistake, where it has a name of its own for it.
    pub http: Option<HttpMistake>,
    /// When the service says that it will serve again.
    pub retry_after: Option<Duration>,
    /// The error in the service's own words.
    pub service: Option<Box<ServiceError>>,
    /// The client request id of the call that failed.
    pub client_request_id: Option<String>,
    /// The service's activity id of the call that failed.
    pub activity_id: Option<String>,
}

/// Bytes of a sentence: what Lambda and a state machine pass on whole, and more than anybody reads.
const LONGEST_MESSAGE: usize = 8 * 1024;

/// What helps where an answer takes longer than an HTTP call.
const LATER: &str = "or send it with the header Prefer: respond-async, and fetch the outcome from the Location that is answered (docs/playbooks.md)";

impl ActionError {
    /// An error of this type with this sentence, which is cut where it is very long: it may quote what a caller sent.
    pub fn new(error_type: ErrorType, message: impl Into<String>) -> Self {
        let mut message = message.into();
        if message.len() > LONGEST_MESSAGE {
            message.truncate(message.floor_char_boundary(LONGEST_MESSAGE));
            message.push('…');
        }
        Self {
            error_type,
            message,
            retryable: error_type.retryable(),
            http: None,
            retry_after: None,
            service: None,
            client_request_id: None,
            activity_id: None,
        }
    }

    /// [`ErrorType::BadRequest`] with this sentence.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(ErrorType::BadRequest, message)
    }

    /// [`ErrorType::Internal`]; nothing of the inside is shown.
    pub fn internal() -> Self {
        Self::new(
            ErrorType::Internal,
            "the function failed in a way it should not have; its log names the place under this request id",
        )
    }

    /// The same as the status that HTTP has for it.
    #[must_use]
    pub fn over_http(self, mistake: HttpMistake) -> Self {
        Self { http: Some(mistake), ..self }
    }

    /// The status that an HTTP caller gets.
    pub fn status(&self) -> u16 {
        match self.http {
            None => self.error_type.status(),
            Some(HttpMistake::Method(_)) => 405,
            Some(HttpMistake::NotAcceptable) => 406,
            Some(HttpMistake::MediaType) => 415,
        }
    }

    /// The same for an HTTP caller, who can wait longer than what stands between.
    #[must_use]
    pub(crate) fn with_way_out(self) -> Self {
        match self.error_type {
            ErrorType::RequestTimeout => Self { message: format!("{}; {LATER}", self.message), ..self },
            _ => self,
        }
    }

    /// The same of what was done all the same: sent again it could be done twice.
    #[must_use]
    pub fn although_done(self) -> Self {
        let message = format!(
            "it was done, but its answer cannot be handed over: {}; look at what it has changed before you send it again",
            self.message
        );
        Self { client_request_id: self.client_request_id, ..Self::new(ErrorType::OutcomeUnknown, message) }
    }

    /// The same with the client request id of what may have been done, by this call or an earlier one.
    #[must_use]
    pub fn known_by(self, client_request_id: &str) -> Self {
        match self.error_type {
            ErrorType::OutcomeUnknown => Self { client_request_id: Some(client_request_id.to_owned()), ..self },
            _ => self,
        }
    }

    /// The body that an HTTP caller gets.
    pub fn body(&self) -> String {
        let code = self.error_type.name();
        let body = Body {
            code,
            message: &self.message,
            retryable: self.retryable,
            error: Inner { code, message: &self.message },
            retry_after: self.retry_after.map(whole_seconds),
            kusto: self.service.as_deref(),
            client_request_id: self.client_request_id.as_deref(),
            activity_id: self.activity_id.as_deref(),
        };
        serde_json::to_string(&body).unwrap_or_else(|_| format!("{{\"code\":\"{code}\"}}"))
    }

    /// The sentence with the ids, for callers that get nothing but a sentence.
    pub fn sentence(&self) -> String {
        let ids = [("client request id", &self.client_request_id), ("activity id", &self.activity_id)];
        let ids: Vec<String> = ids.iter().filter_map(|(name, id)| Some(format!("{name} {}", id.as_ref()?))).collect();
        if ids.is_empty() { self.message.clone() } else { format!("{} ({})", self.message, ids.join(", ")) }
    }
}

/// A duration as `Retry-After` has it: whole seconds, rounded up.
pub fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error_type.name(), self.sentence())
    }
}

impl std::error::Error for ActionError {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    code: &'a str,
    message: &'a str,
    retryable: bool,
    error: Inner<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kusto: Option<&'a ServiceError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    activity_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Inner<'a> {
    code: &'a str,
    message: &'a str,
}

#[cfg(test)]
mod tests {
    use super::{ActionError, ErrorType};
    use std::time::Duration;

    #[test]
    fn a_sentence_is_cut_between_characters() {
        let error = ActionError::bad_request("é".repeat(10_000));
        assert_eq!(error.message, "é".repeat(4096) + "…");
        let error = ActionError::bad_request("x".to_owned() + &"é".repeat(10_000));
        assert_eq!(error.message.len(), 8 * 1024 - 1 + "…".len());
    }

    #[test]
    fn only_what_may_have_been_done_has_the_id_of_it() {
        for error_type in ErrorType::ALL {
            let error = ActionError::new(error_type, "x").known_by("c;1");
            let expected = (error_type == ErrorType::OutcomeUnknown).then_some("c;1");
            assert_eq!(error.client_request_id.as_deref(), expected, "{error_type:?}");
        }
    }

    #[test]
    fn what_was_done_is_not_sent_again() {
        let error = ActionError::new(ErrorType::Unavailable, "the store does not answer").although_done();
        assert_eq!((error.error_type, error.retryable), (ErrorType::OutcomeUnknown, false));
        assert_eq!(
            error.message,
            "it was done, but its answer cannot be handed over: the store does not answer; look at what it has changed before you send it again"
        );
    }

    #[test]
    fn the_body_has_what_clients_read() {
        let mut error = ActionError::new(ErrorType::Throttled, "the cluster is busy");
        error.retry_after = Some(Duration::from_millis(1500));
        error.client_request_id = Some("query;1".to_owned());
        let body: serde_json::Value = serde_json::from_str(&error.body()).unwrap();
        assert_eq!(body["code"], "Throttled");
        assert_eq!(body["error"]["code"], "Throttled");
        assert_eq!(body["error"]["message"], "the cluster is busy");
        assert_eq!(body["retryable"], true);
        assert_eq!(body["retryAfter"], 2);
        assert_eq!(body["clientRequestId"], "query;1");
        assert!(body.get("kusto").is_none());
        assert_eq!(error.sentence(), "the cluster is busy (client request id query;1)");
    }
}
