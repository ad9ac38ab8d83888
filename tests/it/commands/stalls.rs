//! A cluster that stalls: the caller is told in time, and the cluster is told to stop.

use super::function;
use serde_json::json;
use std::{
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};
use tests::{
    cluster::{Answer, Cluster, Request},
    lambda::{Function, Outcome},
};

/// What a call has to answer in.
const TIME: Duration = Duration::from_millis(1500);

/// Functions of each action that run beside each other.
const FUNCTIONS: usize = 5;

/// Where a cluster can stall, and the connection whose cluster does.
const PLACES: [(&str, &str); 3] = [("stalls", "headers"), ("stalls", "body"), ("full", "connect")];

/// The actions that read, each with what it is asked.
const ACTIONS: [(&str, &str, &str); 4] = [
    ("query", "query", "T"),
    ("query-chart", "query", "T"),
    ("show-command", "command", ".show tables"),
    ("command-chart", "command", ".show tables"),
];

const HEAD: &str = "HTTP/1.1 200 x\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n";

/// Stalls where the text says, `| where body` or `| where headers`.
fn stall(request: &Request) -> Answer {
    let text = request.text();
    if text.starts_with(".cancel") {
        return Answer::table(&[("a", "string")], &[]);
    }
    let beginning = if text.starts_with('.') { r#"{"Tables":[{"Tab"# } else { r#"[{"FrameType":"DataSetHeader","IsP"# };
    let sent = if text.contains("body") { format!("{HEAD}{beginning}") } else { String::new() };
    Answer::Stall(sent.into_bytes())
}

/// A port at which no connection is made and none refused: its queue is full. It stays so while this is kept.
struct FullPort {
    _listener: tokio::net::TcpListener,
    _waiting: Vec<TcpStream>,
    _runtime: tokio::runtime::Runtime,
    url: String,
}

impl FullPort {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let inside = runtime.enter();
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        drop(inside);
        let address = listener.local_addr().unwrap();
        let mut waiting = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
            waiting.push(stream);
        }
        Self { _listener: listener, _waiting: waiting, _runtime: runtime, url: format!("http://{address}") }
    }
}

/// Calls a function so often, at one place after the other.
fn call(function: &Function, field: &str, text: &str, calls: usize) {
    // Its cold start is no part of the time that a call has.
    function.invoke(&json!({})).error();
    for (connection, place) in PLACES.into_iter().cycle().take(calls) {
        let request = json!({"connection": connection, field: format!("{text} | where {place}")});
        let begun = Instant::now();
        let outcome = function.invoke_text(&request.to_string(), TIME);
        let took = begun.elapsed();
        let Outcome::Error(error_type, message) = outcome else { panic!("{request} is answered") };
        assert_eq!(error_type, "RequestTimeout", "{request}: {message}");
        assert!(took < TIME, "{request} took {took:?}");
    }
}

/// Calls each function so often, all of them beside each other, and looks for the cancel of each request that arrived.
fn stall_all(calls: usize) {
    let (cluster, full) = (Cluster::scripted(stall), FullPort::new());
    let clusters = [("stalls", cluster.url()), ("full", &full.url)];
    thread::scope(|scope| {
        for (action, field, text) in ACTIONS.iter().flat_map(|action| [action; FUNCTIONS]) {
            let clusters = &clusters;
            scope.spawn(move || call(&function(action, clusters), field, text, calls));
        }
    });
    let (cancels, stalled): (Vec<Request>, Vec<Request>) =
        cluster.requests().into_iter().partition(|request| request.text().starts_with(".cancel"));
    // What is never connected does not arrive.
    let arriving = PLACES.iter().cycle().take(calls).filter(|(connection, _)| *connection == "stalls").count();
    assert_eq!(stalled.len(), arriving * FUNCTIONS * ACTIONS.len());
    let cancelled: Vec<String> = cancels.iter().map(Request::text).collect();
    for request in &stalled {
        let cancel = format!(".cancel query \"{}\"", request.header("x-ms-client-request-id"));
        assert!(cancelled.contains(&cancel), "{cancel}");
    }
}

/// A hundred calls: five of each of the twenty functions.
#[test]
fn every_stall_is_told_in_time_and_cancelled() {
    stall_all(5);
}

/// A thousand.
#[test]
#[ignore = "takes long: make soak"]
fn soak_every_stall_is_told_in_time_and_cancelled() {
    stall_all(50);
}
