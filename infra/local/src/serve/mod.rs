//! The REST endpoint, as Kusto's clients know it.

mod body;
mod envelope;
mod error_body;
pub mod faults;
mod ingestion;
mod lake;
mod limits;
mod management;
mod options;
mod page;
mod query;
mod queued;
mod statement;
mod v1;
mod v2;

use crate::browser;
use crate::error::KustoError;
use crate::node::Node;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post, put};
use faults::Faults;
use faults::connection::{Connection, Resettable};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;

/// Where the proxies have their workspaces and components.
const AZURE_MONITOR: &str = "/subscriptions/{subscription}/resourcegroups/{group}/providers/{provider}/{kind}/{name}";

/// The endpoint of a node, the data lake and Azure Monitor among its paths. What has no route, such as `/v1/rest/auth/metadata`, is 404 with an empty body, which clients take
/// for an endpoint without a login of its own.
fn router(node: Arc<Node>) -> Router {
    Router::new()
        .merge(page::routes())
        .route("/v2/rest/query", post(query::v2))
        .route("/v1/rest/query", get(query::v1_get).post(query::v1))
        .route("/v1/rest/mgmt", post(management::run))
        .route("/v1/rest/ingest/{database}/{table}", post(ingestion::ingest))
        .nest("/storage", storage().layer(from_fn_with_state(node.clone(), queued::around)))
        .nest("/lake/kql", statements().layer(from_fn_with_state(node.clone(), lake::around)))
        .nest(AZURE_MONITOR, statements())
        .route_layer(from_fn(browser::guard))
        .with_state(node)
}

/// What queued ingestion goes through.
fn storage() -> Router<Arc<Node>> {
    Router::new()
        .route("/ingestdata/{blob}", put(queued::put_blob))
        .route("/readyforaggregation/messages", post(queued::post_message))
}

/// What takes statements and nothing else.
fn statements() -> Router<Arc<Node>> {
    Router::new().route("/v2/rest/query", post(query::v2)).route("/v1/rest/mgmt", post(management::run))
}

/// Answers requests on `listener` until the process ends; where there are `faults`, as those say that are set in them.
///
/// # Errors
/// Where the listener fails.
pub async fn serve(listener: TcpListener, node: Arc<Node>, faults: Option<Arc<Faults>>) -> std::io::Result<()> {
    let router = router(node);
    let Some(faults) = faults else {
        return axum::serve(listener, router.layer(from_fn(envelope::around))).await;
    };
    let router = router
        .layer(from_fn(faults::content::around))
        .layer(from_fn(envelope::around))
        .merge(faults::control::routes(faults.clone()))
        .layer(from_fn_with_state(faults, faults::wire::around));
    axum::serve(Resettable(listener), router.into_make_service_with_connect_info::<Connection>()).await
}

/// Does work that takes long on a thread of its own.
async fn work<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, KustoError> + Send + 'static,
) -> Result<R, KustoError> {
    spawn_blocking(work).await.unwrap_or_else(|_| {
        Err(KustoError::internal(
            "the embedded Kusto failed on this request: please report the query as a defect of kusto-local",
        ))
    })
}

#[cfg(test)]
mod answer_tests;
#[cfg(test)]
mod tests;
