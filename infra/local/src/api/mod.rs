//! What stands in front of the functions in the cloud, on this machine: the routes of API Gateway, and Lambda's invocations that nobody
//! waits for.

mod event;
mod routes;

use crate::browser;
use crate::demo::http::Http;
use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::{DefaultBodyLimit, Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::from_fn,
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use routes::Routes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::{collections::BTreeMap, io, sync::Arc, time::Duration};
use tokio::{net::TcpListener, time::timeout};

/// The most bytes of a request, and how long it may take. (Docs: quotas of HTTP APIs.)
const BODY_LIMIT: usize = 10 * 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(30);

/// The functions behind it.
#[derive(Debug)]
struct Api {
    routes: Routes,
    /// Where Lambda's Invoke API is.
    functions: String,
    http: Http,
}

/// What a function answers to an HTTP event.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reply {
    status_code: u16,
    headers: BTreeMap<String, String>,
    body: String,
    is_base64_encoded: bool,
}

/// Answers requests on `listener` by the functions whose Invoke API is at `functions`, until the process ends.
///
/// # Errors
/// Where the listener fails, and where the routes cannot be read.
pub async fn serve(listener: TcpListener, functions: String) -> io::Result<()> {
    let routes = Routes::of_document().map_err(io::Error::other)?;
    let api = Arc::new(Api { routes, functions, http: Http::new() });
    let app = Router::new()
        .route("/2015-03-31/functions/{name}/invocations", post(invoke))
        .fallback(answer)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn(browser::guard))
        .with_state(api);
    axum::serve(listener, app).await
}

impl Api {
    /// What `function` answers to `event`.
    async fn call(&self, function: &str, event: &impl Serialize) -> Option<Bytes> {
        let url = format!("{}/2015-03-31/functions/{function}/invocations", self.functions);
        self.http.post(&url, event).await.ok()
    }
}

/// Takes an event that nobody waits for, as `InvocationType=Event` says it. It is passed on byte by byte: functions know their work by its hash.
async fn invoke(
    State(api): State<Arc<Api>>,
    Path(function): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let is_event = headers.get("x-amz-invocation-type").is_some_and(|kind| kind == "Event");
    match serde_json::from_slice::<Box<RawValue>>(&body) {
        Ok(event) if is_event => {
            tokio::spawn(async move { api.call(&function, &event).await });
            StatusCode::ACCEPTED.into_response()
        }
        _ => (StatusCode::BAD_REQUEST, "only JSON events that nobody waits for").into_response(),
    }
}

/// Answers as API Gateway does: with what the function of the route answers, or a sentence of its own.
async fn answer(State(api): State<Arc<Api>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Some(function) = api.routes.function(head.uri.path()) else { return own(StatusCode::NOT_FOUND, "Not Found") };
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return own(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    };
    match timeout(PATIENCE, api.call(function, &event::of(&head, &body))).await {
        Ok(Some(reply)) => {
            reply_of(&reply).unwrap_or_else(|| own(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"))
        }
        Ok(None) | Err(_) => own(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
    }
}

fn own(status: StatusCode, message: &str) -> Response {
    let body = serde_json::json!({"message": message}).to_string();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// The response that a function's reply is; none for a function error.
fn reply_of(json: &[u8]) -> Option<Response> {
    let reply: Reply = serde_json::from_slice(json).ok()?;
    let body = match reply.is_base64_encoded {
        true => BASE64_STANDARD.decode(reply.body).ok()?,
        false => reply.body.into_bytes(),
    };
    let mut response = (StatusCode::from_u16(reply.status_code).ok()?, body).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    for (name, value) in reply.headers {
        let name = HeaderName::try_from(name).ok()?;
        response.headers_mut().insert(name, HeaderValue::try_from(value).ok()?);
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::reply_of;
    use serde_json::json;

    #[test]
    fn a_reply_becomes_a_response_and_a_function_error_does_not() {
        let reply = json!({"statusCode": 202, "headers": {"location": "https://x"}, "body": "/w==", "isBase64Encoded": true, "cookies": []});
        let response = reply_of(reply.to_string().as_bytes()).unwrap();
        assert_eq!((response.status().as_u16(), response.headers()["location"].to_str().unwrap()), (202, "https://x"));
        let error = json!({"errorType": "Settings", "errorMessage": "x"});
        assert!(reply_of(error.to_string().as_bytes()).is_none());
    }
}
