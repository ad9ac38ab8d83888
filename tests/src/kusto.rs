//! The embedded Kusto as a process.

use crate::binaries::{self, Process};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

/// A running `kusto-local serve`.
#[derive(Debug)]
pub struct Kusto {
    _process: Process,
    url: String,
}

impl Kusto {
    /// Starts it on a free port with the files of `data` as tables.
    pub fn start(data: Option<&Path>) -> Self {
        let mut command = Command::new(binaries::path("kusto-local"));
        command.args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
        if let Some(folder) = data {
            command.arg("--data").arg(folder);
        }
        let mut child = command.spawn().expect("kusto-local starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut line).expect("it says where it listens");
        let url = line.split_whitespace().find(|word| word.starts_with("http://")).expect("the line has the URL");
        Self { url: url.trim_end_matches(['/', ',', '.']).to_owned(), _process: Process(child) }
    }

    /// Its cluster URL.
    pub fn url(&self) -> &str {
        &self.url
    }
}
