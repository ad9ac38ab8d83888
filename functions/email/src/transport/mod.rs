//! How a message leaves.

mod application;
mod attempts;
mod folder;
mod graph;
mod ses;
mod smtp;
mod smtp_url;

use crate::message::Outgoing;
use auth::{http::HttpClient, secret::Lookup};
use folder::Folder;
use graph::Graph;
use lettre::Address;
use runtime::error::{ActionError, ErrorType};
use ses::Ses;
use smtp::Smtp;
use tokio::time::{Instant, sleep};
use url::Url;

/// Where `MAIL_URL` points.
#[derive(Clone, Debug)]
pub enum Transport {
    /// `file:///folder`: a file for each message.
    Folder(Folder),
    /// `graph://mailbox`: Microsoft Graph.
    Graph(Graph),
    /// `ses://`: the Simple Email Service of AWS.
    Ses(Ses),
    /// `smtp://` with STARTTLS, or `smtps://`.
    Smtp(Smtp),
}

/// What a transport is made with.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Finds the variables that credentials are in.
    pub lookup: Lookup<'a>,
    /// Further trusted certificates in PEM.
    pub extra_roots: Option<&'a [u8]>,
    /// What requests go through.
    pub http: &'a HttpClient,
}

/// The forms of `MAIL_URL`.
pub const FORMS: &str = "graph://mailbox@domain, ses://region, smtp://user:env:NAME@host:port, smtps://user:env:NAME@host:port or file:///folder";

impl Transport {
    /// The transport of a `MAIL_URL`.
    ///
    /// # Errors
    /// For a URL that is none of the forms that work, with the reason. The URL is not repeated: it may hold a secret.
    pub fn parse(url: &str, surroundings: Surroundings<'_>) -> Result<Self, String> {
        let url = Url::parse(url).map_err(|error| format!("it is no URL ({error}): write {FORMS}"))?;
        match url.scheme() {
            "file" => Folder::parse(&url).map(Self::Folder),
            "graph" => Graph::parse(&url, surroundings).map(Self::Graph),
            "ses" => Ses::parse(&url, surroundings).map(Self::Ses),
            "smtp" | "smtps" => Smtp::parse(&url, surroundings).map(Self::Smtp),
            scheme => Err(format!("{scheme}:// is no way to send mail: write {FORMS}")),
        }
    }

    /// The scheme of its URL, as replies name it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Folder(_) => "file",
            Self::Graph(_) => "graph",
            Self::Ses(_) => "ses",
            Self::Smtp(smtp) => smtp.name(),
        }
    }

    /// Whether nothing that is sent leaves this machine.
    pub fn stays_here(&self) -> bool {
        match self {
            Self::Folder(_) => true,
            Self::Graph(_) | Self::Ses(_) => false,
            Self::Smtp(smtp) => smtp.is_loopback(),
        }
    }

    /// The mailbox that it sends from, where its URL says that.
    pub fn mailbox(&self) -> Option<&Address> {
        if let Self::Graph(graph) = self { Some(graph.mailbox()) } else { None }
    }

    /// Refuses a message that is too large for this transport, though not for others.
    ///
    /// # Errors
    /// [`LimitExceeded`](ErrorType::LimitExceeded), with the limit.
    pub fn check(&self, outgoing: Outgoing<'_>) -> Result<(), ActionError> {
        if let Self::Graph(graph) = self { graph.check(outgoing) } else { Ok(()) }
    }

    /// Sends the message, and has done with it by `end`. Gives what the provider calls it, where it says that.
    ///
    /// What certainly was not taken is sent again, three times at most and as late as the service asks for.
    ///
    /// # Errors
    /// [`OutcomeUnknown`](ErrorType::OutcomeUnknown) where the message may have been taken. With any other it was not, and with
    /// [`Unavailable`](ErrorType::Unavailable) and [`Throttled`](ErrorType::Throttled) another time may do.
    pub async fn send(&self, outgoing: Outgoing<'_>, end: Instant) -> Result<Option<String>, ActionError> {
        let mut made = 1;
        loop {
            let outcome = self.attempt(outgoing, end).await;
            let Some(wait) = attempts::wait(&outcome, made, end) else { return outcome };
            sleep(wait).await;
            made += 1;
        }
    }

    async fn attempt(&self, outgoing: Outgoing<'_>, end: Instant) -> Result<Option<String>, ActionError> {
        match self {
            Self::Folder(folder) => folder.send(outgoing).map(|()| None),
            Self::Graph(graph) => graph.send(outgoing, end).await,
            Self::Ses(ses) => ses.send(outgoing, end).await,
            Self::Smtp(smtp) => smtp.send(outgoing, end).await,
        }
    }
}

/// Nothing was sent, and nothing will be however often it is tried.
fn hopeless(message: String) -> ActionError {
    ActionError { retryable: false, ..ActionError::new(ErrorType::Unavailable, message) }
}

/// The time was over before the provider had the message: another time may do, and state machines try again.
fn late(provider: &str) -> ActionError {
    ActionError::new(
        ErrorType::Unavailable,
        format!(
            "{provider} did not answer before the time that the function has was over; nothing was sent: see what keeps it, or raise the \
             function's timeout"
        ),
    )
}

/// The provider has the message, or may have it, and did not say whether it took it.
fn unknown(provider: &str, message_id: &str, what: &str) -> ActionError {
    ActionError::new(
        ErrorType::OutcomeUnknown,
        format!("{provider} got the message {message_id} and {what}: look for it there before it is sent again"),
    )
}

#[cfg(test)]
mod tests {
    use super::{Surroundings, Transport};
    use auth::http::{HttpClient, HttpSettings};

    /// The name of the transport, or the error.
    fn parse(url: &str) -> Result<&'static str, String> {
        let http = HttpClient::new(&HttpSettings::default()).unwrap();
        let lookup = |name: &str| Some(if name == "AWS_REGION" { "eu-central-1" } else { "canary" }.to_owned());
        Transport::parse(url, Surroundings { lookup: &lookup, extra_roots: None, http: &http })
            .map(|found| found.name())
    }

    #[test]
    fn urls_choose_the_transport() {
        for (url, name) in [
            ("file:///var/mail", "file"),
            ("graph://reports@contoso.com", "graph"),
            ("graph://reports@contoso.us?host=graph.microsoft.us", "graph"),
            ("ses://", "ses"),
            ("ses://us-east-1", "ses"),
            ("smtp://localhost:1025", "smtp"),
            ("smtp://mail.example", "smtp"),
            ("smtps://mail.example", "smtps"),
        ] {
            assert_eq!(parse(url).unwrap(), name);
        }
    }

    #[test]
    fn what_does_not_work_is_refused_with_what_does() {
        for (url, start) in [
            ("https://mail.example", "https:// is no way to send mail: write graph://mailbox@domain, "),
            ("/var/mail", "it is no URL (relative URL without a base): write "),
            ("file://host/mail", "a folder is written file:///folder, with three slashes"),
            ("graph://", "a mailbox is written graph://reports@contoso.com"),
            ("graph://contoso.com", "a mailbox is written graph://reports@contoso.com"),
            ("graph://a:env:X@contoso.com", "a mailbox is written graph://reports@contoso.com"),
            ("graph://a@contoso.com/x", "a mailbox is written graph://reports@contoso.com"),
            (
                "graph://a@contoso.com?host=graph.evil.example",
                "graph.evil.example is no host of Microsoft Graph: write one of graph.microsoft.com, graph.microsoft.us, ",
            ),
            ("graph://a@contoso.com?cloud=us", "after the mailbox nothing may follow but ?host="),
            ("ses://Frankfurt!", "the region must be one such as eu-central-1"),
            ("ses://user@eu-central-1", "SES is written ses:// or ses://eu-central-1"),
            ("ses://eu-central-1/x", "SES is written ses:// or ses://eu-central-1"),
        ] {
            let error = parse(url).unwrap_err();
            assert!(error.starts_with(start), "{url}: {error}");
        }
    }
}
