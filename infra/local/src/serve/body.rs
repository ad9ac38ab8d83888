//! Bodies of requests, compressed or not, and of replies.

use super::envelope::RequestIds;
use super::error_body;
use crate::error::KustoError;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use flate2::read::MultiGzDecoder;
use std::io::Read;

/// Bytes that are read from the network, so that a client whose body is too large gets to read why.
pub(super) const MOST_READ: usize = 256 << 20;

/// The body of a request, of at most `limit` bytes after decompression.
pub(super) async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Vec<u8>, KustoError> {
    let sent = to_bytes(body, MOST_READ)
        .await
        .map_err(|_| KustoError::bad_request("the body of the request was cut off: send it again"))?;
    let encoding = headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("identity");
    let bytes = match encoding.to_ascii_lowercase().as_str() {
        "gzip" => gunzip(&sent, limit)?,
        "identity" => sent.into(),
        other => {
            let message = format!("the content encoding {other} is not supported: use gzip or none");
            return Err(KustoError { status: 415, ..KustoError::bad_request(message) });
        }
    };
    if bytes.len() > limit { Err(KustoError::too_large(limit)) } else { Ok(bytes) }
}

/// At most one byte more than `limit`.
pub(super) fn gunzip(compressed: &[u8], limit: usize) -> Result<Vec<u8>, KustoError> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    match MultiGzDecoder::new(compressed).take(most).read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(KustoError::bad_request(format!("the body is no complete gzip stream: {error}"))),
    }
}

/// The reply with this JSON, or with the error in the service's form.
pub(super) fn reply(ids: &RequestIds, outcome: Result<Vec<u8>, KustoError>) -> Response {
    let (status, json) = match outcome {
        Ok(json) => (StatusCode::OK, json),
        Err(error) => (StatusCode::from_u16(error.status).unwrap_or_default(), error_body::json(&error, ids)),
    };
    (status, [(CONTENT_TYPE, "application/json; charset=utf-8")], json).into_response()
}
