//! All functions behind the routes of API Gateway, as `make start` has them: the real binaries, each started when it is first called.

use crate::{
    binaries::{self, Process},
    invoke_api::InvokeApi,
};
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};
use tempfile::TempDir;

/// The API and what is behind it.
#[derive(Debug)]
pub struct Api {
    /// Lambda.
    pub lambda: Arc<InvokeApi>,
    url: String,
    functions: String,
    _gateway: Process,
    folder: TempDir,
}

impl Api {
    /// Starts it with these settings of the functions, which get a store and this time for each call.
    pub fn start(settings: &[(&str, &str)], time: Duration) -> Self {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (lambda, functions) = InvokeApi::serve(settings, time);
        let mut gateway = Command::new(binaries::path("kusto-local"))
            .args(["api", "--listen", "127.0.0.1:0", "--functions", &functions])
            .stdout(Stdio::piped())
            .spawn()
            .expect("kusto-local starts");
        let mut line = String::new();
        BufReader::new(gateway.stdout.take().expect("it is piped"))
            .read_line(&mut line)
            .expect("it says where it listens");
        let url = line.split_whitespace().find(|word| word.starts_with("http://")).expect("the line has the URL");
        let api = Self { lambda, url: url.to_owned(), functions, _gateway: Process(gateway), folder };
        api.lambda.set("STORE_URL", &api.store());
        api.lambda.set("RESULT_URL", &api.at("/result"));
        api.lambda.set("AWS_ENDPOINT_URL_LAMBDA", &api.lambda_at(""));
        api
    }

    /// The same with one connection, `local`, which allows what the examples need.
    pub fn with_cluster(cluster: &str, more: &[(&str, &str)], time: Duration) -> Self {
        let connections = format!(
            "[[connection]]\nname = \"local\"\ncluster = \"{cluster}\"\ndatabases = [\"NetDefaultDB\"]\ncredential = {{ kind = \"none\" }}\n\
             commands = [\"show\", \"ingest\", \"set-or-append\", \"create-merge\", \"create-or-alter\", \"alter\"]\nplugins = [\"ipv4_lookup\"]\nlimits = {{ seconds = 3600 }}\n"
        );
        let settings = [("KUSTO_CONNECTIONS", connections.as_str()), ("HTTP_AUTHORIZER", "none")];
        Self::start(&[&settings[..], more].concat(), time)
    }

    /// The URL of a path.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// The URL of a path of Lambda's Invoke API, behind the routes.
    pub fn lambda_at(&self, path: &str) -> String {
        format!("{}{path}", self.functions)
    }

    /// The store's URL.
    pub fn store(&self) -> String {
        format!("file://{}", self.folder.path().join("store").display())
    }
}
