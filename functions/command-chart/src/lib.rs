//! Run management command and render a chart: a picture, a table, or both, ready to be mailed.
//!
//! Where there is a store, a command that changes something runs once for each idempotency key or, without one, for each event, however
//! often that is delivered. Who comes later gets the first answer.

pub mod request;

use kusto_client::deep_link::deep_link;
use report::visual::{
    Medium, Origin, Visual,
    document::{MEDIA_TYPES, NoPicture},
    look::Look,
    sinks::Sinks,
};
use request::Request;
use runtime::{
    action::Action,
    command::{AllowedCommand, lookup},
    context::Context,
    error::{ActionError, HttpMistake},
    invocation::Channel,
    kusto::Kusto,
    metadata::Metadata,
    once::Turn,
    reply::Reply,
};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// What HTTP callers may ask.
pub const ACTION: Action =
    Action::new(NAME).at(&["/RunKustoAndVisualizeResults/true"]).offering(MEDIA_TYPES).changing();

/// How the service's records and the store name this action.
const NAME: &str = "command-chart";

/// What is answered: the connector's fields, and ours beside them.
#[derive(Debug, Serialize, Deserialize)]
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
    let media_type = context.invocation.media_type;
    let look = look.as_document(media_type).map_err(no_picture)?;
    let key = request.idempotency_key.as_deref();
    let id = context.client_request_id(NAME, key)?;
    let command = context.client.allowed(request.command(), &context.invocation)?;
    if command.is_show() {
        return Ok(show(context, &command, &look, context.invocation.deadline).await?.reply(media_type));
    }
    let command = command.known_by(id.clone());
    let change = async |turn: &mut Turn| {
        turn.begin(&format!("the command that {} has when it has ended", lookup(&id))).await?;
        show(context, &command, &look, turn.deadline()).await
    };
    let response = context.once(NAME, key, change).await.map_err(|error| error.known_by(&id))?;
    Ok(response.reply(media_type))
}

/// Runs a command, and shows its result.
async fn show(
    context: &Context<Kusto>,
    command: &AllowedCommand<'_>,
    look: &Look,
    deadline: Instant,
) -> Result<Response, ActionError> {
    let mut sinks = Sinks::new(look, context.attachment_limit());
    let answer = context.client.command(NAME, command, deadline, &mut sinks).await?;
    let origin = Origin {
        completion: &answer.completion,
        truncated: answer.truncated,
        client_request_id: &answer.client_request_id,
        place: command.database().place(),
        medium: if context.invocation.channel == Channel::Http { Medium::Page } else { Medium::Mail },
    };
    let visual = Visual::new(sinks, look, origin).map_err(|_| match command.is_show() {
        true => ActionError::internal(),
        false => ActionError::internal().although_done(),
    })?;
    let kusto_deep_link = deep_link(command.database(), command.text());
    Ok(Response { visual, kusto_deep_link, metadata: Metadata::new(answer) })
}

fn no_picture(error: NoPicture) -> ActionError {
    ActionError::bad_request(error.to_string()).over_http(HttpMistake::NotAcceptable)
}
