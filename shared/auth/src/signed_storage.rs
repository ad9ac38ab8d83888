//! The containers and queues of Azure Storage that a cluster hands out, so that records can be laid down for it.

use crate::{cluster_url::ClusterUrl, endpoint::Endpoint, trusted_hosts::CLOUDS};
use std::fmt;
use url::Url;

/// A container or a queue of the storage of a cluster's cloud, with the signature (SAS) by which whoever has its URL may write there. It is
/// a secret: only its host is ever shown.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedStorage(Url);

/// What is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageKind {
    /// Blobs.
    Container,
    /// Messages.
    Queue,
}

/// Why nothing is sent to a URL that a cluster hands out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignedStorageError {
    /// Not `https://host/name?signature`.
    #[error("it is no https URL of a container or a queue with a signature")]
    Malformed,
    /// A host that no storage of the cluster's cloud has.
    #[error("its host {0} is none of Azure Storage in the cluster's cloud")]
    Untrusted(String),
}

impl StorageKind {
    /// The label of a host's name that says so.
    fn label(self) -> &'static str {
        match self {
            Self::Container => "blob",
            Self::Queue => "queue",
        }
    }
}

impl SignedStorage {
    /// What `text`, which `cluster` has handed out, names.
    ///
    /// # Errors
    /// Where it is anything but https to a host of Azure Storage in the cluster's own cloud. A cluster on this machine may hand out what is
    /// on this machine, by plain http, and nothing else.
    pub fn parse(text: &str, kind: StorageKind, cluster: &ClusterUrl) -> Result<Self, SignedStorageError> {
        let ordinary = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let url = Url::parse(text).ok().filter(|_| ordinary).ok_or(SignedStorageError::Malformed)?;
        let scheme = if cluster.is_loopback() { "http" } else { "https" };
        let segments = url.path_segments().into_iter().flatten();
        let named = segments.clone().count() > 0 && segments.clone().all(|segment| !segment.is_empty());
        let signed = url.query().is_some_and(|query| !query.is_empty()) && url.fragment().is_none();
        let has_user = !url.username().is_empty() || url.password().is_some();
        if url.scheme() != scheme || !named || !signed || has_user {
            return Err(SignedStorageError::Malformed);
        }
        let trusted = match cluster.is_loopback() {
            true => Endpoint::trusted(url.clone()).is_of_this_machine(),
            false => url.port().is_none() && is_storage(url.host_str().unwrap_or_default(), kind, cluster),
        };
        if trusted {
            Ok(Self(url))
        } else {
            Err(SignedStorageError::Untrusted(url.host_str().unwrap_or_default().to_owned()))
        }
    }

    /// The host.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// A blob of this name in the container, or `messages` of the queue, with the signature; none where nothing can have such a name.
    pub fn below(&self, name: &str) -> Option<Endpoint> {
        Endpoint::trusted(self.0.clone()).below(&[name], &[])
    }
}

impl fmt::Debug for SignedStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.host())
    }
}

/// Whether `host` is `<account>.blob.<domain>`, or `<account>.z<number>.blob.<domain>`, in a domain of the cluster's cloud.
fn is_storage(host: &str, kind: StorageKind, cluster: &ClusterUrl) -> bool {
    let clouds = CLOUDS.iter().filter(|cloud| cluster.rule_in(cloud).is_some());
    let below =
        |domain: &&str| host.strip_suffix(*domain)?.strip_suffix('.')?.strip_suffix(kind.label())?.strip_suffix('.');
    clouds.flat_map(|cloud| cloud.storage).filter_map(below).any(is_account)
}

/// Names of accounts have small letters and digits, and so has a DNS zone ("Storage account overview", Microsoft Learn).
fn is_account(name: &str) -> bool {
    let is_label =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    name.split('.').count() <= 2 && name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::{SignedStorage, StorageKind};
    use crate::cluster_url::ClusterUrl;

    #[track_caller]
    fn check(cluster: &str, kind: StorageKind, url: &str, expected: &str) {
        let cluster = ClusterUrl::parse(cluster).unwrap();
        let found = SignedStorage::parse(url, kind, &cluster);
        let found = found.map_or_else(|wrong| wrong.to_string(), |storage| format!("{storage:?}"));
        assert_eq!(found, expected, "{url}");
    }

    #[test]
    fn the_storage_of_the_clusters_cloud_is_written_to_and_nothing_else_is() {
        const MALFORMED: &str = "it is no https URL of a container or a queue with a signature";
        let of = |host: &str| format!("its host {host} is none of Azure Storage in the cluster's cloud");
        let public = "https://help.kusto.windows.net";
        for url in ["https://acc1.blob.core.windows.net/c?sig=1", "https://acc1.z12.blob.storage.azure.net/c?sig=1"] {
            check(public, StorageKind::Container, url, url.split('/').nth(2).unwrap());
        }
        check(
            public,
            StorageKind::Queue,
            "https://acc1.queue.core.windows.net/q?sv=1&sig=%2B",
            "acc1.queue.core.windows.net",
        );
        check(
            "https://x.kusto.chinacloudapi.cn",
            StorageKind::Queue,
            "https://a.queue.core.chinacloudapi.cn/q?s",
            "a.queue.core.chinacloudapi.cn",
        );
        for host in [
            "acc1.queue.core.windows.net",
            "acc1.blob.core.chinacloudapi.cn",
            "blob.core.windows.net",
            "a.b.c.blob.core.windows.net",
            "acc1.blob.core.windows.net.evil.example",
            "evilblob.core.windows.net",
            "acc-1.blob.core.windows.net",
            "help.kusto.windows.net",
            "127.0.0.1",
            "169.254.169.254",
        ] {
            check(public, StorageKind::Container, &format!("https://{host}/c?sig=1"), &of(host));
        }
        for url in [
            "http://acc1.blob.core.windows.net/c?sig=1",
            "https://u:p@acc1.blob.core.windows.net/c?sig=1",
            "https://acc1.blob.core.windows.net/?sig=1",
            "https://acc1.blob.core.windows.net/c//d?sig=1",
            "https://acc1.blob.core.windows.net/c",
            "https://acc1.blob.core.windows.net/c?sig=1#x",
            "https://acc1.blob.core.windows.net\\@evil.example/c?sig=1",
            "c?sig=1",
            "",
        ] {
            check(public, StorageKind::Container, url, MALFORMED);
        }
        let port = "https://acc1.blob.core.windows.net:8443/c?sig=1";
        check(public, StorageKind::Container, port, &of("acc1.blob.core.windows.net"));
    }

    #[test]
    fn a_cluster_on_this_machine_hands_out_what_is_on_this_machine() {
        let here = "http://127.0.0.1:8080";
        check(here, StorageKind::Container, "http://127.0.0.1:10000/account/c?sig=1", "127.0.0.1");
        check(here, StorageKind::Queue, "http://localhost:8080/q?sig=1", "localhost");
        let other = "its host evil.example is none of Azure Storage in the cluster's cloud";
        check(here, StorageKind::Queue, "http://evil.example/q?sig=1", other);
        let https = "it is no https URL of a container or a queue with a signature";
        check(here, StorageKind::Queue, "https://acc1.queue.core.windows.net/q?sig=1", https);
    }

    #[test]
    fn a_blob_is_one_segment_and_keeps_the_signature() {
        let cluster = ClusterUrl::parse("https://help.kusto.windows.net").unwrap();
        let url = "https://acc1.blob.core.windows.net/c?sv=2018-03-28&sig=a%2Bb%3D";
        let container = SignedStorage::parse(url, StorageKind::Container, &cluster).unwrap();
        let blob = container.below("a/../b c.gz").unwrap();
        assert_eq!(blob.as_str(), "https://acc1.blob.core.windows.net/c/a%2F..%2Fb%20c.gz?sv=2018-03-28&sig=a%2Bb%3D");
        assert_eq!(format!("{blob:?}"), "https://acc1.blob.core.windows.net/c/a%2F..%2Fb%20c.gz");
        assert_eq!(container.below(".."), None);
    }
}
