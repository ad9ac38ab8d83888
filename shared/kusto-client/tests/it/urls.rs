//! A URL that is refused is not contacted: not the host, not the login endpoint, not the resolver, which behind a proxy is the proxy.

use crate::{
    certificates::{Certificates, Quality},
    fake::{Fake, Reply},
    setup::{from_toml, remote},
};

/// One of each kind; `auth` has the long table of what is refused.
const HOSTILE: &[&str] = &[
    "https://evil.example",
    "https://evil.example#.kusto.windows.net",
    "https://evil.example\\@x.kusto.windows.net",
    "https://x.kusto.windows.net@evil.example",
    "https://x.kusto.windows.net.evil.example",
    "https://x.kusto.windows.net.",
    "https://x.kusto.windows.net:8443",
    "https://x.kusto.windоws.net",
    "https://127.0.0.1",
    "https://2130706433",
    "https://[::ffff:169.254.169.254]",
    "http://169.254.169.254",
    "https://localhost",
    "ftp://x.kusto.windows.net",
    // Trusted, yet nobody configured it: a token for another's cluster.
    "https://attacker.eastus.kusto.windows.net",
];

#[tokio::test]
async fn nothing_is_contacted_for_a_url_that_is_refused() {
    let certificates = Certificates::new(Quality::Good);
    let root = certificates.root();
    let fake = Fake::proxy(certificates, |_| Reply::json("{}")).await;
    let client = remote(&fake, root);
    for url in HOSTILE {
        assert!(client.connections().select(None, Some(url), |_| true).is_err(), "{url}");
        assert!(client.connections().select(Some("default"), Some(url), |_| true).is_err(), "{url}");
    }
    assert_eq!(fake.connections(), 0);
}

#[test]
fn no_connection_can_be_configured_for_one() {
    for url in &HOSTILE[..HOSTILE.len() - 1] {
        let credential = r#"{ kind = "client-secret", tenant = "x", client_id = "1", secret = "env:SECRET" }"#;
        let file =
            format!("[[connection]]\nname = 'x'\ndatabases = ['x']\ncluster = '{url}'\ncredential = {credential}\n");
        let error = from_toml(&file).unwrap_err();
        assert!(
            error.to_string().starts_with("the connection file has one mistake to correct: line 4: `cluster` "),
            "{error}"
        );
    }
}
