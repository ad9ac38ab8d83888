//! The action "Send an email": the connector's fields, and sections made of the replies of the other actions.
//!
//! A request becomes a message ([`compose`]), and a message leaves by one of the [`transport`]s. Where there is a store, it leaves once
//! for each idempotency key or, without one, for each event, however often that is delivered; whether it left is then never guessed.
//! Without a store delivery is at least once: the same event gives the same `Message-ID`, by which a mailbox may tell a second copy.

pub mod compose;
pub mod condition;
pub mod content;
pub mod file;
pub mod html;
pub mod identity;
pub mod images;
pub mod mailer;
pub mod media_type;
pub mod message;
pub mod names;
pub mod recipients;
pub mod references;
pub mod reply;
pub mod request;
pub mod response;
pub mod subject;
pub mod table;
pub mod transport;

#[cfg(test)]
mod tests;

use compose::{Draft, compose};
use identity::Identity;
use jiff::Timestamp;
use mailer::Mailer;
use request::Request;
use response::Response;
use runtime::{context::Context, error::ActionError, once::Turn, reply::CONTRACT_VERSION};

/// Sends the mail that `request` asks for, unless it is a dry run or the results say otherwise.
///
/// # Errors
/// Where nothing was sent, and where it is not known whether it was.
pub async fn run(context: &Context<Mailer>, mut request: Request) -> Result<Response, ActionError> {
    let key = context.idempotency_key(request.idempotency_key.as_deref())?.map(str::to_owned);
    let identity = Identity::new(key.as_deref(), &context.invocation.request_id);
    if request.dry_run {
        return dry_run(context, &mut request, &identity).await;
    }
    let send = async |turn: &mut Turn| {
        references::bring(context, &mut request).await?;
        let draft = compose(&context.client, &request, &identity, Timestamp::now())?;
        let mut provider_id = None;
        if draft.withheld.is_none() {
            turn.begin(&format!("the mail {}", draft.message_id)).await?;
            provider_id = context.client.transport.send(draft.outgoing(), context.invocation.deadline).await?;
        }
        let reason = draft.withheld.clone();
        Ok(Response { provider_id, ..response(context, draft, reason) })
    };
    context.once("email", key.as_deref(), send).await
}

/// Makes the mail and answers with it.
async fn dry_run(
    context: &Context<Mailer>,
    request: &mut Request,
    identity: &Identity,
) -> Result<Response, ActionError> {
    references::bring(context, request).await?;
    let draft = compose(&context.client, request, identity, Timestamp::now())?;
    let reason = match &draft.withheld {
        None => "dryRun is true".to_owned(),
        Some(reason) => format!("dryRun is true; without it: {reason}"),
    };
    let message = String::from_utf8_lossy(&draft.message.formatted()).into_owned();
    Ok(Response { message: Some(message), ..response(context, draft, Some(reason)) })
}

/// What is answered of a mail that was sent, unless there is a `reason` why not.
fn response(context: &Context<Mailer>, draft: Draft, reason: Option<String>) -> Response {
    Response {
        sent: reason.is_none(),
        reason,
        message_id: draft.message_id,
        provider_id: None,
        subject: draft.subject,
        recipients: draft.message.envelope().to().len(),
        transport: context.client.transport.name().to_owned(),
        row_count: draft.rows,
        message: None,
        contract_version: CONTRACT_VERSION,
    }
}
