//! Why a request to Kusto has no answer: kind × retryable × context.

use crate::{connection::Connection, scrub};
use kusto_protocol::error::ServiceError;
use std::{fmt, time::Duration};

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The request cannot be sent as it is.
    InvalidRequest,
    /// No connection to the cluster, or it broke.
    Unreachable,
    /// The cluster's certificate or its TLS is not acceptable.
    Tls,
    /// The deadline passed.
    Timeout,
    /// The service is asked too often.
    Throttled,
    /// Kusto refused the caller's own token.
    CallerUnauthorized,
    /// Entra or Kusto refused the connection's credential.
    Unauthorized,
    /// The connection's principal lacks a role.
    Forbidden,
    /// The cluster, database, table or other entity does not exist.
    NotFound,
    /// The service says that the statement is wrong.
    Query,
    /// The service answered rows and an error.
    PartialFailure,
    /// More rows or bytes than allowed, or a limit of the service.
    LimitExceeded,
    /// The query was cancelled on the service.
    Cancelled,
    /// The answer was cut off, or is not a Kusto answer.
    BadAnswer,
    /// The service redirects, which is never followed.
    Redirect,
    /// The service failed.
    Unavailable,
}

/// Why a request to Kusto has no answer.
///
/// `Display` names the connection, the cause and a remedy on one line; none where the outcome is unknown, since how to look it up depends
/// on what was asked. It holds neither the statement nor what the service wrote,
/// which may quote it: that is [`Self::service`], for the caller only, never for a log.
#[derive(Clone, Debug)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Clone, Debug)]
struct Inner {
    kind: ErrorKind,
    cause: String,
    remedy: Option<String>,
    connection: String,
    cluster: String,
    retryable: bool,
    sent: bool,
    outcome_unknown: bool,
    retry_after: Option<Duration>,
    client_request_id: String,
    activity_id: Option<String>,
    service: Option<ServiceError>,
}

impl Error {
    pub(crate) fn new(
        kind: ErrorKind,
        cause: impl Into<String>,
        connection: &Connection,
        client_request_id: &str,
    ) -> Self {
        let inner = Inner {
            kind,
            cause: cause.into(),
            remedy: None,
            connection: connection.name().to_owned(),
            cluster: connection.cluster().to_string(),
            retryable: false,
            sent: false,
            outcome_unknown: false,
            retry_after: None,
            client_request_id: client_request_id.to_owned(),
            activity_id: None,
            service: None,
        };
        Self { inner: Box::new(inner) }
    }

    /// The same, of `place`: a part of the cluster that is elsewhere.
    pub(crate) fn at(mut self, place: &str) -> Self {
        let cause = &self.inner.cause;
        self.inner.cause = if cause.is_empty() { place.to_owned() } else { format!("{place}: {cause}") };
        self
    }

    pub(crate) fn retryable(mut self, retryable: bool) -> Self {
        self.inner.retryable = retryable;
        self
    }

    /// With a better remedy than that of its kind.
    pub(crate) fn with_remedy(mut self, remedy: Option<String>) -> Self {
        self.inner.remedy = remedy;
        self
    }

    pub(crate) fn unknown_outcome(mut self, unknown: bool) -> Self {
        self.inner.outcome_unknown = unknown;
        self
    }

    pub(crate) fn sent(mut self, sent: bool) -> Self {
        self.inner.sent = sent;
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.inner.retry_after = retry_after;
        self
    }

    pub(crate) fn with_activity_id(mut self, activity_id: Option<String>) -> Self {
        self.inner.activity_id = activity_id;
        self
    }

    pub(crate) fn with_service(mut self, service: Option<ServiceError>) -> Self {
        self.inner.service = service.map(clean);
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// Whether the same request may succeed later, and cannot have been carried out now.
    pub fn is_retryable(&self) -> bool {
        self.inner.retryable && !self.inner.outcome_unknown
    }

    /// Whether the request may have reached the service.
    pub(crate) fn was_sent(&self) -> bool {
        self.inner.sent
    }

    /// Whether a request that changes something may have been carried out all the same: look it up by its id before it is repeated.
    pub fn is_outcome_unknown(&self) -> bool {
        self.inner.outcome_unknown
    }

    /// How long the service asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// The name of the connection.
    pub fn connection(&self) -> &str {
        &self.inner.connection
    }

    /// Under which the service knows the request.
    pub fn client_request_id(&self) -> &str {
        &self.inner.client_request_id
    }

    /// The service's own id for it, once it answered.
    pub fn activity_id(&self) -> Option<&str> {
        self.inner.activity_id.as_deref()
    }

    /// What the service said, without what may be a secret. It may quote the statement.
    pub fn service(&self) -> Option<&ServiceError> {
        self.inner.service.as_ref()
    }

    /// What to do about it; empty where nothing can be said.
    pub fn remedy(&self) -> &str {
        self.inner.remedy.as_deref().unwrap_or(self.kind().remedy())
    }

    /// What went wrong, without connection and remedy, and what the service said. It may quote the statement.
    pub fn reason(&self) -> String {
        // A code of this form is the status again, for a body that has no words.
        let in_words = self.service().filter(|service| !service.code.starts_with("HTTP "));
        let said = in_words.map_or("", |service| service.message.as_str());
        let parts = [self.kind().sentence(), &self.inner.cause, said];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
    }

    /// The text for the caller: this error, and what the service said. It may quote the statement.
    pub fn reply_text(&self) -> String {
        match self.service().map(|service| service.message.as_str()) {
            None | Some("") => self.to_string(),
            Some(message) => format!("{self}: {message}"),
        }
    }
}

/// The service's words without what may be a secret, its codes and ids only where they are some.
fn clean(mut service: ServiceError) -> ServiceError {
    for text in [&mut service.code, &mut service.inner_code, &mut service.exception_type] {
        *text = scrub::id(text).unwrap_or_default();
    }
    service.message = scrub::scrub(&service.message).into_owned();
    service.activity_id = service.activity_id.as_deref().and_then(scrub::id);
    service
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, cause, connection, cluster, .. } = &*self.inner;
        write!(f, "{} (connection `{connection}`, {cluster})", kind.sentence())?;
        if !cause.is_empty() {
            write!(f, ": {cause}")?;
        }
        match self.remedy() {
            _ if self.is_outcome_unknown() => f.write_str("; it may have been carried out all the same"),
            "" => Ok(()),
            remedy => write!(f, "; {remedy}"),
        }
    }
}

impl std::error::Error for Error {}

impl ErrorKind {
    fn sentence(self) -> &'static str {
        match self {
            Self::InvalidRequest => "the request cannot be sent",
            Self::Unreachable => "the cluster cannot be reached",
            Self::Tls => "the cluster's TLS is not acceptable",
            Self::Timeout => "the cluster did not answer in time",
            Self::Throttled => "the cluster is asked too often",
            Self::CallerUnauthorized => "the cluster does not accept the caller's token",
            Self::Unauthorized => "the connection is not authorized",
            Self::Forbidden => "the connection's principal lacks a role",
            Self::NotFound => "the cluster does not know what the request names",
            Self::Query => "Kusto refuses the statement",
            Self::PartialFailure => "the query failed after it had begun to answer",
            Self::LimitExceeded => "the result is beyond a limit",
            Self::Cancelled => "the query was cancelled on the cluster",
            Self::BadAnswer => "the cluster's answer cannot be used",
            Self::Redirect => "the cluster answered a redirect, which is never followed",
            Self::Unavailable => "the cluster failed",
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::Unreachable => "check the cluster's URL, and that it runs and can be reached from here",
            Self::Tls => "check the cluster's URL and EXTRA_CA_FILE",
            Self::Timeout => "ask for less, or give it more time",
            Self::Throttled => "try again later",
            Self::CallerUnauthorized => "hand in a new access token for the cluster",
            Self::Forbidden => "give the principal the role, such as viewer or ingestor, on the database",
            Self::NotFound => "check the names of database and table",
            Self::Query => "correct the statement",
            Self::LimitExceeded => {
                "ask for less with `take`, `summarize` or `project`, or raise the connection's limits"
            }
            Self::Redirect => "set the connection's cluster to the URL that is meant",
            Self::Unavailable => "try again later",
            Self::Unauthorized => {
                "check that the credential is of a tenant that the cluster trusts, and that the cluster's URL is right"
            }
            Self::InvalidRequest | Self::PartialFailure | Self::Cancelled | Self::BadAnswer => "",
        }
    }
}
