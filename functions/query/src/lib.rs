//! Run KQL query: the rows, in the format that the caller reads.

pub mod probe;
pub mod request;
mod schema;
pub mod streamed;

use probe::Probed;
use report::{
    document::{Document, Format, MEDIA_TYPES},
    rows::{self, Output},
};
use request::Request;
use runtime::{
    action::Action,
    context::Context,
    error::ActionError,
    invocation::Channel,
    kusto::Kusto,
    metadata::Metadata,
    reply::{Reply, too_large},
    request::OnLimit,
    stored::no_room,
};
use serde::Serialize;
use serde_json::Value;
use streamed::{Finished, Streamed};

/// Where the connector asks for the columns alone.
const SCHEMA_PATH: &str = "/ListKustoResultsSchema";

/// What HTTP callers may ask.
pub const ACTION: Action = Action::new("query").at(&["/ListKustoResults/false", SCHEMA_PATH]).offering(MEDIA_TYPES);

/// The rows of a query and what is said of them.
#[derive(Debug)]
pub struct Response {
    rows: Rows,
    rest: Rest,
}

/// What is said of the rows.
#[derive(Debug, Serialize)]
struct Rest {
    #[serde(flatten)]
    metadata: Metadata,
    #[serde(skip_serializing_if = "Option::is_none")]
    probe: Option<Probed>,
    /// Only where the columns alone are wanted: a row as a JSON schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<Value>,
}

#[derive(Debug)]
enum Rows {
    /// As many as are held.
    Held(Output),
    /// Any number, on their way to the store.
    Streamed(Finished),
}

/// Runs the query and answers its rows.
pub async fn run(context: &Context<Kusto>, mut request: Request) -> Result<Response, ActionError> {
    request.schema_only |= context.invocation.path == Some(SCHEMA_PATH);
    let format = request.format.unwrap_or_else(|| Format::of(context.invocation.media_type));
    let mut response = match (context.spool(), line_by_line(format)) {
        (Some(spool), Some(format)) => stream(context, &request, Streamed::new(format.encoder(), spool)).await?,
        _ => hold(context, &request, format).await?,
    };
    let nothing_found = response.rest.metadata.row_count == 0 && !request.schema_only;
    if let Some(probe) = request.probe.as_ref().filter(|_| nothing_found) {
        response.rest.probe = Some(probe::ask(context, &request, probe).await);
    }
    Ok(response)
}

/// The format, if it is written row by row.
fn line_by_line(format: Format) -> Option<rows::Format> {
    match format {
        Format::Json => Some(rows::Format::Json),
        Format::Jsonl => Some(rows::Format::JsonLines),
        Format::Csv => Some(rows::Format::Csv),
        Format::Html | Format::Text => None,
    }
}

/// Answers rows of any size, since there is a store.
async fn stream(context: &Context<Kusto>, request: &Request, mut rows: Streamed) -> Result<Response, ActionError> {
    let answer = context.client.query("query", request.query()?, &context.invocation, &mut rows).await;
    let answer = answer.map_err(|error| rows.failure().map_or(error, no_room))?;
    let rows = rows.finish().map_err(|failure| no_room(&failure))?;
    let mut metadata = Metadata::new(answer);
    metadata.columns.clone_from(&rows.columns);
    Ok(response(Rows::Streamed(rows), metadata, request))
}

/// Answers rows that are held as a whole.
async fn hold(context: &Context<Kusto>, request: &Request, format: Format) -> Result<Response, ActionError> {
    let on_limit = match request.on_limit {
        OnLimit::Error => rows::OnLimit::Error,
        OnLimit::Truncate => rows::OnLimit::Truncate,
    };
    let channel = context.invocation.channel;
    let document = Document::new(format, context.content_limit(), channel != Channel::Http, on_limit);
    let mut document = document.map_err(|error| ActionError::bad_request(error.to_string()))?;
    let answer = context.client.query("query", request.query()?, &context.invocation, &mut document).await;
    let answer = answer.map_err(|error| if document.is_full() { too_large(channel, None) } else { error })?;
    let rows = document.finish(answer.completion.tables.first());
    let mut metadata = Metadata::new(answer);
    metadata.cut_to(rows.row_count, rows.truncated);
    metadata.columns.clone_from(&rows.columns);
    Ok(response(Rows::Held(rows), metadata, request))
}

fn response(rows: Rows, metadata: Metadata, request: &Request) -> Response {
    let schema = request.schema_only.then(|| schema::of_row(&metadata.columns));
    Response { rows, rest: Rest { metadata, probe: None, schema } }
}

impl From<Response> for Reply {
    fn from(Response { rows, rest }: Response) -> Self {
        match rows {
            Rows::Held(rows) => Self::rows(rows.content_type, rows.content, &rest),
            Rows::Streamed(rows) => Self::spooled(rows.content_type, rows.content, &rest),
        }
    }
}
