//! The embedded Kusto as a process.

use crate::{
    binaries::{self, Process},
    lambda::Function,
};
use std::{
    io::{BufRead, BufReader},
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
}
