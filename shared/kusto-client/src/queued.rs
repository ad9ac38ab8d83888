//! Queued ingestion: records are laid down in the cluster's storage, and a message in its queue says where.
//!
//! The cluster ingests them later, as its batching policy says (docs: "Ingestion batching policy", 5 minutes at most by default). It does so
//! where streaming ingestion is off or throttled, and with `ingest-by` tags once.

mod message;
pub(crate) mod staging;
mod step;

use crate::{
    client::Client,
    connection::Database,
    error::{Error, ErrorKind},
    ingest::{DataFormat, gzip},
    request::known_client_request_id,
};
use auth::endpoint::Endpoint;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header::CONTENT_TYPE};
use message::Message;
use staging::Resources;
use step::{Failure, Step};
use tokio::time::Instant;
use uuid::Uuid;

/// The most bytes that the text of a message in a queue has ("Put Message", Azure Storage REST API).
const MOST_MESSAGE: usize = 64 << 10;

/// Records for a table, which the cluster is to ingest when it comes to it.
#[derive(Clone, Debug)]
pub struct QueuedIngestion<'a> {
    /// The database, through its connection.
    pub database: &'a Database<'a>,
    /// The table.
    pub table: &'a str,
    /// How the records are written.
    pub format: DataFormat,
    /// The ingestion mapping of the table that says which part of a record goes where.
    pub mapping: Option<&'a str>,
    /// The records, UTF-8.
    pub records: &'a [u8],
    /// By what they are known. Nothing at all is ingested where the table has a record with one of them, and nobody is told: records that
    /// may come again in other company need an ingestion of their own. Without tags that is not looked at.
    pub tags: &'a [String],
    /// Whether they are ingested without waiting for more to come. Records with tags always are: of what is ingested together, nothing is
    /// found to be there already.
    pub flush_immediately: bool,
    /// When the caller must have an answer or an error.
    pub deadline: Instant,
}

/// What the cluster has taken upon itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Under which it knows the records: `.show ingestion failures | where IngestionSourcePath has '<source id>'` says whether they have failed.
    pub source_id: String,
}

impl Client {
    /// Puts records into the cluster's queue. They are not in the table when this returns, and may never be: that they do not fit it is
    /// found out later. With tags it can be called again with the same ones whatever comes of it.
    ///
    /// # Errors
    /// Where they are not known to be in the queue. See [`Error::is_outcome_unknown`]: without tags, a message that may have arrived is not
    /// sent again.
    pub async fn ingest_queued(&self, ingestion: &QueuedIngestion<'_>) -> Result<Queued, Error> {
        let connection = ingestion.database.connection();
        let source_id = Uuid::new_v4();
        let client_request_id = known_client_request_id("ingest", source_id);
        let invalid = |cause: String| Error::new(ErrorKind::InvalidRequest, cause, connection, &client_request_id);
        let Some(staging) = connection.staging() else {
            return Err(invalid(format!("a {} takes no records", connection.kind())));
        };
        let compressed = gzip(ingestion.records).map_err(|error| invalid(error.to_string()))?;
        let queueing =
            Queueing { client: self, ingestion, source_id, client_request_id: &client_request_id, compressed };
        let (mut renewed, mut unknown) = (false, false);
        loop {
            let resources = staging.resources(self.http(), ingestion.database, ingestion.deadline).await?;
            match queueing.hand_over(&resources).await {
                Ok(()) => return Ok(Queued { source_id: source_id.to_string() }),
                Err(Failure::Refused(error)) if !renewed => {
                    (renewed, unknown) = (true, error.is_outcome_unknown());
                    staging.forget(&resources).await;
                }
                Err(Failure::Refused(error) | Failure::Other(error)) => {
                    unknown |= error.is_outcome_unknown();
                    return Err(error.unknown_outcome(unknown));
                }
            }
        }
    }
}

/// Records on their way.
struct Queueing<'a> {
    client: &'a Client,
    ingestion: &'a QueuedIngestion<'a>,
    source_id: Uuid,
    client_request_id: &'a str,
    compressed: Bytes,
}

impl Queueing<'_> {
    async fn hand_over(&self, resources: &Resources) -> Result<(), Failure> {
        let blob = self.lay_down(resources).await?;
        self.announce(resources, &blob).await
    }

    /// Lays the records down. A second time does what the first did, so that this is repeated whatever comes of it.
    async fn lay_down(&self, resources: &Resources) -> Result<Endpoint, Failure> {
        let step = self.step("its temporary storage", true, false);
        // The name says how they are compressed.
        let name = format!("{}.{}.gz", self.source_id, self.ingestion.format.name());
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
            (HeaderName::from_static("x-ms-blob-type"), HeaderValue::from_static("BlockBlob")),
        ]);
        step.send(&resources.containers, &name, Method::PUT, &headers, &self.compressed).await
    }

    /// Says where the records are. That may be said twice only where the second time changes nothing: with tags.
    async fn announce(&self, resources: &Resources, blob: &Endpoint) -> Result<(), Failure> {
        let message = Message { ingestion: self.ingestion, source_id: self.source_id, resources, blob };
        let body = message.body().map_err(|length| {
            let cause = format!("its message has {length} bytes, {MOST_MESSAGE} at most: send fewer tags at once");
            Failure::Other(self.step("its queue", false, false).error(ErrorKind::InvalidRequest, cause))
        })?;
        let step = self.step("its ingestion queue", !self.ingestion.tags.is_empty(), true);
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/xml"))]);
        step.send(&resources.queues, "messages", Method::POST, &headers, &body).await.map(drop)
    }

    fn step(&self, place: &'static str, repeatable: bool, decisive: bool) -> Step<'_> {
        Step {
            http: self.client.http(),
            connection: self.ingestion.database.connection(),
            place,
            repeatable,
            decisive,
            first: usize::try_from(self.source_id.as_u128() & 0xffff).unwrap_or_default(),
            client_request_id: self.client_request_id,
            deadline: self.ingestion.deadline,
        }
    }
}
