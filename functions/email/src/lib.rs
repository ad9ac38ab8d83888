//! The action "Send an email": the connector's fields, and sections made of the replies of the other actions.
//!
//! A request becomes a message ([`compose`]), and a message leaves by one of the [`transport`]s. Until the store remembers
//! idempotency keys, delivery is at least once: the same key gives the same `Message-ID`, by which a mailbox may tell a second
//! copy, and nothing more.

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
pub mod reply;
pub mod request;
pub mod response;
pub mod subject;
pub mod table;
pub mod transport;

#[cfg(test)]
mod tests;

use compose::compose;
use identity::Identity;
use jiff::Timestamp;
use mailer::Mailer;
use request::Request;
use response::Response;
use runtime::{context::Context, error::ActionError, reply::CONTRACT_VERSION};

/// Sends the mail that `request` asks for, unless it is a dry run or the results say otherwise.
///
/// # Errors
/// Where nothing was sent, and where it is not known whether it was.
pub async fn run(context: &Context<Mailer>, request: Request) -> Result<Response, ActionError> {
    let (mailer, invocation) = (&context.client, &context.invocation);
    let identity = Identity::new(request.idempotency_key.as_deref(), &invocation.request_id);
    let draft = compose(mailer, &request, &identity, Timestamp::now())?;
    let reason = match (request.dry_run, draft.withheld) {
        (true, None) => Some("dryRun is true".to_owned()),
        (true, Some(reason)) => Some(format!("dryRun is true; without it: {reason}")),
        (false, reason) => reason,
    };
    if reason.is_none() {
        mailer.transport.send(&draft.message, &draft.message_id, invocation.deadline).await?;
    }
    Ok(Response {
        sent: reason.is_none(),
        reason,
        message_id: draft.message_id,
        subject: draft.subject,
        recipients: draft.message.envelope().to().len(),
        transport: mailer.transport.name(),
        row_count: draft.rows,
        message: request.dry_run.then(|| String::from_utf8_lossy(&draft.message.formatted()).into_owned()),
        contract_version: CONTRACT_VERSION,
    })
}
