//! Run KQL query: the rows, in the format that the caller reads.

pub mod request;

use report::{
    document::{Document, Format},
    rows::{self, Output},
};
use request::Request;
use runtime::{
    context::Context,
    error::ActionError,
    invocation::Channel,
    kusto::Kusto,
    metadata::Metadata,
    reply::{Reply, too_large},
    request::OnLimit,
};

/// The rows of a query and what is said of them.
#[derive(Debug)]
pub struct Response {
    rows: Output,
    metadata: Metadata,
}

/// Runs the query and answers its rows.
pub async fn run(context: &Context<Kusto>, request: Request) -> Result<Response, ActionError> {
    let format = request.format.unwrap_or_else(|| Format::accepted(context.invocation.accept.as_deref()));
    let on_limit = match request.on_limit {
        OnLimit::Error => rows::OnLimit::Error,
        OnLimit::Truncate => rows::OnLimit::Truncate,
    };
    let channel = context.invocation.channel;
    let document = Document::new(format, channel.content_limit(), channel != Channel::Http, on_limit);
    let mut document = document.map_err(|error| ActionError::bad_request(error.to_string()))?;
    let answer = context.client.query("query", request.query()?, &context.invocation, &mut document).await;
    let answer = answer.map_err(|error| if document.is_full() { too_large(channel, None) } else { error })?;
    let rows = document.finish(answer.completion.tables.first());
    let mut metadata = Metadata::new(answer);
    metadata.cut_to(rows.row_count, rows.truncated);
    metadata.columns.clone_from(&rows.columns);
    Ok(Response { rows, metadata })
}

impl From<Response> for Reply {
    fn from(Response { rows, metadata }: Response) -> Self {
        Self::rows(rows.content_type, rows.content, &metadata)
    }
}
