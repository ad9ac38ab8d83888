//! The embedded Kusto as a process.

use crate::{
    binaries::{self, Process},
    lambda::Function,
};
use serde_json::{Value, json};
use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// A running `kusto-local serve`.
#[derive(Debug)]
pub struct Kusto {
    _process: Process,
    /// Kept while it runs.
    _data: Option<TempDir>,
    url: String,
}

impl Kusto {
    /// Starts it on a free port with the files of `data` as tables.
    pub fn start(data: Option<&Path>) -> Self {
        let data = data.map(|folder| [OsStr::new("--data"), folder.as_os_str()]);
        Self::serve(data.as_ref().map_or(&[], |data| &data[..]))
    }

    /// Starts it with its fault switch, without tables.
    pub fn with_faults() -> Self {
        Self::serve(&[OsStr::new("--faults")])
    }

    /// Starts it on a free port with these further arguments.
    pub fn serve(arguments: &[&OsStr]) -> Self {
        let mut command = Command::new(binaries::path("kusto-local"));
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments).stdout(Stdio::piped());
        let mut child = command.spawn().expect("kusto-local starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut line).expect("it says where it listens");
        let url = line.split_whitespace().find(|word| word.starts_with("http://")).expect("the line has the URL");
        Self { url: url.trim_end_matches(['/', ',', '.']).to_owned(), _process: Process(child), _data: None }
    }

    /// Starts it with these tables, each a name and its rows as CSV.
    pub fn with_tables(tables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        for (name, csv) in tables {
            std::fs::write(folder.path().join(format!("{name}.csv")), csv).expect("it can be written");
        }
        let kusto = Self::start(Some(folder.path()));
        Self { _data: Some(folder), ..kusto }
    }

    /// A function with it as its one connection, and with these further settings.
    pub fn function(&self, name: &str, more: &[(&str, &str)]) -> Function {
        let mut settings = vec![("KUSTO_CLUSTER", self.url()), ("KUSTO_DATABASE", "NetDefaultDB")];
        settings.extend(more);
        Function::start(name, &settings)
    }

    /// Its cluster URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs a management command over plain HTTP, without a client of ours, and returns the table that it answers.
    pub fn command(&self, text: &str) -> Value {
        self.post("mgmt", text)
    }

    /// The same in another database than `NetDefaultDB`.
    pub fn command_in(&self, database: &str, text: &str) -> Value {
        self.post_to(database, "mgmt", text)
    }

    /// Runs a query in the same way: `Columns` with names and types, and `Rows`.
    pub fn query(&self, text: &str) -> Value {
        self.post("query", text)
    }

    /// Sets a fault, as `infra/local/src/serve/faults` describes them.
    pub fn fault(&self, fault: &Value) {
        let (status, answer) = self.send("POST", "/faults", &fault.to_string());
        assert_eq!(status, 204, "{fault}: {answer}");
    }

    /// What it received since it was started with its fault switch.
    pub fn requests(&self) -> Vec<Value> {
        let (_, answer) = self.send("GET", "/faults/requests", "");
        serde_json::from_str(&answer).expect("it answers JSON")
    }

    fn post(&self, endpoint: &str, text: &str) -> Value {
        self.post_to("NetDefaultDB", endpoint, text)
    }

    fn post_to(&self, database: &str, endpoint: &str, text: &str) -> Value {
        let body = json!({"db": database, "csl": text}).to_string();
        let (status, answer) = self.send("POST", &format!("/v1/rest/{endpoint}"), &body);
        assert_eq!(status, 200, "{text}: {answer}");
        let mut answer: Value = serde_json::from_str(&answer).expect("it answers JSON");
        answer["Tables"][0].take()
    }

    /// The status and body of the answer to a request.
    pub fn send(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let address = self.url.trim_start_matches("http://");
        let head = format!(
            "{method} {path} HTTP/1.0\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(address).expect("it listens");
        stream.write_all(format!("{head}{body}").as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, body.to_owned())
    }
}
