//! Faults of the connection: resets, answers that are late, halting or cut.

use super::connection::Connection;
use super::control::is_control;
use super::fault::{Fault, Reset};
use super::received::Received;
use super::{Faults, pieces};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use tokio::time::sleep;

/// Enters the request into the log, and does to it what the fault says that it meets.
pub(in crate::serve) async fn around(State(faults): State<Arc<Faults>>, request: Request, next: Next) -> Response {
    if is_control(request.uri().path()) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let connection = parts.extensions.get::<ConnectInfo<Connection>>().cloned();
    let (place, fault) = faults.receive(Received::of(&parts, &body));
    let Some(fault) = fault else {
        let response = next.run(Request::from_parts(parts, Body::from(body))).await;
        faults.answered(place, response.status().as_u16());
        return response;
    };
    if fault.reset == Some(Reset::Before) {
        return reset(connection);
    }
    parts.extensions.insert(fault.simulated());
    parts.extensions.insert(fault.clone());
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    sleep(fault.delay()).await;
    if fault.reset == Some(Reset::After) {
        return reset(connection);
    }
    faults.answered(place, response.status().as_u16());
    halting(response, &fault).await
}

/// Has the connection reset when it is written to next, which it is with this answer.
fn reset(connection: Option<ConnectInfo<Connection>>) -> Response {
    if let Some(ConnectInfo(connection)) = connection {
        connection.reset();
    }
    StatusCode::IM_A_TEAPOT.into_response()
}

async fn halting(response: Response, fault: &Fault) -> Response {
    if fault.pause.is_none() && fault.cut_at.is_none() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes: Bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    Response::from_parts(parts, Body::new(pieces::body(bytes, fault.pause, fault.cut_at)))
}
