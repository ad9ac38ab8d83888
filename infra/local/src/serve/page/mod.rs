//! `/`: what a browser sees. The tables, a box for a statement and what it came to, and what was asked before.

mod content;
mod outcome;

use super::envelope::Caller;
use super::statement::{LIMIT, Properties, Statement};
use super::work;
use crate::browser::followed_here;
use crate::node::Node;
use crate::storage::catalog::DEFAULT_DATABASE;
use axum::extract::{DefaultBodyLimit, Form, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use content::Content;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// What is in the form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// The database.
    db: String,
    /// The query or command.
    query: String,
}

/// The page.
pub(super) fn routes() -> Router<Arc<Node>> {
    Router::new().route("/", get(linked).post(posted)).route_layer(DefaultBodyLimit::max(LIMIT))
}

/// The page of a link, whose statement may only read; one that was followed elsewhere is shown and not run.
async fn linked(
    State(node): State<Arc<Node>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    let runs = !asked.query.is_empty() && followed_here(&headers);
    let only_reads = json!({"request_readonly": true});
    let statement = runs.then(|| asked.statement(only_reads.as_object().cloned().unwrap_or_default()));
    answer(node, caller, asked, statement).await
}

/// The page after its form was sent.
async fn posted(
    State(node): State<Arc<Node>>,
    Extension(caller): Extension<Caller>,
    Form(asked): Form<Asked>,
) -> Response {
    let statement = asked.statement(serde_json::Map::new());
    answer(node, caller, asked, Some(statement)).await
}

async fn answer(node: Arc<Node>, caller: Caller, asked: Asked, statement: Option<Statement>) -> Response {
    let outcome = match statement {
        None => None,
        Some(statement) => {
            let node = node.clone();
            Some(work(move || outcome::run(&node, caller, &statement)).await)
        }
    };
    Content::new(&node, asked, outcome).response()
}

impl Asked {
    fn statement(&self, options: serde_json::Map<String, serde_json::Value>) -> Statement {
        Statement {
            database: self.database().to_owned(),
            text: self.query.clone(),
            properties: Properties { options, ..Properties::default() },
        }
    }

    fn database(&self) -> &str {
        if self.db.is_empty() { DEFAULT_DATABASE } else { &self.db }
    }
}

#[cfg(test)]
mod tests;
