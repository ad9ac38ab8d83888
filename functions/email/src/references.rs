//! What is brought from the store: results and files that a request names by reference. A mail never carries the reference itself.

use crate::{
    message::MOST_BYTES,
    reply::Reply,
    request::{Content, Request},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use runtime::{context::Context, error::ActionError};

/// The most bytes of a stored result: rows in JSON are some times as large as in the CSV that is attached.
const MOST_RESULT_BYTES: u64 = 4 * MOST_BYTES as u64;

/// Puts everything that `request` refers to in the place of the references.
///
/// # Errors
/// For what is not there for this caller, and for what is too large for a mail; the sentence names the reference.
pub async fn bring<C>(context: &Context<C>, request: &mut Request) -> Result<(), ActionError> {
    for (index, section) in request.sections.iter_mut().enumerate() {
        let Content::Result(reply) = &mut section.content else { continue };
        if let Some(reference) = reply.result_url.take() {
            **reply = result(context, &reference, index + 1).await?;
        }
        for file in &mut reply.attachments {
            bring_file(context, &mut file.content, file.url.take()).await?;
        }
    }
    for file in &mut request.attachments {
        bring_file(context, &mut file.content_bytes, file.url.take()).await?;
    }
    Ok(())
}

async fn result<C>(context: &Context<C>, reference: &str, section: usize) -> Result<Reply, ActionError> {
    let content = context.fetch(reference, MOST_RESULT_BYTES).await?;
    serde_json::from_slice(&content).map_err(|_| {
        ActionError::bad_request(format!(
            "the stored result of section {section} is no reply of a query or chart action in JSON: mails show nothing else"
        ))
    })
}

async fn bring_file<C>(
    context: &Context<C>,
    content: &mut Option<String>,
    reference: Option<String>,
) -> Result<(), ActionError> {
    match (content.is_some(), reference) {
        (true, Some(_)) => Err(ActionError::bad_request("an attachment has its content or a url, not both")),
        (false, Some(reference)) => {
            *content = Some(BASE64_STANDARD.encode(context.fetch(&reference, MOST_BYTES as u64).await?));
            Ok(())
        }
        (_, None) => Ok(()),
    }
}
