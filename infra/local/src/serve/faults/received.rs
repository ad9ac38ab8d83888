//! A request as it was received.

use axum::http::request::Parts;
use flate2::read::MultiGzDecoder;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::io::Read;

/// Bytes of a body that are looked at for its statement.
const LOOKED_AT: u64 = 64 << 20;

/// What is kept of a request.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Received {
    pub(super) method: String,
    pub(super) path: String,
    /// What follows the `?`.
    pub(super) query: String,
    /// Empty where none was sent.
    pub(super) client_request_id: String,
    /// `x-ms-app`
    pub(super) application: String,
    /// Bytes of the body as it was sent.
    pub(super) bytes: usize,
    /// The body's SHA-256 in hexadecimal digits.
    pub(super) sha256: String,
    /// The database of a statement.
    pub(super) db: Option<String>,
    /// The text of a statement.
    pub(super) csl: Option<String>,
    /// Whether it met a fault.
    pub(super) fault: bool,
    /// The status of its answer; none where it has no answer yet, or none at all.
    pub(super) status: Option<u16>,
}

impl Received {
    /// What is kept of this request.
    pub(super) fn of(parts: &Parts, body: &[u8]) -> Self {
        let header =
            |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let statement = statement(body).unwrap_or_default();
        let text = |name: &str| statement.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            client_request_id: header("x-ms-client-request-id"),
            application: header("x-ms-app"),
            bytes: body.len(),
            sha256: Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect(),
            db: text("db"),
            csl: text("csl"),
            fault: false,
            status: None,
        }
    }
}

/// The statement of a body, compressed or not; none where it holds records or nothing.
fn statement(body: &[u8]) -> Option<Value> {
    if !body.starts_with(&[0x1f, 0x8b]) {
        return serde_json::from_slice(body).ok();
    }
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(body).take(LOOKED_AT).read_to_end(&mut unpacked).ok()?;
    serde_json::from_slice(&unpacked).ok()
}
