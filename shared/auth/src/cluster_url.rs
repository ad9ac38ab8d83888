//! The URL of a cluster, checked once for everything that could lead a token astray.

use crate::{
    endpoint::Endpoint,
    trusted_hosts::{CLOUDS, Cloud},
};
use std::{fmt, net::IpAddr};
use url::{Host, Url};

/// The URL of a cluster: an https origin whose host is on the embedded lists, or a plain http origin on loopback.
///
/// It is parsed once; every request URL is rebuilt from the parsed parts, never from the text.
#[derive(Clone, PartialEq, Eq)]
pub struct ClusterUrl {
    origin: Url,
    loopback: bool,
}

/// What is wrong with the URL of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClusterUrlError {
    /// Not an absolute URL of ordinary characters.
    #[error("it is not a URL such as https://help.kusto.windows.net")]
    Malformed,
    /// Neither https nor http.
    #[error("its scheme must be https")]
    Scheme,
    /// `user:password@`.
    #[error("it must not hold a user name or password")]
    UserInfo,
    /// A port other than 443.
    #[error("its port must be 443 or absent")]
    Port,
    /// A path, a query or a fragment.
    #[error("it must end after the host name, without path, query and fragment")]
    Path,
    /// An IP address, or a host name in a shape that no cluster has.
    #[error("its host must be a name such as help.kusto.windows.net")]
    Host,
    /// The data management endpoint, to which queued ingestion goes: it answers no query and takes no stream (docs: Kusto REST API).
    #[error("it is the cluster's data ingestion URI, which answers no query; leave `ingest-` out")]
    Ingestion,
    /// A host that is on no cloud's list.
    #[error("its host belongs to no known Kusto cloud")]
    Untrusted,
    /// Plain http to another machine.
    #[error("plain http is allowed to localhost, 127.0.0.1 and [::1] only; use https")]
    PlainHttp,
}

impl ClusterUrl {
    /// The cluster that `text` names.
    ///
    /// # Errors
    /// Where it is anything but `https://` and a trusted host name, or `http://` and loopback with any port. Nothing is contacted and
    /// no name is looked up.
    pub fn parse(text: &str) -> Result<Self, ClusterUrlError> {
        if !text.bytes().all(is_ordinary) {
            return Err(ClusterUrlError::Malformed);
        }
        let url = Url::parse(text).map_err(|_| ClusterUrlError::Malformed)?;
        let loopback = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(ClusterUrlError::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() || text.contains('@') {
            return Err(ClusterUrlError::UserInfo);
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(ClusterUrlError::Path);
        }
        let check = if loopback { check_loopback } else { check_https };
        check(&url)?;
        if !is_spelled_plainly(text, &url) {
            return Err(ClusterUrlError::Malformed);
        }
        Ok(Self { origin: url, loopback })
    }

    /// Whether this is plain http on this machine.
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// The host name, lower case.
    pub fn host(&self) -> &str {
        self.origin.host_str().unwrap_or_default()
    }

    /// The suffix or host name by which the host belongs to `cloud`.
    pub(crate) fn rule_in(&self, cloud: &Cloud) -> Option<&'static str> {
        cloud.rule(self.host())
    }

    /// Scheme, host and port, without a slash at the end.
    pub fn origin(&self) -> &str {
        self.origin.as_str().trim_end_matches('/')
    }

    /// The URL of `path`, which starts with a slash, on this cluster.
    pub fn endpoint(&self, path: &'static str) -> Endpoint {
        let mut url = self.origin.clone();
        url.set_path(path);
        Endpoint::trusted(url)
    }
}

impl fmt::Debug for ClusterUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.origin())
    }
}

impl fmt::Display for ClusterUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.origin())
    }
}

/// The characters that a URL of a cluster is made of: those that no parser folds, drops or decodes.
fn is_ordinary(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'%')
}

fn check_https(url: &Url) -> Result<(), ClusterUrlError> {
    if url.port().is_some() {
        return Err(ClusterUrlError::Port);
    }
    let Some(Host::Domain(host)) = url.host() else { return Err(ClusterUrlError::Host) };
    // RFC 1035, section 2.3.4: a name has at most 253 characters, a label 63.
    if host.len() > 253 || !host.split('.').all(is_label) {
        return Err(ClusterUrlError::Host);
    }
    if CLOUDS.iter().all(|cloud| cloud.rule(host).is_none()) {
        return Err(ClusterUrlError::Untrusted);
    }
    if host.starts_with("ingest-") { Err(ClusterUrlError::Ingestion) } else { Ok(()) }
}

fn is_label(label: &str) -> bool {
    let hyphen_at_end = label.starts_with('-') || label.ends_with('-');
    let letters = label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    (1..=63).contains(&label.len()) && letters && !hyphen_at_end
}

fn check_loopback(url: &Url) -> Result<(), ClusterUrlError> {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    };
    if here { Ok(()) } else { Err(ClusterUrlError::PlainHttp) }
}

/// Whether the text says what the parser made of it, but for letter case, a slash at the end and the scheme's own port: no parser can
/// then read another host in it.
fn is_spelled_plainly(text: &str, url: &Url) -> bool {
    let lower = text.to_ascii_lowercase();
    let origin = url.as_str().trim_end_matches('/');
    let own_port = if url.scheme() == "https" { ":443" } else { ":80" };
    let rest = lower.strip_prefix(origin);
    rest.is_some_and(|rest| matches!(rest.strip_prefix(own_port).unwrap_or(rest), "" | "/"))
}
