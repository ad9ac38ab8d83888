//! The loop around an action: cold start, events in, replies out.

use crate::{
    action::Action,
    batch::Batch,
    call, caller_token,
    cancellation::Cancellation,
    claim_check,
    context::Context,
    error::{ActionError, ErrorType},
    event::{self, Event, Payload},
    http_event,
    http_request::{self, Asked, Content, Place},
    invocation::{Caller, Channel, Invocation, margin, remaining},
    later::{Later, Work},
    log, process,
    reply::{JSON, Outgoing, Reply},
    settings::{Settings, SettingsError},
    stored, work,
};
use futures::FutureExt;
use lambda_http::{
    http,
    lambda_runtime::{self, Diagnostic, LambdaEvent, service_fn, tower::util::MapResultLayer},
};
use serde::de::DeserializeOwned;
use std::{
    panic::AssertUnwindSafe,
    process::ExitCode,
    time::{Duration, Instant, SystemTime},
};
use store::{digest::Digest, store::Store};
use tracing::Instrument;

/// Runs a function: `start` builds what it needs from the settings, once; `run` answers each event.
///
/// It returns only when the function cannot start. Then the sentence is in the log and, where Lambda is listening, the error of
/// the invocation.
pub fn serve<C, Q, A>(
    action: Action,
    start: impl FnOnce(&Settings) -> Result<C, SettingsError>,
    run: impl AsyncFn(&Context<C>, Q) -> Result<A, ActionError>,
) -> ExitCode
where
    C: Clone,
    Q: DeserializeOwned,
    A: Into<Reply>,
{
    serve_records(action, start, async move |context: &Context<C>, incoming| match incoming {
        Incoming::Request(request) => run(context, request).await,
        Incoming::Batch(_) | Incoming::Body(_) | Incoming::Call(_) => Err(ActionError::internal()),
    })
}

/// What an event brings to an action that takes more than requests.
#[derive(Debug)]
pub enum Incoming<Q> {
    /// A request.
    Request(Q),
    /// Messages of a queue or a stream; what is replied says which of them have failed.
    Batch(Batch),
    /// The body of an HTTP call, which is records.
    Body(Vec<u8>),
    /// An HTTP call in another protocol. Who calls is known; the host of its URI is the one that the gateway names.
    Call(Box<http::Request<String>>),
}

/// As [`serve`], for an action that is [`Action::taking_records`] or [`Action::taking_calls`].
pub fn serve_records<C, Q, A>(
    action: Action,
    start: impl FnOnce(&Settings) -> Result<C, SettingsError>,
    run: impl AsyncFn(&Context<C>, Incoming<Q>) -> Result<A, ActionError>,
) -> ExitCode
where
    C: Clone,
    Q: DeserializeOwned,
    A: Into<Reply>,
{
    let settings = Settings::from_variables(std::env::vars());
    log::start(settings.as_ref().map_or(tracing::Level::INFO, |settings| settings.log_level));
    let started = settings.and_then(|settings| {
        let (client, store) = (start(&settings)?, stored::from_settings(&settings)?);
        Ok((client, store, Later::from_settings(&settings)?, settings))
    });
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        tracing::error!("the function cannot start: no asynchronous runtime can be made");
        return ExitCode::FAILURE;
    };
    runtime.block_on(async {
        match started {
            Ok((client, store, later, settings)) => {
                listen(&Function { action, client, store, later, settings, run }).await
            }
            Err(error) => refuse_to_start(&error).await,
        }
    })
}

/// Why the function ends after an answer.
const REPLACED: &str =
    "the function ends, so that Lambda replaces a process in which something runs on that cannot be stopped";

/// A function after its cold start.
pub(crate) struct Function<C, R> {
    pub(crate) action: Action,
    client: C,
    store: Option<Store>,
    later: Later,
    settings: Settings,
    pub(crate) run: R,
}

impl<C: Clone, R> Function<C, R> {
    /// What the action works with in this invocation.
    pub(crate) fn context(&self, invocation: Invocation) -> Context<C> {
        Context { client: self.client.clone(), store: self.store.clone(), invocation }
    }
}

async fn listen<C, Q, A, R>(function: &Function<C, R>) -> ExitCode
where
    C: Clone,
    Q: DeserializeOwned,
    A: Into<Reply>,
    R: AsyncFn(&Context<C>, Incoming<Q>) -> Result<A, ActionError>,
{
    let service = service_fn(async |event: LambdaEvent<Payload>| {
        let span = tracing::info_span!(
            "invocation",
            request_id = log::id(&event.context.request_id),
            action = function.action.name
        );
        answer(function, event).instrument(span).await.map_err(Failure)
    });
    let service = lambda_runtime::Runtime::new(service).layer(MapResultLayer::new(|answered| {
        // An error of the service ends the loop; by then the reply is with Lambda.
        if process::is_to_be_replaced() { Err(REPLACED.into()) } else { answered }
    }));
    match service.run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) if process::is_to_be_replaced() => {
            tracing::warn!("{REPLACED}");
            ExitCode::FAILURE
        }
        Err(_) => {
            // Its words are not written: they may be those of a caller. Known causes are a client context that is no JSON object of
            // texts, which Lambda passes on unread, and a runtime API that is gone.
            tracing::error!(
                "the function ends: the Lambda runtime API gave an event whose head cannot be read, or none"
            );
            ExitCode::FAILURE
        }
    }
}

/// An error on its way to Lambda, which gives it to the caller as `errorType` and `errorMessage`.
#[derive(Debug)]
struct Failure(ActionError);

impl From<Failure> for Diagnostic {
    fn from(Failure(error): Failure) -> Self {
        Self { error_type: error.error_type.name().to_owned(), error_message: error.sentence() }
    }
}

/// Answers one event, and logs how it went.
async fn answer<C, Q, A, R>(
    function: &Function<C, R>,
    LambdaEvent { payload, context }: LambdaEvent<Payload>,
) -> Result<Outgoing, ActionError>
where
    C: Clone,
    Q: DeserializeOwned,
    A: Into<Reply>,
    R: AsyncFn(&Context<C>, Incoming<Q>) -> Result<A, ActionError>,
{
    let begun = Instant::now();
    let (mut over_http, mut error_type) = (false, "none");
    let answering = async {
        let event = payload.event()?;
        over_http = event.is_http();
        if let Event::Promised(json) = event {
            error_type = work::make(function, &json, invocation(&function.settings, &context)).await?;
            return Ok(Outgoing::nothing());
        }
        let Received { invocation, incoming, later } = receive(event, &function.action, &function.settings, &context)?;
        let context = function.context(invocation);
        match later {
            None => in_time(context.invocation.deadline, reply(function, &context, incoming)).await,
            Some((json, place)) => promise(function, &context, json, place).await,
        }
    };
    let outcome = unless_it_panics(answering).await;
    if let Err(error) = &outcome {
        error_type = error.error_type.name();
    }
    let duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(duration_ms, over_http, error_type, "answered");
    match outcome {
        Err(error) if over_http && function.action.is_fetched => Ok(Outgoing::http_error(&error)),
        Err(error) if over_http => Ok(Outgoing::http_error(&error.with_way_out())),
        outcome => outcome,
    }
}

/// What the action answers, as it goes out.
async fn reply<C, Q, A, R>(
    function: &Function<C, R>,
    context: &Context<C>,
    incoming: Incoming<Q>,
) -> Result<Outgoing, ActionError>
where
    C: Clone,
    A: Into<Reply>,
    R: AsyncFn(&Context<C>, Incoming<Q>) -> Result<A, ActionError>,
{
    // Boxed here, an action's futures within futures stay below the depth to which rustc looks when it computes a layout.
    let answer = Box::pin((function.run)(context, incoming)).await?;
    claim_check::outgoing(answer.into(), context).await.map_err(|error| match function.action.changes {
        true => error.although_done(),
        false => error,
    })
}

/// Promises the outcome of a call whose request was found to be one.
async fn promise<C: Clone, R>(
    function: &Function<C, R>,
    context: &Context<C>,
    json: String,
    place: Place,
) -> Result<Outgoing, ActionError> {
    let store = context.required_store("an answer later (Prefer: respond-async)")?;
    let work = Work::new(&context.invocation, json);
    let promising = function.later.promise(store, &work, &context.invocation, (place, function.action.changes));
    Outgoing::reply(in_time(context.invocation.deadline, promising).await?, Channel::Http)
}

/// The outcome of `running`, or that it has panicked.
pub(crate) async fn unless_it_panics<T>(
    running: impl Future<Output = Result<T, ActionError>>,
) -> Result<T, ActionError> {
    AssertUnwindSafe(running).catch_unwind().await.unwrap_or_else(|_panic| Err(ActionError::internal()))
}

/// The outcome of `running`, or that it was not there in time.
pub(crate) async fn in_time<T>(
    deadline: tokio::time::Instant,
    running: impl Future<Output = Result<T, ActionError>>,
) -> Result<T, ActionError> {
    tokio::time::timeout_at(deadline, running).await.unwrap_or_else(|_elapsed| {
        Err(ActionError::new(
            ErrorType::RequestTimeout,
            "the time that the function has is nearly over: let the query do less, or raise the function's timeout",
        ))
    })
}

/// A call as it was received.
struct Received<Q> {
    invocation: Invocation,
    incoming: Incoming<Q>,
    /// The request as it came and where it came in, if its caller prefers to be answered later.
    later: Option<(String, Place)>,
}

/// What is known of a call before its event is looked at.
fn invocation(settings: &Settings, context: &lambda_runtime::Context) -> Invocation {
    Invocation {
        request_id: context.request_id.clone(),
        channel: Channel::Direct { inline_limit: settings.inline_limit },
        caller: Caller::Internal,
        caller_token: None,
        media_type: JSON,
        path: None,
        idempotency_key: None,
        payload: Digest::of(b""),
        deadline: deadline(remaining(context.deadline(), SystemTime::now())),
        cancellation: Cancellation::default(),
    }
}

/// When a call must have been answered that has so much time.
fn deadline(remaining: Duration) -> tokio::time::Instant {
    tokio::time::Instant::now() + remaining.saturating_sub(margin(remaining))
}

/// What an event says of the call, and what it brings.
fn receive<Q: DeserializeOwned>(
    event: Event,
    action: &Action,
    settings: &Settings,
    context: &lambda_runtime::Context,
) -> Result<Received<Q>, ActionError> {
    let mut invocation = invocation(settings, context);
    let mut later = None;
    let (direct, text);
    let json = match event {
        Event::Records(json) if action.takes_records => {
            let incoming = Incoming::Batch(Batch::of_event(json.get())?);
            return Ok(Received { invocation, incoming, later: None });
        }
        Event::Direct(json) | Event::Records(json) => {
            invocation.caller_token = caller_token::of_direct_call(context)?;
            direct = json;
            &*direct
        }
        Event::Rule => {
            let request = settings.default_request.as_deref().ok_or_else(|| {
                ActionError::bad_request("an EventBridge rule event carries no request: set DEFAULT_REQUEST to one")
            });
            event::json(request?, action)?
        }
        Event::Http(event) => {
            invocation.channel = Channel::Http;
            invocation.caller = http_event::caller(&event, settings.http_authorizer)?;
            invocation.caller_token = http_event::caller_token(&event)?;
            let key = event.headers.get("idempotency-key").map(|key| key.to_str());
            invocation.idempotency_key = key.transpose().map_err(|_| http_event::odd_key())?.map(str::to_owned);
            let place = Place::of(&event, &context.invoked_function_arn);
            let patience = place.patience.min(remaining(context.deadline(), SystemTime::now()));
            invocation.deadline = deadline(patience);
            let head = action.takes_calls.then(|| call::head(&event)).transpose()?;
            let Asked { content, path, media_type, later: prefers_later } = http_request::asked(*event, action)?;
            (invocation.path, invocation.media_type) = (path, media_type);
            match content {
                Content::Records(body) => {
                    invocation.payload = Digest::of(&body);
                    return Ok(Received { invocation, incoming: Incoming::Body(body), later: None });
                }
                Content::Request(json) => {
                    if let Some(head) = head {
                        invocation.payload = Digest::of(json.as_bytes());
                        let incoming = Incoming::Call(Box::new(http::Request::from_parts(head, json)));
                        return Ok(Received { invocation, incoming, later: None });
                    }
                    later = prefers_later.then(|| (json.clone(), place));
                    text = json;
                    event::json(&text, action)?
                }
            }
        }
        Event::OtherHttp => return Err(http_event::other_service()),
        Event::Promised(_) => return Err(ActionError::internal()),
    };
    invocation.payload = Digest::of(json.get().as_bytes());
    let incoming = Incoming::Request(event::request(json, action)?);
    Ok(Received { invocation, incoming, later })
}

/// Says why the function does not start, in the log and to Lambda, which passes it on to whoever invoked the function.
async fn refuse_to_start(error: &SettingsError) -> ExitCode {
    // The mistakes of a connection file are one to a line, and so they are in the log.
    for reason in error.to_string().lines() {
        tracing::error!(reason, "the function cannot start");
    }
    let body = serde_json::json!({"errorType": "Settings", "errorMessage": error.to_string()}).to_string();
    let request = lambda_http::http::Request::post("/2018-06-01/runtime/init/error")
        .header("lambda-runtime-function-error-type", "Settings")
        .body(lambda_runtime_api_client::body::Body::from(body));
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some()
        && let (Ok(client), Ok(request)) = (lambda_runtime_api_client::Client::builder().build(), request)
    {
        // Lambda may be gone already; the log has the sentence.
        let _ = client.call(request).await;
    }
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::{Function, Incoming, answer};
    use crate::{
        action::Action, context::Context, error::ActionError, event::Payload, later::Later, reply::Reply,
        settings::Settings,
    };
    use lambda_http::lambda_runtime::{self, LambdaEvent};
    use serde::{Deserialize, Deserializer};
    use std::time::{Duration, SystemTime};

    /// A request that cannot even be read.
    struct Unreadable;

    impl<'de> Deserialize<'de> for Unreadable {
        fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            panic!("canary")
        }
    }

    /// What is answered to `{}` by an action that does `run`.
    fn answered<Q: for<'de> Deserialize<'de>>(
        run: impl AsyncFn(&Context<()>, Q) -> Result<Reply, ActionError>,
    ) -> Result<String, String> {
        let settings = Settings::from_variables([]).unwrap();
        let run = async move |context: &Context<()>, incoming| match incoming {
            Incoming::Request(request) => run(context, request).await,
            other => panic!("{:?}", std::mem::discriminant(&other)),
        };
        let later = Later::from_settings(&settings).unwrap();
        let function = Function { action: Action::new("test"), client: (), store: None, later, settings, run };
        let mut context = lambda_runtime::Context::default();
        let deadline = SystemTime::now() + Duration::from_millis(300);
        context.deadline = u64::try_from(deadline.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis()).unwrap();
        let payload: Payload = serde_json::from_str("{}").unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let outcome = runtime.block_on(answer(&function, LambdaEvent { payload, context }));
        outcome.map(|reply| serde_json::to_string(&reply).unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn whatever_happens_there_is_an_answer() {
        assert_eq!(answered(async |_, _: serde_json::Value| Ok(Reply::Json("{}".to_owned()))).unwrap(), "{}");
        let internal = ActionError::internal().to_string();
        assert_eq!(answered(async |_, _: Unreadable| Ok(Reply::Json(String::new()))).unwrap_err(), internal);
        assert_eq!(answered(async |_, _: serde_json::Value| panic!("canary")).unwrap_err(), internal);
        let late = answered(async |_, _: serde_json::Value| std::future::pending().await).unwrap_err();
        assert!(late.starts_with("RequestTimeout: the time that the function has is nearly over"), "{late}");
    }
}
