//! JSON over HTTP to this machine: `cargo lambda watch` and the embedded Kusto.

use http_body_util::{BodyExt as _, Full};
use hyper::{Request, StatusCode, body::Bytes, header::CONTENT_TYPE};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::Serialize;
use serde_json::Value;

/// Why there is no JSON answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    /// No connection, or it broke.
    #[error("{url} does not answer: {source}")]
    Send {
        /// Where to.
        url: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The answer is of another kind.
    #[error("{url} answers {status} and no JSON")]
    NoJson {
        /// Who.
        url: String,
        /// The status of the answer.
        status: StatusCode,
    },
}

/// A client for addresses on this machine: no TLS, no proxy, no redirects.
#[derive(Debug, Clone)]
pub(crate) struct Http(Client<HttpConnector, Full<Bytes>>);

impl Http {
    pub(crate) fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }

    /// Posts `body` as JSON to `url`, an http one.
    pub(crate) async fn post(&self, url: &str, body: &impl Serialize) -> Result<(StatusCode, Value), HttpError> {
        let send = |source| HttpError::Send { url: url.to_owned(), source };
        let body = serde_json::to_vec(body).map_err(|error| send(error.into()))?;
        let request = Request::post(url)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::from(body))
            .map_err(|error| send(error.into()))?;
        let response = self.0.request(request).await.map_err(|error| send(error.into()))?;
        let status = response.status();
        let bytes = response.into_body().collect().await.map_err(|error| send(error.into()))?.to_bytes();
        let answer = serde_json::from_slice(&bytes).map_err(|_| HttpError::NoJson { url: url.to_owned(), status })?;
        Ok((status, answer))
    }
}
