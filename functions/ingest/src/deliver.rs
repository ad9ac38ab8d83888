//! Prepared messages into the table of one destination: in order, in as few requests as their size allows, and counted.

use crate::{
    Ingest,
    destination::{Destination, Method, Shape},
    message::{Message, groups},
    outcome::{Fate, Outcome, Tally},
    prepare::{Piece, Prepared, Undone, prepare},
    rejected::{self, Rejection},
    requests::{Chunk, chunks, halves, requests},
    table,
    transform::Spent,
};
use kusto_client::{connection::Database, ingest::DataFormat, ingest_inline::Inlined, queued::QueuedIngestion};
use runtime::{
    context::Context,
    error::{ActionError, ErrorType},
};
use std::collections::HashSet;
use store::store::Store;
use tokio::time::Instant;

/// Delivers `messages` to `destination`. What fails is in the outcome; it holds up no other destination.
pub async fn deliver(
    context: &Context<Ingest>,
    destination: &Destination,
    messages: &[Message<'_>],
    deadline: Instant,
) -> Outcome {
    let mut delivery = Delivery { context, destination, messages, deadline, tally: Tally::new(messages) };
    let store = context.required_store("a destination");
    match (store, destination.database(context)) {
        (Ok(store), Ok(database)) => delivery.run(store, &database).await,
        (Err(error), _) | (_, Err(error)) => delivery.tally.fail_all(&error),
    }
    delivery.tally.outcome(destination)
}

struct Delivery<'a> {
    context: &'a Context<Ingest>,
    destination: &'a Destination,
    messages: &'a [Message<'a>],
    deadline: Instant,
    tally: Tally,
}

impl Delivery<'_> {
    async fn run(&mut self, store: &Store, database: &Database<'_>) {
        if let Err(error) = self.make_table(database).await {
            return self.tally.fail_all(&error);
        }
        let (limit, mut spent, mut to_send) = (self.destination.method.limit(), Spent::default(), Vec::new());
        for group in groups(self.messages) {
            let messages = &self.messages[group.clone()];
            let prepared = prepare(self.destination, messages, &mut spent, self.deadline).await;
            for (message, prepared) in group.zip(prepared) {
                if let Some(pieces) = self.settle(store, message, prepared).await {
                    to_send.extend(chunks(message, pieces, limit));
                }
            }
        }
        let mut work = match self.destination.method {
            // Of several tags one is enough for nothing to be ingested, and nobody tells.
            Method::QueuedOnce => to_send.into_iter().map(|chunk| vec![chunk]).collect(),
            _ => requests(to_send, limit),
        };
        work.reverse();
        while let Some(request) = work.pop() {
            let request = self.still_wanted(request);
            if !request.is_empty() {
                work.extend(self.send(store, database, request).await);
            }
        }
    }

    /// Makes the table before the first record, once for each process.
    async fn make_table(&self, database: &Database<'_>) -> Result<(), ActionError> {
        let Shape::Declared { schema, create: true, .. } = &self.destination.shape else { return Ok(()) };
        let Destination { table, made, .. } = self.destination;
        let make = || {
            table::create(
                &self.context.client.kusto,
                database,
                table,
                self.destination.mapping(),
                schema,
                self.destination.method.verbs(),
                self.deadline,
            )
        };
        made.get_or_try_init(make).await.map(|_| ())
    }

    /// Keeps what cannot be delivered of a message. What is left is to be sent; none where the message has failed.
    async fn settle(&mut self, store: &Store, message: usize, prepared: Prepared<'_>) -> Option<Vec<Piece>> {
        if let Some(undone) = prepared.undone {
            self.tally.fail(message, not_done(undone, &self.destination.name));
            return None;
        }
        for record in prepared.filtered {
            self.tally.settle(message, record, Fate::Filtered);
        }
        let (records, rejections): (Vec<_>, Vec<_>) = prepared.rejected.into_iter().unzip();
        self.reject(store, message, &records, &rejections).await.then_some(prepared.pieces)
    }

    /// Keeps rejected records; false where the store does not take them, so that the message has failed.
    async fn reject(&mut self, store: &Store, message: usize, records: &[usize], rejections: &[Rejection<'_>]) -> bool {
        if rejections.is_empty() {
            return true;
        }
        let id = &self.messages[message].id;
        match rejected::keep(store, &self.destination.name, id, rejections).await {
            Ok(names) => {
                self.tally.kept_as(names);
                records.iter().for_each(|record| self.tally.settle(message, *record, Fate::Rejected));
            }
            Err(error) => self.tally.fail(message, error.into()),
        }
        !self.tally.has_failed(message)
    }

    /// The request without what follows a failure in its group: order is kept by not going on.
    fn still_wanted(&mut self, request: Vec<Chunk>) -> Vec<Chunk> {
        let failed: HashSet<&str> = self.failed_groups();
        let is_wanted = |chunk: &Chunk| {
            let group = self.messages[chunk.message].group;
            !self.tally.has_failed(chunk.message) && !group.is_some_and(|group| failed.contains(group))
        };
        let (wanted, held_up): (Vec<_>, Vec<_>) = request.into_iter().partition(is_wanted);
        for chunk in held_up {
            self.tally.fail(chunk.message, held_up_by_another());
        }
        wanted
    }

    fn failed_groups(&self) -> HashSet<&str> {
        let messages = self.messages.iter().enumerate();
        messages.filter(|(place, _)| self.tally.has_failed(*place)).filter_map(|(_, message)| message.group).collect()
    }

    /// Sends one request. What is to be sent in its place comes back, the first at the end.
    async fn send(&mut self, store: &Store, database: &Database<'_>, request: Vec<Chunk>) -> Vec<Vec<Chunk>> {
        let sent = match self.destination.method {
            Method::Streaming => self.stream(database, &request).await,
            Method::Inline => self.inline(database, &request).await,
            Method::Queued => self.queue(database, &request, &[]).await,
            Method::QueuedOnce => self.queue(database, &request, &self.tags(&request)).await,
        };
        match sent {
            Ok(Sent::Queued) => self.tally.settle_all(&request, Fate::Queued),
            Ok(Sent::Taken) => self.tally.settle_all(&request, Fate::Ingested),
            Ok(Sent::AlreadyThere) if request.len() > 1 => {
                return request.into_iter().rev().map(|chunk| vec![chunk]).collect();
            }
            Ok(Sent::AlreadyThere) => self.tally.settle_all(&request, Fate::AlreadyThere),
            Err(error) if is_of_the_records(&error) => match halves(request) {
                Ok([first, second]) => return vec![second, first],
                Err(Some((message, piece))) => {
                    let reason = format!("the service refuses it: {}", error.message).into();
                    let record = self.messages[message].records[piece.record];
                    self.reject(store, message, &[piece.record], &[Rejection { reason, record }]).await;
                }
                Err(None) => {}
            },
            Err(error) => {
                for chunk in &request {
                    self.tally.fail(chunk.message, error.clone());
                }
            }
        }
        Vec::new()
    }

    async fn stream(&mut self, database: &Database<'_>, request: &[Chunk]) -> Result<Sent, ActionError> {
        let lines: String = request.iter().flat_map(Chunk::lines).collect();
        let rows = request.iter().map(Chunk::rows).sum();
        let (table, mapping) = (&self.destination.table, self.destination.mapping());
        let taken =
            table::stream(&self.context.client.kusto, database, table, mapping, lines.as_bytes(), self.deadline)
                .await?;
        self.tally.client_request_id(taken.client_request_id);
        match taken.records {
            Some(records) if records < rows => Err(ActionError::new(
                ErrorType::OutcomeUnknown,
                format!("the service took {records} of {rows} rows of a request and does not say which"),
            )),
            _ => Ok(Sent::Taken),
        }
    }

    async fn inline(&mut self, database: &Database<'_>, request: &[Chunk]) -> Result<Sent, ActionError> {
        let lines: String = request.iter().flat_map(Chunk::lines).collect();
        let tags = self.tags(request);
        let (table, mapping) = (&self.destination.table, self.destination.mapping());
        let ingestion = kusto_client::ingest_inline::InlineIngestion {
            database,
            table,
            mapping,
            lines: &lines,
            tags: &tags,
            deadline: self.deadline,
        };
        let (inlined, client_request_id) = self.context.client.kusto.client().ingest_inline(&ingestion).await?;
        self.tally.client_request_id(client_request_id);
        Ok(match inlined {
            Inlined::Ingested => Sent::Taken,
            Inlined::AlreadyThere => Sent::AlreadyThere,
        })
    }

    async fn queue(
        &mut self,
        database: &Database<'_>,
        request: &[Chunk],
        tags: &[String],
    ) -> Result<Sent, ActionError> {
        let lines: String = request.iter().flat_map(Chunk::lines).collect();
        let ingestion = QueuedIngestion {
            database,
            table: &self.destination.table,
            format: DataFormat::Json,
            mapping: Some(self.destination.mapping()),
            records: lines.as_bytes(),
            tags,
            flush_immediately: false,
            deadline: self.deadline,
        };
        let queued = self.context.client.kusto.client().ingest_queued(&ingestion).await?;
        self.tally.client_request_id(queued.source_id);
        Ok(Sent::Queued)
    }

    fn tags(&self, request: &[Chunk]) -> Vec<String> {
        // Two destinations may fill one table, each with rows of its own.
        let tag = |chunk: &Chunk| format!("{}.{}", self.destination.name, chunk.tag(&self.messages[chunk.message].id));
        request.iter().map(tag).collect()
    }
}

/// What became of a request that did not fail.
enum Sent {
    Taken,
    /// The cluster has it in its queue.
    Queued,
    /// A part of it at least, by its tags.
    AlreadyThere,
}

/// Whether the service refuses a request for what is in its records, so that others may go.
///
/// Source: "Ingestion error codes" of the Kusto documentation: what is wrong with a stream of data begins so.
fn is_of_the_records(error: &ActionError) -> bool {
    let refused = matches!(error.error_type, ErrorType::QueryError | ErrorType::LimitExceeded);
    let codes = error.service.iter().flat_map(|service| [&service.code, &service.inner_code]);
    refused && codes.into_iter().any(|code| code.starts_with("Stream_") || code == "BadRequest_NoRecordsOrWrongFormat")
}

fn not_done(undone: Undone, destination: &str) -> ActionError {
    let (error_type, what) = match undone {
        Undone::Late => (ErrorType::RequestTimeout, "takes too long: correct it, or raise its `transform_seconds`"),
        Undone::TooMuch => (ErrorType::LimitExceeded, "gives too much for one event: send fewer records at once"),
    };
    ActionError::new(error_type, format!("the transform of destination `{destination}` {what}"))
}

fn held_up_by_another() -> ActionError {
    ActionError::new(ErrorType::Unavailable, "a message before it in its group has failed")
}
