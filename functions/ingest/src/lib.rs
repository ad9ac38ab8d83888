//! Export records into a table: streaming ingestion through an ingestion mapping.

pub mod batches;
pub mod records;
pub mod table;

use batches::{BATCH_LIMIT, Batch, batches};
use kusto_client::{
    connection::Database,
    ingest::{DataFormat, Ingestion},
    request::Request as Command,
};
use kusto_protocol::sink::Ignored;
use records::Records;
use runtime::{
    command::allow_verb,
    context::Context,
    error::{ActionError, ErrorType},
    kusto::{Kusto, Target},
    reply::{CONTRACT_VERSION, Reply},
};
use serde::{Deserialize, Serialize};
use table::{Schema, commands, is_entity_name};

/// The mapping that `createTable` makes.
const OUR_MAPPING: &str = "ingest";

/// Records for one table.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// The name of a connection; may be left out where there is only one.
    pub connection: Option<String>,
    /// The URL of a configured cluster, in place of the connection's name.
    pub cluster: Option<String>,
    /// The database; may be left out where the connection has exactly one.
    #[serde(alias = "db")]
    pub database: Option<String>,
    /// The table.
    pub table: String,
    /// The JSON ingestion mapping of the table; may be left out with `createTable`, which makes one.
    pub mapping: Option<String>,
    /// Whether to make the table, its mapping and its streaming ingestion policy first, from `schema`.
    #[serde(default)]
    pub create_table: bool,
    /// The columns, in order: `{"Timestamp": "datetime", …}`.
    pub schema: Option<Schema>,
    /// A JSON array of objects, one object, or JSON lines as text.
    pub records: Records,
}

/// What became of the records: `received = ingested + rejected`.
#[derive(Debug, Serialize)]
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
    pub delivery: &'static str,
    /// The ingestion requests, to find them on the service.
    pub client_request_ids: Vec<String>,
    /// The version of the contract.
    pub contract_version: u32,
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        Self::json(&response)
    }
}

/// Ingests the records of the request; they are in the table when it answers.
pub async fn run(context: &Context<Kusto>, request: Request) -> Result<Response, ActionError> {
    let mapping = check(&request)?;
    let target = Target {
        connection: request.connection.as_deref(),
        cluster: request.cluster.as_deref(),
        database: request.database.as_deref(),
    };
    let Records(records) = &request.records;
    let batches = batches(records, BATCH_LIMIT).map_err(too_large)?;
    let database = context.client.database(target, &context.invocation)?;
    if let Some(schema) = request.schema.as_ref().filter(|_| request.create_table) {
        create_table(context, &database, &request.table, mapping, schema).await?;
    }
    let mut response = Response {
        database: database.name().to_owned(),
        table: request.table.clone(),
        received: records.len(),
        ingested: 0,
        rejected: 0,
        delivery: "at-least-once",
        client_request_ids: Vec::new(),
        contract_version: CONTRACT_VERSION,
    };
    for batch in &batches {
        let sent = send(context, &database, &request.table, mapping, batch).await;
        let (client_request_id, ingested) = sent.map_err(|error| partly(error, &response))?;
        response.client_request_ids.push(client_request_id);
        response.ingested += ingested;
        response.rejected += batch.records - ingested;
    }
    Ok(response)
}

/// The mapping to use, where the request is complete.
fn check(request: &Request) -> Result<&str, ActionError> {
    let bad = |message: &str| Err(ActionError::bad_request(message));
    for (field, name) in [("table", Some(&request.table)), ("mapping", request.mapping.as_ref())] {
        if name.is_some_and(|name| !is_entity_name(name)) {
            return bad(&format!("`{field}` is no name: use letters, digits, and _ - . or blanks between them"));
        }
    }
    match (request.create_table, &request.schema, &request.mapping) {
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

fn too_large((index, size): (usize, usize)) -> ActionError {
    ActionError::new(
        ErrorType::LimitExceeded,
        format!(
            "record {} has {size} bytes, more than the {BATCH_LIMIT} of one request: nothing was ingested",
            index + 1
        ),
    )
}

/// Makes the table, where the connection allows the commands that it takes.
async fn create_table(
    context: &Context<Kusto>,
    database: &Database<'_>,
    table: &str,
    mapping: &str,
    schema: &Schema,
) -> Result<(), ActionError> {
    let commands = commands(table, mapping, schema);
    for (verb, _) in &commands {
        allow_verb(database.connection(), verb)?;
    }
    for (_, command) in &commands {
        let request = Command::new(database, command, "ingest", context.invocation.deadline);
        context.client.client().command(&request, &mut Ignored).await?;
    }
    Ok(())
}

/// Sends one batch. Returns the client request id under which the service took it, and how many records it took.
async fn send(
    context: &Context<Kusto>,
    database: &Database<'_>,
    table: &str,
    mapping: &str,
    batch: &Batch,
) -> Result<(String, usize), ActionError> {
    let mut ingestion = Ingestion::new(database, table, DataFormat::Json, &batch.body, context.invocation.deadline);
    ingestion.mapping = Some(mapping);
    let ingested = context.client.client().ingest(&ingestion).await?;
    match ingested.update_policy_failure {
        None => {
            let records = ingested.records.and_then(|records| usize::try_from(records).ok());
            Ok((ingested.client_request_id, records.unwrap_or(batch.records).min(batch.records)))
        }
        Some(_) => Err(ActionError {
            client_request_id: Some(ingested.client_request_id),
            activity_id: ingested.activity_id,
            ..ActionError::new(
                ErrorType::OutcomeUnknown,
                "the records were taken but the table's update policy failed: see `.show ingestion failures`",
            )
        }),
    }
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
    let error_type = if error.error_type.retryable() { ErrorType::OutcomeUnknown } else { error.error_type };
    ActionError { error_type, retryable: false, retry_after: None, message, ..error }
}
