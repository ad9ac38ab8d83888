//! Run show management command: its rows, in the format that the caller reads, and of an operation how far it is.

mod operation;
pub mod request;

use kusto_client::client::Answer;
use report::{
    document::{Document, Format, MEDIA_TYPES},
    rows::{self, Output},
};
use request::Request;
use runtime::{
    action::Action,
    command::only_show,
    context::Context,
    error::ActionError,
    invocation::Channel,
    kusto::Kusto,
    metadata::Metadata,
    operation::Operation,
    reply::{Reply, too_large},
    request::OnLimit,
};
use serde::Serialize;

/// What HTTP callers may ask.
pub const ACTION: Action = Action::new("show-command").at(&["/ListKustoShowCommandResults"]).offering(MEDIA_TYPES);

/// The rows of a show command and what is said of them.
#[derive(Debug)]
pub struct Response {
    rows: Output,
    said: Said,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    #[serde(flatten)]
    metadata: Metadata,
    /// Only for `.show operations <id>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<Operation>,
}

/// Runs the command and answers its rows.
pub async fn run(context: &Context<Kusto>, request: Request) -> Result<Response, ActionError> {
    only_show(&request.command)?;
    let command = context.client.allowed(request.command(), &context.invocation)?;
    if let Some(id) = command.operation_id()? {
        return operation::run(context, &request, command.database(), &id).await;
    }
    let mut document = document(context, &request)?;
    let answer = context.client.command("show-command", &command, context.invocation.deadline, &mut document).await;
    response(context, document, answer, None)
}

/// What collects the rows.
fn document(context: &Context<Kusto>, request: &Request) -> Result<Document, ActionError> {
    let format = request.format.unwrap_or_else(|| Format::of(context.invocation.media_type));
    let on_limit = match request.on_limit {
        OnLimit::Error => rows::OnLimit::Error,
        OnLimit::Truncate => rows::OnLimit::Truncate,
    };
    let channel = context.invocation.channel;
    let document = Document::new(format, context.content_limit(), channel != Channel::Http, on_limit);
    document.map_err(|error| ActionError::bad_request(error.to_string()))
}

/// What is answered with the rows of an answer.
fn response(
    context: &Context<Kusto>,
    document: Document,
    answer: Result<Answer, ActionError>,
    operation: Option<Operation>,
) -> Result<Response, ActionError> {
    let full = |error| if document.is_full() { too_large(context.invocation.channel, None) } else { error };
    let answer = answer.map_err(full)?;
    let rows = document.finish(answer.completion.tables.first());
    let mut metadata = Metadata::new(answer);
    metadata.cut_to(rows.row_count, rows.truncated);
    metadata.columns.clone_from(&rows.columns);
    Ok(Response { rows, said: Said { metadata, operation } })
}

impl From<Response> for Reply {
    fn from(Response { rows, said }: Response) -> Self {
        Self::rows(rows.content_type, rows.content, &said)
    }
}
