//! Everything beyond this machine: a proxy behind which every host is this process, with a certificate of its name. It counts.
//!
//! A function that has it as its proxy asks it, and no resolver, for every name: what it was not asked for was neither looked up nor
//! connected to.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use std::{
    collections::HashMap,
    io::{BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard},
    thread,
};
use tempfile::NamedTempFile;

/// The network; it ends with the test.
pub struct Network {
    url: String,
    root: NamedTempFile,
    state: Arc<State>,
}

struct State {
    script: Box<dyn Fn(&Seen) -> Reply + Send + Sync>,
    /// The host whose certificate is not good, and what is the matter with it.
    odd: (&'static str, Quality),
    authority: Issuer<'static, KeyPair>,
    certificates: Mutex<HashMap<String, Arc<ServerConfig>>>,
    asked: Mutex<Vec<String>>,
    requests: Mutex<Vec<Seen>>,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The host whose name the client verified.
    pub host: String,
    /// Path and query.
    pub target: String,
    /// The request line and the headers.
    pub head: String,
    /// The body.
    pub body: String,
}

/// An answer, byte for byte.
#[derive(Clone, Debug)]
pub struct Reply(Vec<u8>);

/// What is the matter with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    /// Nothing.
    Good,
    /// It is for another name.
    WrongName,
    /// It has expired.
    Expired,
    /// Nobody vouches for it but itself.
    SelfSigned,
}

impl Seen {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Reply {
    /// A whole answer with its length; each line of `headers` ends with `\r\n`.
    pub fn new(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let head = format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
        Self([head.as_bytes(), body].concat())
    }

    /// 200 with this JSON.
    pub fn json(body: impl AsRef<[u8]>) -> Self {
        Self::new(200, "Content-Type: application/json\r\n", body)
    }
}

impl Network {
    /// Every host answers what `script` says.
    pub fn new(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::with_certificate("", Quality::Good, script)
    }

    /// The same, with a certificate of this quality for one host.
    pub fn with_certificate(
        host: &'static str,
        quality: Quality,
        script: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let (authority, pem) = authority();
        let mut root = NamedTempFile::new().expect("there is a temporary folder");
        root.write_all(pem.as_bytes()).expect("it can be written");
        let state = Arc::new(State {
            script: Box::new(script),
            odd: (host, quality),
            authority,
            certificates: Mutex::default(),
            asked: Mutex::default(),
            requests: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let served = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&served);
                thread::spawn(move || state.tunnel(stream));
            }
        });
        Self { url, root, state }
    }

    /// `settings` and those that lead a function here.
    pub fn settings<'a>(&'a self, settings: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let root = self.root.path().to_str().expect("a path of ours is text");
        [&[("PROXY_URL", self.url()), ("EXTRA_CA_FILE", root)], settings].concat()
    }

    /// The proxy's URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What connections were asked for, each `host:port`, in order; the first line of one that asked for none.
    pub fn asked(&self) -> Vec<String> {
        lock(&self.state.asked).clone()
    }

    /// The requests that arrived, in order, those that broke off as well.
    pub fn requests(&self) -> Vec<Seen> {
        lock(&self.state.requests).clone()
    }

    /// How many requests went to `host`, to a target with `part` in it.
    pub fn count(&self, host: &str, part: &str) -> usize {
        lock(&self.state.requests).iter().filter(|seen| seen.host == host && seen.target.contains(part)).count()
    }

    /// Forgets what was asked and what arrived.
    pub fn forget(&self) {
        lock(&self.state.asked).clear();
        lock(&self.state.requests).clear();
    }
}

impl State {
    /// Serves one connection to the proxy.
    fn tunnel(&self, mut stream: TcpStream) {
        let Some(connect) = receive(&mut stream, "") else {
            lock(&self.asked).push("a connection without a request".to_owned());
            return;
        };
        lock(&self.asked).push(connect.target.clone());
        let host = connect.target.strip_suffix(":443").unwrap_or(&connect.target);
        if !connect.head.starts_with("CONNECT ") || stream.write_all(b"HTTP/1.1 200 x\r\n\r\n").is_err() {
            return;
        }
        let Ok(connection) = ServerConnection::new(self.certificate(host)) else { return };
        let mut stream = BufReader::new(StreamOwned::new(connection, stream));
        // A client that refuses the certificate ends the handshake, which is the first thing that reading does.
        while let Some(seen) = receive(&mut stream, host) {
            let reply = (self.script)(&seen);
            lock(&self.requests).push(seen);
            let answered = stream.get_mut().write_all(&reply.0).and_then(|()| stream.get_mut().flush());
            if answered.is_err() {
                return;
            }
        }
    }

    fn certificate(&self, host: &str) -> Arc<ServerConfig> {
        let mut all = lock(&self.certificates);
        let issued = all.entry(host.to_owned()).or_insert_with(|| self.issue(host));
        Arc::clone(issued)
    }

    fn issue(&self, host: &str) -> Arc<ServerConfig> {
        let quality = if host == self.odd.0 { self.odd.1 } else { Quality::Good };
        let name = if quality == Quality::WrongName { "other.example" } else { host };
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        if quality == Quality::Expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2020, 2, 1);
        }
        let key = KeyPair::generate().expect("a key");
        let certificate = match quality {
            Quality::SelfSigned => params.self_signed(&key),
            _ => params.signed_by(&key, &self.authority),
        };
        let certificate = certificate.expect("a certificate").der().clone();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring knows the versions")
            .with_no_client_auth();
        Arc::new(config.with_single_cert(vec![certificate], key).expect("a usable certificate"))
    }
}

/// A certificate authority of our own, and its certificate as PEM.
fn authority() -> (Issuer<'static, KeyPair>, String) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "test root");
    let key = KeyPair::generate().expect("a key");
    let pem = params.self_signed(&key).expect("a root").pem();
    (Issuer::new(params, key), pem)
}

/// The next request; one that breaks off is as much of it as came, and none where nothing came.
fn receive(stream: &mut impl Read, host: &str) -> Option<Seen> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
        head.push(byte[0]);
    }
    if head.is_empty() {
        return None;
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut seen = Seen { host: host.to_owned(), target, head, body: String::new() };
    let length = seen.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = Vec::new();
    let _ = stream.take(length).read_to_end(&mut body);
    seen.body = String::from_utf8_lossy(&body).into_owned();
    Some(seen)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no thread panics while it holds this")
}
