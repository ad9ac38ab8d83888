//! Every kind of credential through the query action: a query is answered, one token serves many, one that is refused is replaced once,
//! and it comes from nobody but the login endpoint of the cluster's cloud.

use crate::connections::{
    Kind, aws_federated, function, managed_identity, query, secret_at_hand, secret_of_secrets_manager,
    secret_of_systems_manager,
};
use serde_json::json;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};
use tests::{
    cloud::{self, CLUSTER, LOGIN, SECRETS_MANAGER, STS, SYSTEMS_MANAGER, TOKEN},
    cluster::Cluster,
    lambda::Function,
    network::{Network, Reply, Seen},
};

const CALLS: usize = 100;

/// The machine's identity endpoint; it counts the tokens that it gives.
fn identity() -> (Cluster, String) {
    let token = json!({"access_token": TOKEN, "expires_on": "9999999999", "resource": "x", "token_type": "Bearer"});
    let identity = Cluster::answering_json(token.to_string().as_bytes());
    let endpoint = format!("{}/msi/token", identity.url());
    (identity, endpoint)
}

/// Every kind, and the hosts that it asks before the cluster, each once.
fn kinds() -> [(Kind, &'static [&'static str]); 5] {
    [
        (secret_at_hand(), &[LOGIN]),
        (secret_of_secrets_manager(), &[SECRETS_MANAGER, LOGIN]),
        (secret_of_systems_manager(), &[SYSTEMS_MANAGER, LOGIN]),
        (aws_federated(), &[STS, LOGIN]),
        (managed_identity(), &[]),
    ]
}

fn print(function: &Function) -> Result<(), String> {
    match function.invoke(&json!({"query": "print 1"})) {
        tests::lambda::Outcome::Reply(reply) => {
            assert_eq!(reply["rowCount"], 1);
            Ok(())
        }
        error => Err(error.error()),
    }
}

#[test]
fn many_calls_of_a_warm_function_make_one_token_request() {
    for (kind, asked) in kinds() {
        let (identity, endpoint) = identity();
        let network = Network::new(cloud::well);
        let function = function("query", CLUSTER, &kind, &network, &endpoint);
        for _ in 0..CALLS {
            print(&function).unwrap();
        }
        let name = kind.name;
        for host in asked {
            assert_eq!(network.count(host, ""), 1, "{name}: {host}");
        }
        let of_the_machine = usize::from(asked.is_empty());
        assert_eq!(
            (identity.connections(), network.count(LOGIN, "/token")),
            (of_the_machine, 1 - of_the_machine),
            "{name}"
        );
        assert_eq!((network.count(CLUSTER, "/metadata"), network.count(CLUSTER, "/query")), (1, CALLS), "{name}");
        let bearer = format!("Bearer {TOKEN}");
        let bearers = network.requests().iter().filter(|seen| seen.header("authorization") == Some(&bearer)).count();
        assert_eq!(bearers, CALLS, "{name}");
        assert_eq!(network.asked().len(), 1 + asked.len(), "{name}: a connection each");
    }
}

#[test]
fn a_token_that_is_refused_is_replaced_once_and_then_the_connection_is_unauthorized() {
    for (kind, asked) in kinds() {
        let (identity, endpoint) = identity();
        let network =
            Network::new(
                |seen| if seen.target.contains("query") { Reply::new(401, "", "") } else { cloud::well(seen) },
            );
        let function = function("query", CLUSTER, &kind, &network, &endpoint);
        let error = print(&function).unwrap_err();
        let name = kind.name;
        assert!(
            error.starts_with("ConnectionUnauthorized: the connection is not authorized (connection `soc`, "),
            "{name}: {error}"
        );
        assert_eq!(network.count(CLUSTER, "/query"), 2, "{name}");
        for host in asked {
            assert_eq!(network.count(host, ""), 2, "{name}: {host}");
        }
        assert_eq!(identity.connections(), if asked.is_empty() { 2 } else { 0 }, "{name}");
    }
}

#[test]
fn a_token_that_was_revoked_is_replaced_unseen() {
    let issued = Arc::new(AtomicUsize::new(0));
    let network = Network::new(move |seen: &Seen| {
        if seen.host == LOGIN {
            return cloud::token(&format!("t0ken-canary-{}", issued.fetch_add(1, Ordering::SeqCst)), 3599);
        }
        let revoked = seen.header("authorization") == Some("Bearer t0ken-canary-0");
        if revoked { Reply::new(401, "", "") } else { cloud::well(seen) }
    });
    let function = query(&secret_at_hand(), &network);
    print(&function).unwrap();
    print(&function).unwrap();
    assert_eq!((network.count(LOGIN, ""), network.count(CLUSTER, "/query")), (2, 3));
}

#[test]
fn a_sovereign_cluster_logs_in_at_its_own_cloud() {
    for (cluster, login) in [
        ("soc.kusto.usgovcloudapi.net", "login.microsoftonline.us"),
        ("soc.kusto.chinacloudapi.cn", "login.partner.microsoftonline.cn"),
        ("soc.kusto.core.eaglex.ic.gov", "login.microsoftonline.eaglex.ic.gov"),
        ("soc.kusto.core.microsoft.scloud", "login.microsoftonline.microsoft.scloud"),
        ("soc.kusto.sovcloud-api.fr", "login.sovcloud-identity.fr"),
        ("soc.kusto.sovcloud-api.de", "login.sovcloud-identity.de"),
        ("soc.kusto.sovcloud-api.sg", "login.sovcloud-identity.sg"),
        ("x.z7.kusto.fabric.microsoft.com", LOGIN),
        ("pool.space.kusto.azuresynapse.net", LOGIN),
    ] {
        let network = Network::new(cloud::well);
        print(&function("query", cluster, &secret_at_hand(), &network, "")).unwrap();
        assert_eq!(network.asked(), [format!("{cluster}:443"), format!("{login}:443")]);
        let asked = network.requests().into_iter().find(|seen| seen.host == login).unwrap();
        assert!(asked.target.starts_with("/contoso.onmicrosoft.com/oauth2/"), "{}", asked.target);
        assert!(asked.body.contains(&format!("scope=https%3A%2F%2F{cluster}%2F.default")), "{}", asked.body);
    }
}

#[test]
fn metadata_that_names_another_login_gets_no_token() {
    let logins = [
        "https://evil.example",
        "https://login.microsoftonline.com.evil.example",
        "https://login.microsoftonline.com@evil.example",
        "https://evil.example#login.microsoftonline.com",
        "https://evil.example\\@login.microsoftonline.com",
        "https://login.microsoftonline.com:8443",
        "https://login.microsoftonline.com/../evil",
        "http://login.microsoftonline.com",
        "//login.microsoftonline.com",
        "login.microsoftonline.com",
        "https://login.microsoftonline.us",
        "https://login.partner.microsoftonline.cn",
        "https://sts.windows.net",
        "http://127.0.0.1:9",
        "",
    ];
    for (kind, asked) in kinds().into_iter().take(4) {
        let login = Arc::new(Mutex::new(String::new()));
        let named = Arc::clone(&login);
        let network = Network::new(move |seen| {
            let login = named.lock().unwrap().clone();
            let entra = json!({"LoginEndpoint": login, "KustoServiceResourceId": "https://kusto.kusto.windows.net"});
            let metadata = json!({"AzureAD": entra}).to_string();
            if seen.target.contains("metadata") { Reply::json(metadata) } else { cloud::well(seen) }
        });
        let function = query(&kind, &network);
        for url in logins {
            *login.lock().unwrap() = url.to_owned();
            let error = print(&function).unwrap_err();
            let refused = error.starts_with("ConnectionUnauthorized: ") && error.contains("no token was asked for");
            assert!(refused, "{url:?}: {error}");
        }
        let others: Vec<_> = network.asked().into_iter().filter(|asked| *asked != format!("{CLUSTER}:443")).collect();
        assert_eq!(others, Vec::<String>::new(), "{}: neither {asked:?} nor what the metadata names", kind.name);
        assert_eq!(network.requests().len(), logins.len());
    }
}
