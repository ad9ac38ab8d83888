//! Microsoft Graph: `sendMail` with the message as it is.

use super::{Surroundings, application, hopeless, late, unknown};
use crate::{message::Outgoing, recipients};
use auth::{
    authorization_error::AuthorizationError,
    http::{HttpClient, HttpError, Response},
    mailbox_host::{MailboxAuthorization, MailboxHost, MailboxToken},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER},
};
use lettre::Address;
use percent_encoding::percent_decode_str;
use runtime::error::{ActionError, ErrorType};
use serde::Deserialize;
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout_at};
use url::Url;

/// Graph takes requests of 4 MB ("Use the Microsoft Graph API" of its documentation), the message in base64. There is no other way to hand
/// one over in MIME.
const MOST_BYTES: usize = 4_000_000;

/// An error of Graph has some KiB.
const ANSWER_LIMIT: usize = 64 * 1024;

const FORM: &str = "a mailbox is written graph://reports@contoso.com";

/// A mailbox of Microsoft 365.
#[derive(Clone, Debug)]
pub struct Graph {
    mailbox: Address,
    authorization: Arc<MailboxAuthorization>,
    http: HttpClient,
}

#[derive(Deserialize)]
struct Refusal {
    error: Reason,
}

#[derive(Deserialize)]
struct Reason {
    code: String,
}

impl Graph {
    pub(super) fn parse(url: &Url, surroundings: Surroundings<'_>) -> Result<Self, String> {
        let local = percent_decode_str(url.username()).decode_utf8().map_err(|_| FORM)?;
        let mailbox = recipients::address(&format!("{local}@{}", url.host_str().unwrap_or_default()));
        let plain = url.password().is_none() && url.port().is_none() && matches!(url.path(), "" | "/");
        let mailbox = mailbox.ok().filter(|_| plain && url.fragment().is_none()).ok_or(FORM)?;
        let host = host(url)?;
        let credential = application::credential(surroundings.lookup)?;
        let authorization = Arc::new(MailboxAuthorization::new(host, credential));
        Ok(Self { mailbox, authorization, http: surroundings.http.clone() })
    }

    pub(super) fn mailbox(&self) -> &Address {
        &self.mailbox
    }

    pub(super) fn check(&self, outgoing: Outgoing<'_>) -> Result<(), ActionError> {
        let bytes = mime(outgoing).len().div_ceil(3) * 4;
        if bytes <= MOST_BYTES {
            return Ok(());
        }
        Err(ActionError::new(
            ErrorType::LimitExceeded,
            format!(
                "the mail has {bytes} bytes as Microsoft Graph gets it, more than the {MOST_BYTES} that it takes: attach less, or send by \
                 smtp:// or ses://; nothing was sent"
            ),
        ))
    }

    pub(super) async fn send(&self, outgoing: Outgoing<'_>, end: Instant) -> Result<Option<String>, ActionError> {
        let body = Bytes::from(BASE64_STANDARD.encode(mime(outgoing)));
        let token = self.token(end).await?;
        let mut response = self.post(&token, body.clone(), outgoing, end).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            // Refused, so not taken: the token may have been revoked.
            self.authorization.give_up(&token).await;
            response = self.post(&self.token(end).await?, body, outgoing, end).await?;
        }
        if response.status() != StatusCode::ACCEPTED {
            return Err(self.refused(response, outgoing, end).await);
        }
        let id = response.headers().get("request-id").and_then(|id| id.to_str().ok());
        Ok(id.filter(|id| id.len() <= 64).map(str::to_owned))
    }

    async fn token(&self, end: Instant) -> Result<MailboxToken, ActionError> {
        match timeout_at(end, self.authorization.token(&self.http)).await {
            Ok(token) => token.map_err(|error| no_token(&error)),
            Err(_elapsed) => Err(late("the login endpoint of Microsoft Graph")),
        }
    }

    async fn post(
        &self,
        token: &MailboxToken,
        body: Bytes,
        outgoing: Outgoing<'_>,
        end: Instant,
    ) -> Result<Response, ActionError> {
        let endpoint = self.authorization.send_mail(self.mailbox.as_ref()).ok_or_else(ActionError::internal)?;
        let headers = HeaderMap::from_iter([
            (AUTHORIZATION, token.header()),
            (CONTENT_TYPE, HeaderValue::from_static("text/plain")),
        ]);
        let response = self.http.send_before(end, Method::POST, &endpoint, headers, body).await;
        response.map_err(|error| self.broken(&error, outgoing.message_id))
    }

    fn broken(&self, error: &HttpError, message_id: &str) -> ActionError {
        if !error.nothing_was_sent() {
            return unknown("Microsoft Graph", message_id, "did not say whether it took it");
        }
        if matches!(error, HttpError::Late { .. }) {
            return late("Microsoft Graph");
        }
        let (host, remedy) = (self.authorization.host(), error.remedy());
        let message = format!("Microsoft Graph cannot be reached at {host}: {error}; nothing was sent: {remedy}");
        ActionError::new(ErrorType::Unavailable, message)
    }

    /// What an answer other than "accepted" means. Only 429 and 503 say that another time may do.
    async fn refused(&self, response: Response, outgoing: Outgoing<'_>, end: Instant) -> ActionError {
        let (status, retry_after) = (response.status().as_u16(), retry_after(response.headers()));
        let code = timeout_at(end, code(response)).await.ok().flatten();
        let answer =
            code.map_or_else(|| format!("HTTP status {status}"), |code| format!("{code}, HTTP status {status}"));
        let mailbox = &self.mailbox;
        let (error_type, message) = match status {
            300..=399 => {
                return hopeless(format!(
                    "Microsoft Graph answered a redirect, which is never followed ({answer}); nothing was sent: see what stands between \
                     here and {}",
                    self.authorization.host()
                ));
            }
            401 => (
                ErrorType::ConnectionUnauthorized,
                format!(
                    "Microsoft Graph does not accept the application's token ({answer}): check AZURE_TENANT_ID and the host in MAIL_URL"
                ),
            ),
            403 => (
                ErrorType::Forbidden,
                format!(
                    "Microsoft Graph does not let the application send as {mailbox} ({answer}): grant it the application permission \
                     Mail.Send with an administrator's consent, for this mailbox; a From other than it needs Send As too"
                ),
            ),
            404 => (
                ErrorType::NotFound,
                format!(
                    "Microsoft Graph knows no mailbox {mailbox} ({answer}): check MAIL_URL, and that the user has a mailbox there"
                ),
            ),
            413 => {
                (ErrorType::LimitExceeded, format!("the mail is too large for Microsoft Graph ({answer}): attach less"))
            }
            429 => (ErrorType::Throttled, format!("Microsoft Graph is asked too often ({answer}): try again later")),
            503 => (ErrorType::Unavailable, format!("Microsoft Graph is not available ({answer}): try again later")),
            400..=499 => {
                (ErrorType::Forbidden, format!("Microsoft Graph refused the mail ({answer}): see its error codes"))
            }
            _ => return unknown("Microsoft Graph", outgoing.message_id, &format!("answered {answer}")),
        };
        ActionError { retry_after, ..ActionError::new(error_type, format!("{message}; nothing was sent")) }
    }
}

/// The host that a URL asks for, one of those that get a token.
fn host(url: &Url) -> Result<&'static MailboxHost, String> {
    let pairs: Vec<_> = url.query_pairs().collect();
    let name = match &pairs[..] {
        [] => None,
        [(key, name)] if key == "host" => Some(name.as_ref()),
        _ => return Err("after the mailbox nothing may follow but ?host= and a host of Microsoft Graph".to_owned()),
    };
    MailboxHost::graph(name).ok_or_else(|| {
        let names = MailboxHost::graph_names().join(", ");
        format!("{} is no host of Microsoft Graph: write one of {names}", name.unwrap_or_default())
    })
}

/// The message with those of `Bcc`: Graph takes the recipients from the message, and those out again.
fn mime(outgoing: Outgoing<'_>) -> Vec<u8> {
    let hidden: Vec<&str> = outgoing.people.hidden().map(AsRef::as_ref).collect();
    let mut message = outgoing.message.formatted();
    if !hidden.is_empty() {
        message.splice(0..0, format!("Bcc: {}\r\n", hidden.join(",\r\n ")).into_bytes());
    }
    message
}

/// Graph's name of the error.
async fn code(response: Response) -> Option<String> {
    let refusal: Refusal = serde_json::from_slice(&response.body(ANSWER_LIMIT).await.ok()?).ok()?;
    let code = refusal.error.code;
    let is_name = (1..=64).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_name.then_some(code)
}

/// The seconds that Graph asks for.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

fn no_token(error: &AuthorizationError) -> ActionError {
    let error_type = if error.is_transient() { ErrorType::Unavailable } else { ErrorType::ConnectionUnauthorized };
    ActionError::new(
        error_type,
        format!("there is no token to send with: {error}; nothing was sent: {}", error.remedy()),
    )
}
