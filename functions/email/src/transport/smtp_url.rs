//! `MAIL_URL` of a mail server: who it is, how the connection is protected, and who logs in.

use super::{Surroundings, application};
use auth::{
    mailbox_host::{MailboxAuthorization, MailboxHost},
    secret::Lookup,
    stored_secret::SecretSource,
};
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use percent_encoding::percent_decode_str;
use std::{fmt, net::IpAddr, sync::Arc};
use url::Url;

/// A mail server, and how it is spoken to.
#[derive(Clone, Debug)]
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) login: Login,
}

/// What protects the connection.
#[derive(Clone)]
pub(super) enum Security {
    /// Nothing: the server is on this machine.
    Loopback,
    /// STARTTLS, without which nothing is sent.
    StartTls(TlsParameters),
    /// TLS from the first byte.
    Tls(TlsParameters),
}

/// Who logs in.
#[derive(Clone, Debug)]
pub(super) enum Login {
    /// Nobody.
    None,
    /// A user by a password, which may be kept elsewhere.
    Password { user: String, secret: SecretSource },
    /// A mailbox by a token of an application (XOAUTH2).
    Token { user: String, authorization: Arc<MailboxAuthorization> },
}

/// What the query of the URL asks for.
#[derive(Clone, Copy, Debug, Default)]
struct Options {
    /// `auth=xoauth2`.
    token: bool,
    /// `tls=required`: also to a server on this machine.
    tls: bool,
}

const CREDENTIAL: &str = "a credential is a user and a reference to a secret, smtp://user:env:NAME@host:port, or a mailbox alone with a token of its \
                          application, smtp://mailbox%40domain@smtp.office365.com?auth=xoauth2";

impl Server {
    pub(super) fn parse(url: &Url, surroundings: Surroundings<'_>) -> Result<Self, String> {
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("the URL names no host")?;
        let host = host.trim_matches(['[', ']']).to_owned();
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err("after the host and port of a mail server no path may follow".to_owned());
        }
        let options = Options::parse(url)?;
        let on_this_machine = is_loopback(&host);
        let tls = || tls(&host, surroundings.extra_roots);
        let (security, port) = match url.scheme() {
            "smtps" => (Security::Tls(tls()?), 465),
            // A token never travels in clear.
            _ if on_this_machine && !options.tls && !options.token => (Security::Loopback, 587),
            _ => (Security::StartTls(tls()?), 587),
        };
        let login = match options.token {
            true => token(url, &host, on_this_machine, surroundings.lookup)?,
            false => password(url, surroundings.lookup)?,
        };
        Ok(Self { port: url.port().unwrap_or(port), security, login, host })
    }
}

impl Options {
    fn parse(url: &Url) -> Result<Self, String> {
        let mut options = Self::default();
        for (key, value) in url.query_pairs() {
            match (key.as_ref(), value.as_ref()) {
                ("auth", "xoauth2") => options.token = true,
                ("tls", "required") => options.tls = true,
                _ => {
                    return Err(
                        "after ? a mail server takes auth=xoauth2 and tls=required, and nothing else".to_owned()
                    );
                }
            }
        }
        Ok(options)
    }
}

impl fmt::Debug for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loopback => "Loopback",
            Self::StartTls(_) => "StartTls",
            Self::Tls(_) => "Tls",
        })
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn tls(host: &str, extra_roots: Option<&[u8]>) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = extra_roots {
        let certificate = Certificate::from_pem(pem);
        let certificate = certificate.map_err(|error| format!("EXTRA_CA_FILE has no certificate in PEM: {error}"))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map_err(|error| format!("no TLS can be made for {host}: {error}"))
}

/// The credential of a URL: its user, and the secret that stands by reference in the place of the password.
fn password(url: &Url, lookup: Lookup<'_>) -> Result<Login, String> {
    match (url.username(), url.password()) {
        ("", None) => Ok(Login::None),
        (user, Some(reference)) if !user.is_empty() => {
            let secret = SecretSource::parse(&decoded(reference)?, lookup).map_err(|error| error.to_string())?;
            Ok(Login::Password { user: decoded(user)?, secret })
        }
        _ => Err(CREDENTIAL.to_owned()),
    }
}

/// A mailbox, whose application's token goes to a server of Exchange Online and to no other.
fn token(url: &Url, host: &str, on_this_machine: bool, lookup: Lookup<'_>) -> Result<Login, String> {
    if url.username().is_empty() || url.password().is_some() {
        return Err(CREDENTIAL.to_owned());
    }
    let host = MailboxHost::exchange(host, on_this_machine).ok_or_else(|| {
        let names = MailboxHost::exchange_names().join(", ");
        format!("{host} gets no token: auth=xoauth2 is for {names}")
    })?;
    let authorization = Arc::new(MailboxAuthorization::new(host, application::credential(lookup)?));
    Ok(Login::Token { user: decoded(url.username())?, authorization })
}

fn decoded(text: &str) -> Result<String, &'static str> {
    percent_decode_str(text).decode_utf8().map(String::from).map_err(|_| "the user is not UTF-8 text")
}

#[cfg(test)]
mod tests {
    use super::{Login, Server};
    use crate::transport::Surroundings;
    use auth::http::{HttpClient, HttpSettings};
    use url::Url;

    fn server(url: &str) -> Result<Server, String> {
        let http = HttpClient::new(&HttpSettings::default()).unwrap();
        let lookup = |name: &str| (name != "OTHER").then(|| "canary".to_owned());
        Server::parse(&Url::parse(url).unwrap(), Surroundings { lookup: &lookup, extra_roots: None, http: &http })
    }

    #[test]
    fn urls_say_how_the_connection_is_protected() {
        for (url, expected) in [
            ("smtp://mail.example", "mail.example:587 StartTls"),
            ("smtp://mail.example:25/", "mail.example:25 StartTls"),
            ("smtps://mail.example", "mail.example:465 Tls"),
            ("smtp://localhost:1025", "localhost:1025 Loopback"),
            ("smtp://localhost:1025?tls=required", "localhost:1025 StartTls"),
            ("smtp://127.0.0.1", "127.0.0.1:587 Loopback"),
            ("smtp://[::1]:25", "::1:25 Loopback"),
            ("smtp://localhost.example", "localhost.example:587 StartTls"),
            ("smtps://soc@example.com:env:SECRET@mail.example", "mail.example:465 Tls with password"),
            ("smtps://soc%40example.com:env:SECRET@mail.example", "mail.example:465 Tls with password"),
            ("smtp://soc%40contoso.com@smtp.office365.com?auth=xoauth2", "smtp.office365.com:587 StartTls with token"),
            ("smtp://soc%40contoso.com@localhost:1025?auth=xoauth2", "localhost:1025 StartTls with token"),
        ] {
            let server = server(url).unwrap();
            let login = match &server.login {
                Login::None => "",
                Login::Password { .. } => " with password",
                Login::Token { .. } => " with token",
            };
            assert_eq!(format!("{}:{} {:?}{login}", server.host, server.port, server.security), expected);
            assert!(!format!("{server:?}").contains("canary"));
        }
    }

    #[test]
    fn wrong_urls_are_told_without_what_may_be_a_secret() {
        for (url, start) in [
            ("smtp:mail.example", "the URL names no host"),
            ("smtp://mail.example/inbox", "after the host and port of a mail server no path may follow"),
            (
                "smtp://mail.example?tls=none",
                "after ? a mail server takes auth=xoauth2 and tls=required, and nothing else",
            ),
            (
                "smtp://user:hunter2@mail.example",
                "a secret is given by reference, never as it is; write `env:NAME` and set that variable",
            ),
            ("smtp://user@mail.example", "a credential is a user and a reference to a secret, smtp://user:env:NAME@"),
            ("smtp://:env:SECRET@mail.example", "a credential is a user and a reference to a secret"),
            ("smtp://user:env:OTHER@mail.example", "the variable OTHER is not set; set it to the secret"),
            ("smtp://user:env:SECRET@smtp.office365.com?auth=xoauth2", "a credential is a user and a reference"),
            (
                "smtp://user@smtp.evil.example?auth=xoauth2",
                "smtp.evil.example gets no token: auth=xoauth2 is for smtp.office365.com, smtp.office365.us, ",
            ),
        ] {
            let error = server(url).unwrap_err();
            assert!(error.starts_with(start) && !error.contains("hunter2"), "{url}: {error}");
        }
    }
}
