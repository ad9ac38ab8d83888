//! Who may do what where: every caller with every connection, database and action, through the real binaries. What is not listed here
//! is refused before a byte of it leaves, a name is looked up or a token is asked for.

use serde_json::{Value, json};
use tests::{
    cloud, events,
    lambda::{Function, Outcome},
    network::Network,
};

/// What each connection allows.
const CONNECTIONS: &str = r#"
[[connection]]
name = "soc"
cluster = "https://soc.westeurope.kusto.windows.net"
databases = ["Logs", "Metrics"]
credential = { kind = "client-secret", tenant = "contoso.example", client_id = "1", secret = "env:SECRET" }
callers = ["ada"]

[[connection]]
name = "ops"
cluster = "https://ops.westeurope.kusto.windows.net"
databases = ["Logs"]
credential = { kind = "client-secret", tenant = "contoso.example", client_id = "2", secret = "env:SECRET" }
callers = ["bert", "playbook"]
commands = ["ingest", "create-merge", "create-or-alter", "alter"]

[[connection]]
name = "lab"
cluster = "https://lab.westeurope.kusto.windows.net"
databases = ["*"]
credential = { kind = "client-secret", tenant = "contoso.example", client_id = "3", secret = "env:SECRET" }

[[connection]]
name = "own"
cluster = "https://own.westeurope.kusto.windows.net"
databases = ["Metrics"]
credential = { kind = "caller-token" }
callers = ["ada"]
"#;

const CLUSTERS: [&str; 4] = ["soc", "ops", "lab", "own"];
const DATABASES: [&str; 3] = ["Logs", "Metrics", "Secrets"];

/// Each caller by the claim that names it.
const CALLERS: [(&str, &str); 4] = [("oid", "ada"), ("sub", "bert"), ("appid", "playbook"), ("azp", "carl")];

/// The cells that pass: who, with which connection, in which databases. Everything else is refused.
const LISTED: [(&str, &str, &[&str]); 8] = [
    ("ada", "soc", &["Logs", "Metrics"]),
    ("ada", "lab", &["Logs", "Metrics", "Secrets"]),
    ("ada", "own", &["Metrics"]),
    ("bert", "ops", &["Logs"]),
    ("bert", "lab", &["Logs", "Metrics", "Secrets"]),
    ("playbook", "ops", &["Logs"]),
    ("playbook", "lab", &["Logs", "Metrics", "Secrets"]),
    ("carl", "lab", &["Logs", "Metrics", "Secrets"]),
];

/// Something that a caller can ask for.
struct Action {
    /// The binary.
    function: &'static str,
    /// What is asked of it beside connection and database.
    request: fn() -> Value,
    /// The connections that allow it at all; every one where it takes no management command.
    connections: &'static [&'static str],
}

/// Every action that talks to Kusto, in the ways in which what it sends differs. A new one is one more entry.
const ACTIONS: [Action; 11] = [
    Action { function: "query", request: || json!({"query": "T"}), connections: &CLUSTERS },
    Action { function: "query", request: || json!({"csl": "T", "schemaOnly": true}), connections: &CLUSTERS },
    Action {
        function: "query-chart",
        request: || json!({"query": "T", "chartType": "Pie Chart"}),
        connections: &CLUSTERS,
    },
    Action {
        function: "query-chart",
        request: || json!({"query": "T", "chartType": "Html Table"}),
        connections: &CLUSTERS,
    },
    Action {
        function: "ingest",
        request: || json!({"table": "T", "mapping": "m", "records": [{"n": 1}]}),
        connections: &["ops"],
    },
    Action {
        function: "ingest",
        request: || json!({"table": "T", "createTable": true, "schema": {"n": "long"}, "records": [{"n": 1}]}),
        connections: &["ops"],
    },
    Action { function: "mcp", request: || tool("query", json!({"query": "T"})), connections: &CLUSTERS },
    Action { function: "mcp", request: || tool("table_schema", json!({"table": "T"})), connections: &CLUSTERS },
    Action { function: "mcp", request: || tool("chart", json!({"query": "T"})), connections: &CLUSTERS },
    Action { function: "mcp", request: || tool("list_tables", json!({})), connections: &["soc", "lab", "own"] },
    Action {
        function: "mcp",
        request: || tool("show_command", json!({"command": ".show tables"})),
        connections: &["soc", "lab", "own"],
    },
];

/// What an agent asks: a tool with these arguments.
fn tool(name: &str, arguments: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}})
}

/// The request with this place in it, among the arguments where it is an agent's.
fn at(mut request: Value, connection: &str, database: &str) -> Value {
    let arguments = if request["jsonrpc"].is_null() { &mut request } else { &mut request["params"]["arguments"] };
    arguments["connection"] = json!(connection);
    arguments["database"] = json!(database);
    request
}

/// The status of a reply; that of the error that an agent is told.
fn status(reply: &Value) -> Value {
    let body: Value = serde_json::from_str(reply["body"].as_str().unwrap_or_default()).unwrap_or_default();
    match body["result"]["isError"].as_bool() {
        Some(true) => {
            let said = body["result"]["content"][0]["text"].as_str().unwrap_or_default();
            json!(if said.contains(r#""errorType":"Forbidden""#) { 403 } else { 500 })
        }
        _ => reply["statusCode"].clone(),
    }
}

fn start(function: &str, network: &Network) -> Function {
    let settings = [("KUSTO_CONNECTIONS", CONNECTIONS), ("SECRET", cloud::SECRET), ("HTTP_AUTHORIZER", "jwt")];
    Function::start(function, &network.settings(&settings))
}

/// The call of this caller, who hands in a token of their own where the connection takes one.
fn call((claim, name): (&str, &str), connection: &str, request: &Value) -> Value {
    let token: &[_] = if connection == "own" { &[("x-kusto-authorization", "Bearer eyJh.eyJz.b3du")] } else { &[] };
    let mut event = events::http_request("POST", token, &request.to_string());
    event["requestContext"]["authorizer"] =
        json!({"jwt": {"claims": {claim: name, "aud": "kusto-actions"}, "scopes": null}});
    event
}

#[test]
fn exactly_the_listed_cells_pass_and_the_others_send_nothing() {
    let network = Network::new(cloud::well);
    let (mut cells, mut passed) = (0, 0);
    for action in &ACTIONS {
        let function = start(action.function, &network);
        for caller in CALLERS {
            for connection in CLUSTERS {
                for database in DATABASES {
                    let request = at((action.request)(), connection, database);
                    network.forget();
                    let reply = function.invoke(&call(caller, connection, &request)).reply();
                    let cell = format!("{} {caller:?} {connection} {request}: {reply}", action.function);
                    let listed = LISTED.iter().any(|(name, of, databases)| {
                        (*name, *of) == (caller.1, connection) && databases.contains(&database)
                    });
                    if listed && action.connections.contains(&connection) {
                        assert_eq!(status(&reply), 200, "{cell}");
                        only_asks(&network, connection, database);
                        passed += 1;
                    } else {
                        assert_eq!(status(&reply), 403, "{cell}");
                        assert_eq!((network.asked(), network.requests().len()), (Vec::new(), 0), "{cell}");
                    }
                    cells += 1;
                }
            }
        }
    }
    // Of 17 listed cells two are of `ops`, which allows no `.show`.
    assert_eq!((cells, passed), (528, 7 * 17 + 2 * 2 + 2 * 15));
}

/// What left went to the one cluster and to its login, and named the one database.
fn only_asks(network: &Network, connection: &str, database: &str) {
    let cluster = format!("{connection}.westeurope.kusto.windows.net");
    let others = network.requests().into_iter().find(|seen| seen.host != cluster && seen.host != cloud::LOGIN);
    assert!(others.is_none(), "{others:?}");
    let requests = network.requests();
    let mut statements =
        requests.iter().filter(|seen| seen.target.contains("/rest/") && !seen.target.contains("metadata"));
    assert!(statements.clone().count() > 0);
    assert!(
        statements.all(|seen| seen.body.contains(&format!("\"{database}\""))
            || seen.target.contains(&format!("/ingest/{database}/")))
    );
    let own = requests.iter().any(|seen| seen.header("authorization") == Some("Bearer eyJh.eyJz.b3du"));
    assert_eq!(own, connection == "own");
}

#[test]
fn the_url_of_a_cluster_is_no_way_around_a_connection() {
    let network = Network::new(cloud::well);
    let function = start("query", &network);
    for (cluster, caller, status) in [
        ("https://soc.westeurope.kusto.windows.net", ("oid", "ada"), 200),
        ("https://SOC.westeurope.kusto.windows.net:443/", ("oid", "ada"), 200),
        ("https://soc.westeurope.kusto.windows.net", ("sub", "bert"), 403),
        ("https://attacker.westeurope.kusto.windows.net", ("oid", "ada"), 403),
        ("https://evil.example", ("oid", "ada"), 400),
    ] {
        network.forget();
        let request = json!({"cluster": cluster, "db": "Logs", "csl": "T"});
        let reply = function.invoke(&call(caller, "", &request)).reply();
        assert_eq!(reply["statusCode"], status, "{request}: {reply}");
        assert_eq!(network.requests().is_empty(), status != 200, "{request}");
    }
}

#[test]
fn who_may_invoke_the_function_may_use_every_connection_and_no_other_database() {
    let network = Network::new(cloud::well);
    let function = start("query", &network);
    for (connection, databases) in [("soc", "Logs Metrics"), ("ops", "Logs"), ("lab", "Logs Metrics Secrets")] {
        for database in DATABASES {
            let request = json!({"connection": connection, "database": database, "query": "T"});
            network.forget();
            match function.invoke(&request) {
                Outcome::Reply(_) => assert!(databases.contains(database), "{request}"),
                Outcome::Error(error_type, _) => {
                    assert_eq!(error_type, "Forbidden");
                    assert!(!databases.contains(database) && network.requests().is_empty(), "{request}");
                }
            }
        }
    }
}

#[test]
fn behind_iam_a_caller_is_an_arn_or_the_role_of_a_session() {
    let role = "arn:aws:sts::123456789012:assumed-role/reports";
    let connections =
        CONNECTIONS.replace(r#"["ada"]"#, &format!(r#"["{role}", "arn:aws:iam::123456789012:user/ada"]"#));
    let network = Network::new(cloud::well);
    let settings = [("KUSTO_CONNECTIONS", &*connections), ("SECRET", cloud::SECRET), ("HTTP_AUTHORIZER", "iam")];
    let function = Function::start("query", &network.settings(&settings));
    for (arn, status) in [
        ("arn:aws:iam::123456789012:user/ada", 200),
        ("arn:aws:sts::123456789012:assumed-role/reports/nightly-2026-11-20", 200),
        ("arn:aws:sts::123456789012:assumed-role/reports", 200),
        ("arn:aws:sts::123456789012:assumed-role/other/reports", 403),
        ("arn:aws:sts::123456789012:assumed-role/reports2/x", 403),
        ("arn:aws:sts::999999999999:assumed-role/reports/x", 403),
        ("arn:aws:iam::123456789012:user/ada/x", 403),
        ("arn:aws:iam::123456789012:user/bert", 403),
        ("*", 403),
    ] {
        let mut event = events::http(&json!({"connection": "soc", "database": "Logs", "query": "T"}).to_string());
        // A Function URL: its context has what a caller is in AWS, beside the ARN.
        event["requestContext"]["domainName"] = json!("abc123.lambda-url.eu-central-1.on.aws");
        event["requestContext"]["authentication"] = Value::Null;
        event["requestContext"]["authorizer"] = json!({"iam": {
            "accessKey": "AKIAIOSFODNN7EXAMPLE", "accountId": "123456789012", "callerId": "AROAEXAMPLE:x",
            "cognitoIdentity": null, "principalOrgId": null, "userArn": arn, "userId": "AROAEXAMPLE:x",
        }});
        let reply = function.invoke(&event).reply();
        assert_eq!(reply["statusCode"], status, "{arn}: {reply}");
        assert_eq!(reply["headers"]["cache-control"], "no-store");
    }
}

#[test]
fn a_direct_call_that_looks_like_http_is_refused_where_no_authorizer_is_set() {
    let network = Network::new(cloud::well);
    let settings = [("KUSTO_CONNECTIONS", CONNECTIONS), ("SECRET", cloud::SECRET)];
    for function in ["query", "query-chart", "ingest", "email"] {
        let mail = [("MAIL_URL", "file:///tmp"), ("MAIL_FROM", "a@example.com")];
        let function = Function::start(function, &network.settings(&[&settings[..], &mail[..]].concat()));
        for word in [
            json!({"jwt": {"claims": {"oid": "ada"}, "scopes": null}}),
            json!({"iam": {"userArn": "arn:aws:iam::123456789012:role/admin"}}),
            json!({"lambda": {"principalId": "ada"}}),
            Value::Null,
        ] {
            let mut event =
                call(("oid", "ada"), "soc", &json!({"connection": "soc", "database": "Logs", "query": "T"}));
            event["requestContext"]["authorizer"] = word;
            let reply = function.invoke(&event).reply();
            assert_eq!(reply["statusCode"], 401, "{reply}");
            assert!(reply["body"].as_str().unwrap().contains("set HTTP_AUTHORIZER to what stands in front"), "{reply}");
        }
    }
    assert_eq!((network.asked().len(), network.requests().len()), (0, 0));
}

#[test]
fn headers_and_bodies_vouch_for_nobody() {
    let network = Network::new(cloud::well);
    let function = start("query", &network);
    let request = json!({"connection": "soc", "database": "Logs", "query": "T"}).to_string();
    for headers in [
        &[("authorization", "Bearer eyJh.eyJvaWQiOiJhZGEifQ.x")][..],
        &[("x-amzn-oidc-identity", "ada"), ("x-ms-client-principal-id", "ada"), ("x-forwarded-user", "ada")],
        &[("cookie", "oid=ada")],
        &[("x-kusto-authorization", "Bearer eyJh.eyJvaWQiOiJhZGEifQ.x")],
    ] {
        for (word, status) in [
            (Value::Null, 401),
            (json!({"jwt": {"claims": {}, "scopes": null}}), 401),
            (json!({"jwt": {"claims": {"email": "ada", "upn": "ada", "iss": "ada"}, "scopes": ["ada"]}}), 401),
            (json!({"iam": {"userArn": "ada"}}), 401),
            (json!({"lambda": {"oid": "ada"}}), 401),
            (json!({"jwt": {"claims": {"sub": "carl"}, "scopes": null}}), 403),
        ] {
            let mut event = events::http_request("POST", headers, &request);
            event["requestContext"]["authorizer"] = word;
            let reply = function.invoke(&event).reply();
            assert_eq!(reply["statusCode"], status, "{event}: {reply}");
        }
    }
    assert_eq!((network.asked().len(), network.requests().len()), (0, 0));
}
