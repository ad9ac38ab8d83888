//! One request to the service: sent, sent again where that is safe, and its answer read, all before its deadline.

use crate::{
    body::{Body, BodyError},
    classify::{self, Again, Verdict},
    connection::{Connection, Database},
    error::{Error, ErrorKind},
    lake,
    pace::{Rate, WINDOW},
    request::APPLICATION,
    retry::{self, MOST_REQUESTS},
    scrub, server_timeout,
};
use auth::{
    authorization::{Authorization, Bearer},
    authorization_error::AuthorizationError,
    cluster_kind::ClusterKind,
    endpoint::Endpoint,
    http::{HttpClient, HttpError, Response},
};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION},
};
use kql::name;
use kusto_protocol::error::{DecodeError, ServiceError};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// The version of the protocol that the current SDKs ask for.
const PROTOCOL_VERSION: &str = "2024-12-12";
/// Errors in words have some KiB.
const ERROR_BODY_LIMIT: u64 = 64 << 10;
const ACTIVITY_ID: HeaderName = HeaderName::from_static("x-ms-activity-id");

/// A request to the service.
pub(crate) struct Call<'a> {
    pub(crate) database: &'a Database<'a>,
    /// Of the connection: that of its cluster, or that of the cluster's data management endpoint.
    pub(crate) authorization: &'a Authorization,
    /// The least role on the database that allows it, as `.add database` names it, where that is known.
    pub(crate) role: Option<&'static str>,
    pub(crate) endpoint: Endpoint,
    /// Headers beside those of every request.
    pub(crate) headers: HeaderMap,
    /// The body, given the time that is left when it is sent.
    pub(crate) body: &'a (dyn Fn(Duration) -> Bytes + Sync),
    /// Whether it only reads, so that it may be sent again.
    pub(crate) reading: bool,
    /// Whether the answer comes in frames (v2), the last of which says that it is complete.
    pub(crate) frames: bool,
    pub(crate) client_request_id: &'a str,
    pub(crate) deadline: Instant,
}

/// A request that failed, and whether another may follow.
pub(crate) struct Failure {
    error: Error,
    then: Then,
}

/// What may follow a request that failed.
enum Then {
    Again(Again),
    /// The cluster refused this token: a new credential may do better, once.
    Anew(Bearer),
}

impl Call<'_> {
    /// The response with status 200, after at most three requests.
    pub(crate) async fn send(&self, http: &HttpClient) -> Result<Response, Error> {
        let mut renewed = false;
        let mut made = 1;
        loop {
            let failure = match self.attempt(http).await {
                Ok(response) => return Ok(response),
                Err(failure) => failure,
            };
            match failure.then {
                Then::Anew(bearer) => {
                    let another = !renewed && self.authorization.give_up(&bearer).await;
                    if !another || made >= MOST_REQUESTS {
                        return Err(failure.error);
                    }
                    renewed = true;
                }
                Then::Again(again) => {
                    let retry_after = failure.error.retry_after();
                    let rate = self.rate().filter(|_| failure.error.kind() == ErrorKind::Throttled);
                    let Some(wait) = retry::wait(again, self.reading, made, retry_after, rate, self.left()) else {
                        return Err(failure.error);
                    };
                    tracing::debug!(client_request_id = self.client_request_id, made, ?wait, kind = ?failure.error.kind(), "trying again");
                    sleep(wait).await;
                }
            }
            made += 1;
        }
    }

    /// One request.
    pub(crate) async fn attempt(&self, http: &HttpClient) -> Result<Response, Failure> {
        let bearer = self.authorization.bearer(http, self.database.caller_token());
        let bearer = timeout_at(self.deadline, bearer).await;
        let bearer = bearer.map_err(|_| self.timeout(false))?.map_err(|error| self.no_token(&error))?;
        if let Some(pace) = self.connection().pace() {
            pace.turn(self.deadline).await.map_err(|wait| self.too_often(wait))?;
        }
        // A timer is late by up to a millisecond, in which a request would leave.
        if self.left().is_zero() {
            return Err(self.timeout(false));
        }
        let mut headers = self.headers.clone();
        headers.extend(self.common_headers());
        if let Some(bearer) = &bearer {
            headers.insert(AUTHORIZATION, bearer.header());
        }
        let body = (self.body)(self.left());
        let response = http.send_before(self.deadline, Method::POST, &self.endpoint, headers, body).await;
        let response = response.map_err(|error| self.not_answered(&error))?;
        match (response.status().as_u16(), bearer) {
            (200, _) => Ok(response),
            (401, Some(bearer)) => {
                let Failure { error, .. } = self.failed(response).await;
                Err(Failure { error, then: Then::Anew(bearer) })
            }
            (403, Some(bearer)) => {
                let Failure { error, then } = self.failed(response).await;
                let error =
                    if error.kind() == ErrorKind::Forbidden { error.with_remedy(self.grant(&bearer)) } else { error };
                Err(Failure { error, then })
            }
            _ => Err(self.failed(response).await),
        }
    }

    fn connection(&self) -> &Connection {
        self.database.connection()
    }

    fn kind(&self) -> ClusterKind {
        self.connection().kind()
    }

    fn rate(&self) -> Option<Rate> {
        Some(self.connection().pace()?.rate())
    }

    /// How the principal of `bearer` gets the role that it lacks.
    fn grant(&self, bearer: &Bearer) -> Option<String> {
        match self.kind() {
            ClusterKind::Kusto => {}
            ClusterKind::DataLake => return Some(lake::GRANT.to_owned()),
            ClusterKind::LogAnalytics => {
                return Some("give the principal the Azure role Log Analytics Reader on the workspace".to_owned());
            }
            ClusterKind::ApplicationInsights => {
                return Some("give the principal the Azure role Monitoring Reader on the component".to_owned());
            }
        }
        let (role, principal) = (self.role?, bearer.principal()?.fully_qualified_name()?);
        let database = name::quote(self.database.name());
        Some(format!("let an admin of the database run `.add database {database} {role} ('{principal}')`"))
    }

    /// Reads the body of an answer, of which at most `limit` bytes are taken, into `take`.
    pub(crate) async fn read(
        &self,
        response: Response,
        limit: u64,
        take: impl FnMut(&[u8]) -> Result<(), DecodeError>,
    ) -> Result<(), Error> {
        let activity_id = activity_id(&response);
        let read = self.read_body(response, limit, take).await;
        read.map_err(|error| error.with_activity_id(activity_id))
    }

    async fn read_body(
        &self,
        mut response: Response,
        limit: u64,
        mut take: impl FnMut(&[u8]) -> Result<(), DecodeError>,
    ) -> Result<(), Error> {
        let mut body = Body::new(response.headers(), limit).map_err(|error| self.bad_body(error))?;
        loop {
            let chunk = timeout_at(self.deadline, response.chunk()).await.map_err(|_| self.timeout(true).error)?;
            let chunk = chunk.map_err(|error| self.bad_answer(error.to_string()))?;
            let Some(chunk) = chunk else { return body.finish().map_err(|error| self.bad_body(error)) };
            body.feed(&chunk, &mut take).map_err(|error| self.bad_body(error))?;
        }
    }

    /// The error that ends a call whose answer could not be decoded.
    pub(crate) fn undecodable(&self, error: DecodeError) -> Error {
        match error {
            DecodeError::Service(service) => {
                let known = self.known(&service);
                let kind = known.map_or_else(|| classify::of_service(&service), |known| known.verdict().kind);
                let remedy = known.map(|known| known.remedy.to_owned());
                self.error(kind, code(&service)).with_remedy(remedy).with_service(Some(*service))
            }
            DecodeError::PartialFailure(service) => {
                let limit = service.is_limit_exceeded();
                let kind = if limit { ErrorKind::LimitExceeded } else { ErrorKind::PartialFailure };
                self.error(kind, code(&service)).with_service(Some(*service)).unknown_outcome(!self.reading)
            }
            DecodeError::Cancelled => self.error(ErrorKind::Cancelled, "").unknown_outcome(!self.reading),
            DecodeError::Limit(limit) => {
                self.error(ErrorKind::LimitExceeded, limit.to_string()).unknown_outcome(!self.reading)
            }
            error @ (DecodeError::Incomplete { .. } | DecodeError::Malformed { .. }) => {
                self.bad_answer(error.to_string())
            }
        }
    }

    /// What is known of the words with which the data lake refuses. An error of syntax or meaning may quote any words of the query.
    fn known(&self, service: &ServiceError) -> Option<&'static lake::Refusal> {
        let quotes = ["SYN", "SEM"].iter().any(|kind| service.inner_code.starts_with(kind));
        lake::refusal(&service.message).filter(|_| self.kind() == ClusterKind::DataLake && !quotes)
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    fn error(&self, kind: ErrorKind, cause: impl Into<String>) -> Error {
        Error::new(kind, cause, self.connection(), self.client_request_id).sent(true)
    }

    fn timeout(&self, sent: bool) -> Failure {
        let error = self.error(ErrorKind::Timeout, "the deadline passed").sent(sent);
        Failure { error: error.unknown_outcome(sent && !self.reading), then: Then::Again(Again::None) }
    }

    /// The query was not sent: it would be one too many.
    fn too_often(&self, wait: Duration) -> Failure {
        let cause = "this process has asked as often as it may";
        let error = self.error(ErrorKind::Throttled, cause).sent(false).retryable(true);
        Failure { error: error.with_retry_after(Some(wait)), then: Then::Again(Again::None) }
    }

    fn no_token(&self, error: &AuthorizationError) -> Failure {
        let transient = error.is_transient();
        let kind = match error.transport() {
            Some(HttpError::Tls(_)) => ErrorKind::Tls,
            Some(_) => ErrorKind::Unreachable,
            None if transient => ErrorKind::Unavailable,
            None if *error == AuthorizationError::CallerTokenMissing => ErrorKind::InvalidRequest,
            None if *error == AuthorizationError::CallerTokenForAnother => ErrorKind::CallerUnauthorized,
            None => ErrorKind::Unauthorized,
        };
        let retryable = transient && kind != ErrorKind::Tls;
        let again = if retryable { Again::Every } else { Again::None };
        let failed = self.error(kind, error.to_string()).with_remedy(Some(error.remedy().into_owned()));
        Failure { error: failed.sent(false).retryable(retryable), then: Then::Again(again) }
    }

    fn not_answered(&self, error: &HttpError) -> Failure {
        if let HttpError::Late { sent } = error {
            return self.timeout(*sent);
        }
        let (kind, again) = classify::of_transport(error);
        let sent = !error.nothing_was_sent();
        let failed = self.error(kind, error.to_string()).with_remedy(Some(error.remedy().to_owned()));
        let failed = failed.sent(sent).unknown_outcome(sent && !self.reading);
        Failure { error: failed.retryable(kind == ErrorKind::Unreachable), then: Then::Again(again) }
    }

    /// What a response with another status than 200 means.
    async fn failed(&self, response: Response) -> Failure {
        let status = response.status().as_u16();
        let in_header = retry::retry_after(response.headers());
        let activity_id = activity_id(&response);
        let service = self.service_error(response).await;
        let retry_after = if status == 429 { self.throttled(in_header, &service) } else { in_header };
        let known = self.known(&service).filter(|_| !matches!(status, 401 | 429));
        let mut verdict = known.map_or_else(|| classify::of_status(status, &service), |known| known.verdict());
        if status == 504 && self.left() <= server_timeout::LATEST {
            // The cluster has used up the time that it was given, and there is none for another request.
            verdict = Verdict { kind: ErrorKind::Timeout, again: Again::None, ..verdict };
        }
        let Verdict { kind, again, refused } = verdict;
        let of_caller = kind == ErrorKind::Unauthorized && self.connection().takes_caller_token();
        let kind = if of_caller { ErrorKind::CallerUnauthorized } else { kind };
        // A code of this form is the status again, for a body that has none.
        let said = Some(code(&service)).filter(|code| !code.is_empty() && !code.starts_with("HTTP "));
        let cause =
            said.map_or_else(|| format!("HTTP status {status}"), |code| format!("HTTP status {status}, {code}"));
        let error = self
            .error(kind, cause)
            .retryable(again != Again::None)
            .unknown_outcome(!refused && !self.reading)
            .with_retry_after(retry_after)
            .with_activity_id(activity_id)
            .with_remedy(known.map(|known| known.remedy.to_owned()).or_else(|| self.of_the_lake(kind)))
            .with_service(Some(service));
        Failure { error, then: Then::Again(again) }
    }

    /// What helps against a refusal of the data lake that has no words.
    fn of_the_lake(&self, kind: ErrorKind) -> Option<String> {
        let of_the_principal = matches!(kind, ErrorKind::Unauthorized | ErrorKind::Forbidden);
        (of_the_principal && self.kind() == ClusterKind::DataLake).then(|| lake::GRANT.to_owned())
    }

    /// How long the service wants to be left alone, by its header or its words; where it does not say, and counts queries, until it counts
    /// none of these any more.
    fn throttled(&self, in_header: Option<Duration>, service: &ServiceError) -> Option<Duration> {
        let said = in_header.max(retry::retry_after_in(&service.message));
        let Some(pace) = self.connection().pace() else { return said };
        let time = said.unwrap_or(WINDOW);
        pace.close_for(time);
        Some(time)
    }

    /// What the service said with its error; a body that cannot be read says nothing.
    async fn service_error(&self, response: Response) -> ServiceError {
        let status = response.status().as_u16();
        let mut text = Vec::new();
        let read = self.read_body(response, ERROR_BODY_LIMIT, |chunk| {
            text.extend_from_slice(chunk);
            Ok(())
        });
        match read.await {
            Ok(()) => ServiceError::from_http_body(status, &text),
            Err(error) if error.kind() == ErrorKind::LimitExceeded => ServiceError::too_long(status),
            Err(_) => ServiceError::from_http_body(status, &[]),
        }
    }

    fn bad_body(&self, error: BodyError) -> Error {
        match error {
            BodyError::Decode(error) => self.undecodable(error),
            BodyError::TooLarge(_) | BodyError::Ratio => {
                self.error(ErrorKind::LimitExceeded, error.to_string()).unknown_outcome(!self.reading)
            }
            error => self.bad_answer(error.to_string()),
        }
    }

    fn bad_answer(&self, cause: String) -> Error {
        self.error(ErrorKind::BadAnswer, cause).retryable(true).unknown_outcome(!self.reading)
    }

    fn common_headers(&self) -> HeaderMap {
        let id = HeaderValue::try_from(self.client_request_id).unwrap_or(HeaderValue::from_static(APPLICATION));
        HeaderMap::from_iter([
            (ACCEPT, HeaderValue::from_static("application/json")),
            (ACCEPT_ENCODING, HeaderValue::from_static("gzip")),
            (HeaderName::from_static("x-ms-client-request-id"), id),
            (HeaderName::from_static("x-ms-app"), HeaderValue::from_static(APPLICATION)),
            (HeaderName::from_static("x-ms-version"), HeaderValue::from_static(PROTOCOL_VERSION)),
        ])
    }
}

/// The service's own id of a request.
pub(crate) fn activity_id(response: &Response) -> Option<String> {
    scrub::id(response.headers().get(ACTIVITY_ID)?.to_str().ok()?)
}

/// The codes of an error, which quote nothing.
fn code(service: &ServiceError) -> String {
    match (scrub::id(&service.code), scrub::id(&service.inner_code)) {
        (Some(code), Some(inner)) => format!("{code} ({inner})"),
        (code, inner) => code.or(inner).unwrap_or_default(),
    }
}
