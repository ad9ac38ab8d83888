//! Records for a table that the request itself names: all of them are good, or it is refused.

use crate::{
    Ingest,
    batches::{BATCH_LIMIT, Batch, batches},
    destination::OUR_MAPPING,
    records,
    table::{self, Schema, VERBS, is_entity_name},
};
use runtime::{
    command::allow_verb,
    context::Context,
    error::{ActionError, ErrorType},
    kusto::Target,
    reply::CONTRACT_VERSION,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::time::Instant;

/// The table of a request.
#[derive(Debug)]
pub struct Direct<'r> {
    /// Where its database is.
    pub target: Target<'r>,
    /// The table.
    pub table: &'r str,
    /// Its JSON ingestion mapping; none with `create_table`, which makes one.
    pub mapping: Option<&'r str>,
    /// Whether to make the table first, from `schema`.
    pub create_table: bool,
    /// The columns.
    pub schema: Option<&'r Schema>,
}

/// What became of the records: `received = ingested + rejected`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The database.
    pub database: String,
    /// The table.
    pub table: String,
    /// Records of the request.
    pub received: usize,
    /// Records that are in the table.
    pub ingested: usize,
    /// Records that the service left out. (A request with a record that is no JSON object is refused as a whole.)
    pub rejected: usize,
    /// What holds when the request is sent again.
    pub delivery: String,
    /// The ingestion requests, to find them on the service.
    pub client_request_ids: Vec<String>,
    /// The version of the contract.
    pub contract_version: u32,
}

impl Direct<'_> {
    /// Ingests `content`; it is in the table when this answers.
    ///
    /// # Errors
    /// `Forbidden` where the connection does not allow `ingest`: the caller chooses the table. `OutcomeUnknown` where some of it may be there.
    pub async fn ingest(
        &self,
        context: &Context<Ingest>,
        content: &[u8],
        deadline: Instant,
    ) -> Result<Response, ActionError> {
        let mapping = self.check()?;
        let records = objects(content)?;
        let batches = batches(&records, BATCH_LIMIT).map_err(too_large)?;
        let kusto = &context.client.kusto;
        let database = kusto.database(self.target, &context.invocation)?;
        allow_verb(database.connection(), "ingest")?;
        if let Some(schema) = self.schema.filter(|_| self.create_table) {
            table::create(kusto, &database, self.table, mapping, schema, &VERBS, deadline).await?;
        }
        let mut response = Response {
            database: database.name().to_owned(),
            table: self.table.to_owned(),
            received: records.len(),
            ingested: 0,
            rejected: 0,
            delivery: "at-least-once".to_owned(),
            client_request_ids: Vec::new(),
            contract_version: CONTRACT_VERSION,
        };
        for Batch { body, records } in &batches {
            let sent = table::stream(kusto, &database, self.table, mapping, body, deadline).await;
            let taken = sent.map_err(|error| partly(error, &response))?;
            let ingested = taken.records.and_then(|records| usize::try_from(records).ok());
            let ingested = ingested.unwrap_or(*records).min(*records);
            response.client_request_ids.push(taken.client_request_id);
            response.ingested += ingested;
            response.rejected += records - ingested;
        }
        Ok(response)
    }

    /// The mapping to use, where the request is complete.
    fn check(&self) -> Result<&str, ActionError> {
        let bad = |message: &str| Err(ActionError::bad_request(message));
        for (field, name) in [("table", Some(self.table)), ("mapping", self.mapping)] {
            if name.is_some_and(|name| !is_entity_name(name)) {
                return bad(&format!("`{field}` is no name: use letters, digits, and _ - . or blanks between them"));
            }
        }
        match (self.create_table, self.schema, self.mapping) {
            (true, None, _) => bad("`createTable` needs `schema`: the columns and their types"),
            (false, Some(_), _) => bad("`schema` is only for `createTable`: set it to true, or leave the schema out"),
            (true, Some(_), Some(_)) => bad("`createTable` makes a mapping of its own: leave `mapping` out"),
            (true, Some(_), None) => Ok(OUR_MAPPING),
            (false, None, Some(mapping)) => Ok(mapping),
            (false, None, None) => {
                bad("`mapping` is missing: name a JSON ingestion mapping of the table, or let `createTable` make one")
            }
        }
    }
}

/// The records, where each is a JSON object.
fn objects(content: &[u8]) -> Result<Vec<&RawValue>, ActionError> {
    let wrong = |index: usize, problem: &str| {
        ActionError::bad_request(format!("the request is wrong: record {} {problem}", index + 1))
    };
    let records = match records::array(content) {
        Some(elements) => elements?,
        None => {
            let records = records::split(content)?.into_iter().enumerate();
            let json =
                |(index, record)| records::json(record).map_err(|reason| wrong(index, &format!("cannot be: {reason}")));
            records.map(json).collect::<Result<_, _>>()?
        }
    };
    match records.iter().position(|record| !record.get().starts_with('{')) {
        Some(index) => Err(wrong(index, "is not a JSON object")),
        None => Ok(records),
    }
}

fn too_large((index, size): (usize, usize)) -> ActionError {
    ActionError::new(
        ErrorType::LimitExceeded,
        format!(
            "record {} has {size} bytes, more than the {BATCH_LIMIT} of one request: nothing was ingested",
            index + 1
        ),
    )
}

/// After a first batch an error is never one to retry: the same request again would double the records that are in the table.
fn partly(error: ActionError, response: &Response) -> ActionError {
    if response.client_request_ids.is_empty() {
        return error;
    }
    let sent = response.ingested + response.rejected;
    let message = format!(
        "{}; of {} records the first {sent} were sent before that and {} of them are in the table (client request ids {}): \
         look up whether the next ones are there before you send the others again",
        error.message,
        response.received,
        response.ingested,
        response.client_request_ids.join(", "),
    );
    ActionError { error_type: ErrorType::OutcomeUnknown, retryable: false, retry_after: None, message, ..error }
}
