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
use tokio::time::Instant;

/// Objects of the store that one request replays, unless it says so itself.
const MOST: usize = 100;

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
/// Where there is no such destination, or the store fails.
pub async fn replay(
    context: &Context<Ingest>,
    request: &Replay,
    deadline: Instant,
) -> Result<(Outcome, usize), ActionError> {
    let destination = named(context, &request.destination)?;
    let store = context.required_store("a replay")?;
    let mut names = store.rejected(&format!("{}.", destination.name)).await?;
    let untried = names.split_off(request.most.unwrap_or(MOST).min(names.len()));
    let mut kept: Vec<Vec<Rejection>> = Vec::new();
    for name in &names {
        kept.push(rejected::read(store, name).await?);
    }
    let messages: Vec<_> = names
        .iter()
        .zip(&kept)
        .map(|(name, kept)| Message {
            id: name.clone(),
            group: None,
            records: kept.iter().map(|one| one.record.as_slice()).collect(),
        })
        .collect();
    let outcome = deliver(context, destination, &messages, deadline).await;
    for (name, error) in names.iter().zip(&outcome.errors) {
        if error.is_none() {
            store.remove_rejected(name).await?;
        }
    }
    Ok((outcome, untried.len()))
}

fn named<'a>(context: &'a Context<Ingest>, name: &str) -> Result<&'a Destination, ActionError> {
    let destinations = &context.client.destinations;
    destinations.iter().find(|destination| destination.name == name).ok_or_else(|| {
        let names: Vec<&str> = destinations.iter().map(|destination| destination.name.as_str()).collect();
        let known = if names.is_empty() {
            "none is configured (INGEST_DESTINATIONS)".to_owned()
        } else {
            format!("configured are: {}", names.join(", "))
        };
        ActionError::new(ErrorType::NotFound, format!("there is no destination {name:?}; {known}"))
    })
}
