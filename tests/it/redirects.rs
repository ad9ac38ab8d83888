//! A redirect is an error wherever it comes from: nobody is sent a query, a secret or a token because somebody else said so.

use crate::connections::{
    Kind, aws_federated, function, managed_identity, secret_at_hand, secret_of_secrets_manager,
    secret_of_systems_manager,
};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tests::{
    cloud::{self, CLUSTER, LOGIN, SECRETS_MANAGER, STS, SYSTEMS_MANAGER},
    cluster::Cluster,
    network::{Network, Reply, Seen},
};

/// A part of a function that sends requests.
struct Client {
    name: &'static str,
    action: &'static str,
    request: Value,
    kind: Kind,
    /// Which requests are its.
    sends: fn(&Seen) -> bool,
}

fn clients() -> Vec<Client> {
    let query = json!({"query": "print 1"});
    let records = json!({"table": "T", "mapping": "m", "records": [{"n": 1}]});
    let creating = json!({"table": "T", "createTable": true, "schema": {"n": "long"}, "records": [{"n": 1}]});
    let client =
        |name, action, request: &Value, kind, sends| Client { name, action, request: request.clone(), kind, sends };
    vec![
        client("query", "query", &query, secret_at_hand(), |seen| seen.target == "/v2/rest/query"),
        client("ingest", "ingest", &records, secret_at_hand(), |seen| seen.target.starts_with("/v1/rest/ingest/")),
        client("command", "ingest", &creating, secret_at_hand(), |seen| seen.target == "/v1/rest/mgmt"),
        client("metadata", "query", &query, secret_at_hand(), |seen| seen.target == "/v1/rest/auth/metadata"),
        client("login", "query", &query, secret_at_hand(), |seen| seen.host == LOGIN),
        client("STS", "query", &query, aws_federated(), |seen| seen.host == STS),
        client("Secrets Manager", "query", &query, secret_of_secrets_manager(), |seen| seen.host == SECRETS_MANAGER),
        client("Systems Manager", "query", &query, secret_of_systems_manager(), |seen| seen.host == SYSTEMS_MANAGER),
    ]
}

/// Where to: another path, another host, and plain http to a listener that counts.
fn targets(plain: &Cluster) -> [String; 5] {
    let url = plain.url();
    [
        "/elsewhere".to_owned(),
        "https://evil.example/elsewhere".to_owned(),
        format!("//{CLUSTER}/elsewhere"),
        format!("{url}/elsewhere"),
        "http://evil.example/elsewhere".to_owned(),
    ]
}

const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

/// The error types that say that nothing was done, and what to do about it.
fn check(name: &str, error: &str) {
    let right = ["Unavailable: ", "ConnectionUnauthorized: "].iter().any(|start| error.starts_with(start));
    assert!(right, "{name}: {error}");
    assert!(!error.contains("elsewhere"), "{name}: {error}");
}

#[test]
fn none_is_followed_by_any_client() {
    let plain = Cluster::answering_json(b"{}");
    for Client { name, action, request, kind, sends } in clients() {
        let redirect = Arc::new(Mutex::new((0, String::new())));
        let answered = Arc::clone(&redirect);
        let network = Network::new(move |seen| {
            let (status, target) = answered.lock().unwrap().clone();
            if sends(seen) { Reply::new(status, &format!("Location: {target}\r\n"), "") } else { cloud::well(seen) }
        });
        let function = function(action, CLUSTER, &kind, &network, "");
        for status in STATUSES {
            for target in targets(&plain) {
                network.forget();
                *redirect.lock().unwrap() = (status, target.clone());
                check(name, &function.invoke(&request).error());
                let seen = network.requests();
                assert_eq!(seen.iter().filter(|seen| sends(seen)).count(), 1, "{name} {status} {target}");
                assert!(seen.iter().all(|seen| !seen.target.contains("elsewhere")), "{name} {status} {target}");
                assert!(network.asked().iter().all(|asked| !asked.contains("evil")), "{name} {status} {target}");
            }
        }
    }
    assert_eq!(plain.connections(), 0);
}

#[test]
fn none_of_the_machines_identity_is_followed() {
    let plain = Cluster::answering_json(b"{}");
    let network = Network::new(cloud::well);
    for status in STATUSES {
        for target in targets(&plain) {
            let redirect =
                format!("HTTP/1.1 {status} x\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let identity = Cluster::answering(redirect.into_bytes());
            let endpoint = format!("{}/msi/token", identity.url());
            let function = function("query", CLUSTER, &managed_identity(), &network, &endpoint);
            check("managed identity", &function.invoke(&json!({"query": "print 1"})).error());
            assert_eq!(identity.connections(), 1, "{status} {target}");
        }
    }
    assert_eq!(plain.connections(), 0);
    assert!(network.requests().iter().all(|seen| seen.target == "/v1/rest/auth/metadata"));
}
