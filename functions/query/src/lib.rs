//! Run KQL query: the rows, in the format that the caller reads.

pub mod format;
pub mod request;

use format::{Collected, Format, Formatted};
use report::rows::Output;
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
use serde_json::{Map, Value};

/// Bytes of the reply that are kept for everything but the rows.
const ENVELOPE: usize = 8 * 1024;

/// The rows of a query and what is said of them.
#[derive(Debug)]
pub struct Response {
    rows: Output,
    metadata: Metadata,
}

/// Runs the query and answers its rows.
pub async fn run(context: &Context<Kusto>, request: Request) -> Result<Response, ActionError> {
    let format = request.format.unwrap_or_else(|| Format::accepted(context.invocation.accept.as_deref()));
    if (format, request.on_limit) == (Format::Html, OnLimit::Truncate) {
        return Err(ActionError::bad_request("`onLimit` \"truncate\" is for rows: ask for another format than html"));
    }
    let channel = context.invocation.channel;
    let bytes = channel.reply_limit().saturating_sub(ENVELOPE);
    let mut sink = Formatted::new(format, bytes, channel != Channel::Http, request.on_limit);
    let answer = context.client.query("query", request.query()?, &context.invocation, &mut sink).await;
    let answer = answer.map_err(|error| if sink.is_full() { too_large(channel, None) } else { error })?;
    let mut metadata = Metadata::new(answer);
    let rows = match sink.finish() {
        Collected::Rows(rows) => rows.finish(),
        Collected::Html(table) => Output {
            content: table.finish(None).into_string().into_bytes(),
            content_type: "text/html; charset=utf-8",
            columns: metadata.columns.clone(),
            row_count: metadata.row_count,
            truncated: false,
        },
    };
    metadata.cut_to(rows.row_count, rows.truncated);
    metadata.columns.clone_from(&rows.columns);
    Ok(Response { rows, metadata })
}

impl From<Response> for Reply {
    /// JSON rows are the beginning of the reply already: the rest of its fields is written behind them.
    fn from(Response { rows, metadata }: Response) -> Self {
        // A reply type of ours has string keys only, so this cannot fail.
        let rest = serde_json::to_value(&metadata).unwrap_or_default();
        if rows.content_type == "application/json" {
            let mut json = rows.content;
            let rest = rest.to_string();
            json.push(b',');
            json.extend_from_slice(&rest.as_bytes()[1..]);
            return Self::Json(String::from_utf8(json).unwrap_or_default());
        }
        let rest = match rest {
            Value::Object(rest) => rest,
            _ => Map::new(),
        };
        Self::Content { content_type: rows.content_type, content: rows.content, rest }
    }
}
