//! The hosts of Microsoft 365 that send mail in the name of an application, and its tokens for them.

use crate::{
    authorization_error::AuthorizationError,
    credential::Credential,
    endpoint::Endpoint,
    http::HttpClient,
    secret::Secret,
    tokens::{Issued, Issuer, TokenSource},
};
use http::HeaderValue;
use std::fmt;
use url::Url;

/// A host that gets tokens of an application, with who issues them and for what. There is none but those of this file.
#[derive(Debug, PartialEq, Eq)]
pub struct MailboxHost {
    name: &'static str,
    authority: &'static str,
    scope: &'static str,
}

/// Microsoft Graph in each cloud; the first is the public one.
///
/// Source: "Microsoft Graph national cloud deployments" (learn.microsoft.com/graph/deployments), which names these four. The login
/// endpoints are those of [`crate::trusted_hosts`]; that page calls the Chinese one login.chinacloudapi.cn, which Entra's own list of
/// its instances has as another name of the one here.
const GRAPH: &[MailboxHost] = &[
    MailboxHost {
        name: "graph.microsoft.com",
        authority: "https://login.microsoftonline.com",
        scope: "https://graph.microsoft.com/.default",
    },
    MailboxHost {
        name: "graph.microsoft.us",
        authority: "https://login.microsoftonline.us",
        scope: "https://graph.microsoft.us/.default",
    },
    MailboxHost {
        name: "dod-graph.microsoft.us",
        authority: "https://login.microsoftonline.us",
        scope: "https://dod-graph.microsoft.us/.default",
    },
    MailboxHost {
        name: "microsoftgraph.chinacloudapi.cn",
        authority: "https://login.partner.microsoftonline.cn",
        scope: "https://microsoftgraph.chinacloudapi.cn/.default",
    },
];

/// Exchange Online's submission servers; the first is that of the public cloud.
///
/// Source of the public one: "Authenticate an IMAP, POP or SMTP connection using OAuth" of the Exchange documentation. It says nothing of
/// other clouds: those of GCC High and China, and the scopes of both, are what several public programs that send there agree on. They
/// disagree on the server of DoD, so that it is not here.
const EXCHANGE: &[MailboxHost] = &[
    MailboxHost {
        name: "smtp.office365.com",
        authority: "https://login.microsoftonline.com",
        scope: "https://outlook.office365.com/.default",
    },
    MailboxHost {
        name: "smtp.office365.us",
        authority: "https://login.microsoftonline.us",
        scope: "https://outlook.office365.us/.default",
    },
    MailboxHost {
        name: "smtp.partner.outlook.cn",
        authority: "https://login.partner.microsoftonline.cn",
        scope: "https://partner.outlook.cn/.default",
    },
];

impl MailboxHost {
    /// The host of Microsoft Graph of this name, or that of the public cloud where none is given.
    pub fn graph(name: Option<&str>) -> Option<&'static Self> {
        name.map_or(GRAPH.first(), |name| GRAPH.iter().find(|host| host.name == name))
    }

    /// The submission server of this name. A server on this machine stands in for that of the public cloud.
    pub fn exchange(name: &str, on_this_machine: bool) -> Option<&'static Self> {
        if on_this_machine { EXCHANGE.first() } else { EXCHANGE.iter().find(|host| host.name == name) }
    }

    /// The names of all hosts of Microsoft Graph.
    pub fn graph_names() -> Vec<&'static str> {
        GRAPH.iter().map(|host| host.name).collect()
    }

    /// The names of all submission servers.
    pub fn exchange_names() -> Vec<&'static str> {
        EXCHANGE.iter().map(|host| host.name).collect()
    }
}

/// An application's tokens for one host. It lives as long as the function, so that many mails share one token.
pub struct MailboxAuthorization {
    host: &'static MailboxHost,
    tokens: TokenSource,
}

/// A token for one host.
#[derive(Clone)]
pub struct MailboxToken(Issued);

impl MailboxAuthorization {
    /// For requests to `host` with `credential`, which must be an application's. Nothing is contacted before the first [`Self::token`].
    pub fn new(host: &'static MailboxHost, credential: Credential) -> Self {
        Self { host, tokens: TokenSource::new(credential) }
    }

    /// The token for the next request.
    ///
    /// # Errors
    /// Where none can be had.
    pub async fn token(&self, http: &HttpClient) -> Result<MailboxToken, AuthorizationError> {
        let issuer = Issuer::Known { authority: self.host.authority, scope: self.host.scope };
        self.tokens.issued(http, issuer).await.map(MailboxToken)
    }

    /// The host refused `token`: the next one comes from a credential that is set up anew.
    pub async fn give_up(&self, token: &MailboxToken) {
        self.tokens.forget(token.0.built).await;
    }

    /// The URL of `sendMail` of a mailbox of Microsoft Graph; none for a mailbox that fits no URL.
    pub fn send_mail(&self, mailbox: &str) -> Option<Endpoint> {
        let url = Url::parse(&format!("https://{}", self.host.name)).ok()?;
        Endpoint::trusted(url).below(&["v1.0", "users", mailbox, "sendMail"], &[])
    }

    /// The name of the host.
    pub fn host(&self) -> &'static str {
        self.host.name
    }
}

impl MailboxToken {
    /// The value of an `Authorization` header, marked as sensitive.
    pub fn header(&self) -> HeaderValue {
        self.0.value.clone()
    }

    /// The token itself, for a protocol that has no headers.
    pub fn secret(&self) -> Secret {
        let value = self.0.value.to_str().unwrap_or_default();
        Secret::new(value.trim_start_matches("Bearer "))
    }
}

impl fmt::Debug for MailboxAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailboxAuthorization").field("host", &self.host.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for MailboxToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailboxToken ***")
    }
}

#[cfg(test)]
mod tests {
    use super::{EXCHANGE, GRAPH, MailboxAuthorization, MailboxHost};
    use crate::{credential::Credential, trusted_hosts::CLOUDS};

    #[test]
    fn tokens_come_from_the_login_endpoint_of_a_known_cloud() {
        for host in GRAPH.iter().chain(EXCHANGE) {
            assert!(CLOUDS.iter().any(|cloud| cloud.login == host.authority), "{host:?}");
            assert!(host.scope.starts_with("https://") && host.scope.ends_with("/.default"), "{host:?}");
        }
    }

    #[test]
    fn nothing_but_the_listed_hosts_gets_one() {
        assert_eq!(MailboxHost::graph(None).unwrap().name, "graph.microsoft.com");
        assert_eq!(MailboxHost::graph(Some("dod-graph.microsoft.us")).unwrap().name, "dod-graph.microsoft.us");
        assert_eq!(MailboxHost::exchange("localhost", true), EXCHANGE.first());
        for name in
            ["", "graph.microsoft.com.evil.example", "graph.microsoft.com:444", "GRAPH.microsoft.com", "localhost"]
        {
            assert_eq!((MailboxHost::graph(Some(name)), MailboxHost::exchange(name, false)), (None, None), "{name}");
        }
    }

    #[test]
    fn a_mailbox_is_one_segment_of_the_path() {
        let graph = MailboxAuthorization::new(&GRAPH[0], Credential::None);
        for (mailbox, expected) in [
            ("reports@contoso.com", Some("https://graph.microsoft.com/v1.0/users/reports@contoso.com/sendMail")),
            ("a/../b?x#y@c.com", Some("https://graph.microsoft.com/v1.0/users/a%2F..%2Fb%3Fx%23y@c.com/sendMail")),
            ("..", None),
        ] {
            assert_eq!(graph.send_mail(mailbox).as_ref().map(|url| url.as_str()), expected);
        }
    }
}
