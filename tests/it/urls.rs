//! The URL of a cluster, in a request and in the settings: one that is refused is not contacted, neither it nor its login endpoint nor
//! a resolver, which behind a proxy is the proxy; one that is accepted is asked for by exactly its name.

use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, net::TcpListener};
use tests::{
    cloud::{self, SECRET, TOKEN},
    lambda::Function,
    network::{Network, Reply},
};

#[derive(Deserialize)]
struct Table {
    /// Each as it is written, and the URL below which requests then go.
    genuine: Vec<(String, String)>,
    /// By what is tried: each, and the name of what is wrong with it.
    hostile: BTreeMap<String, Vec<(String, String)>>,
}

fn table() -> Table {
    serde_json::from_str(include_str!("../../shared/auth/tests/cluster-urls.json")).unwrap()
}

/// The hostile ones as they reach the check: blanks around a setting or a name in a request are cut off before it.
fn hostile() -> Vec<String> {
    let all: Vec<_> = table().hostile.into_values().flatten().map(|(text, _)| text).collect();
    assert!(all.len() >= 60);
    all
}

const CREDENTIAL: [(&str, &str); 4] = [
    ("KUSTO_DATABASE", "Samples"),
    ("AZURE_TENANT_ID", "contoso.onmicrosoft.com"),
    ("AZURE_CLIENT_ID", "11111111-2222"),
    ("AZURE_CLIENT_SECRET", SECRET),
];

/// Settings of one connection to `cluster` in `network`.
fn single<'a>(network: &'a Network, cluster: &'a str) -> Vec<(&'a str, &'a str)> {
    [network.settings(&CREDENTIAL), vec![("KUSTO_CLUSTER", cluster)]].concat()
}

/// A connection file for these clusters, each named by its place.
fn connection_file(clusters: &[String]) -> String {
    let connection = |(index, cluster): (usize, &String)| {
        let credential =
            r#"{ kind = "client-secret", tenant = "contoso", client_id = "1", secret = "env:KUSTO_SECRET" }"#;
        // A basic string of TOML escapes as JSON does.
        let database = if cluster.ends_with("/lake/kql") { "default" } else { "Samples" };
        let cluster = Value::from(cluster.as_str());
        format!(
            "[[connection]]\nname = \"{index}\"\ncluster = {cluster}\ndatabases = [\"{database}\"]\ncredential = {credential}\n"
        )
    };
    clusters.iter().enumerate().map(connection).collect()
}

#[test]
fn a_request_that_names_a_hostile_one_contacts_nobody() {
    let network = Network::new(|_| Reply::json("{}"));
    let function = Function::start("query", &single(&network, "https://help.kusto.windows.net"));
    // Two that are trusted but not configured: another tenant's cluster would be sent a token that is good here.
    let others = ["https://attacker.eastus.kusto.windows.net", "https://help2.kusto.windows.net"].map(str::to_owned);
    for url in hostile().into_iter().chain(others) {
        for request in [
            json!({"query": "print 1", "cluster": url}),
            json!({"query": "print 1", "cluster": url, "connection": "default"}),
        ] {
            let error = function.invoke(&request).error();
            assert!(error.starts_with("BadRequest: ") || error.starts_with("Forbidden: "), "{url:?}: {error}");
        }
    }
    assert_eq!(network.asked(), Vec::<String>::new());
}

#[test]
fn settings_that_name_a_hostile_one_do_not_start_and_contact_nobody() {
    let network = Network::new(|_| Reply::json("{}"));
    let hostile = hostile();
    // No variable holds a zero byte, and blanks around a value are cut off.
    let can_be_set = |url: &&String| !url.contains('\0') && url.trim() == url.as_str() && !url.is_empty();
    for url in hostile.iter().filter(can_be_set) {
        let (error, _) = Function::start("query", &single(&network, url)).refusal();
        let error = error.unwrap()["errorMessage"].as_str().unwrap().to_owned();
        assert!(error.starts_with("KUSTO_CLUSTER: the cluster's URL cannot be used: "), "{url:?}: {error}");
    }
    let file = connection_file(&hostile);
    let settings = network.settings(&[("KUSTO_CONNECTIONS", &file), ("KUSTO_SECRET", SECRET)]);
    let (error, _) = Function::start("query", &settings).refusal();
    let error = error.unwrap()["errorMessage"].as_str().unwrap().to_owned();
    assert!(error.contains(&format!("the connection file has {} mistakes to correct", hostile.len())), "{error}");
    for (index, url) in hostile.iter().enumerate() {
        assert!(error.contains(&format!("line {}: `cluster` ", 5 * index + 3)), "{url:?}: {error}");
    }
    assert_eq!(network.asked(), Vec::<String>::new());
}

#[test]
fn genuine_ones_are_asked_for_by_their_name_and_nothing_else_is() {
    let network = Network::new(cloud::well);
    let genuine: Vec<_> = table().genuine.into_iter().filter(|(_, base)| base.starts_with("https:")).collect();
    // Several are one cluster, spelled differently, and are one connection.
    let mut bases: Vec<_> = genuine.iter().map(|(_, base)| base.clone()).collect();
    bases.sort_by_key(|base| base.to_lowercase());
    bases.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
    let file = connection_file(&bases);
    let settings = network.settings(&[("KUSTO_CONNECTIONS", &file), ("KUSTO_SECRET", SECRET)]);
    let function = Function::start("query", &settings);
    assert!(genuine.len() >= 60, "{}", genuine.len());
    for (url, base) in &genuine {
        network.forget();
        assert_eq!(function.invoke(&json!({"query": "print 1", "cluster": url})).reply()["rowCount"], 1, "{url}");
        let base = base.strip_prefix("https://").unwrap();
        let (host, path) = base.find('/').map_or((base, ""), |at| base.split_at(at));
        for asked in network.asked() {
            assert!([host, cloud::login_of(host)].iter().any(|host| asked == format!("{host}:443")), "{url}: {asked}");
        }
        let with_token: Vec<_> =
            network.requests().into_iter().filter(|seen| seen.header("authorization").is_some()).collect();
        assert_eq!(with_token.len(), 1, "{url}");
        let target = with_token[0].target.to_lowercase();
        assert_eq!((with_token[0].host.as_str(), target), (host, format!("{path}/v2/rest/query").to_lowercase()));
        assert_eq!(with_token[0].header("host"), Some(host));
        assert_eq!(with_token[0].header("authorization"), Some(&*format!("Bearer {TOKEN}")));
    }
}

#[test]
fn loopback_goes_past_the_proxy_and_gets_no_token() {
    let network = Network::new(cloud::well);
    let kusto = tests::kusto::Kusto::start(None);
    let port = kusto.url().rsplit(':').next().unwrap();
    for host in ["127.0.0.1", "localhost", "LOCALHOST"] {
        let url = format!("http://{host}:{port}/");
        let settings = network.settings(&[("KUSTO_CLUSTER", &url), ("KUSTO_DATABASE", "NetDefaultDB")]);
        let reply = Function::start("query", &settings).invoke(&json!({"query": "print 1"})).reply();
        assert_eq!(reply["rowCount"], 1);
    }
    assert_eq!(network.asked(), Vec::<String>::new());
}

#[test]
fn a_proxy_of_the_system_is_not_used() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    let network = Network::new(cloud::well);
    let by_settings = single(&network, "https://help.kusto.windows.net");
    let kusto = tests::kusto::Kusto::start(None);
    for settings in [by_settings, vec![("KUSTO_CLUSTER", kusto.url()), ("KUSTO_DATABASE", "NetDefaultDB")]] {
        let settings = [settings, names.map(|name| (name, proxy.as_str())).to_vec()].concat();
        assert_eq!(Function::start("query", &settings).invoke(&json!({"query": "print 1"})).reply()["rowCount"], 1);
    }
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}
