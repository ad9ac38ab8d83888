//! `POST /v1/rest/mgmt`

use super::envelope::RequestIds;
use super::{body, statement, v1, work};
use crate::commands;
use crate::error::KustoError;
use crate::storage::store::Store;
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kql::statement::{StatementKind, statement_kind};
use std::sync::Arc;

/// Runs a management command and answers in the form of v1.
pub(super) async fn run(
    State(store): State<Arc<Store>>,
    Extension(ids): Extension<RequestIds>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    body::reply(&ids, answer(store, &headers, body).await)
}

async fn answer(store: Arc<Store>, headers: &HeaderMap, body: Body) -> Result<Vec<u8>, KustoError> {
    let statement = statement::read(headers, body).await?;
    if statement_kind(&statement.text) != StatementKind::ManagementCommand {
        return Err(KustoError::bad_request(
            "the text is no management command: it does not start with a dot, so send it to /v2/rest/query",
        ));
    }
    work(move || v1::command(&commands::run(&store, &statement.database, &statement.text)?)).await
}
