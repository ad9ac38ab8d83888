//! A mail through the Simple Email Service of AWS, version 2.

use crate::{
    aws_call::{self, AwsAction, AwsError},
    aws_role::AwsRole,
    http::{HttpClient, HttpError},
};
use bytes::Bytes;
use http::Method;
use serde::Deserialize;
use tokio::time::{Instant, timeout_at};

/// The answer to a mail has a hundred bytes.
const ANSWER_LIMIT: usize = 64 * 1024;

#[derive(Deserialize)]
struct Sent {
    #[serde(rename = "MessageId")]
    message_id: String,
}

/// Sends `request`, the JSON of a `SendEmail`, in the name of `role` and in its region, and gives the id that SES has for the mail:
/// it replaces the `Message-ID`. None where SES took the mail and its answer was lost after that was known.
///
/// # Errors
/// Where SES did not take it; and where no answer came, which says whether anything was sent.
pub async fn send_email(
    http: &HttpClient,
    role: &AwsRole,
    request: Bytes,
    deadline: Instant,
) -> Result<Option<String>, AwsError> {
    let action = AwsAction::SendEmail;
    let (endpoint, headers) = aws_call::signed(role, action, &request)?;
    let response = http.send_before(deadline, Method::POST, &endpoint, headers, request).await;
    let response = timeout_at(deadline, aws_call::accepted(action, response)).await;
    // What came late is the explanation of a refusal whose status is lost with it: nothing says that the mail was not taken.
    let late = HttpError::Late { sent: true };
    let response = response.map_err(|_| AwsError::Unreachable { action, cause: late })??;
    let body = timeout_at(deadline, response.body(ANSWER_LIMIT)).await;
    let sent = body.ok().and_then(Result::ok).and_then(|body| serde_json::from_slice::<Sent>(&body).ok());
    Ok(sent.map(|sent| sent.message_id))
}
