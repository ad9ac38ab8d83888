//! The functions as their real binaries, under `cargo lambda watch`.

use super::{
    http::{Http, HttpError},
    process,
};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::BTreeMap,
    fs::File,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::{Instant, sleep, timeout},
};

/// How long `cargo lambda watch` may take to listen.
const START: Duration = Duration::from_secs(30);

/// How long an invocation may take. The first one of a function includes its start, and its build if it was not built.
const INVOCATION: Duration = Duration::from_secs(120);

/// What `cargo lambda watch` (1.9.2) logs when the process of a function is gone. It then never answers the invocation.
const GONE: [&str; 4] = ["command exited", "command killed", "command stopped", "command ended by exception"];

/// Variables that would contradict the settings handed in.
const NOT_INHERITED: [&str; 8] = [
    "KUSTO_CONNECTIONS",
    "KUSTO_CLUSTER",
    "KUSTO_DATABASE",
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "HTTP_AUTHORIZER",
    "DEFAULT_REQUEST",
    "STORE_URL",
];

/// Why a function did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FunctionError {
    /// `cargo lambda watch` could not be started.
    #[error("{} cannot be started: {source}; install cargo-lambda, or let `make` bring it", program.display())]
    NoProgram {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It does not listen.
    #[error("cargo lambda watch does not listen on {address}; its log is {}", log.display())]
    NotListening {
        /// Where it should.
        address: SocketAddr,
        /// Its log.
        log: PathBuf,
    },
    /// The function answered with an error.
    #[error("function {function} answered {error_type}: {message}")]
    Answered {
        /// Which one.
        function: &'static str,
        /// The stable name of the error.
        error_type: String,
        /// The sentence.
        message: String,
    },
    /// The answer is none of a function of ours.
    #[error("function {function} answered something else than was expected: {source}: {answer}")]
    Unreadable {
        /// Which one.
        function: &'static str,
        /// What is wrong.
        source: serde_json::Error,
        /// The beginning of the answer.
        answer: String,
    },
    /// The process of the function ended.
    #[error("function {function} ended without an answer; its last words, from {}:\n{words}", log.display())]
    Ended {
        /// Which one.
        function: &'static str,
        /// The log of all functions.
        log: PathBuf,
        /// The end of the log.
        words: String,
    },
    /// No answer came in time.
    #[error("function {function} did not answer within {} s; its log is {}", INVOCATION.as_secs(), log.display())]
    Silent {
        /// Which one.
        function: &'static str,
        /// The log of all functions.
        log: PathBuf,
    },
    /// The invocation did not reach it.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// A file or a socket.
    #[error("the functions cannot be started: {0}")]
    Io(#[from] io::Error),
}

/// The running functions. Dropped without [`Functions::end`], their parent is killed and they end as they notice.
#[derive(Debug)]
pub(crate) struct Functions {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
    http: Http,
}

impl Functions {
    /// Starts `program` (`cargo-lambda`) on `address`, port 0 for any, with `settings` as the environment of every function.
    /// What the functions log goes to the file `log`.
    pub(crate) async fn start(
        program: &Path,
        address: SocketAddr,
        settings: &BTreeMap<&'static str, String>,
        log: &Path,
    ) -> Result<Self, FunctionError> {
        let address = TcpListener::bind(address).await?.local_addr()?;
        let output = File::create(log)?;
        let child = command(program, address)
            .envs(settings)
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .map_err(|source| FunctionError::NoProgram { program: program.to_owned(), source })?;
        let mut functions = Self { child, address, log: log.to_owned(), http: Http::new() };
        functions.listening().await?;
        Ok(functions)
    }

    /// Where they listen: `http://127.0.0.1:9000`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where a direct call of `function` is posted to.
    pub(crate) fn invocation_url(&self, function: &str) -> String {
        format!("{}/2015-03-31/functions/{function}/invocations", self.url())
    }

    /// The file that everything they log is in.
    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    /// Calls `function` directly and reads its reply.
    pub(crate) async fn invoke<T: DeserializeOwned>(
        &self,
        function: &'static str,
        request: &impl Serialize,
    ) -> Result<T, FunctionError> {
        let url = self.invocation_url(function);
        let answer = tokio::select! {
            answer = timeout(INVOCATION, self.http.post(&url, request)) => answer,
            words = self.last_words() => return Err(FunctionError::Ended { function, log: self.log.clone(), words }),
        };
        let answer = answer.map_err(|_| FunctionError::Silent { function, log: self.log.clone() })??;
        read(function, &answer)
    }

    /// Ends `cargo lambda watch` and, through it, the functions; what does not end by itself is killed.
    pub(crate) async fn end(self) {
        process::end(self.child).await;
    }

    async fn listening(&mut self) -> Result<(), FunctionError> {
        let begun = Instant::now();
        while TcpStream::connect(self.address).await.is_err() {
            if begun.elapsed() > START || self.child.try_wait()?.is_some() {
                return Err(FunctionError::NotListening { address: self.address, log: self.log.clone() });
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Waits until the process of a function ends, and returns the end of the log.
    async fn last_words(&self) -> String {
        loop {
            sleep(Duration::from_millis(200)).await;
            let log = tokio::fs::read(&self.log).await.unwrap_or_default();
            let log = String::from_utf8_lossy(&log);
            if GONE.iter().any(|gone| log.contains(gone)) {
                let lines: Vec<&str> = log.lines().collect();
                return lines[lines.len().saturating_sub(12)..].join("\n");
            }
        }
    }
}

/// `cargo lambda watch` for binaries that are built already: nothing is reloaded, installed or asked.
fn command(program: &Path, address: SocketAddr) -> Command {
    let mut command = Command::new(program);
    command
        .args(["lambda", "watch", "--ignore-changes", "--wait", "--color", "never"])
        .args(["--invoke-address", &address.ip().to_string(), "--invoke-port", &address.port().to_string()])
        .env("RUSTUP_AUTO_INSTALL", "0")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        // A Ctrl-C at the terminal is for us, and we end it.
        .process_group(0)
        .kill_on_drop(true);
    for name in NOT_INHERITED {
        command.env_remove(name);
    }
    command
}

/// A function error. (That of a function that cannot start comes with status 200.)
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct ErrorReply {
    error_type: String,
    error_message: String,
}

/// Reads what `function` answered.
fn read<T: DeserializeOwned>(function: &'static str, answer: &[u8]) -> Result<T, FunctionError> {
    match serde_json::from_slice(answer) {
        Ok(ErrorReply { error_type, error_message: message }) => {
            Err(FunctionError::Answered { function, error_type, message })
        }
        Err(_) => serde_json::from_slice(answer).map_err(|source| FunctionError::Unreadable {
            function,
            source,
            answer: String::from_utf8_lossy(answer).chars().take(500).collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{Functions, read};
    use serde_json::{Value, json};
    use std::{collections::BTreeMap, path::Path};

    async fn refusal(program: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("functions.log");
        let loopback = "127.0.0.1:0".parse().unwrap();
        let error = Functions::start(Path::new(program), loopback, &BTreeMap::new(), &log).await.unwrap_err();
        error.to_string()
    }

    #[tokio::test]
    async fn a_program_that_is_missing_or_ends_is_named() {
        assert!(refusal("no-such-cargo-lambda").await.starts_with("no-such-cargo-lambda cannot be started"));
        assert!(refusal("true").await.contains("does not listen on 127.0.0.1:"));
    }

    #[test]
    fn a_function_error_is_told_from_a_reply() {
        let read = |answer: &str| read::<Value>("query", answer.as_bytes()).map_err(|error| error.to_string());
        assert_eq!(
            read(r#"{"errorType": "Settings", "errorMessage": "MAIL_URL: missing"}"#).unwrap_err(),
            "function query answered Settings: MAIL_URL: missing"
        );
        let reply = json!({"value": [{"errorType": "a column"}]});
        assert_eq!(read(&reply.to_string()), Ok(reply));
        assert!(read("<html>").unwrap_err().ends_with("at line 1 column 1: <html>"));
    }
}
