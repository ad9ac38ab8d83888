//! JSON over HTTP to this machine: `cargo lambda watch` and the embedded Kusto.

use http_body_util::{BodyExt as _, Full};
use hyper::{Request, body::Bytes, header::CONTENT_TYPE};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::Serialize;

/// No connection to `url`, or it broke.
#[derive(Debug, thiserror::Error)]
#[error("{url} does not answer: {source}")]
pub(crate) struct HttpError {
    url: String,
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// A client for addresses on this machine: no TLS, no proxy, no redirects.
#[derive(Debug, Clone)]
pub(crate) struct Http(Client<HttpConnector, Full<Bytes>>);

impl Http {
    pub(crate) fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }

    /// Posts `body` as JSON to `url`, an http one, and returns the body of the answer, whatever its status.
    pub(crate) async fn post(&self, url: &str, body: &impl Serialize) -> Result<Bytes, HttpError> {
        let answer = async {
            let body = Full::from(serde_json::to_vec(body)?);
            let request = Request::post(url).header(CONTENT_TYPE, "application/json").body(body)?;
            Ok(self.0.request(request).await?.into_body().collect().await?.to_bytes())
        };
        answer.await.map_err(|source| HttpError { url: url.to_owned(), source })
    }
}
