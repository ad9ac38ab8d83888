//! The work of a call that was answered before it was done: it is done once, and its outcome kept for whoever it was promised to.

use crate::{
    cancellation::Cancellation,
    context::Context,
    error::ActionError,
    invocation::{Channel, Invocation},
    later::Work,
    reply::{JSON, Reply, whole},
    serve::{Function, Incoming, in_time, unless_it_panics},
};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::time::Duration;
use store::{promise::Promise, spool::Spool};
use tokio::time::Instant;

/// The most that is kept of the time to bring the outcome to the store.
const TIME_TO_KEEP: Duration = Duration::from_secs(20);

/// How much later than it must have ended a maker is given up: the clocks of two machines are not the same.
const GRACE: Duration = Duration::from_secs(5);

/// Does the work of an event, unless that was done or cancelled. An error of the action is an outcome too: its name is answered.
///
/// # Errors
/// Where nobody was promised this work, or the store fails.
pub(crate) async fn make<C, Q, A, R>(
    function: &Function<C, R>,
    json: &RawValue,
    invocation: Invocation,
) -> Result<&'static str, ActionError>
where
    C: Clone,
    Q: DeserializeOwned,
    A: Into<Reply>,
    R: AsyncFn(&Context<C>, Incoming<Q>) -> Result<A, ActionError>,
{
    let context = function.context(invocation.clone());
    let (work, promise) = Work::of_event(json, context.required_store("work that was promised")?).await?;
    let left = invocation.deadline.saturating_duration_since(Instant::now());
    if promise.is_cancelled().await? || !promise.take(left + GRACE).await? {
        return Ok("none");
    }
    let invocation = Invocation {
        channel: Channel::Http,
        deadline: invocation.deadline - (left / 10).min(TIME_TO_KEEP),
        cancellation: Cancellation::of(&promise),
        ..work.invocation(invocation, &function.action)
    };
    let context = function.context(invocation);
    let running = unless_it_panics(in_time(context.invocation.deadline, async {
        let request = Incoming::Request(function.action.read(&work.request)?);
        Ok(Box::pin((function.run)(&context, request)).await?.into())
    }));
    let outcome: Result<Reply, ActionError> = running.await;
    let error_type = outcome.as_ref().err().map_or("none", |error| error.error_type.name());
    keep(&promise, outcome).await?;
    Ok(error_type)
}

/// Keeps an outcome as an HTTP caller would have got it, but for its size.
async fn keep(promise: &Promise, outcome: Result<Reply, ActionError>) -> Result<(), ActionError> {
    let (status, content_type, mut content) = match outcome {
        Ok(Reply::Json(json)) => (200, JSON.to_owned(), Spool::of(json.into_bytes())),
        Ok(Reply::Content { content_type, content, .. }) => (200, content_type.to_owned(), Spool::of(content)),
        Ok(Reply::Stored { status, content_type, content, .. }) => (status, content_type, Spool::of(content)),
        Ok(Reply::Spooled { content_type, content, rest }) => {
            (200, content_type.to_owned(), whole(content_type, content, &rest)?)
        }
        Err(error) => (error.status(), JSON.to_owned(), Spool::of(error.body().into_bytes())),
    };
    Ok(promise.keep(status, &content_type, &mut content).await.map(|_| ())?)
}
