//! `.ingest inline`: records into a table in one command, once for each of their tags.

use crate::{
    client::Client,
    connection::Database,
    error::{Error, ErrorKind},
    request::Request,
};
use kql::{name::quote, string::quote as quote_text};
use kusto_protocol::sink::Selected;
use serde_json::json;
use tokio::time::Instant;

/// The extent of a command that ingested nothing.
const NO_EXTENT: &str = "00000000-0000-0000-0000-000000000000";

/// Records for a table, which are ingested once.
#[derive(Clone, Debug)]
pub struct InlineIngestion<'a> {
    /// The database, through its connection.
    pub database: &'a Database<'a>,
    /// The table.
    pub table: &'a str,
    /// The JSON ingestion mapping of the table.
    pub mapping: &'a str,
    /// The records, one JSON object a line. They are data: the service does not read them as KQL.
    pub lines: &'a str,
    /// By what they are known. Nothing is ingested where the table has a record with one of them.
    pub tags: &'a [String],
    /// When the caller must have an answer or an error.
    pub deadline: Instant,
}

/// What the service did with the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inlined {
    /// They are in the table now.
    Ingested,
    /// Nothing: the table has records with one of the tags.
    AlreadyThere,
}

impl Client {
    /// Ingests records, unless they are in the table, and returns under which client request id. It can be called again with the same tags whatever comes of it.
    ///
    /// # Errors
    /// Where the service did not say what it did.
    pub async fn ingest_inline(&self, ingestion: &InlineIngestion<'_>) -> Result<(Inlined, String), Error> {
        let text = command(ingestion);
        let request = Request::new(ingestion.database, &text, "ingest", ingestion.deadline);
        let mut extents = Selected::columns(&["ExtentId"]);
        let answer = self.command(&request, &mut extents).await?;
        let extents: Vec<String> =
            extents.into_rows().into_iter().filter_map(|mut row| row.remove("ExtentId")).collect();
        let inlined = match extents.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [] => {
                let connection = ingestion.database.connection();
                let cause = "it does not say what was ingested";
                return Err(Error::new(ErrorKind::BadAnswer, cause, connection, &answer.client_request_id)
                    .unknown_outcome(true));
            }
            [NO_EXTENT] => Inlined::AlreadyThere,
            _ => Inlined::Ingested,
        };
        Ok((inlined, answer.client_request_id))
    }
}

fn command(ingestion: &InlineIngestion<'_>) -> String {
    let InlineIngestion { table, mapping, lines, tags, .. } = ingestion;
    let by: Vec<String> = tags.iter().map(|tag| format!("ingest-by:{tag}")).collect();
    format!(
        ".ingest inline into table {} with (format=\"json\", ingestionMappingReference={}, tags={}, ingestIfNotExists={}) <|\n{lines}",
        quote(table),
        quote_text(mapping),
        quote_text(&json!(by).to_string()),
        quote_text(&json!(tags).to_string()),
    )
}
