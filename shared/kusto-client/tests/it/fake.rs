//! A server that answers what a test tells it to, on loopback: plain HTTP, or behind `CONNECT` and TLS for any host name. It counts.

use crate::certificates::Certificates;
use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) host: String,
    pub(crate) target: String,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the body of the request is JSON")
    }
}

/// What to answer, byte for byte, and what to do after it.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    bytes: Vec<u8>,
    after: After,
}

#[derive(Clone, Copy, Debug)]
enum After {
    KeepOpen,
    Close,
    Stall,
}

impl Reply {
    /// A whole answer with its length.
    pub(crate) fn new(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        Self::announcing(body.len(), status, headers, body, After::KeepOpen)
    }

    pub(crate) fn json(body: impl AsRef<[u8]>) -> Self {
        Self::new(200, "Content-Type: application/json\r\n", body)
    }

    /// An answer that announces `length` bytes and closes after `body`.
    pub(crate) fn cut(length: usize, headers: &str, body: &[u8]) -> Self {
        Self::announcing(length, 200, headers, body, After::Close)
    }

    /// An answer whose end is the end of the connection.
    pub(crate) fn until_close(headers: &str, body: &[u8]) -> Self {
        let mut bytes = format!("HTTP/1.1 200 x\r\nConnection: close\r\n{headers}\r\n").into_bytes();
        bytes.extend_from_slice(body);
        Self { bytes, after: After::Close }
    }

    /// These bytes, head included, and then the connection closes.
    pub(crate) fn bytes(bytes: impl AsRef<[u8]>) -> Self {
        Self { bytes: bytes.as_ref().to_vec(), after: After::Close }
    }

    /// Nothing more after these bytes, with the connection open.
    pub(crate) fn stall(bytes: impl AsRef<[u8]>) -> Self {
        Self { bytes: bytes.as_ref().to_vec(), after: After::Stall }
    }

    /// The connection closes without an answer.
    pub(crate) fn none() -> Self {
        Self { bytes: Vec::new(), after: After::Close }
    }

    fn announcing(length: usize, status: u16, headers: &str, body: &[u8], after: After) -> Self {
        let head = format!("HTTP/1.1 {status} x\r\nContent-Length: {length}\r\n{headers}\r\n");
        Self { bytes: [head.as_bytes(), body].concat(), after }
    }
}

type Script = dyn Fn(&Seen) -> Reply + Send + Sync;

/// The server; it ends with the test's runtime.
pub(crate) struct Fake {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<Seen>>>,
}

impl Fake {
    /// A plain HTTP server.
    pub(crate) async fn plain(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(Arc::new(script), None).await
    }

    /// A proxy behind which every host is this server, with a certificate of its name.
    pub(crate) async fn proxy(
        certificates: Certificates,
        script: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(Arc::new(script), Some(certificates)).await
    }

    async fn start(script: Arc<Script>, certificates: Option<Certificates>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port of loopback");
        let address = listener.local_addr().expect("an address");
        let fake = Self { address, connections: Arc::default(), requests: Arc::default() };
        let (connections, requests) = (fake.connections.clone(), fake.requests.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                let (script, requests, certificates) = (script.clone(), requests.clone(), certificates.clone());
                tokio::spawn(async move {
                    match certificates {
                        None => serve(stream, "", &*script, &requests).await,
                        Some(certificates) => serve_tls(stream, &certificates, &*script, &requests).await,
                    }
                });
            }
        });
        fake
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.requests.lock().expect("no test panicked with it").clone()
    }

    /// Requests whose target has `part` in it.
    pub(crate) fn count(&self, part: &str) -> usize {
        self.requests().iter().filter(|seen| seen.target.contains(part)).count()
    }
}

async fn serve_tls(mut stream: TcpStream, certificates: &Certificates, script: &Script, requests: &Mutex<Vec<Seen>>) {
    let Some(connect) = receive(&mut stream, "").await else { return };
    let host = connect.target.strip_suffix(":443").unwrap_or(&connect.target).to_owned();
    if stream.write_all(b"HTTP/1.1 200 x\r\n\r\n").await.is_err() {
        return;
    }
    let acceptor = TlsAcceptor::from(certificates.for_host(&host));
    // A client that refuses the certificate ends the handshake.
    if let Ok(stream) = acceptor.accept(stream).await {
        serve(stream, &host, script, requests).await;
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, host: &str, script: &Script, requests: &Mutex<Vec<Seen>>) {
    let mut stream = BufReader::new(stream);
    while let Some(seen) = receive(&mut stream, host).await {
        let reply = script(&seen);
        requests.lock().expect("no test panicked with it").push(seen);
        if stream.write_all(&reply.bytes).await.is_err() || stream.flush().await.is_err() {
            return;
        }
        match reply.after {
            After::KeepOpen => {}
            After::Close => {
                let _ = stream.shutdown().await;
                return;
            }
            After::Stall => std::future::pending().await,
        }
    }
}

async fn receive(stream: &mut (impl AsyncRead + Unpin), host: &str) -> Option<Seen> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let target = head.split(' ').nth(1)?.to_owned();
    let mut seen = Seen { host: host.to_owned(), target, head, body: Vec::new() };
    let length = seen.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    seen.body = vec![0; length];
    stream.read_exact(&mut seen.body).await.ok()?;
    Some(seen)
}
