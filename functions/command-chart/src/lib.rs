//! Run management command and render a chart: a picture, a table, or both, ready to be mailed.

pub mod request;

use kusto_client::deep_link::deep_link;
use report::visual::{
    Medium, Origin, Visual,
    document::{MEDIA_TYPES, NoPicture},
    sinks::Sinks,
};
use request::Request;
use runtime::{
    action::Action,
    context::Context,
    error::{ActionError, HttpMistake},
    invocation::Channel,
    kusto::Kusto,
    metadata::Metadata,
    reply::Reply,
};
use serde::Serialize;

/// What HTTP callers may ask.
pub const ACTION: Action =
    Action::new("command-chart").at(&["/RunKustoAndVisualizeResults/true"]).offering(MEDIA_TYPES).changing();

/// What is answered: the connector's fields, and ours beside them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The result to look at.
    #[serde(flatten)]
    pub visual: Visual,
    /// Opens the command in the web UI, which does not run it.
    pub kusto_deep_link: String,
    /// What is said of the answer.
    #[serde(flatten)]
    pub metadata: Metadata,
}

impl Response {
    /// All fields, or the one document that an HTTP caller wants.
    fn reply(&self, media_type: &str) -> Reply {
        match self.visual.document(media_type) {
            None => Reply::json(self),
            Some(document) => Reply::document(document.content_type, document.content),
        }
    }
}

/// Runs the command and shows its result.
pub async fn run(context: &Context<Kusto>, request: Request) -> Result<Reply, ActionError> {
    let look = request.wish().look().map_err(|error| ActionError::bad_request(error.to_string()))?;
    let (channel, media_type) = (context.invocation.channel, context.invocation.media_type);
    let look = look.as_document(media_type).map_err(no_picture)?;
    let command = context.client.allowed(request.command(), &context.invocation)?;
    let mut sinks = Sinks::new(&look, context.attachment_limit());
    let answer = context.client.command("command-chart", &command, context.invocation.deadline, &mut sinks).await?;
    let origin = Origin {
        completion: &answer.completion,
        truncated: answer.truncated,
        client_request_id: &answer.client_request_id,
        place: command.database().place(),
        medium: if channel == Channel::Http { Medium::Page } else { Medium::Mail },
    };
    let visual = Visual::new(sinks, &look, origin).map_err(|_| ActionError::internal())?;
    let kusto_deep_link = deep_link(command.database(), command.text());
    Ok(Response { visual, kusto_deep_link, metadata: Metadata::new(answer) }.reply(media_type))
}

fn no_picture(error: NoPicture) -> ActionError {
    ActionError::bad_request(error.to_string()).over_http(HttpMistake::NotAcceptable)
}
