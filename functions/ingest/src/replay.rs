//! Rejected records, tried again: what comes through leaves the store, and what does not is kept anew.

use crate::{Ingest, deliver::deliver, destination::Destination, message::Message, outcome::Outcome, rejected};
use runtime::{
    context::Context,
    error::{ActionError, ErrorType},
};
use schemars::JsonSchema;
use serde::Deserialize;
use store::{error::StoreError, store::Store};
use tokio::time::Instant;

/// Objects of the store that one request replays, unless it says so itself, and at most.
const OBJECTS: usize = 100;
const MOST_OBJECTS: usize = 1000;

/// Bytes that are held before no further object is read.
const MOST_BYTES: usize = 16 << 20;

/// Which records are to be tried again.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Replay {
    /// Those that could not go to this destination.
    pub destination: String,
    /// The most objects of the store, oldest or not: 100, and not more than 1000.
    pub most: Option<usize>,
}

/// Replays what is kept for a destination. Tells what became of it, and how many objects are still there that were not tried.
///
/// # Errors
/// Where there is no such destination, the caller may not use it, or the store fails.
pub async fn replay(
    context: &Context<Ingest>,
    request: &Replay,
    deadline: Instant,
) -> Result<(Outcome, usize), ActionError> {
    let destination = named(context, &request.destination)?;
    destination.database(context)?;
    let store = context.required_store("a replay")?;
    let most = request.most.unwrap_or(OBJECTS);
    if most > MOST_OBJECTS {
        return Err(ActionError::bad_request(format!(
            "`most` is more than {MOST_OBJECTS}: replay again for the others"
        )));
    }
    let mut names = store.rejected(&format!("{}.", destination.name)).await?.into_iter();
    let kept = take(store, &mut names, most).await?;
    let messages = kept.iter().map(|(name, object)| Ok(Message::new(name.clone(), rejected::records(name, object)?)));
    let messages = messages.collect::<Result<Vec<_>, StoreError>>()?;
    let outcome = deliver(context, destination, &messages, deadline).await;
    for ((name, _), error) in kept.iter().zip(&outcome.errors) {
        if error.is_none() {
            store.remove_rejected(name).await?;
        }
    }
    Ok((outcome, names.len()))
}

/// Reads what is kept under the first of `names`, at most `most`; the others are left in it.
async fn take(
    store: &Store,
    names: &mut impl Iterator<Item = String>,
    most: usize,
) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let (mut kept, mut bytes) = (Vec::new(), 0);
    while kept.len() < most && bytes < MOST_BYTES {
        let Some(name) = names.next() else { break };
        match rejected::read(store, &name).await {
            Ok(object) => {
                bytes += object.len();
                kept.push((name, object));
            }
            // Its time is over, or another replay has brought it in.
            Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(kept)
}

fn named<'a>(context: &'a Context<Ingest>, name: &str) -> Result<&'a Destination, ActionError> {
    let destinations = &context.client.destinations;
    destinations.iter().find(|destination| destination.name == name).ok_or_else(|| {
        let usable = destinations.iter().filter(|destination| destination.database(context).is_ok());
        let names: Vec<&str> = usable.map(|destination| destination.name.as_str()).collect();
        let known = if names.is_empty() {
            "none is configured for this caller (INGEST_DESTINATIONS, and `callers` of its connection)".to_owned()
        } else {
            format!("configured are: {}", names.join(", "))
        };
        ActionError::new(ErrorType::NotFound, format!("there is no destination {name:?}; {known}"))
    })
}
