//! `POST /v2/rest/query`, `POST` and `GET /v1/rest/query`

use super::envelope::RequestIds;
use super::options::Options;
use super::statement::{Statement, Written};
use super::{body, statement, v1, v2, work};
use crate::engine;
use crate::engine::result::ResultTable;
use crate::entities::database;
use crate::error::KustoError;
use crate::storage::store::Store;
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
    State(store): State<Arc<Store>>,
    Extension(ids): Extension<RequestIds>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    answer(store, ids, statement::read(&headers, body).await, v2::write).await
}

/// Answers a query in tables.
pub(super) async fn v1(
    State(store): State<Arc<Store>>,
    Extension(ids): Extension<RequestIds>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    answer(store, ids, statement::read(&headers, body).await, v1::write).await
}

/// Answers a query that stands in the URL in tables.
pub(super) async fn v1_get(
    State(store): State<Arc<Store>>,
    Extension(ids): Extension<RequestIds>,
    Query(written): Query<Written>,
) -> Response {
    answer(store, ids, written.try_into(), v1::write).await
}

async fn answer(
    store: Arc<Store>,
    ids: RequestIds,
    statement: Result<Statement, KustoError>,
    write: Write,
) -> Response {
    let started = Instant::now();
    let known = ids.clone();
    let outcome = match statement {
        Ok(statement) => work(move || write(&run(&store, &statement, started, ids)?)).await,
        Err(error) => Err(error),
    };
    body::reply(&known, outcome)
}

fn run(store: &Store, statement: &Statement, started: Instant, ids: RequestIds) -> Result<Answer, KustoError> {
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
    let catalog = store.snapshot();
    database(&catalog, &statement.database)?;
    let bounds = engine::options::Options { deadline: Some(started + options.timeout), ..Default::default() };
    let parameters = statement.properties.literals();
    let tables = engine::run::run(&statement.text, &catalog, &statement.database, &parameters, bounds)?;
    Ok(Answer { tables, started, options, ids })
}
