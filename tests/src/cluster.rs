//! A cluster that answers what a test tells it to, whatever it is asked.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// A fake cluster.
#[derive(Debug)]
pub struct Cluster {
    url: String,
    connections: Arc<AtomicUsize>,
}

impl Cluster {
    /// Answers each connection's first request with these bytes, head included, and closes it.
    pub fn answering(answer: Vec<u8>) -> Self {
        Self::answering_in_turn(vec![answer])
    }

    /// Answers the first connection with the first of these, and so on; the last one answers all that follow.
    pub fn answering_in_turn(answers: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let turn = counter.fetch_add(1, Ordering::SeqCst);
                // A client that has enough closes early: nothing to do about it.
                let _ = answer_once(stream, &answers[turn.min(answers.len() - 1)]);
            }
        });
        Self { url, connections }
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

    /// How many connections were made to it.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn answer_once(mut stream: TcpStream, answer: &[u8]) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    while !is_complete(&request) {
        match stream.read(&mut chunk)? {
            0 => return Ok(()),
            read => request.extend_from_slice(&chunk[..read]),
        }
    }
    stream.write_all(answer)
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
