//! `/faults`: `POST` sets a fault, `GET` shows those that are set, `DELETE` removes them all. `/faults/requests`: `GET` shows
//! what was received, `DELETE` forgets it.

use super::fault::Fault;
use super::received::Received;
use super::{Faults, Set};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, body::Bytes};
use serde::Serialize;
use std::sync::Arc;

/// The two routes.
pub(in crate::serve) fn routes(faults: Arc<Faults>) -> Router {
    Router::new()
        .route("/faults", get(show).post(set).delete(remove))
        .route("/faults/requests", get(requests).delete(forget))
        .with_state(faults)
}

/// Whether a path is one of these routes, which meet no faults themselves.
pub(super) fn is_control(path: &str) -> bool {
    path == "/faults" || path == "/faults/requests"
}

async fn set(State(faults): State<Arc<Faults>>, body: Bytes) -> Response {
    match serde_json::from_slice::<Fault>(&body) {
        Ok(fault) => {
            faults.inner().faults.push(Set { fault, seen: 0 });
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, format!("this is no fault: {error}\n")).into_response(),
    }
}

async fn show(State(faults): State<Arc<Faults>>) -> Response {
    let set: Vec<Set> = faults.inner().faults.clone();
    json(&set)
}

async fn remove(State(faults): State<Arc<Faults>>) -> StatusCode {
    faults.inner().faults.clear();
    StatusCode::NO_CONTENT
}

async fn requests(State(faults): State<Arc<Faults>>) -> Response {
    let received: Vec<Received> = faults.inner().requests.clone();
    json(&received)
}

async fn forget(State(faults): State<Arc<Faults>>) -> StatusCode {
    faults.inner().requests.clear();
    StatusCode::NO_CONTENT
}

fn json(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(json) => ([(CONTENT_TYPE, "application/json")], json).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
