//! Export records: from a request, a webhook, a queue or a stream into tables.

pub mod batches;
pub mod deliver;
pub mod destination;
pub mod direct;
pub mod fit;
pub mod jq;
pub mod message;
pub mod outcome;
pub mod prepare;
pub mod records;
pub mod rejected;
pub mod replay;
pub mod requests;
pub mod table;
pub mod transform;

use deliver::deliver;
use destination::Destination;
use direct::Direct;
use futures::future::join_all;
use message::Message;
use outcome::{Fate, Outcome};
use rejected::Rejection;
use replay::Replay;
use runtime::{
    action::Action,
    batch::Batch,
    context::Context,
    error::{ActionError, ErrorType},
    kusto::{Kusto, Target},
    outbound::document,
    reply::{CONTRACT_VERSION, Reply},
    serve::Incoming,
    settings::{Settings, SettingsError},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use table::Schema;
use tokio::time::Instant;

/// What HTTP callers may ask.
pub const ACTION: Action = Action::with_content("ingest", "records").taking_records().changing();

/// What is kept of the time to keep what could not be delivered, and to answer.
const TIME_TO_END: Duration = Duration::from_millis(500);

/// The connections, and the destinations of the settings. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ingest {
    /// The connections.
    pub kusto: Kusto,
    /// Where records go that come without a table.
    pub destinations: Arc<[Destination]>,
}

impl Ingest {
    /// The connections of the settings, and the destinations of `INGEST_DESTINATIONS`.
    ///
    /// # Errors
    /// Where they are wrong, or there are destinations and no store for what they reject.
    pub fn from_settings(settings: &Settings) -> Result<Self, SettingsError> {
        const NAME: &str = "INGEST_DESTINATIONS";
        let kusto = Kusto::from_settings(settings)?;
        let destinations = match document(settings, NAME)? {
            None => Vec::new(),
            Some(_) if settings.get("STORE_URL").is_none() => {
                return Err(SettingsError::new(
                    "STORE_URL",
                    format!(
                        "it is missing; what the destinations of {NAME} reject is kept there: set it to s3://bucket/prefix or file:///folder"
                    ),
                ));
            }
            Some(text) => destination::read(&text, kusto.client().connections())
                .map_err(|error| SettingsError::new(NAME, error))?,
        };
        Ok(Self { kusto, destinations: destinations.into() })
    }
}

/// How records are written in a request.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum Form {
    Array(Vec<Map<String, Value>>),
    Object(Map<String, Value>),
    Lines(String),
}

/// Records for a table, or for the destinations of the settings; or rejected ones to be tried again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// The name of a connection; may be left out where there is only one.
    pub connection: Option<String>,
    /// The URL of a configured cluster, in place of the connection's name.
    pub cluster: Option<String>,
    /// The database; may be left out where the connection has exactly one.
    #[serde(alias = "db")]
    pub database: Option<String>,
    /// The table; the connection's `commands` need `ingest`. Without one the records go to the destinations of the settings.
    pub table: Option<String>,
    /// The JSON ingestion mapping of the table; may be left out with `createTable`, which makes one.
    pub mapping: Option<String>,
    /// Whether to make the table, its mapping and its streaming ingestion policy first, from `schema`.
    #[serde(default)]
    pub create_table: bool,
    /// The columns, in order: `{"Timestamp": "datetime", …}`.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub schema: Option<Schema>,
    /// A JSON array of objects, one object, or JSON lines as text.
    #[schemars(with = "Option<Form>")]
    pub records: Option<Box<RawValue>>,
    /// Rejected records that are to be tried again, in place of `records`.
    pub replay: Option<Replay>,
    /// The same key with the same request gives the first outcome.
    pub idempotency_key: Option<String>,
}

/// What became of the records.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Response {
    /// In the table of the request.
    Direct(direct::Response),
    /// At each destination of the settings.
    Destinations(Outcomes),
}

/// What became of the records at each destination.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcomes {
    /// One for each.
    pub destinations: Vec<Outcome>,
    /// Of a replay: objects of rejected records that were not tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub untried: Option<usize>,
    /// The version of the contract.
    pub contract_version: u32,
}

/// What is answered: to a caller what became of the records, to a queue which messages have failed.
#[derive(Debug)]
pub enum Answer {
    /// To a caller.
    Response(Response),
    /// To a queue or a stream.
    Batch(Reply),
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Response(response) => Self::json(&response),
            Answer::Batch(reply) => reply,
        }
    }
}

/// Takes what an event brings; its records are in the tables when this answers, or what became of them is said.
pub async fn run(context: &Context<Ingest>, incoming: Incoming<Request>) -> Result<Answer, ActionError> {
    match incoming {
        Incoming::Batch(batch) => of_batch(context, &batch).await.map(Answer::Batch),
        Incoming::Body(content) => {
            once(context, None, async |deadline| to_all(context, None, &content, deadline).await).await
        }
        Incoming::Request(request) => {
            let key = request.idempotency_key.as_deref();
            once(context, key, async |deadline| of_request(context, &request, deadline).await).await
        }
        Incoming::Call(_) => Err(ActionError::internal()),
    }
}

/// Does `act`, once for all calls with the same idempotency key where there is one.
async fn once(
    context: &Context<Ingest>,
    key: Option<&str>,
    act: impl AsyncFnOnce(Instant) -> Result<Response, ActionError>,
) -> Result<Answer, ActionError> {
    let response = match context.idempotency_key(key)? {
        None => act(context.invocation.deadline - TIME_TO_END).await?,
        Some(_) => {
            let lookup = context.client_request_id("ingest", key)?;
            let act = async |turn: &mut runtime::once::Turn| {
                turn.begin(&lookup).await?;
                act(turn.deadline() - TIME_TO_END).await
            };
            context.once("ingest", key, act).await?
        }
    };
    Ok(Answer::Response(response))
}

async fn of_request(context: &Context<Ingest>, request: &Request, deadline: Instant) -> Result<Response, ActionError> {
    let bad = |message: &str| Err(ActionError::bad_request(message));
    match (&request.records, &request.replay, request.table.as_deref()) {
        (None, Some(replay), None) => {
            let (outcome, untried) = replay::replay(context, replay, deadline).await?;
            Ok(Response::Destinations(Outcomes {
                destinations: vec![outcome],
                untried: Some(untried),
                contract_version: CONTRACT_VERSION,
            }))
        }
        (Some(field), None, Some(table)) => {
            let target = Target {
                connection: request.connection.as_deref(),
                cluster: request.cluster.as_deref(),
                database: request.database.as_deref(),
            };
            let (mapping, schema) = (request.mapping.as_deref(), request.schema.as_ref());
            let direct = Direct { target, table, mapping, create_table: request.create_table, schema };
            direct.ingest(context, &records::content(field)?, deadline).await.map(Response::Direct)
        }
        (Some(field), None, None) => {
            let key = request.idempotency_key.as_deref();
            to_all(context, key, &records::content(field)?, deadline).await
        }
        (None, None, _) => bad("`records` is missing: a JSON array of objects, one object, or JSON lines as text"),
        (_, Some(_), _) => bad("`replay` stands alone: leave `records` and `table` out"),
    }
}

/// Delivers a call's records to every destination that the caller may use. What one of those does not take is kept for it, unless none has
/// taken anything: then the call has failed and can be made again. For the others nothing is kept, since a replay would bring it in.
async fn to_all(
    context: &Context<Ingest>,
    key: Option<&str>,
    content: &[u8],
    deadline: Instant,
) -> Result<Response, ActionError> {
    if context.client.destinations.is_empty() {
        return Err(ActionError::bad_request(
            "`table` is missing, and no destinations are configured: name a table, or set INGEST_DESTINATIONS",
        ));
    }
    let message = Message::new(context.client_request_id("ingest", key)?, records::split(content)?);
    let mut outcomes = deliver_to_all(context, std::slice::from_ref(&message), deadline).await;
    let is_lost = |outcome: &Outcome| {
        outcome.error.is_some() && outcome.ingested + outcome.queued + outcome.rejected + outcome.already_there == 0
    };
    if outcomes.iter().all(is_lost)
        && let Some(error) = outcomes.iter().flat_map(|outcome| &outcome.errors).flatten().next()
    {
        return Err(error.clone());
    }
    for (destination, outcome) in context.client.destinations.iter().zip(&mut outcomes) {
        if destination.database(context).is_ok() {
            keep_failed(context, &message, outcome).await?;
        }
    }
    Ok(Response::Destinations(Outcomes { destinations: outcomes, untried: None, contract_version: CONTRACT_VERSION }))
}

/// Keeps the records that have failed at a destination, with the reason.
async fn keep_failed(
    context: &Context<Ingest>,
    message: &Message<'_>,
    outcome: &mut Outcome,
) -> Result<(), ActionError> {
    let Some(error) = &outcome.error else { return Ok(()) };
    let fates = outcome.fates.iter().flatten();
    let failed = message.records.iter().zip(fates).filter(|(_, fate)| **fate == Fate::Failed);
    let reason = format!("the destination failed: {}: {}", error.code, error.message);
    let failed: Vec<_> = failed.map(|(record, _)| Rejection { reason: reason.as_str().into(), record }).collect();
    let store = context.required_store("a destination")?;
    let names = rejected::keep(store, &outcome.destination, &message.id, &failed).await;
    let names = names.map_err(|error| {
        let message = format!("some destinations have the records and others have not, and the store does not keep what they lack: {error}");
        ActionError::new(ErrorType::OutcomeUnknown, message)
    })?;
    outcome.kept_as.extend(names);
    Ok(())
}

async fn deliver_to_all(context: &Context<Ingest>, messages: &[Message<'_>], deadline: Instant) -> Vec<Outcome> {
    let destinations = context.client.destinations.iter();
    join_all(destinations.map(|destination| deliver(context, destination, messages, deadline))).await
}

/// Delivers a batch to every destination, and says which messages have failed at one of them.
async fn of_batch(context: &Context<Ingest>, batch: &Batch) -> Result<Reply, ActionError> {
    if context.client.destinations.is_empty() {
        return Err(ActionError::bad_request("a batch names no table: set INGEST_DESTINATIONS"));
    }
    let messages = Message::of_batch(batch);
    let outcomes = deliver_to_all(context, &messages, context.invocation.deadline - TIME_TO_END).await;
    for outcome in &outcomes {
        let Outcome { received, ingested, queued, already_there, filtered, rejected, failed, rows, .. } = outcome;
        let error_type = outcome.error.as_ref().map_or("none", |error| error.code.as_str());
        tracing::info!(
            destination = outcome.destination,
            received,
            ingested,
            queued,
            already_there,
            filtered,
            rejected,
            failed,
            rows,
            error_type,
            "delivered"
        );
    }
    Ok(batch.reply(|place| outcomes.iter().any(|outcome| outcome.errors.get(place).is_some_and(Option::is_some))))
}
