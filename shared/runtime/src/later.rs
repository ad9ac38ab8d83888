//! `Prefer: respond-async`: a call is answered at once with where its outcome will be, and another invocation of the same function makes it.
//!
//! The event of that invocation brings the request with who asked for it. Anybody who may invoke the function could write one; so it
//! counts only if the store has a promise to that caller with the hash of this very work. Lambda may deliver an event more than once: the
//! turn to work on it is taken once.

use crate::{
    action::Action,
    error::{ActionError, ErrorType},
    http_request::Place,
    invocation::{Caller, Invocation},
    outbound::http_client,
    reply::{JSON, Reply},
    settings::{Settings, SettingsError},
};
use auth::{
    aws_call::AwsError,
    aws_role::AwsRole,
    http::HttpClient,
    lambda::{EVENT_LIMIT, LambdaFunction},
};
use serde::{Deserialize, Serialize};
use serde_json::{json, value::RawValue};
use std::time::Duration;
use store::{
    digest::Digest,
    promise::{Offer, Promise, PromiseError},
    reference::Reference,
    store::Store,
};
use tokio::time::Instant;

/// How long Lambda may queue the event; the least that its `MaximumEventAgeInSeconds` can be set to.
const WAIT: Duration = Duration::from_secs(60);

/// When it is worth to look for the first time, in seconds.
const FIRST_LOOK: u32 = 5;

/// How a function calls itself.
#[derive(Clone, Debug)]
pub(crate) struct Later {
    function: Result<LambdaFunction, String>,
    http: HttpClient,
    /// `RESULT_URL`, without a slash at its end.
    results: Option<String>,
}

/// What is to be done, for whom.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Work {
    /// The names by which the gateway knows the caller.
    caller: Vec<String>,
    path: Option<String>,
    media_type: String,
    idempotency_key: Option<String>,
    /// The request, as it came.
    pub(crate) request: String,
}

/// The event of the invocation that does it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    promise: Promised,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Promised {
    id: String,
    work: Box<RawValue>,
}

impl Later {
    /// As the settings say. What is missing is said when a caller wants it: few functions are ever asked.
    pub(crate) fn from_settings(settings: &Settings) -> Result<Self, SettingsError> {
        let results = settings.get("RESULT_URL").map(result_url).transpose()?;
        Ok(Self { function: itself(settings)?, http: http_client(settings)?, results })
    }

    /// Promises the outcome of `work`, which changes something or does not, and has it done. Where the call came in, results may be fetched
    /// too, and the function is called by the alias that the call came to.
    pub(crate) async fn promise(
        &self,
        store: &Store,
        work: &Work,
        invocation: &Invocation,
        (place, changes): (Place, bool),
    ) -> Result<Reply, ActionError> {
        if invocation.caller_token.is_some() {
            return Err(ActionError::bad_request(
                "a call with the caller's own token is answered at once, since the token would have to be kept: leave Prefer: respond-async out",
            ));
        }
        let results = self.results.clone().or_else(|| place.api.map(|api| format!("{api}/result")));
        let results = results.ok_or_else(|| cannot("set RESULT_URL to where results are fetched"))?;
        let function = self.function.as_ref().map_err(|reason| cannot(reason))?;
        let work = serde_json::value::to_raw_value(work).map_err(|_| ActionError::internal())?;
        let hash = Digest::of(work.get().as_bytes());
        let offer = Offer { owner: invocation.caller.owner(), work: hash, changes, results: &results, wait: WAIT };
        let (promise, terms) = Promise::make(store.clone(), offer).await?;
        let event = Event { promise: Promised { id: promise.id().to_owned(), work } };
        let event = serde_json::to_vec(&event).map_err(|_| ActionError::internal())?;
        if event.len() > EVENT_LIMIT {
            return Err(too_large(event.len()));
        }
        // Half of the time is for what is to be said where Lambda does not answer.
        let until = Instant::now() + invocation.deadline.saturating_duration_since(Instant::now()) / 2;
        let invoking = function.invoke_later(&self.http, place.qualifier.as_deref(), event.into(), until);
        if let Err(error) = invoking.await {
            // It may have been queued all the same. Whoever takes the turn now knows; where the store does not say who has it, the promise
            // is made, and tells its owner in time.
            if let Ok(true) = promise.take(Duration::ZERO).await {
                return Err(not_begun(&error));
            }
        }
        Ok(promised(promise.id(), &terms.location))
    }
}

impl Work {
    /// The work that `request`, as it came with `invocation`, is.
    pub(crate) fn new(invocation: &Invocation, request: String) -> Self {
        let caller = match &invocation.caller {
            Caller::Gateway(names) => names.clone(),
            Caller::Internal => Vec::new(),
        };
        let (path, media_type) = (invocation.path.map(str::to_owned), invocation.media_type.to_owned());
        Self { caller, path, media_type, idempotency_key: invocation.idempotency_key.clone(), request }
    }

    /// The work of an event and what was promised, if it was.
    pub(crate) async fn of_event(json: &RawValue, store: &Store) -> Result<(Self, Promise), ActionError> {
        let unknown = || ActionError::new(ErrorType::NotFound, "nobody was promised this work");
        let Event { promise: Promised { id, work } } = serde_json::from_str(json.get()).map_err(|_| unknown())?;
        let hash = Digest::of(work.get().as_bytes());
        let work: Self = serde_json::from_str(work.get()).map_err(|_| unknown())?;
        let reference = Reference::of_id(&id).map_err(|_| unknown())?;
        let owner = Caller::Gateway(work.caller.clone()).owner();
        let promise = Promise::of(store.clone(), reference, owner);
        let terms = promise.terms().await?.filter(|terms| terms.work == hash);
        terms.map(|_| (work, promise)).ok_or_else(unknown)
    }

    /// The invocation in which it is done: that of its caller, with what else is known of `invocation`.
    pub(crate) fn invocation(&self, invocation: Invocation, action: &Action) -> Invocation {
        let known = |all: &'static [&'static str], name: &str| all.iter().find(|one| **one == name).copied();
        Invocation {
            caller: Caller::Gateway(self.caller.clone()),
            path: self.path.as_deref().and_then(|path| known(action.paths, path)),
            media_type: known(action.media_types, &self.media_type).unwrap_or(JSON),
            idempotency_key: self.idempotency_key.clone(),
            payload: Digest::of(self.request.trim().as_bytes()),
            ..invocation
        }
    }
}

/// The function itself, as Lambda names it; a reason where it has no role to call itself with.
fn itself(settings: &Settings) -> Result<Result<LambdaFunction, String>, SettingsError> {
    let Some(name) = settings.get("AWS_LAMBDA_FUNCTION_NAME") else {
        return Ok(Err("AWS_LAMBDA_FUNCTION_NAME is not set; Lambda sets it".to_owned()));
    };
    let role = match AwsRole::from_environment(None, &|name| settings.get(name).map(str::to_owned)) {
        Ok(role) => role,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let function = LambdaFunction::new(role, name, settings.get("AWS_ENDPOINT_URL_LAMBDA"));
    function.map(Ok).map_err(|error| SettingsError::new("AWS_ENDPOINT_URL_LAMBDA", error))
}

fn result_url(url: &str) -> Result<String, SettingsError> {
    let is_http = ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme));
    match is_http && !url.contains(['?', '#', ' ']) {
        true => Ok(url.trim_end_matches('/').to_owned()),
        false => Err(SettingsError::new(
            "RESULT_URL",
            "it must be the URL of the result function, such as https://abc123.execute-api.eu-central-1.amazonaws.com/result",
        )),
    }
}

/// The answer that promises the outcome.
fn promised(id: &str, location: &str) -> Reply {
    let body = json!({"status": 202, "state": "pending", "id": id, "location": location, "retryAfter": FIRST_LOOK});
    Reply::Stored {
        status: 202,
        content_type: JSON.to_owned(),
        content: body.to_string().into_bytes(),
        headers: vec![
            ("location", location.to_owned()),
            ("retry-after", FIRST_LOOK.to_string()),
            ("preference-applied", "respond-async".to_owned()),
        ],
    }
}

fn cannot(reason: &str) -> ActionError {
    ActionError::bad_request(format!("this function cannot answer later (Prefer: respond-async): {reason}"))
}

fn too_large(size: usize) -> ActionError {
    let message = format!(
        "the request has {size} bytes with what goes with it, more than the {EVENT_LIMIT} of one that is answered later: leave Prefer: \
         respond-async out, or send less"
    );
    ActionError::new(ErrorType::LimitExceeded, message)
}

fn not_begun(error: &AwsError) -> ActionError {
    let message = format!("nothing was begun: {error}; {}", error.remedy());
    ActionError { retryable: error.is_transient(), ..ActionError::new(ErrorType::Unavailable, message) }
}

impl From<PromiseError> for ActionError {
    fn from(error: PromiseError) -> Self {
        match error {
            PromiseError::Store(error) => error.into(),
            PromiseError::Randomness(error) => Self::new(ErrorType::Unavailable, error.to_string()),
        }
    }
}
