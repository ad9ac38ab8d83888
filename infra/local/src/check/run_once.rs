//! One invocation of a function's binary, as Lambda does it: a runtime API on loopback hands it one event and takes what it answers.

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderName, StatusCode},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::Value;
use std::{
    io,
    path::{Path as FilePath, PathBuf},
    process::Stdio,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    sync::{Mutex, mpsc},
};

/// Why a function gave no reply.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It could not be started.
    #[error("{} cannot be started: {source}; build it with `make`", program.display())]
    NoProgram {
        /// The binary.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It answered with an error; one of its settings may be missing.
    #[error("{0}")]
    Answered(String),
    /// It ended, or said nothing in time.
    #[error("the function ended without an answer; set LOG_LEVEL=debug to see its log")]
    Silent,
    /// Something of this machine.
    #[error("the function cannot be run: {0}")]
    Io(#[from] io::Error),
}

/// What the function asks for and answers.
struct Api {
    /// The event, until it is handed out.
    event: Mutex<Option<String>>,
    deadline: String,
    outcome: mpsc::Sender<Result<String, String>>,
}

/// A function error, also that of a function that does not start.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FunctionError {
    error_message: String,
}

/// Runs `program` with this process's environment for `request`, with `time` to answer, and gives its reply.
pub(super) async fn run_once(program: &FilePath, request: &Value, time: Duration) -> Result<String, RunError> {
    let (sender, mut outcome) = mpsc::channel(1);
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + time;
    let event = Mutex::new(Some(request.to_string()));
    let api = Arc::new(Api { event, deadline: deadline.as_millis().to_string(), outcome: sender });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let mut child =
        start(program, &address).map_err(|source| RunError::NoProgram { program: program.to_owned(), source })?;
    let answered = tokio::select! {
        biased;
        answered = outcome.recv() => answered,
        _ = axum::serve(listener, routes(api)) => None,
        // Why it does not start was posted before it ended.
        _ = child.wait() => outcome.try_recv().ok(),
        () = tokio::time::sleep(time) => None,
    };
    answered.ok_or(RunError::Silent)?.map_err(RunError::Answered)
}

/// Its log is for those who ask for it.
fn start(program: &FilePath, address: &str) -> io::Result<Child> {
    let log = if std::env::var_os("LOG_LEVEL").is_some() { Stdio::inherit() } else { Stdio::null() };
    Command::new(program)
        .env("AWS_LAMBDA_RUNTIME_API", address)
        .env("AWS_LAMBDA_FUNCTION_NAME", program.file_name().unwrap_or_default())
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
}

fn routes(api: Arc<Api>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/{outcome}", post(finish))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .with_state(api)
}

/// The event, and after it nothing.
async fn next(State(api): State<Arc<Api>>) -> ([(HeaderName, String); 3], String) {
    let Some(event) = api.event.lock().await.take() else { return std::future::pending().await };
    let header = |name, value: &str| (HeaderName::from_static(name), value.to_owned());
    let headers = [
        header("lambda-runtime-aws-request-id", "check-connection"),
        header("lambda-runtime-deadline-ms", &api.deadline),
        header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:local:000000000000:function:check-connection"),
    ];
    (headers, event)
}

async fn finish(State(api): State<Arc<Api>>, Path((_, outcome)): Path<(String, String)>, body: String) -> StatusCode {
    let answered = if outcome == "response" { Ok(body) } else { Err(message(body)) };
    // The receiver is gone when an answer was there before.
    let _ = api.outcome.try_send(answered);
    StatusCode::ACCEPTED
}

async fn init_error(State(api): State<Arc<Api>>, body: String) -> StatusCode {
    let _ = api.outcome.try_send(Err(message(body)));
    StatusCode::ACCEPTED
}

fn message(body: String) -> String {
    serde_json::from_str(&body).map_or(body, |FunctionError { error_message }| error_message)
}
