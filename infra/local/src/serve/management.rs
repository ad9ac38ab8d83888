//! `POST /v1/rest/mgmt`

use super::envelope::Caller;
use super::options::Options;
use super::{body, query, statement, v1, work};
use crate::commands;
use crate::error::KustoError;
use crate::node::Node;
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kql::statement::{StatementKind, statement_kind};
use std::sync::Arc;
use std::time::Duration;

/// How long a command may take unless it says otherwise, as in the service.
pub(super) const TIMEOUT: Duration = Duration::from_secs(600);

/// Runs a management command and answers in the form of v1.
pub(super) async fn run(
    State(node): State<Arc<Node>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let ids = caller.ids.clone();
    body::reply(&ids, answer(node, caller, &headers, body).await)
}

async fn answer(node: Arc<Node>, caller: Caller, headers: &HeaderMap, body: Body) -> Result<Vec<u8>, KustoError> {
    let statement = statement::read(headers, body).await?;
    if statement_kind(&statement.text) != StatementKind::ManagementCommand {
        return Err(KustoError::bad_request(
            "the text is no management command: it does not start with a dot, so send it to /v2/rest/query",
        ));
    }
    let options = Options::of(&statement.properties.options, TIMEOUT);
    let request = caller.request(&statement, &options);
    work(move || match commands::run(&node, &request)? {
        commands::Answer::Table(table) => v1::command(&table),
        commands::Answer::Query(tables) => {
            v1::write(&query::Answer { tables, started: request.started, options, ids: caller.ids })
        }
    })
    .await
}
