//! Faults of what an answer says.

use super::fault::{Answer, Fault};
use super::partial;
use crate::serve::body;
use crate::serve::envelope::Caller;
use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// Answers in place of the node, or puts an error into the node's answer.
pub(in crate::serve) async fn around(
    fault: Option<Extension<Fault>>,
    Extension(caller): Extension<Caller>,
    request: Request,
    next: Next,
) -> Response {
    let Some(Extension(fault)) = fault else { return next.run(request).await };
    if let Some(answer) = &fault.answer {
        return other(answer, &caller);
    }
    let response = next.run(request).await;
    let Some(place) = fault.partial_failure else { return response };
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.remove(CONTENT_LENGTH);
    match partial::fail(&bytes, place, &caller.ids) {
        Some(failed) => Response::from_parts(parts, Body::from(failed)),
        None => (StatusCode::NOT_IMPLEMENTED, "the answer has no place for this partial failure\n").into_response(),
    }
}

fn other(answer: &Answer, caller: &Caller) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match &answer.body {
        Some(Value::String(text)) => text.clone().into_response(),
        Some(value) => ([(CONTENT_TYPE, "application/json; charset=utf-8")], value.to_string()).into_response(),
        None if answer.status >= 400 => body::reply(&caller.ids, Err(answer.error())),
        None => ().into_response(),
    };
    *response.status_mut() = status;
    for (name, value) in &answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
