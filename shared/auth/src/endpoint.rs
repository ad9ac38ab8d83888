//! A URL that may be contacted.

use std::fmt;
use url::{Host, Url};

/// A URL that a request may be sent to. Only this crate makes one, from a [`crate::cluster_url::ClusterUrl`], from the embedded list
/// of login endpoints, from a region of AWS, from what a cluster hands out of its own cloud's storage, or from what this machine serves
/// itself, so that a URL nobody checked cannot become a call.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
    of_this_machine: bool,
}

impl Endpoint {
    pub(crate) fn trusted(url: Url) -> Self {
        Self { url, of_this_machine: false }
    }

    /// The identity endpoint of the machine, which the platform serves by plain http on an address that nobody else can have: IMDS at
    /// 169.254.169.254, App Service and Functions on another link-local address or on loopback. None for every other URL.
    pub(crate) fn of_this_machine(url: &Url) -> Option<Self> {
        let link_local = matches!(url.host()?, Host::Ipv4(address) if address.is_link_local());
        let of_this_machine = link_local || is_loopback(url);
        let plain = url.scheme() == "http" && url.username().is_empty() && url.password().is_none();
        (plain && of_this_machine).then(|| Self { url: url.clone(), of_this_machine })
    }

    /// Whether plain http may be used to it: it does not leave the machine.
    pub(crate) fn is_of_this_machine(&self) -> bool {
        self.of_this_machine || is_loopback(&self.url)
    }

    /// The URL below this one, of further `segments`, each percent-encoded so that it stays one segment, and of the pairs of `query`;
    /// none where a segment is empty, one or two dots, or has control characters, which no path holds as they are.
    pub fn below(mut self, segments: &[&str], query: &[(&str, &str)]) -> Option<Self> {
        let cannot_be = |segment: &&str| matches!(*segment, "" | "." | "..") || segment.contains(char::is_control);
        if segments.iter().any(cannot_be) {
            return None;
        }
        self.url.path_segments_mut().ok()?.extend(segments);
        if !query.is_empty() {
            self.url.query_pairs_mut().extend_pairs(query);
        }
        Some(self)
    }

    /// The URL, for a look at it.
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }
}

/// A URL that may stand in the place of AWS's own: https of a host alone, or plain http to this machine.
pub(crate) fn stand_in(url: &str) -> Option<Url> {
    let url = Url::parse(url.trim()).ok()?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let has_user = !url.username().is_empty() || url.password().is_some();
    let is_safe = match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(&url),
        _ => false,
    };
    (is_bare && is_safe && !has_user).then_some(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.url.origin().ascii_serialization(), self.url.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_endpoint_does_not_leave_the_machine() {
        let check = |url: &str| Endpoint::of_this_machine(&Url::parse(url).unwrap()).is_some();
        for url in [
            "http://169.254.169.254/metadata/identity/oauth2/token",
            "http://169.254.129.2:8081/msi/token",
            "http://127.0.0.1:41234/MSI/token/",
            "http://localhost:12356/msi/token",
        ] {
            assert!(check(url), "{url}");
        }
        for url in [
            "https://169.254.169.254/",
            "http://evil.example/",
            "http://localhost.evil.example/",
            "http://169.254.169.254@evil.example/",
            "http://169.254.169.254.evil.example/",
            "http://169.253.169.254/",
            "http://10.0.0.1/",
            "http://x:y@127.0.0.1/",
            "http://[fe80::1]/",
            "http://[fd00:ec2::254]/",
            "file:///x",
            "ftp://127.0.0.1/",
        ] {
            assert!(!check(url), "{url}");
        }
    }
}
