//! The Simple Email Service of AWS: `SendEmail` of its version 2 with the message as it is.

use super::{Surroundings, hopeless, late, unknown};
use crate::message::Outgoing;
use auth::{
    aws_call::AwsError,
    aws_role::{AwsRole, Region},
    http::{HttpClient, HttpError},
    ses,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use lettre::Address;
use runtime::error::{ActionError, ErrorType};
use serde_json::json;
use tokio::time::Instant;
use url::Url;

const FORM: &str = "SES is written ses:// or ses://eu-central-1";

/// SES in one region, in the name of the function's role.
#[derive(Clone, Debug)]
pub struct Ses {
    role: AwsRole,
    http: HttpClient,
}

impl Ses {
    pub(super) fn parse(url: &Url, surroundings: Surroundings<'_>) -> Result<Self, String> {
        let has_more = url.query().is_some() || url.fragment().is_some() || url.port().is_some();
        let has_user = !url.username().is_empty() || url.password().is_some();
        if has_more || has_user || !matches!(url.path(), "" | "/") {
            return Err(FORM.to_owned());
        }
        let region = url.host_str().filter(|region| !region.is_empty()).map(Region::parse).transpose();
        let role = region.and_then(|region| AwsRole::from_environment(region, surroundings.lookup));
        Ok(Self { role: role.map_err(|error| error.to_string())?, http: surroundings.http.clone() })
    }

    pub(super) async fn send(&self, outgoing: Outgoing<'_>, end: Instant) -> Result<Option<String>, ActionError> {
        let sent = ses::send_email(&self.http, &self.role, request(outgoing).into(), end).await;
        sent.map_err(|error| refused(&error, outgoing.message_id))
    }
}

/// The JSON of `SendEmail`. The message is encoded into its place: it may have many megabytes.
fn request(outgoing: Outgoing<'_>) -> String {
    let people = outgoing.people;
    let texts = |addresses: &[Address]| -> Vec<String> { addresses.iter().map(ToString::to_string).collect() };
    let hidden: Vec<String> = people.hidden().map(ToString::to_string).collect();
    let rest = json!({
        "FromEmailAddress": people.from.to_string(),
        "Destination": {"ToAddresses": texts(&people.to), "CcAddresses": texts(&people.cc), "BccAddresses": hidden},
    });
    let (message, rest) = (outgoing.message.formatted(), rest.to_string());
    let mut request = String::with_capacity(message.len().div_ceil(3) * 4 + rest.len() + 32);
    request.push_str(r#"{"Content":{"Raw":{"Data":""#);
    BASE64_STANDARD.encode_string(message, &mut request);
    request.push_str(r#""}},"#);
    request.push_str(&rest[1..]);
    request
}

fn refused(error: &AwsError, message_id: &str) -> ActionError {
    let told = |what: &str| format!("{what}: {error}; nothing was sent: {}", error.remedy());
    let (error_type, message) = match error {
        AwsError::Unreachable { cause, .. } if !cause.nothing_was_sent() => {
            return unknown("SES", message_id, "did not say whether it took it");
        }
        AwsError::Unreachable { cause: HttpError::Late { .. }, .. } => return late("SES"),
        AwsError::Unreachable { .. } => (ErrorType::Unavailable, told("SES cannot be reached")),
        AwsError::Refused { status, code, .. } => match (*status, code.as_str()) {
            (300..=399, _) => return hopeless(told("SES answered a redirect, which is never followed")),
            (429, _) => (ErrorType::Throttled, told("SES is asked too often")),
            (503, _) => (ErrorType::Unavailable, told("SES is not available")),
            (401 | 403, _) => (ErrorType::ConnectionUnauthorized, told("SES does not let the function's role send")),
            (413, _) => (ErrorType::LimitExceeded, told("the mail is too large for SES")),
            (400..=499, _) => (ErrorType::Forbidden, told("SES refused the mail")),
            _ => return unknown("SES", message_id, &format!("answered HTTP status {status}")),
        },
        AwsError::Malformed { .. } | AwsError::NoSecret { .. } => return ActionError::internal(),
    };
    ActionError::new(error_type, message)
}
