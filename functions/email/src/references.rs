//! What is brought from the store: results and files that a request names by reference. A mail never carries the reference itself.

use crate::{
    message::MOST_BYTES,
    reply::{Reply, ReplyAttachment},
    request::{Attachment, Content, Request},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use runtime::{context::Context, error::ActionError};

/// The most bytes of stored results together: what a cluster gives at most, 64 MB. Rows in JSON are some times as large as in the CSV that is
/// attached, so that it may fit all the same.
const MOST_RESULT_BYTES: u64 = 64 << 20;

/// Puts everything that `request` refers to in the place of the references.
///
/// # Errors
/// For what is not there for this caller, and for what is too large for a mail; the sentence names the reference.
pub async fn bring<C>(context: &Context<C>, request: &mut Request) -> Result<(), ActionError> {
    let mut room = Room { results: MOST_RESULT_BYTES, files: MOST_BYTES as u64 };
    for (index, section) in request.sections.iter_mut().enumerate() {
        let Content::Result(reply) = &mut section.content else { continue };
        if let Some(reference) = reply.result_url.take() {
            let brought = result(context, &reference, &mut room.results).await;
            **reply = brought.map_err(|error| at(&format!("the result of section {}", index + 1), error))?;
        }
        for ReplyAttachment { name, content, url, .. } in &mut reply.attachments {
            bring_file(context, name, content, url.take(), &mut room.files).await?;
        }
    }
    for Attachment { name, content_bytes, url, .. } in &mut request.attachments {
        bring_file(context, name, content_bytes, url.take(), &mut room.files).await?;
    }
    Ok(())
}

/// How many bytes may still be brought: one short request can name large things many times.
struct Room {
    results: u64,
    files: u64,
}

/// What is stored, if there is room for it.
async fn fetch<C>(context: &Context<C>, reference: &str, room: &mut u64) -> Result<Vec<u8>, ActionError> {
    let content = context.fetch(reference, *room).await?;
    *room -= content.len() as u64;
    Ok(content)
}

async fn result<C>(context: &Context<C>, reference: &str, room: &mut u64) -> Result<Reply, ActionError> {
    let content = fetch(context, reference, room).await?;
    serde_json::from_slice(&content).map_err(|_| {
        ActionError::bad_request(
            "what is stored is no reply of a query or chart action in JSON: mails show nothing else",
        )
    })
}

async fn bring_file<C>(
    context: &Context<C>,
    name: &str,
    content: &mut Option<String>,
    reference: Option<String>,
    room: &mut u64,
) -> Result<(), ActionError> {
    let Some(reference) = reference else { return Ok(()) };
    let shown: String = name.chars().take(100).collect();
    let place = format!("the attachment {shown:?}");
    if content.is_some() {
        return Err(at(&place, ActionError::bad_request("it has its content or a url, not both")));
    }
    let brought = fetch(context, &reference, room).await.map_err(|error| at(&place, error))?;
    *content = Some(BASE64_STANDARD.encode(brought));
    Ok(())
}

/// The error, with what it is about before it.
fn at(place: &str, error: ActionError) -> ActionError {
    ActionError { message: format!("{place}: {}", error.message), ..error }
}
