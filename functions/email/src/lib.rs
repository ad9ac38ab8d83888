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
pub mod records;
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
use runtime::{
    action::Action,
    context::Context,
    error::{ActionError, ErrorType},
    once::Turn,
    reply::CONTRACT_VERSION,
};

/// What HTTP callers may ask.
pub const ACTION: Action = Action::with_content("email", "sections").changing();

/// Sends the mail that `request` asks for, unless it is a dry run or the results say otherwise.
///
/// What is wrong with the mail is told before its idempotency key is taken. What is wrong with the store is told after: where the mail
/// was sent already, it is no matter that the results it was made of are gone.
///
/// # Errors
/// Where nothing was sent, and where it is not known whether it was.
pub async fn run(context: &Context<Mailer>, request: Request) -> Result<Response, ActionError> {
    let key = context.idempotency_key(request.idempotency_key.as_deref())?.map(str::to_owned);
    let identity = Identity::new(context.invocation.caller.owner(), key.as_deref(), &context.invocation.request_id);
    let is_dry_run = request.dry_run;
    let draft = match draft(context, request, &identity).await {
        Ok(draft) if is_dry_run => return Ok(dry_run(context, draft)),
        Err(error) if is_dry_run || is_of_the_mail(&error) => return Err(error),
        draft => draft,
    };
    let send = async |turn: &mut Turn| {
        let draft = draft?;
        let mut provider_id = None;
        if draft.withheld.is_none() {
            turn.begin(&format!("the mail {}", draft.message_id)).await?;
            provider_id = context.client.transport.send(draft.outgoing(), turn.deadline()).await?;
        }
        let reason = draft.withheld.clone();
        Ok(Response { provider_id, ..response(context, draft, reason) })
    };
    context.once("email", key.as_deref(), send).await
}

/// Makes the mail, which changes nothing anywhere. The request ends here: rows are held once, as what is sent.
async fn draft(context: &Context<Mailer>, mut request: Request, identity: &Identity) -> Result<Draft, ActionError> {
    references::bring(context, &mut request).await?;
    compose(&context.client, &request, identity, Timestamp::now())
}

/// Whether an error says that the mail is wrong, however often it is asked for.
fn is_of_the_mail(error: &ActionError) -> bool {
    matches!(error.error_type, ErrorType::BadRequest | ErrorType::Forbidden | ErrorType::LimitExceeded)
}

/// Answers with the mail.
fn dry_run(context: &Context<Mailer>, draft: Draft) -> Response {
    let reason = match &draft.withheld {
        None => "dryRun is true".to_owned(),
        Some(reason) => format!("dryRun is true; without it: {reason}"),
    };
    let message = String::from_utf8_lossy(&draft.message.formatted()).into_owned();
    Response { message: Some(message), ..response(context, draft, Some(reason)) }
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
