//! A function binary under the Lambda runtime API: events in, replies out, as on AWS.

use crate::{
    binaries::{self, Process},
    silence,
};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use serde_json::Value;
use std::{
    collections::HashMap,
    io::{Read, read_to_string},
    process::{Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread::{self, JoinHandle},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::sync::Notify;

/// How long an invocation may take before the test is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// What Lambda sets for every function, and how much is logged: everything.
const SURROUNDINGS: [(&str, &str); 8] = [
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "aws-secret-key-canary"),
    ("AWS_SESSION_TOKEN", "aws-session-token-canary"),
    // The variable that X-Ray sets for each invocation; nobody has a use for it.
    ("_X_AMZN_TRACE_ID", "Root=1-canary"),
    ("LOG_LEVEL", "trace"),
];

/// How the template sets glibc's allocator, so that memory is measured as it is used.
pub const ALLOCATOR: [(&str, &str); 2] =
    [("MALLOC_MMAP_THRESHOLD_", "33554432"), ("MALLOC_TRIM_THRESHOLD_", "67108864")];

/// A running function. What it wrote is checked when it ends: see [`silence::check`].
#[derive(Debug)]
pub struct Function {
    process: Process,
    api: Arc<Api>,
    settings: Vec<(String, String)>,
    /// The events it got and what it answered, as JSON.
    said: Mutex<Vec<String>>,
    streams: Option<Streams>,
}

/// What a function writes, read on threads so that it never waits.
#[derive(Debug)]
struct Streams {
    log: JoinHandle<String>,
    stdout: JoinHandle<String>,
}

/// What a function answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Its reply.
    Reply(Value),
    /// Its function error: `errorType` and `errorMessage`.
    Error(String, String),
}

impl Outcome {
    /// The reply.
    ///
    /// # Panics
    /// Where there is an error.
    pub fn reply(self) -> Value {
        match self {
            Self::Reply(reply) => reply,
            Self::Error(error_type, message) => panic!("{error_type}: {message}"),
        }
    }

    /// `errorType: errorMessage`.
    ///
    /// # Panics
    /// Where there is a reply.
    pub fn error(self) -> String {
        match self {
            Self::Reply(reply) => panic!("answered {reply}"),
            Self::Error(error_type, message) => format!("{error_type}: {message}"),
        }
    }
}

/// The runtime API's side: events that wait, and whoever waits for their outcome.
#[derive(Debug, Default)]
struct Api {
    waiting: Mutex<Vec<Waiting>>,
    arrived: Notify,
    outcomes: Mutex<HashMap<String, mpsc::Sender<Outcome>>>,
    init_error: Mutex<Option<Value>>,
}

/// An event that waits, with the client context of whoever sends it.
#[derive(Debug)]
struct Waiting {
    id: String,
    event: String,
    time: Duration,
    client_context: Option<String>,
}

impl Function {
    /// Starts the binary `name` with these settings and no others.
    pub fn start(name: &str, settings: &[(&str, &str)]) -> Self {
        Self::run(&binaries::path(name), settings)
    }

    /// Starts the binary at `path` with these settings and no others.
    pub fn run(path: &std::path::Path, settings: &[(&str, &str)]) -> Self {
        let name = path.file_name().unwrap_or_default();
        let api = Arc::new(Api::default());
        let address = serve(Arc::clone(&api));
        let mut child = Command::new(path)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .envs(SURROUNDINGS)
            .envs(ALLOCATOR)
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let streams = Streams {
            log: collect(child.stderr.take().expect("it is piped")),
            stdout: collect(child.stdout.take().expect("it is piped")),
        };
        let settings = SURROUNDINGS.iter().chain(settings);
        let settings = settings.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { process: Process(child), api, settings, said: Mutex::default(), streams: Some(streams) }
    }

    /// Sends an event with 30 seconds to answer.
    pub fn invoke(&self, event: &Value) -> Outcome {
        self.invoke_text(&event.to_string(), Duration::from_secs(30))
    }

    /// Sends an event with a client context, as AWS hands it over: decoded.
    pub fn invoke_with(&self, event: &Value, client_context: &Value) -> Outcome {
        self.send(&event.to_string(), Duration::from_secs(30), Some(client_context.to_string()))
    }

    /// Sends any text as an event, with this time to answer.
    pub fn invoke_text(&self, event: &str, time: Duration) -> Outcome {
        self.send(event, time, None)
    }

    fn send(&self, event: &str, time: Duration, client_context: Option<String>) -> Outcome {
        let number = self.api.outcomes.lock().expect("no thread panics while it holds this").len() + 1;
        let id = format!("00000000-0000-4000-8000-{number:012}");
        let receiver = self.queue(id, event, time, client_context.clone());
        let outcome = receiver.recv_timeout(PATIENCE).expect("the function answers");
        let mut said = self.said.lock().expect("no thread panics while it holds this");
        said.push(event.to_owned());
        said.extend(client_context);
        if let Outcome::Reply(reply) = &outcome {
            said.push(reply.to_string());
        }
        outcome
    }

    /// Sends any text as the event with this id, as Lambda does when it delivers one again, and waits for nothing.
    pub fn deliver(&self, id: &str, event: &str, time: Duration) -> mpsc::Receiver<Outcome> {
        self.said.lock().expect("no thread panics while it holds this").push(event.to_owned());
        self.queue(id.to_owned(), event, time, None)
    }

    fn queue(
        &self,
        id: String,
        event: &str,
        time: Duration,
        client_context: Option<String>,
    ) -> mpsc::Receiver<Outcome> {
        let (sender, receiver) = mpsc::channel();
        self.api.outcomes.lock().expect("no thread panics while it holds this").insert(id.clone(), sender);
        let waiting = Waiting { id, event: event.to_owned(), time, client_context };
        self.api.waiting.lock().expect("no thread panics while it holds this").push(waiting);
        self.api.arrived.notify_one();
        receiver
    }

    /// The most memory that was ever resident, in bytes.
    pub fn peak_resident(&self) -> u64 {
        self.process.peak_resident()
    }

    /// The number of its process.
    pub fn process_id(&self) -> u32 {
        self.process.0.id()
    }

    /// Ends the function and returns its log.
    pub fn log(mut self) -> String {
        self.end()
    }

    /// Waits until the function has ended by itself, and returns its initialisation error and its log.
    pub fn refusal(mut self) -> (Option<Value>, String) {
        let status = self.process.0.wait().expect("it ends");
        assert!(!status.success(), "the function started");
        let error = self.api.init_error.lock().expect("no thread panics while it holds this").take();
        (error, self.end())
    }

    /// Ends the function, if it has not ended, and returns its log, in which nothing is that must not be.
    fn end(&mut self) -> String {
        self.process.end();
        let Some(Streams { log, stdout }) = self.streams.take() else { return String::new() };
        let (log, stdout) = (log.join().expect("the log is read"), stdout.join().expect("the output is read"));
        // A test that has failed already says why, which is of more use than what follows from it.
        if !thread::panicking() {
            silence::check(
                &log,
                &stdout,
                &self.settings,
                &self.said.lock().expect("no thread panics while it holds this"),
            );
        }
        log
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.end();
    }
}

fn collect(stream: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || read_to_string(stream).unwrap_or_default())
}

/// Serves the runtime API on a thread of its own and returns its address.
fn serve(api: Arc<Api>) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    listener.set_nonblocking(true).expect("a socket can be made non-blocking");
    let address = listener.local_addr().expect("it is bound").to_string();
    let app = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/{outcome}", post(finish))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(api);
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("tokio starts");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("tokio takes the socket");
            axum::serve(listener, app).await.expect("the runtime API serves");
        });
    });
    address
}

async fn next(State(api): State<Arc<Api>>) -> (HeaderMap, String) {
    loop {
        let waiting = api.waiting.lock().expect("no thread panics while it holds this").pop();
        if let Some(Waiting { id, event, time, client_context }) = waiting {
            let deadline = SystemTime::now() + time;
            let deadline = deadline.duration_since(UNIX_EPOCH).expect("it is after 1970").as_millis().to_string();
            let mut headers = HeaderMap::new();
            for (name, value) in [
                ("lambda-runtime-aws-request-id", id.as_str()),
                ("lambda-runtime-deadline-ms", &deadline),
                ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:123456789012:function:test:live"),
            ] {
                headers.insert(name, value.parse().expect("a header value"));
            }
            if let Some(client_context) = client_context {
                let name = "lambda-runtime-client-context";
                headers.insert(name, client_context.parse().expect("a header value"));
            }
            return (headers, event);
        }
        api.arrived.notified().await;
    }
}

async fn finish(State(api): State<Arc<Api>>, Path((id, outcome)): Path<(String, String)>, body: Bytes) -> StatusCode {
    let body: Value = serde_json::from_slice(&body).expect("a function answers JSON");
    let outcome = match outcome.as_str() {
        "response" => Outcome::Reply(body),
        _ => {
            let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
            Outcome::Error(text("errorType"), text("errorMessage"))
        }
    };
    let sender = api.outcomes.lock().expect("no thread panics while it holds this").get(&id).cloned();
    let _ = sender.expect("an invocation of ours").send(outcome);
    StatusCode::ACCEPTED
}

async fn init_error(State(api): State<Arc<Api>>, body: Bytes) -> StatusCode {
    *api.init_error.lock().expect("no thread panics while it holds this") = serde_json::from_slice(&body).ok();
    StatusCode::ACCEPTED
}
