//! Streaming ingestion: records into a table, in one request.

use crate::{
    call::{self, Call},
    client::Client,
    connection::Database,
    error::{Error, ErrorKind},
    request::client_request_id,
    scrub::scrub,
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{
    HeaderMap, HeaderValue,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use kusto_protocol::{
    cell::Row,
    decoder::Decoder,
    sink::{LimitReached, Sink, TableHeader},
};
use std::{
    io::{self, Write},
    time::Duration,
};
use tokio::time::Instant;

/// The most bytes of records that one request may hold (docs: streaming ingestion, 4 MB), before compression.
pub const MOST_BYTES: usize = 4 << 20;
const INGEST_PATH: &str = "/v1/rest/ingest";
/// The answer is one row.
const ANSWER_LIMIT: u64 = 64 << 10;

/// Records for a table.
#[derive(Clone, Debug)]
pub struct Ingestion<'a> {
    /// The database, through its connection.
    pub database: &'a Database<'a>,
    /// The table.
    pub table: &'a str,
    /// How the records are written.
    pub format: DataFormat,
    /// The ingestion mapping of the table that says which part of a record goes where; JSON needs one.
    pub mapping: Option<&'a str>,
    /// The records, UTF-8, at most [`MOST_BYTES`].
    pub records: &'a [u8],
    /// When the caller must have an answer or an error.
    pub deadline: Instant,
    /// Under which the service knows the request.
    pub client_request_id: String,
}

/// A data format of streaming ingestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataFormat {
    /// One JSON object a line.
    Json,
    /// JSON objects over any lines, or arrays of them.
    MultiJson,
    /// Comma-separated values without a header line.
    Csv,
}

/// What the service made of the records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ingested {
    /// Records that it took, when it says so.
    pub records: Option<u64>,
    /// Why the table's update policy failed, when it did.
    pub update_policy_failure: Option<String>,
    /// Under which the service knows the request.
    pub client_request_id: String,
    /// The service's own id for it.
    pub activity_id: Option<String>,
}

impl DataFormat {
    /// The value of `streamFormat`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::MultiJson => "multijson",
            Self::Csv => "csv",
        }
    }
}

impl<'a> Ingestion<'a> {
    /// `records` for `table`, without a mapping.
    pub fn new(
        database: &'a Database<'a>,
        table: &'a str,
        format: DataFormat,
        records: &'a [u8],
        deadline: Instant,
    ) -> Self {
        let client_request_id = client_request_id("ingest");
        Self { database, table, format, mapping: None, records, deadline, client_request_id }
    }
}

impl Client {
    /// Ingests records. They are in the table when this returns; there is no deduplication, so a request that may have been carried out
    /// is never repeated.
    ///
    /// # Errors
    /// Where the service did not say that it took them. See [`Error::is_outcome_unknown`].
    pub async fn ingest(&self, ingestion: &Ingestion<'_>) -> Result<Ingested, Error> {
        let connection = ingestion.database.connection();
        let invalid = |kind, cause: String| Error::new(kind, cause, connection, &ingestion.client_request_id);
        if !connection.kind().is_whole() {
            return Err(invalid(ErrorKind::InvalidRequest, format!("a {} takes no records", connection.kind())));
        }
        if ingestion.records.len() > MOST_BYTES {
            let cause = format!("{} bytes of records in one request, {MOST_BYTES} at most", ingestion.records.len());
            return Err(invalid(ErrorKind::LimitExceeded, cause));
        }
        let mut query = vec![("streamFormat", ingestion.format.name())];
        query.extend(ingestion.mapping.map(|mapping| ("mappingName", mapping)));
        let path = [ingestion.database.name(), ingestion.table];
        let endpoint = connection.cluster().endpoint(INGEST_PATH).below(&path, &query).ok_or_else(|| {
            invalid(ErrorKind::InvalidRequest, format!("no database or table is called {:?}", path.join("/")))
        })?;
        let compressed =
            gzip(ingestion.records).map_err(|error| invalid(ErrorKind::InvalidRequest, error.to_string()))?;
        let body = |_left: Duration| compressed.clone();
        let (deadline, client_request_id) = (ingestion.deadline, &ingestion.client_request_id);
        let headers = headers();
        let call = Call {
            database: ingestion.database,
            authorization: connection.authorization(),
            role: Some("ingestors"),
            endpoint,
            headers,
            body: &body,
            reading: false,
            frames: false,
            client_request_id,
            deadline,
        };
        read_answer(self, &call).await
    }
}

async fn read_answer(client: &Client, call: &Call<'_>) -> Result<Ingested, Error> {
    let response = call.send(client.http()).await?;
    let activity_id = call::activity_id(&response);
    let mut counts = Counts::default();
    let mut decoder = Decoder::new(&mut counts);
    call.read(response, ANSWER_LIMIT, |chunk| decoder.feed(chunk)).await?;
    let completion = decoder.finish();
    completion.map_err(|error| call.undecodable(error).with_activity_id(activity_id.clone()))?;
    Ok(Ingested {
        records: counts.records,
        update_policy_failure: counts.update_policy_failure,
        client_request_id: call.client_request_id.to_owned(),
        activity_id,
    })
}

/// The columns of the answer's row that say something.
#[derive(Default)]
struct Counts {
    records: Option<u64>,
    update_policy_failure: Option<String>,
}

impl Sink for Counts {
    fn table(&mut self, _table: &TableHeader) -> Result<(), LimitReached> {
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached> {
        for (column, cell) in row.columns().iter().zip(row.cells()) {
            match column.name.as_str() {
                "ConsumedRecordsCount" => self.records = cell.text().parse().ok(),
                "UpdatePolicyFailureReason" => {
                    let reason = scrub(&cell.text()).into_owned();
                    self.update_policy_failure = Some(reason).filter(|reason| !reason.is_empty());
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn forget_rows(&mut self) {
        *self = Self::default();
    }
}

fn headers() -> HeaderMap {
    HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (CONTENT_ENCODING, HeaderValue::from_static("gzip")),
    ])
}

/// Level 1: four times as fast as the default on rows, for a few more bytes.
pub(crate) fn gzip(records: &[u8]) -> io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(records.len() / 4), Compression::fast());
    encoder.write_all(records)?;
    encoder.finish().map(Bytes::from)
}
