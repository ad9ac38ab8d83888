//! The client: queries, management commands and ingestion over the configured connections.

use crate::{
    call::{self, Call},
    connection::Connections,
    error::{Error, ErrorKind},
    request::{self, Request},
    row_limit::RowLimit,
};
use auth::http::HttpClient;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_TYPE};
use kusto_protocol::{
    decoder::{Completion, Decoder},
    sink::Sink,
};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout_at};

const QUERY_PATH: &str = "/v2/rest/query";
pub(crate) const COMMAND_PATH: &str = "/v1/rest/mgmt";
/// Who may query a database and look at what is in it.
const VIEWERS: &str = "viewers";

/// Talks to the clusters of the configured connections. Cheap to clone: clones share tokens and sockets.
#[derive(Clone, Debug)]
pub struct Client {
    http: HttpClient,
    connections: Arc<Connections>,
}

/// An answer that came to its end without an error: what the sink has made may be used.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What the service said beside the rows; numbers of rows are those that reached the sink.
    pub completion: Completion,
    /// Under which the service knows the request.
    pub client_request_id: String,
    /// The service's own id for it.
    pub activity_id: Option<String>,
    /// Whether rows were left out because of the limit.
    pub truncated: bool,
}

impl Client {
    /// A client for these connections. Nothing is contacted before the first request.
    pub fn new(http: HttpClient, connections: Connections) -> Self {
        Self { http, connections: Arc::new(connections) }
    }

    /// The connections.
    pub fn connections(&self) -> &Connections {
        &self.connections
    }

    pub(crate) fn http(&self) -> &HttpClient {
        &self.http
    }

    /// Runs a KQL query and hands its rows to `sink`. A query that does not end before the deadline is cancelled on the service.
    ///
    /// # Errors
    /// Where there is no complete answer; what `sink` made is void then.
    pub async fn query<S: Sink>(&self, request: &Request<'_>, sink: &mut S) -> Result<Answer, Error> {
        let body = |left: Duration| Bytes::from(request.query_body(left));
        let call = call(request, QUERY_PATH, &body, json_headers(true));
        match self.read(request, call, sink).await {
            // A query always has a result table; rows of a kind that is not known here must not become "no rows".
            Ok(answer) if answer.completion.tables.is_empty() => Err(Error::new(
                ErrorKind::BadAnswer,
                "it has no result table",
                request.database.connection(),
                &request.client_request_id,
            )
            .with_activity_id(answer.activity_id)),
            answer => answer,
        }
    }

    /// Runs a management command and hands the rows of its answer to `sink`. Only one that is `read_only` is sent again after it may
    /// have reached the service, and cancelled there when it does not end before the deadline.
    ///
    /// # Errors
    /// Where there is no complete answer; what `sink` made is void then. See [`Error::is_outcome_unknown`].
    pub async fn command<S: Sink>(&self, request: &Request<'_>, sink: &mut S) -> Result<Answer, Error> {
        let body = |left: Duration| Bytes::from(request.command_body(left));
        let call = call(request, COMMAND_PATH, &body, json_headers(request.read_only));
        if request.read_only { self.read(request, call, sink).await } else { self.answer(request, &call, sink).await }
    }

    /// The answer to a call that only reads: it may be sent again, and what does not end in time is cancelled.
    async fn read<S: Sink>(&self, request: &Request<'_>, call: Call<'_>, sink: &mut S) -> Result<Answer, Error> {
        let deadline = request.deadline - time_to_cancel(request.deadline);
        let answer = self.answer(request, &Call { reading: true, role: Some(VIEWERS), deadline, ..call }, sink).await;
        if let Err(error) = &answer
            && error.kind() == ErrorKind::Timeout
            && error.was_sent()
            && request.database.connection().kind().is_whole()
        {
            self.cancel(request).await;
        }
        answer
    }

    async fn answer<S: Sink>(&self, request: &Request<'_>, call: &Call<'_>, sink: &mut S) -> Result<Answer, Error> {
        let connection = request.database.connection();
        let _place = match connection.pace() {
            Some(pace) => Some(pace.place(call.deadline).await.ok_or_else(|| no_place(request))?),
            None => None,
        };
        let limits = request.effective_limits();
        let mut rows = RowLimit::new(sink, limits.rows, request.on_limit);
        let mut decoder = Decoder::new(&mut rows);
        let response = call.send(&self.http).await?;
        let activity_id = call::activity_id(&response);
        call.read(response, limits.answer_bytes(), |chunk| decoder.feed(chunk)).await?;
        let is_v1 = decoder.is_v1();
        let completion = decoder.finish();
        let mut completion =
            completion.map_err(|error| call.undecodable(error).with_activity_id(activity_id.clone()))?;
        if is_v1 && call.frames {
            let cause = "it is in the form of v1, which does not say whether it is complete";
            let error = Error::new(ErrorKind::BadAnswer, cause, connection, &request.client_request_id);
            return Err(error.with_activity_id(activity_id));
        }
        let truncated = rows.account(&mut completion);
        let client_request_id = request.client_request_id.clone();
        Ok(Answer { completion, client_request_id, activity_id, truncated })
    }

    /// Tells the service to stop working on what nobody waits for. Best effort: only until the deadline, once.
    pub async fn cancel(&self, request: &Request<'_>) {
        let text = format!(".cancel query \"{}\"", request.client_request_id);
        let mut cancel = Request::new(request.database, &text, "cancel", request.deadline);
        cancel.client_request_id = request::client_request_id("cancel");
        let body = |left: Duration| Bytes::from(cancel.command_body(left));
        let call = call(&cancel, COMMAND_PATH, &body, json_headers(false));
        // Whatever comes of it, the caller gets the error that there was.
        let cancelled = timeout_at(request.deadline, call.attempt(&self.http)).await.is_ok();
        tracing::debug!(client_request_id = request.client_request_id, cancelled, "what nobody waits for is cancelled");
    }
}

fn call<'a>(
    request: &'a Request<'_>,
    path: &'static str,
    body: &'a (dyn Fn(Duration) -> Bytes + Sync),
    headers: HeaderMap,
) -> Call<'a> {
    let database = request.database;
    let authorization = database.connection().authorization();
    let endpoint = authorization.cluster().endpoint(path);
    let (client_request_id, deadline) = (&request.client_request_id, request.deadline);
    let frames = path == QUERY_PATH;
    Call {
        database,
        authorization,
        role: None,
        endpoint,
        headers,
        body,
        reading: false,
        frames,
        client_request_id,
        deadline,
    }
}

/// As many queries as may run at once did so until the deadline. A second later one of them may have ended.
fn no_place(request: &Request<'_>) -> Error {
    let cause = "as many queries as may run at once run already";
    let error = Error::new(ErrorKind::Throttled, cause, request.database.connection(), &request.client_request_id);
    error.retryable(true).with_retry_after(Some(Duration::from_secs(1)))
}

/// What is kept of the time before `deadline` to cancel in: a tenth, at most a second.
fn time_to_cancel(deadline: Instant) -> Duration {
    let left = deadline.saturating_duration_since(Instant::now());
    (left / 10).min(Duration::from_secs(1))
}

pub(crate) fn json_headers(read_only: bool) -> HeaderMap {
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, json)]);
    if read_only {
        headers.insert(HeaderName::from_static("x-ms-readonly"), HeaderValue::from_static("true"));
    }
    headers
}
