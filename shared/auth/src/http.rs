//! The one constructor of HTTP clients, and what it sends and gets.

use crate::{
    endpoint::Endpoint,
    noted_body::NotedBody,
    tls::{self, TlsError},
};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use reqwest::redirect::Policy;
use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use tokio::time::{Instant, timeout_at};

/// How long a connection may take to be made, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection is kept for the next request. A frozen function wakes up to connections that are gone.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// What the surroundings ask of outbound connections; nothing is read from the environment or the system.
#[derive(Clone, Default)]
pub struct HttpSettings {
    /// The URL of a proxy for everything but loopback.
    pub proxy: Option<String>,
    /// Further trusted roots, PEM.
    pub extra_roots: Option<Vec<u8>>,
}

/// The HTTP client: no redirects, https but for loopback, no system proxy, no decompression, HTTP/1.1. Cheap to clone.
#[derive(Clone)]
pub struct HttpClient {
    inner: reqwest::Client,
}

/// Why there is no HTTP client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpSetupError {
    /// See [`TlsError`].
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The URL of the proxy cannot be used.
    #[error("the proxy must be a URL such as http://proxy.example:3128")]
    Proxy,
    /// The client could not be built.
    #[error("the HTTP client cannot be set up")]
    Client,
}

/// Why there is no answer. The text never holds the URL, a header or a body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// No connection was made: nothing was sent.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// No connection was made because TLS failed: nothing was sent.
    #[error("the TLS handshake failed: {0}")]
    Tls(String),
    /// The connection broke after something may have been sent.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// Plain http to another machine: nothing was sent.
    #[error("plain http is used to this machine only")]
    PlainHttp,
    /// No answer began before the deadline.
    #[error("the deadline passed")]
    Late {
        /// Whether anything may have been sent: there was a connection.
        sent: bool,
    },
}

impl HttpError {
    /// Whether it is certain that no byte of the request was sent.
    pub fn nothing_was_sent(&self) -> bool {
        !matches!(self, Self::Broken(_) | Self::Late { sent: true })
    }
}

/// An answer whose body has not been read.
pub struct Response {
    inner: reqwest::Response,
}

impl HttpClient {
    /// A client; it connects to nothing yet.
    ///
    /// # Errors
    /// Where the settings cannot be used.
    #[expect(clippy::disallowed_methods, reason = "this is the one constructor")]
    pub fn new(settings: &HttpSettings) -> Result<Self, HttpSetupError> {
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client_config(settings.extra_roots.as_deref())?)
            .redirect(Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            // No resolver is asked what `localhost` is.
            .resolve_to_addrs(
                "localhost",
                &[(Ipv4Addr::LOCALHOST, 0).into(), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))],
            );
        if let Some(proxy) = &settings.proxy {
            builder = builder.proxy(reqwest::Proxy::https(proxy).map_err(|_| HttpSetupError::Proxy)?);
        }
        Ok(Self { inner: builder.build().map_err(|_| HttpSetupError::Client)? })
    }

    /// A client whose plain requests go through a proxy, so that a test sees those to fixed addresses.
    #[cfg(test)]
    #[expect(clippy::disallowed_methods, reason = "no setting makes such a client")]
    pub(crate) fn by_plain_proxy(proxy: &str) -> Self {
        let proxy = reqwest::Proxy::http(proxy).unwrap();
        let tls = tls::client_config(None).unwrap();
        let builder = reqwest::Client::builder().tls_backend_preconfigured(tls).redirect(Policy::none());
        Self { inner: builder.no_proxy().proxy(proxy).build().unwrap() }
    }

    /// Sends one request and waits for the head of its answer. There is no timeout but that of connecting: the caller has the deadline.
    ///
    /// # Errors
    /// Where no answer began.
    pub async fn send(
        &self,
        method: Method,
        endpoint: &Endpoint,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Response, HttpError> {
        self.send_body(method, endpoint, headers, body.into()).await
    }

    /// As [`Self::send`], until `deadline`; and where that passes, it is known whether anything was sent.
    ///
    /// # Errors
    /// Where no answer began in time.
    pub async fn send_before(
        &self,
        deadline: Instant,
        method: Method,
        endpoint: &Endpoint,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Response, HttpError> {
        let (body, begun) = NotedBody::new(body);
        let sending = self.send_body(method, endpoint, headers, reqwest::Body::wrap(body));
        timeout_at(deadline, sending).await.unwrap_or_else(|_| Err(HttpError::Late { sent: begun.get() }))
    }

    async fn send_body(
        &self,
        method: Method,
        endpoint: &Endpoint,
        headers: HeaderMap,
        body: reqwest::Body,
    ) -> Result<Response, HttpError> {
        if endpoint.url().scheme() != "https" && !endpoint.is_of_this_machine() {
            return Err(HttpError::PlainHttp);
        }
        let request = self.inner.request(method, endpoint.url().clone()).headers(headers).body(body);
        Ok(Response { inner: request.send().await.map_err(describe)? })
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient").finish_non_exhaustive()
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.status()).finish_non_exhaustive()
    }
}

impl fmt::Debug for HttpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL of a proxy may hold a password.
        f.debug_struct("HttpSettings").field("proxy", &self.proxy.is_some()).finish_non_exhaustive()
    }
}

impl Response {
    /// The status.
    pub fn status(&self) -> StatusCode {
        self.inner.status()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.inner.headers()
    }

    /// The next bytes of the body as they were on the wire, none at its end.
    ///
    /// # Errors
    /// [`HttpError::Broken`] where the body ended before its announced length.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, HttpError> {
        self.inner.chunk().await.map_err(describe)
    }

    /// The whole body as it was on the wire, as long as it has at most `limit` bytes.
    ///
    /// # Errors
    /// [`HttpError::Broken`] where it is longer, or ended too early.
    pub async fn body(mut self, limit: usize) -> Result<Vec<u8>, HttpError> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if body.len() + chunk.len() > limit {
                return Err(HttpError::Broken(format!("the answer is longer than {limit} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// The error without its URL: the innermost cause says most.
fn describe(error: reqwest::Error) -> HttpError {
    let connecting = error.is_connect();
    if connecting && error.is_timeout() {
        return HttpError::Connect(format!("no connection within {} s", CONNECT_TIMEOUT.as_secs()));
    }
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        if let Some(tls) = tls_error(source) {
            return if connecting { HttpError::Tls(tls) } else { HttpError::Broken(tls) };
        }
        cause = source;
    }
    if connecting { HttpError::Connect(cause.to_string()) } else { HttpError::Broken(cause.to_string()) }
}

/// The text of a TLS error that `error` is or, as I/O errors do, carries without calling it its source.
fn tls_error(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let carried = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    let carried = carried.and_then(|inner| inner.downcast_ref::<rustls::Error>());
    error.downcast_ref::<rustls::Error>().or(carried).map(tls::reason)
}
