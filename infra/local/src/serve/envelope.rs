//! What surrounds every request: its ids, and a compressed reply where the client takes one.

use super::options::Options;
use super::statement::Statement;
use crate::node;
use crate::node::request::Simulated;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::time::Instant;
use uuid::Uuid;

/// Who sent a request, and what is to become of it.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// The names it goes by.
    pub(super) ids: RequestIds,
    /// `x-ms-app`
    application: String,
    /// `x-ms-user`
    user: String,
    host: String,
    /// `x-ms-readonly`, whatever its value.
    read_only: bool,
    started: Instant,
    simulated: Simulated,
}

impl Caller {
    fn of(request: &Request) -> Self {
        let headers = request.headers();
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        Self {
            ids: RequestIds::of(headers),
            application: text("x-ms-app"),
            user: text("x-ms-user"),
            host: text("host"),
            read_only: headers.contains_key("x-ms-readonly"),
            started: Instant::now(),
            simulated: request.extensions().get().cloned().unwrap_or_default(),
        }
    }

    /// The request to run this statement with these options.
    pub(super) fn request(&self, statement: &Statement, options: &Options) -> node::request::Request {
        node::request::Request {
            client_request_id: self.ids.client_request_id.clone(),
            activity_id: self.ids.activity_id,
            application: self.application.clone(),
            user: self.user.clone(),
            host: self.host.clone(),
            started: self.started,
            timeout: options.timeout,
            query_now: options.query_now,
            read_only: self.read_only || options.read_only,
            simulated: self.simulated.clone(),
            ..node::request::Request::new(&statement.database, &statement.text)
        }
    }
}

/// The names a request goes by.
#[derive(Clone, Debug)]
pub(super) struct RequestIds {
    /// `x-ms-client-request-id`, chosen by the client or made here.
    pub(super) client_request_id: String,
    /// `x-ms-activity-id`, made here.
    pub(super) activity_id: Uuid,
}

impl RequestIds {
    fn of(headers: &HeaderMap) -> Self {
        let activity_id = Uuid::new_v4();
        let given = headers.get(CLIENT_REQUEST_ID).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Self { client_request_id: given.unwrap_or_else(|| format!("unspecified;{activity_id}")), activity_id }
    }
}

const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-client-request-id");
const ACTIVITY_ID: HeaderName = HeaderName::from_static("x-ms-activity-id");
/// Replies up to this many bytes are not worth compressing.
const COMPRESS_FROM: usize = 1024;

/// Gives the request its ids, and the reply too; compresses the reply if the client accepts that.
pub(super) async fn around(mut request: Request, next: Next) -> Response {
    let caller = Caller::of(&request);
    let ids = caller.ids.clone();
    let gzip = accepts_gzip(request.headers());
    request.extensions_mut().insert(caller);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [(CLIENT_REQUEST_ID, &ids.client_request_id), (ACTIVITY_ID, &ids.activity_id.to_string())] {
        headers.extend(HeaderValue::from_str(value).map(|value| (name, value)));
    }
    if gzip { compressed(response).await } else { response }
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| coding.trim().eq_ignore_ascii_case("gzip"))
}

async fn compressed(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if bytes.len() <= COMPRESS_FROM {
        return Response::from_parts(parts, Body::from(bytes));
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    match encoder.write_all(&bytes).and_then(|()| encoder.finish()) {
        Err(_) => Response::from_parts(parts, Body::from(bytes)),
        Ok(compressed) => {
            parts.headers.remove(CONTENT_LENGTH);
            parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Response::from_parts(parts, Body::from(compressed))
        }
    }
}
