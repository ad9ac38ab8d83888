//! Rejected records, tried again: what comes through leaves the store, and what does not is kept anew.

use crate::{
    Ingest,
    deliver::deliver,
    destination::Destination,
    message::Message,
    outcome::Outcome,
    rejected::{self, Rejection},
};
use runtime::{
    context::Context,
    error::{ActionError, ErrorType},
};
use schemars::JsonSchema;
use serde::Deserialize;
use store::{error::StoreError, store::Store};
use tokio::time::Instant;

/// Objects of the store that one request replays, unless it says so itself.
const MOST: usize = 100;

/// Bytes of records that are held before no further object is read.
const MOST_BYTES: usize = 16 << 20;

/// Which records are to be tried again.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Replay {
    /// Those that could not go to this destination.
    pub destination: String,
    /// The most objects of the store, oldest or not.
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
    let mut names = store.rejected(&format!("{}.", destination.name)).await?.into_iter();
    let kept = take(store, &mut names, request.most.unwrap_or(MOST)).await?;
    let messages: Vec<_> = kept
        .iter()
        .map(|(name, kept)| Message {
            id: name.clone(),
            group: None,
            records: kept.iter().map(|one| one.record.as_slice()).collect(),
        })
        .collect();
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
) -> Result<Vec<(String, Vec<Rejection>)>, StoreError> {
    let (mut kept, mut bytes) = (Vec::new(), 0);
    while kept.len() < most && bytes < MOST_BYTES {
        let Some(name) = names.next() else { break };
        match rejected::read(store, &name).await {
            Ok(rejections) => {
                bytes += rejections.iter().map(|one| one.record.len()).sum::<usize>();
                kept.push((name, rejections));
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
