//! `POST /v2/rest/query`, `POST` and `GET /v1/rest/query`

use super::envelope::{Caller, RequestIds};
use super::options::{Options, with_settings};
use super::statement::{Statement, Written};
use super::{body, statement, v1, v2, work};
use crate::engine;
use crate::engine::result::ResultTable;
use crate::entities::database;
use crate::error::KustoError;
use crate::node::Node;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use kql::statement::{StatementKind, statement_kind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a query may take unless it says otherwise, as in the service.
const TIMEOUT: Duration = Duration::from_secs(240);

/// What a query came to.
pub(super) struct Answer {
    /// The result tables.
    pub(super) tables: Vec<ResultTable>,
    /// When the query came in.
    pub(super) started: Instant,
    /// Its options.
    pub(super) options: Options,
    /// Its ids.
    pub(super) ids: RequestIds,
}

/// Writes an answer in the form of one version of the endpoint.
type Write = fn(&Answer) -> Result<Vec<u8>, KustoError>;

/// Answers a query in frames.
pub(super) async fn v2(
    State(node): State<Arc<Node>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    answer(node, caller, statement::read(&headers, body).await, v2::write).await
}

/// Answers a query in tables.
pub(super) async fn v1(
    State(node): State<Arc<Node>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    answer(node, caller, statement::read(&headers, body).await, v1::write).await
}

/// Answers a query that stands in the URL in tables.
pub(super) async fn v1_get(
    State(node): State<Arc<Node>>,
    Extension(caller): Extension<Caller>,
    Query(written): Query<Written>,
) -> Response {
    answer(node, caller, written.try_into(), v1::write).await
}

async fn answer(node: Arc<Node>, caller: Caller, statement: Result<Statement, KustoError>, write: Write) -> Response {
    let ids = caller.ids.clone();
    let outcome = match statement {
        Ok(statement) => work(move || write(&run(&node, caller, &statement)?)).await,
        Err(error) => Err(error),
    };
    body::reply(&ids, outcome)
}

/// Runs a query.
///
/// # Errors
/// Where the text is none, or it fails.
pub(super) fn run(node: &Node, caller: Caller, statement: &Statement) -> Result<Answer, KustoError> {
    match statement_kind(&statement.text) {
        StatementKind::Query => {}
        StatementKind::Empty => return Err(KustoError::syntax("the query is empty: write one")),
        StatementKind::ManagementCommand => {
            return Err(KustoError::bad_request(
                "Control commands (starting with a dot '.') are not queries: send them to /v1/rest/mgmt",
            ));
        }
    }
    let options = Options::of(&statement.properties.options, TIMEOUT);
    let request = caller.request(statement, &options);
    let parameters = statement.properties.literals();
    let answer = node.requests.track("Query", &request, || {
        let catalog = node.store.snapshot();
        database(&catalog, &request.database)?;
        Ok(engine::run::run(&request.text, &catalog, &request.database, &parameters, request.bounds())?)
    })?;
    let options = Options::of(&with_settings(&statement.properties.options, &answer.settings), TIMEOUT);
    Ok(Answer { tables: answer.tables, started: request.started, options, ids: caller.ids })
}
