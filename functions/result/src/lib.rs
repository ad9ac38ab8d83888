//! Fetches what an earlier call left in the store, with its own status and type; waits for what is promised, and cancels it.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use runtime::{
    action::Action,
    context::Context,
    error::{ActionError, ErrorType},
    invocation::Channel,
    reply::Reply,
    settings::{HttpAuthorizer, REPLY_LIMIT, Settings, SettingsError},
};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use store::{
    promise::{Promise, State, Terms},
    reference::Reference,
    spool::Spool,
    store::{Store, Stored},
};

/// What HTTP callers may ask.
pub const ACTION: Action = Action::fetching("result");

/// When it is worth to look again, in seconds. Nine minutes are 55 looks.
const RETRY_AFTER: u32 = 10;

/// A result by its id, or by the whole reference. Over HTTP it is the last part of the path.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// `0123456789abcdef0123456789abcdef`, or `store:results/` and that.
    pub id: String,
    /// Whether the caller does not want it any more. Over HTTP that is a DELETE.
    #[serde(default)]
    pub cancel: bool,
}

/// What is read of a stored error.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Patience {
    retry_after: Option<u64>,
}

/// Checks the settings.
///
/// # Errors
/// Where there is no store, and where anybody could read one that is not on this machine.
pub fn start(settings: &Settings) -> Result<(), SettingsError> {
    let Some(url) = settings.get("STORE_URL") else {
        return Err(SettingsError::new(
            "STORE_URL",
            "it is not set: write where results are, s3://bucket/prefix or file:///folder",
        ));
    };
    if settings.http_authorizer == Some(HttpAuthorizer::None) && !url.starts_with("file:") {
        return Err(SettingsError::new(
            "HTTP_AUTHORIZER",
            "none is only for a store on this machine; set it to what stands in front of the function, jwt or iam",
        ));
    }
    Ok(())
}

/// Answers with the result, or says that it is still being made; or sees to it that it is not made any more.
///
/// # Errors
/// `NotFound` for a result that does not exist, has expired, was cancelled, or belongs to another caller.
pub async fn run(context: &Context<()>, request: Request) -> Result<Reply, ActionError> {
    let reference = request.id.parse().or_else(|_| Reference::of_id(&request.id));
    // What is no id belongs to nobody.
    let reference = reference.map_err(|_| ActionError::new(ErrorType::NotFound, "there is no result with this id"))?;
    let store = context.required_store("fetching a result")?;
    let promise = Promise::of(store.clone(), reference, context.invocation.caller.owner());
    let channel = context.invocation.channel;
    match promise.state().await? {
        State::Unknown => Err(unknown(&promise)),
        _ if request.cancel => cancel(&promise).await,
        State::Kept(stored) => answer(store, &stored, channel).await,
        State::Awaited(terms) => Ok(pending(&terms, channel)),
        // Who takes the turn here and now does so for good: nobody can begin any more.
        State::NotBegun(terms) if !promise.take(Duration::ZERO).await? => Ok(pending(&terms, channel)),
        State::NotBegun(_) => Err(give_up(&promise, never_begun()).await?),
        State::Lost(terms) => Err(give_up(&promise, lost(&terms)).await?),
    }
}

fn unknown(promise: &Promise) -> ActionError {
    ActionError::new(
        ErrorType::NotFound,
        format!("results/{} does not exist, has expired, was cancelled, or belongs to another caller", promise.id()),
    )
}

/// Whoever makes it looks from time to time whether it is still wanted, and stops the query.
async fn cancel(promise: &Promise) -> Result<Reply, ActionError> {
    if promise.terms().await?.is_some_and(|terms| terms.changes) {
        return Err(ActionError::bad_request(
            "what changes something is not cancelled, since nobody would know how far it came: fetch its outcome with GET",
        ));
    }
    promise.cancel().await?;
    Ok(Reply::json(&json!({"status": 200, "state": "cancelled"})))
}

/// Keeps `error` as the outcome of what nobody has ended in time.
async fn give_up(promise: &Promise, error: ActionError) -> Result<ActionError, ActionError> {
    promise.keep(error.status(), "application/json", &mut Spool::of(error.body().into_bytes())).await?;
    Ok(error)
}

fn never_begun() -> ActionError {
    ActionError::new(
        ErrorType::Unavailable,
        "nobody began to work on it in time, and nothing was done: send the request again; if it stays, raise the function's concurrency",
    )
}

fn lost(terms: &Terms) -> ActionError {
    let (error_type, sentence) = match terms.changes {
        true => (
            ErrorType::OutcomeUnknown,
            "the function that worked on it ended without saying how far it came: look it up before you send it again",
        ),
        false => (
            ErrorType::RequestTimeout,
            "the function that worked on it did not end in time: let the query do less, or raise the function's timeout or memory",
        ),
    };
    ActionError::new(error_type, sentence)
}

/// The result itself where `channel` can carry it, else a URL of it.
async fn answer(store: &Store, stored: &Stored, channel: Channel) -> Result<Reply, ActionError> {
    if stored.envelope.size <= REPLY_LIMIT as u64 {
        let reply = document(stored, store.read(stored, REPLY_LIMIT as u64).await?.into(), channel);
        if reply.fits(channel) {
            return Ok(reply);
        }
    }
    match store.signed_url(stored).await? {
        Some(url) => Ok(elsewhere(stored, url, channel)),
        None => Err(ActionError::new(
            ErrorType::LimitExceeded,
            format!(
                "the result has {} bytes, more than a reply can carry, and a folder has no URL to fetch it from: read it from the folder \
                 of STORE_URL, keep results in S3, or hand the reference to another action",
                stored.envelope.size
            ),
        )),
    }
}

fn document(stored: &Stored, content: Vec<u8>, channel: Channel) -> Reply {
    let label = &stored.envelope.label;
    let (status, content_type) = (label.status, label.content_type.clone());
    match channel {
        Channel::Http => {
            let headers = if status == 200 { Vec::new() } else { patience(&content) };
            Reply::Stored { status, content_type, content, headers }
        }
        Channel::Direct { .. } => match String::from_utf8(content) {
            Ok(text) if status == 200 && content_type == "application/json" => Reply::Json(text),
            Ok(text) => Reply::json(&json!({"status": status, "contentType": content_type, "content": text})),
            Err(binary) => {
                let content = BASE64_STANDARD.encode(binary.as_bytes());
                Reply::json(&json!({"status": status, "contentType": content_type, "contentBytes": content}))
            }
        },
    }
}

/// The header of an error that says when the same may be asked again. It is of the request that failed, and not of the result.
fn patience(error: &[u8]) -> Vec<(&'static str, String)> {
    let error: Option<Patience> = serde_json::from_slice(error).ok();
    let seconds = error.and_then(|error| error.retry_after);
    seconds.map(|seconds| ("retry-after", seconds.to_string())).into_iter().collect()
}

/// Where the result can be fetched for a while.
fn elsewhere(stored: &Stored, url: String, channel: Channel) -> Reply {
    let label = &stored.envelope.label;
    let body = json!({
        "status": label.status, "contentType": label.content_type, "resultBytes": stored.envelope.size, "url": url,
    });
    match channel {
        Channel::Http => with_status(303, &body, vec![("location", url)]),
        Channel::Direct { .. } => Reply::json(&body),
    }
}

fn pending(terms: &Terms, channel: Channel) -> Reply {
    let location = &terms.location;
    let body = json!({"status": 202, "state": "pending", "location": location, "retryAfter": RETRY_AFTER});
    match channel {
        Channel::Http => {
            with_status(202, &body, vec![("location", location.clone()), ("retry-after", RETRY_AFTER.to_string())])
        }
        Channel::Direct { .. } => Reply::json(&body),
    }
}

fn with_status(status: u16, body: &serde_json::Value, headers: Vec<(&'static str, String)>) -> Reply {
    Reply::Stored {
        status,
        content_type: "application/json".to_owned(),
        content: body.to_string().into_bytes(),
        headers,
    }
}

#[cfg(test)]
mod tests {
    use super::start;
    use runtime::settings::Settings;

    #[test]
    fn it_starts_with_a_store_that_not_everybody_can_read() {
        let started = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            start(&Settings::from_variables(pairs).unwrap()).map_err(|error| error.to_string())
        };
        assert!(started(&[]).unwrap_err().starts_with("STORE_URL: it is not set: "));
        assert_eq!(started(&[("STORE_URL", "s3://b"), ("HTTP_AUTHORIZER", "jwt")]), Ok(()));
        assert_eq!(started(&[("STORE_URL", "file:///b"), ("HTTP_AUTHORIZER", "none")]), Ok(()));
        let error = started(&[("STORE_URL", "s3://b"), ("HTTP_AUTHORIZER", "none")]).unwrap_err();
        assert!(error.starts_with("HTTP_AUTHORIZER: none is only for a store on this machine"), "{error}");
    }
}
