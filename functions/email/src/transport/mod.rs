//! How a message leaves.

mod folder;
mod smtp;

use auth::secret::Lookup;
use folder::Folder;
use lettre::Message;
use runtime::error::ActionError;
use smtp::Smtp;
use tokio::time::Instant;
use url::Url;

/// Where `MAIL_URL` points.
#[derive(Clone, Debug)]
pub enum Transport {
    /// `file:///folder`: a file for each message.
    Folder(Folder),
    /// `smtp://` with STARTTLS, or `smtps://`.
    Smtp(Smtp),
}

/// The forms of `MAIL_URL` that work.
const FORMS: &str = "file:///folder, smtp://user:env:NAME@host:port and smtps://user:env:NAME@host:port work";

impl Transport {
    /// The transport of a `MAIL_URL`. `lookup` finds the secret that it refers to, `extra_roots` are further trusted certificates
    /// in PEM.
    ///
    /// # Errors
    /// For a URL that is none of the forms that work, with the reason. The URL is not repeated: it may hold a secret.
    pub fn parse(url: &str, lookup: Lookup<'_>, extra_roots: Option<&[u8]>) -> Result<Self, String> {
        let url = Url::parse(url).map_err(|error| format!("it is no URL ({error}): {FORMS}"))?;
        match url.scheme() {
            "file" => Folder::parse(&url).map(Self::Folder),
            "smtp" | "smtps" => Smtp::parse(&url, lookup, extra_roots).map(Self::Smtp),
            scheme @ ("graph" | "ses") => Err(format!("{scheme}:// does not work yet: {FORMS}")),
            scheme => Err(format!("{scheme}:// is no way to send mail: {FORMS}")),
        }
    }

    /// The scheme of its URL, as replies name it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Folder(_) => "file",
            Self::Smtp(smtp) => smtp.name(),
        }
    }

    /// Whether nothing that is sent leaves this machine.
    pub fn stays_here(&self) -> bool {
        match self {
            Self::Folder(_) => true,
            Self::Smtp(smtp) => smtp.is_loopback(),
        }
    }

    /// Sends `message`, whose `Message-ID` is `message_id`, and has done with it well before `deadline`.
    ///
    /// # Errors
    /// [`Unavailable`](runtime::error::ErrorType::Unavailable) only where the message has certainly not been taken,
    /// [`OutcomeUnknown`](runtime::error::ErrorType::OutcomeUnknown) where it may have been.
    pub async fn send(&self, message: &Message, message_id: &str, deadline: Instant) -> Result<(), ActionError> {
        match self {
            Self::Folder(folder) => folder.send(message, message_id),
            Self::Smtp(smtp) => smtp.send(message, message_id, deadline).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Transport;

    #[test]
    fn urls_choose_the_transport() {
        for (url, name) in [
            ("file:///var/mail", "file"),
            ("smtp://localhost:1025", "smtp"),
            ("smtp://mail.example", "smtp"),
            ("smtps://mail.example", "smtps"),
        ] {
            assert_eq!(Transport::parse(url, &|_| None, None).unwrap().name(), name);
        }
    }

    #[test]
    fn what_does_not_work_is_refused_with_what_does() {
        for (url, start) in [
            ("graph://reports@contoso.com", "graph:// does not work yet: file:///folder, smtp://user"),
            ("ses://", "ses:// does not work yet: "),
            ("https://mail.example", "https:// is no way to send mail: "),
            ("/var/mail", "it is no URL (relative URL without a base): "),
            ("file://host/mail", "a folder is written file:///folder, with three slashes"),
        ] {
            let error = Transport::parse(url, &|_| None, None).unwrap_err();
            assert!(error.starts_with(start), "{url}: {error}");
        }
    }
}
