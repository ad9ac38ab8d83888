//! The URL of a cluster, checked once for everything that could lead a token astray.

use crate::{
    cluster_kind::{ClusterKind, LAKE_SCOPE},
    endpoint::Endpoint,
    login::DEFAULT_RESOURCE,
    trusted_hosts::{CLOUDS, Cloud},
};
use std::{fmt, net::IpAddr};
use url::{Host, Url};

/// What stands before the host name of a cluster in that of its data management endpoint.
const INGESTION: &str = "ingest-";

/// The URL of a cluster: an https origin whose host is on the embedded lists, or a plain http origin on loopback. What is no cluster and
/// speaks its protocol has a path beside that, of which there are few: see [`ClusterKind`].
///
/// It is parsed once; every request URL is rebuilt from the parsed parts, never from the text.
#[derive(Clone)]
pub struct ClusterUrl {
    /// The URL, without a slash at the end of its path.
    base: Url,
    kind: ClusterKind,
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
    /// A path that the host does not have, a query or a fragment.
    #[error(
        "it must end after the host name; nothing has a path but the data lake (/lake/kql) and the workspaces and components of Azure \
         Monitor (their resource id)"
    )]
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
    /// Where it is anything but `https://` and a trusted host name, or `http://` and loopback with any port, and a path that is known
    /// there. Nothing is contacted and no name is looked up.
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
        let host = url.host_str().filter(|_| !loopback);
        let kind = ClusterKind::at(host, path(&url)).ok_or(ClusterUrlError::Path)?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(ClusterUrlError::Path);
        }
        let check = if loopback { check_loopback } else { check_https };
        check(&url)?;
        if !is_spelled_plainly(text, &url) {
            return Err(ClusterUrlError::Malformed);
        }
        let mut base = url.clone();
        base.set_path(path(&url));
        Ok(Self { base, kind, loopback })
    }

    /// What answers there.
    pub fn kind(&self) -> ClusterKind {
        self.kind
    }

    /// Whether this is plain http on this machine.
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// The host name, lower case.
    pub fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    /// The suffix or host name by which the host belongs to `cloud`.
    pub(crate) fn rule_in(&self, cloud: &Cloud) -> Option<&'static str> {
        cloud.rule(self.host())
    }

    /// The URL, without a slash at the end.
    pub fn as_str(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// The URL of `path`, which starts with a slash, on this cluster.
    pub fn endpoint(&self, path: &'static str) -> Endpoint {
        self.at_path(&format!("{}{path}", crate::cluster_url::path(&self.base)))
    }

    /// The URL of `path`, which starts with a slash, at the root of this cluster's host.
    pub fn host_endpoint(&self, path: &'static str) -> Endpoint {
        self.at_path(path)
    }

    fn at_path(&self, path: &str) -> Endpoint {
        let mut url = self.base.clone();
        url.set_path(path);
        Endpoint::trusted(url)
    }

    /// Its data management endpoint, which says where queued ingestion goes and answers nothing else (docs: "Kusto REST API"): the same host
    /// with `ingest-` before it, or what is on this machine itself. None for what is no cluster.
    pub fn data_management(&self) -> Option<Self> {
        if !self.kind.is_whole() {
            return None;
        }
        if self.loopback {
            return Some(self.clone());
        }
        let base = Url::parse(&format!("https://{INGESTION}{}", self.host())).ok()?;
        check_name(&base).ok().map(|()| Self { base, ..self.clone() })
    }

    /// The scope to get a token with by oneself, in place of a credential that asks the cluster: its own one where tokens name it.
    pub fn scope(&self) -> String {
        match self.kind {
            ClusterKind::DataLake => LAKE_SCOPE.to_owned(),
            _ if self.is_named_by_tokens() => format!("{}/.default", self.as_str()),
            _ => format!("{DEFAULT_RESOURCE}/.default"),
        }
    }

    /// Whether tokens for it name it. Those for proxies and other products name what their metadata says, and `kusto` is not a cluster but
    /// the resource that all of a cloud share.
    pub(crate) fn is_named_by_tokens(&self) -> bool {
        let of_its_own = |cloud| self.rule_in(cloud).is_some_and(|rule| rule.starts_with(".kusto."));
        CLOUDS.iter().any(of_its_own) && !self.host().starts_with("kusto.")
    }
}

impl PartialEq for ClusterUrl {
    /// Letter case means nothing, neither in a host name nor in a resource id.
    fn eq(&self, other: &Self) -> bool {
        self.as_str().eq_ignore_ascii_case(other.as_str())
    }
}

impl Eq for ClusterUrl {}

impl fmt::Debug for ClusterUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for ClusterUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The characters that a URL of a cluster is made of: those that no parser folds, drops or decodes.
fn is_ordinary(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'%')
}

fn check_https(url: &Url) -> Result<(), ClusterUrlError> {
    check_name(url)?;
    if url.host_str().is_some_and(|host| host.starts_with(INGESTION)) {
        Err(ClusterUrlError::Ingestion)
    } else {
        Ok(())
    }
}

fn check_name(url: &Url) -> Result<(), ClusterUrlError> {
    if url.port().is_some() {
        return Err(ClusterUrlError::Port);
    }
    let Some(Host::Domain(host)) = url.host() else { return Err(ClusterUrlError::Host) };
    // RFC 1035, section 2.3.4: a name has at most 253 characters, a label 63.
    if host.len() > 253 || !host.split('.').all(is_label) {
        return Err(ClusterUrlError::Host);
    }
    if CLOUDS.iter().all(|cloud| cloud.rule(host).is_none()) { Err(ClusterUrlError::Untrusted) } else { Ok(()) }
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

/// The path of `url` without a slash at its end.
fn path(url: &Url) -> &str {
    url.path().strip_suffix('/').unwrap_or(url.path())
}

/// Whether the text says what the parser made of it, but for letter case, a slash at the end and the scheme's own port: no parser can
/// then read another host or path in it.
fn is_spelled_plainly(text: &str, url: &Url) -> bool {
    let (text, path) = (text.to_ascii_lowercase(), path(url).to_ascii_lowercase());
    let own_port = if url.scheme() == "https" { ":443" } else { ":80" };
    let rest = text.strip_prefix(&url.origin().ascii_serialization());
    let rest = rest.map(|rest| rest.strip_prefix(own_port).unwrap_or(rest));
    rest.and_then(|rest| rest.strip_prefix(&*path)).is_some_and(|rest| matches!(rest, "" | "/"))
}
