//! A URL that may be contacted.

use std::fmt;
use url::Url;

/// A URL that a request may be sent to. Only this crate makes one, from a [`crate::cluster_url::ClusterUrl`] or from the embedded list
/// of login endpoints, so that a URL nobody checked cannot become a call.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

impl Endpoint {
    pub(crate) fn trusted(url: Url) -> Self {
        Self(url)
    }

    /// The URL below this one, of further `segments`, each percent-encoded so that it stays one segment, and of the pairs of `query`;
    /// none where a segment is empty, one or two dots, or has control characters, which no path holds as they are.
    pub fn below(mut self, segments: &[&str], query: &[(&str, &str)]) -> Option<Self> {
        let cannot_be = |segment: &&str| matches!(*segment, "" | "." | "..") || segment.contains(char::is_control);
        if segments.iter().any(cannot_be) {
            return None;
        }
        self.0.path_segments_mut().ok()?.extend(segments);
        if !query.is_empty() {
            self.0.query_pairs_mut().extend_pairs(query);
        }
        Some(self)
    }

    /// The URL, for a look at it.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.0.origin().ascii_serialization(), self.0.path())
    }
}
