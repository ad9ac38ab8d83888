//! Lambda's Invoke API over the real binaries, of which as many run as are called at the same time.

use crate::lambda::{Function, Outcome};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{
        Arc, Condvar, Mutex, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// What follows the name of a function whose instance works on events that nobody waits for.
const EVENTS: &str = " (events)";

/// Functions with the same settings, and what Lambda does to their calls.
#[derive(Debug)]
pub struct InvokeApi {
    settings: Mutex<Vec<(String, String)>>,
    time: Duration,
    /// How many events are worked on that nobody waits for.
    events: Mutex<usize>,
    events_ended: Condvar,
    /// Those that wait for an event.
    idle: Mutex<HashMap<String, Vec<Function>>>,
    errors: Mutex<Vec<(String, LambdaError)>>,
    calls: Mutex<Vec<(String, String)>>,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
}

/// An error of Lambda itself, or of a function that crashes, which meets one call.
#[derive(Clone, Copy, Debug)]
pub struct LambdaError {
    /// The function that is called.
    pub function: &'static str,
    /// Its name in the API, such as `TooManyRequestsException`; with a dot in it that of a crash, such as `Runtime.ExitError`.
    pub name: &'static str,
    /// Whether the function has done its work all the same, and its reply is lost.
    pub carried_out: bool,
}

impl InvokeApi {
    /// Serves functions with these settings and this time to answer; returns them with the URL.
    pub fn serve(settings: Vec<(String, String)>, time: Duration) -> (Arc<Self>, String) {
        let api = Arc::new(Self {
            settings: Mutex::new(settings),
            time,
            events: Mutex::default(),
            events_ended: Condvar::new(),
            idle: Mutex::default(),
            errors: Mutex::default(),
            calls: Mutex::default(),
            at_once: AtomicUsize::default(),
            most_at_once: AtomicUsize::default(),
        });
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        listener.set_nonblocking(true).expect("a socket can be made non-blocking");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let app = Router::new()
            .route("/2015-03-31/functions/{name}/invocations", post(invoke))
            .layer(DefaultBodyLimit::disable())
            // The functions end with the test, and not with this server.
            .with_state(Arc::downgrade(&api));
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("tokio starts");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("tokio takes the socket");
                axum::serve(listener, app).await.expect("the invoke API serves");
            });
        });
        (api, url)
    }

    /// Sets a setting of functions that have not been called yet.
    pub fn set(&self, name: &str, value: &str) {
        let mut settings = self.settings.lock().expect("no thread panics while it holds this");
        settings.push((name.to_owned(), value.to_owned()));
    }

    /// Waits until every event that nobody else waits for is done.
    pub fn wait_for_events(&self) {
        let events = self.events.lock().expect("no thread panics while it holds this");
        drop(self.events_ended.wait_while(events, |events| *events > 0).expect("no thread panics while it holds this"));
    }

    /// Works on an event, in an instance of its own as Lambda does while another is busy. Nobody gets what it answers.
    fn work(&self, name: &str, event: &str) {
        self.call(&format!("{name}{EVENTS}"), event);
        *self.events.lock().expect("no thread panics while it holds this") -= 1;
        self.events_ended.notify_all();
    }

    /// Makes the next call of a function meet an error of Lambda itself.
    pub fn fail(&self, error: LambdaError) {
        self.fail_request("", error);
    }

    /// Makes the next call whose request has this text in it meet an error of Lambda itself.
    pub fn fail_request(&self, text: &str, error: LambdaError) {
        self.errors.lock().expect("no thread panics while it holds this").push((text.to_owned(), error));
    }

    /// The requests that `function` was called with, in order.
    pub fn calls(&self, function: &str) -> Vec<String> {
        let calls = self.calls.lock().expect("no thread panics while it holds this");
        calls.iter().filter(|(name, _)| name == function).map(|(_, request)| request.clone()).collect()
    }

    /// How many calls there were at the same time, at most.
    pub fn most_at_once(&self) -> usize {
        self.most_at_once.load(Ordering::SeqCst)
    }

    fn take(&self, name: &str) -> Function {
        let idle = self.idle.lock().expect("no thread panics while it holds this").get_mut(name).and_then(Vec::pop);
        idle.unwrap_or_else(|| {
            let settings = self.settings.lock().expect("no thread panics while it holds this");
            let settings = settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let name = name.strip_suffix(EVENTS).unwrap_or(name);
            Function::start(name, &settings.collect::<Vec<_>>())
        })
    }

    fn run(&self, name: &str, request: &str) -> Outcome {
        let function = self.take(name);
        let outcome = function.invoke_text(request, self.time);
        let mut idle = self.idle.lock().expect("no thread panics while it holds this");
        idle.entry(name.to_owned()).or_default().push(function);
        outcome
    }

    fn call(&self, name: &str, request: &str) -> Response {
        self.calls.lock().expect("no thread panics while it holds this").push((name.to_owned(), request.to_owned()));
        let error = {
            let mut errors = self.errors.lock().expect("no thread panics while it holds this");
            let position = errors.iter().position(|(text, error)| error.function == name && request.contains(text));
            position.map(|position| errors.remove(position).1)
        };
        let at_once = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(at_once, Ordering::SeqCst);
        let answer = self.answer(name, request, error);
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        answer
    }

    fn answer(&self, name: &str, request: &str, error: Option<LambdaError>) -> Response {
        let outcome = error.is_none_or(|error| error.carried_out).then(|| self.run(name, request));
        match (error, outcome) {
            (Some(LambdaError { name, .. }), _) if name.contains('.') => {
                answer(Outcome::Error(name.to_owned(), "the function crashed".to_owned()))
            }
            (Some(LambdaError { name, .. }), _) => {
                (StatusCode::INTERNAL_SERVER_ERROR, [("x-amzn-errortype", name)], "Lambda failed").into_response()
            }
            (None, outcome) => answer(outcome.expect("what meets no error runs")),
        }
    }
}

fn answer(outcome: Outcome) -> Response {
    match outcome {
        Outcome::Reply(reply) => reply.to_string().into_response(),
        Outcome::Error(error_type, message) => {
            let body = json!({"errorType": error_type, "errorMessage": message});
            ([("x-amz-function-error", "Unhandled")], body.to_string()).into_response()
        }
    }
}

async fn invoke(
    State(api): State<Weak<InvokeApi>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    request: String,
) -> Response {
    let Some(api) = api.upgrade() else { return StatusCode::GONE.into_response() };
    if headers.get("x-amz-invocation-type").is_some_and(|kind| kind == "Event") {
        // As the roles of the template have it: a function may call its alias, and not itself.
        if query.as_deref() != Some("Qualifier=live") {
            return (StatusCode::FORBIDDEN, [("x-amzn-errortype", "AccessDeniedException")], "").into_response();
        }
        *api.events.lock().expect("no thread panics while it holds this") += 1;
        thread::spawn(move || api.work(&name, &request));
        return StatusCode::ACCEPTED.into_response();
    }
    let called = tokio::task::spawn_blocking(move || api.call(&name, &request));
    called.await.unwrap_or_else(|_| StatusCode::BAD_GATEWAY.into_response())
}
