//! The one constructor of HTTP clients, and what it sends and gets.

use crate::{
    endpoint::Endpoint,
    noted_body::NotedBody,
    tls::{self, TlsError},
    tls_failure::TlsFailure,
};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use reqwest::redirect::Policy;
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use tokio::{
    net::lookup_host,
    time::{Instant, timeout, timeout_at},
};

/// How long a connection may take to be made, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection is kept for the next request. A frozen function wakes up to connections that are gone.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// How hyper_util begins what it says of a proxy.
const TUNNEL: &str = "tunnel error: ";

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
    /// Whether requests by https go through a proxy.
    has_proxy: bool,
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
    /// No resolver knows the host: nothing was sent.
    #[error("the host name cannot be looked up: {0}")]
    Name(String),
    /// No connection was made: nothing was sent.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// The proxy makes no connection: nothing was sent.
    #[error("the proxy makes no connection: {0}")]
    Proxy(String),
    /// No connection was made because TLS failed: nothing was sent.
    #[error("the TLS handshake failed: {0}")]
    Tls(TlsFailure),
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

    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Name(_) => "check the spelling of the host, and that the DNS of this network knows it",
            Self::Connect(_) => {
                "check the URL, that the host runs, and that network and firewall let this function reach it"
            }
            Self::Proxy(_) => "check PROXY_URL, and that the proxy allows this host on port 443",
            Self::Tls(failure) => failure.remedy(),
            Self::Broken(_) => "try again; if it stays, look at what stands between here and the host",
            Self::PlainHttp => "use https",
            Self::Late { .. } => "ask for less, or give it more time",
        }
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
        let inner = builder.build().map_err(|_| HttpSetupError::Client)?;
        Ok(Self { inner, has_proxy: settings.proxy.is_some() })
    }

    /// A client whose plain requests go through a proxy, so that a test sees those to fixed addresses.
    #[cfg(test)]
    #[expect(clippy::disallowed_methods, reason = "no setting makes such a client")]
    pub(crate) fn by_plain_proxy(proxy: &str) -> Self {
        let proxy = reqwest::Proxy::http(proxy).unwrap();
        let tls = tls::client_config(None).unwrap();
        let builder = reqwest::Client::builder().tls_backend_preconfigured(tls).redirect(Policy::none());
        Self { inner: builder.no_proxy().proxy(proxy).build().unwrap(), has_proxy: true }
    }

    /// The addresses of the endpoint's host, as this machine's resolver gives them; none where a proxy looks names up.
    ///
    /// # Errors
    /// [`HttpError::Name`] where there is none.
    pub async fn look_up(&self, endpoint: &Endpoint) -> Result<Option<Vec<IpAddr>>, HttpError> {
        let url = endpoint.url();
        if self.has_proxy && url.scheme() == "https" {
            return Ok(None);
        }
        let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default());
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let found = timeout(CONNECT_TIMEOUT, lookup_host((host, port))).await;
        let found = found.map_err(|_| HttpError::Name(format!("no answer within {} s", CONNECT_TIMEOUT.as_secs())))?;
        let found = found.map_err(|error| HttpError::Name(error.to_string()))?;
        Ok(Some(found.map(|address| address.ip()).collect()))
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
    let (mut by_proxy, mut by_name) = (false, false);
    while let Some(source) = cause.source() {
        if let Some(tls) = tls_error(source) {
            return if connecting { HttpError::Tls(tls) } else { HttpError::Broken(tls.to_string()) };
        }
        cause = source;
        // Of these causes hyper_util (0.1) publishes no type.
        let text = cause.to_string();
        by_proxy |= text.starts_with(TUNNEL);
        by_name |= text == "dns error";
    }
    let text = cause.to_string();
    match (connecting, by_proxy, by_name) {
        (false, ..) => HttpError::Broken(text),
        (_, true, _) if text == format!("{TUNNEL}unsuccessful") => HttpError::Proxy("it refuses the host".to_owned()),
        (_, true, _) => HttpError::Proxy(text.trim_start_matches(TUNNEL).to_owned()),
        (_, _, true) => HttpError::Name(text),
        _ => HttpError::Connect(text),
    }
}

/// The TLS error that `error` is or, as I/O errors do, carries without calling it its source.
fn tls_error(error: &(dyn std::error::Error + 'static)) -> Option<TlsFailure> {
    let carried = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    let carried = carried.and_then(|inner| inner.downcast_ref::<rustls::Error>());
    error.downcast_ref::<rustls::Error>().or(carried).map(TlsFailure::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::dns::{Name, Resolve, Resolving};
    use std::sync::Arc;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };
    use url::Url;

    /// A resolver that knows no name.
    struct NoNames;

    impl Resolve for NoNames {
        fn resolve(&self, _: Name) -> Resolving {
            Box::pin(async { Err("no such name".into()) })
        }
    }

    async fn get(client: &HttpClient, url: &str) -> HttpError {
        let endpoint = Endpoint::trusted(Url::parse(url).unwrap());
        client.send(Method::GET, &endpoint, HeaderMap::new(), Bytes::new()).await.unwrap_err()
    }

    fn client(proxy: Option<String>) -> HttpClient {
        HttpClient::new(&HttpSettings { proxy, extra_roots: None }).unwrap()
    }

    /// A proxy that answers every `CONNECT` with this status line.
    async fn proxy(status: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.read(&mut [0; 1024]).await;
                let _ = stream.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").as_bytes()).await;
            }
        });
        url
    }

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "no setting makes such a client")]
    async fn a_name_that_nobody_knows_is_told_from_a_host_that_does_not_answer() {
        let builder = reqwest::Client::builder().tls_backend_preconfigured(tls::client_config(None).unwrap());
        let inner = builder.no_proxy().dns_resolver(Arc::new(NoNames)).build().unwrap();
        let error = get(&HttpClient { inner, has_proxy: false }, "https://x.kusto.windows.net").await;
        assert_eq!(error, HttpError::Name("no such name".to_owned()));
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let error = get(&client(None), &format!("https://127.0.0.1:{port}")).await;
        assert!(matches!(&error, HttpError::Connect(cause) if cause.contains("refused")), "{error:?}");
        // An empty label is what a resolver refuses without asking anybody.
        let nowhere = Endpoint::trusted(Url::parse("https://a..b/").unwrap());
        assert!(matches!(client(None).look_up(&nowhere).await, Err(HttpError::Name(_))));
        let proxied = client(Some("http://127.0.0.1:9".to_owned()));
        assert_eq!(proxied.look_up(&nowhere).await, Ok(None));
        let here = Endpoint::trusted(Url::parse("http://[::1]:8080/").unwrap());
        assert_eq!(proxied.look_up(&here).await, Ok(Some(vec![IpAddr::V6(Ipv6Addr::LOCALHOST)])));
    }

    #[tokio::test]
    async fn what_a_proxy_refuses_is_said_of_the_proxy() {
        for (status, cause) in [
            ("403 Forbidden", "it refuses the host"),
            ("502 Bad Gateway", "it refuses the host"),
            ("407 Proxy Authentication Required", "proxy authorization required"),
        ] {
            let error = get(&client(Some(proxy(status).await)), "https://x.kusto.windows.net").await;
            assert_eq!(error, HttpError::Proxy(cause.to_owned()), "{status}");
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let error = get(&client(Some(format!("http://127.0.0.1:{port}"))), "https://x.kusto.windows.net").await;
        assert!(matches!(&error, HttpError::Proxy(cause) if cause.contains("refused")), "{error:?}");
    }
}
