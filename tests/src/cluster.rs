//! A cluster that answers what a test tells it to, whatever it is asked.

use serde_json::Value;
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

/// A fake cluster.
#[derive(Debug)]
pub struct Cluster {
    url: String,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<Request>>>,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Request {
    head: String,
    body: String,
}

/// What a scripted cluster does with a request, each of which has a connection of its own.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Sends these bytes, head included, and closes the connection.
    Close(Vec<u8>),
    /// Sends these bytes and nothing more, with the connection open.
    Stall(Vec<u8>),
}

impl Request {
    /// The query or the management command.
    pub fn text(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["csl"].as_str().unwrap_or_default().to_owned()
    }

    /// The body.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The method and the path.
    pub fn line(&self) -> &str {
        let line = self.head.lines().next().unwrap_or_default();
        line.strip_suffix(" HTTP/1.1").unwrap_or(line)
    }

    /// A header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    /// A client request property.
    pub fn option(&self, name: &str) -> Value {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["properties"]["Options"][name].clone()
    }
}

impl Answer {
    /// A whole answer with this status, these further header lines and this body.
    pub fn new(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        let head = format!("HTTP/1.1 {status} x\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n");
        Self::Close(format!("{head}{body}").into_bytes())
    }

    /// The answer to a management command: one table of `columns` (name and type) with these rows.
    pub fn table(columns: &[(&str, &str)], rows: &[Value]) -> Self {
        let columns: Vec<_> = columns
            .iter()
            .map(|(name, column_type)| serde_json::json!({"ColumnName": name, "ColumnType": column_type}))
            .collect();
        let table = serde_json::json!({"TableName": "Table_0", "Columns": columns, "Rows": rows});
        Self::new(200, "content-type: application/json\r\n", &serde_json::json!({"Tables": [table]}).to_string())
    }
}

impl Cluster {
    /// Does with each request what `script` says, on a thread of its own.
    pub fn scripted(script: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let script = Arc::new(script);
        Self::serving(move |stream, _, requests| {
            let (script, requests) = (Arc::clone(&script), Arc::clone(requests));
            std::thread::spawn(move || act(stream, &*script, &requests));
        })
    }

    /// Closes each connection after the first `bytes(n)` bytes of its request, n counted from 0, while others are still to be read: the
    /// client gets a reset.
    pub fn resetting(bytes: impl Fn(usize) -> usize + Send + 'static) -> Self {
        Self::serving(move |mut stream, turn, _| {
            // A client that has enough closes early: nothing to do about it.
            let _ = stream.read_exact(&mut vec![0; bytes(turn)]);
        })
    }

    fn serving(serve: impl Fn(TcpStream, usize, &Arc<Mutex<Vec<Request>>>) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let (connections, requests) = (Arc::new(AtomicUsize::new(0)), Arc::default());
        let (counter, seen) = (Arc::clone(&connections), Arc::clone(&requests));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let turn = counter.fetch_add(1, Ordering::SeqCst);
                serve(stream, turn, &seen);
            }
        });
        Self { url, connections, requests }
    }

    /// The requests that have arrived whole at a scripted cluster.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("no thread panics while it holds this").clone()
    }

    /// Answers each connection's first request with these bytes, head included, and closes it.
    pub fn answering(answer: Vec<u8>) -> Self {
        Self::answering_in_turn(vec![answer])
    }

    /// Answers the first connection with the first of these, and so on; the last one answers all that follow.
    pub fn answering_in_turn(answers: Vec<Vec<u8>>) -> Self {
        Self::writing(move |turn, stream| stream.write_all(&answers[turn.min(answers.len() - 1)]))
    }

    /// Answers each connection's first request with what `write` writes, given how many connections came before; it may write for ever,
    /// since writing fails once the client has enough.
    pub fn writing(write: impl Fn(usize, &mut TcpStream) -> std::io::Result<()> + Send + 'static) -> Self {
        Self::serving(move |stream, turn, _| {
            // A client that has enough closes early: nothing to do about it.
            let _ = answer_once(stream, |stream| write(turn, stream));
        })
    }

    /// Answers 200 with this JSON, which ends with the connection.
    pub fn answering_json(body: &[u8]) -> Self {
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
        Self::answering([head, body].concat())
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection file with it alone, and with the engine's own limits.
    pub fn connection_with_the_highest_limits(&self) -> String {
        format!(
            "[[connection]]\nname = \"a\"\ncluster = \"{}\"\ndatabases = [\"db\"]\ncredential = {{ kind = \"none\" }}\n\
             limits = {{ rows = 500_000, bytes = \"64 MiB\" }}\n",
            self.url
        )
    }

    /// How many connections were made to it.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn answer_once(
    mut stream: TcpStream,
    write: impl FnOnce(&mut TcpStream) -> std::io::Result<()>,
) -> std::io::Result<()> {
    match receive(&mut stream)? {
        Some(_) => write(&mut stream),
        None => Ok(()),
    }
}

fn act(mut stream: TcpStream, script: &dyn Fn(&Request) -> Answer, requests: &Mutex<Vec<Request>>) {
    let Ok(Some(request)) = receive(&mut stream) else { return };
    let answer = script(&request);
    requests.lock().expect("no thread panics while it holds this").push(request);
    // A client that has enough closes early: nothing to do about it.
    match answer {
        Answer::Close(bytes) => drop(stream.write_all(&bytes)),
        Answer::Stall(bytes) => {
            let _ = stream.write_all(&bytes);
            // Until the client closes.
            let _ = stream.read(&mut [0]);
        }
    }
}

/// A request as soon as it is there as a whole; none where the client closes before.
fn receive(stream: &mut TcpStream) -> std::io::Result<Option<Request>> {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    while !is_complete(&request) {
        match stream.read(&mut chunk)? {
            0 => return Ok(None),
            read => request.extend_from_slice(&chunk[..read]),
        }
    }
    let text = String::from_utf8_lossy(&request);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
    Ok(Some(Request { head: head.to_owned(), body: body.to_owned() }))
}

/// Whether a request has arrived with as much body as its head says.
fn is_complete(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    request.len() >= end + 4 + length.unwrap_or(0)
}

/// A v2 answer with one table of `columns` (name and type) and these rows, each the JSON of an array.
pub fn answer(columns: &[(&str, &str)], rows: impl Iterator<Item = String>) -> Vec<u8> {
    let columns: Vec<_> = columns
        .iter()
        .map(|(name, column_type)| serde_json::json!({"ColumnName": name, "ColumnType": column_type}))
        .collect();
    let mut answer = String::from(r#"[{"FrameType":"DataSetHeader","IsProgressive":false,"Version":"v2.0"},"#);
    answer.push_str(
        r#"{"FrameType":"DataTable","TableId":0,"TableKind":"PrimaryResult","TableName":"PrimaryResult","Columns":"#,
    );
    answer.push_str(&serde_json::Value::from(columns).to_string());
    answer.push_str(r#","Rows":["#);
    for (index, row) in rows.enumerate() {
        if index > 0 {
            answer.push(',');
        }
        answer.push_str(&row);
    }
    answer.push_str(r#"]},{"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":false}]"#);
    answer.into_bytes()
}

/// A v2 answer of requests to a shop: 60 bytes a row on the wire, 120 in a reply over HTTP.
pub fn requests(rows: usize) -> Vec<u8> {
    let columns = [("Timestamp", "datetime"), ("Service", "string"), ("Count", "long")];
    let row = |n: usize| {
        let (minute, second, service) = (n / 60 % 60, n % 60, n % 7);
        format!(r#"["2026-11-20T06:{minute:02}:{second:02}Z","service number \"{n}\" of the shop",{service}]"#)
    };
    answer(&columns, (0..rows).map(row))
}

/// A v2 answer of 500,000 rows, which are 66 MB in a reply.
pub fn half_a_million_rows() -> Vec<u8> {
    let columns = [("Timestamp", "datetime"), ("Service", "string"), ("Count", "long")];
    let row = |n: usize| {
        let service = format!("service number {n:07} of the shop, and where it can all be found {n:07}");
        format!(r#"["2026-11-20T06:00:00Z","{service}",{}]"#, n % 7)
    };
    answer(&columns, (0..500_000).map(row))
}
