//! Secrets, tokens, queries, parameters, cells, records and recipients, planted as canaries in calls that go well and in calls that fail
//! in every way a service can fail: nothing of them is in a log, and no secret and no token is in a reply.
//!
//! What a function logged is looked through when it ends, as for every function that any test starts: see `tests::silence`.

use crate::connections::{
    Kind, aws_federated, function, managed_identity, query, secret_at_hand, secret_of_secrets_manager,
    secret_of_systems_manager,
};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tests::{
    cloud::{self, ASSERTION, CLUSTER, LOGIN, SECRET, TOKEN},
    cluster::Cluster,
    events,
    kusto::Kusto,
    lambda::{Function, Outcome},
    network::{Network, Quality, Reply, Seen},
    silence::CANARY,
};

/// What no reply may hold, whoever says it.
const SECRETS: [&str; 6] =
    [SECRET, TOKEN, ASSERTION, "header-canary", "aws-secret-key-canary", "aws-session-token-canary"];

/// A reply or an error, without a secret in it.
#[track_caller]
fn shown(outcome: Outcome, case: &str) -> String {
    let text = match outcome {
        Outcome::Reply(reply) => reply.to_string(),
        Outcome::Error(error, message) => format!("{error}: {message}"),
    };
    for secret in SECRETS {
        assert!(!text.contains(secret), "{case}: {secret} is in {text}");
    }
    text
}

/// What a service may make of a request that it repeats.
type Fault = fn(&Seen) -> Reply;

/// Answers of a service that fails and says everything it was sent: head, with its token, and body, with the secret or the query.
const FAULTS: &[(&str, Fault)] = &[
    ("400 in its own form", |seen| one_api(400, seen)),
    ("401", |seen| one_api(401, seen)),
    ("403", |seen| one_api(403, seen)),
    ("404", |seen| one_api(404, seen)),
    ("413", |seen| one_api(413, seen)),
    ("429", |seen| one_api(429, seen)),
    ("520", |seen| one_api(520, seen)),
    ("400 as text", |seen| Reply::new(400, "", told(seen))),
    ("400 as a page", |seen| {
        Reply::new(400, "Content-Type: text/html\r\n", format!("<html><title>{}</title></html>", told(seen)))
    }),
    ("400 as Entra", |seen| Reply::new(400, "", entra(seen, 7_000_215))),
    ("401 as Entra", |seen| Reply::new(401, "", entra(seen, 50_034))),
    ("400 as AWS", |seen| {
        Reply::new(400, "", json!({"__type": "AccessDeniedException", "Message": told(seen)}).to_string())
    }),
    ("403 as STS", |seen| {
        Reply::new(
            403,
            "",
            format!(
                "<ErrorResponse><Error><Code>AccessDenied</Code><Message>{}</Message></Error></ErrorResponse>",
                told(seen).replace(['<', '&'], "_")
            ),
        )
    }),
    ("307", |seen| Reply::new(307, &format!("Location: https://evil.example/?{}\r\n", token_of(seen)), told(seen))),
    ("200 as text", |seen| Reply::new(200, "", told(seen))),
    ("200 with an error", |seen| Reply::json(json!({"error": {"code": "x", "@message": told(seen)}}).to_string())),
    ("200 with exceptions", |seen| Reply::json(json!({"Exceptions": [told(seen)]}).to_string())),
    ("200 with an error among rows", |seen| {
        Reply::json(cloud::ONE_ROW.replace(
            "[[1,\"one\"]]",
            &format!(
                "[[1,\"cell-canary\"],{}]",
                json!({"OneApiErrors": [{"error": {"code": "LimitsExceeded", "@message": told(seen)}}]})
            ),
        ))
    }),
    ("200 cut off", |_| Reply::json(cloud::ONE_ROW.replace("one", "cell-canary").trim_end_matches(']'))),
    ("200 with a cell of another kind", |_| Reply::json(cloud::ONE_ROW.replace("\"one\"", "cell-canary"))),
    ("200 with too few cells", |_| Reply::json(cloud::ONE_ROW.replace("[1,\"one\"]", "[\"cell-canary\"]"))),
    ("200 that is no gzip", |seen| Reply::new(200, "Content-Encoding: gzip\r\n", told(seen))),
    ("200 with a token that fits no header", |_| cloud::token("t0ken-canary\n", 3599)),
    ("200 with a number for a token", |_| {
        Reply::json(r#"{"token_type":"Bearer","expires_in":"t0ken-canary","access_token":5}"#)
    }),
    ("headers", |seen| Reply::new(400, &format!("x-ms-activity-id: {}\r\nRetry-After: {0}\r\n", token_of(seen)), "")),
];

/// All of a request.
fn told(seen: &Seen) -> String {
    format!("you sent {} {}", seen.head, seen.body)
}

fn token_of(seen: &Seen) -> String {
    seen.header("authorization").unwrap_or(CANARY).to_owned()
}

fn one_api(status: u16, seen: &Seen) -> Reply {
    let error = json!({"error": {"code": "General_BadRequest", "message": told(seen), "@message": told(seen), "@permanent": true}});
    Reply::new(status, "Retry-After: 9999\r\n", error.to_string())
}

fn entra(seen: &Seen, code: u32) -> String {
    let description = format!("AADSTS{code}: {}", told(seen));
    json!({"error": "invalid_client", "error_description": description, "error_codes": [code]}).to_string()
}

/// A request of each action, full of canaries.
fn requests() -> [(&'static str, Value); 4] {
    let query = "print p, 'canary-text' // canary-comment";
    let parameters = json!({"p": "canary-parameter"});
    let records = json!([{"n": 1, "canary-field": "canary-record"}]);
    [
        ("query", json!({"query": query, "parameters": parameters})),
        ("query-chart", json!({"query": query, "parameters": parameters, "title": "canary-title"})),
        ("ingest", json!({"table": "canary_table", "mapping": "canary_mapping", "records": records})),
        (
            "ingest",
            json!({"table": "canary_table", "createTable": true, "schema": {"canary_column": "long"}, "records": records}),
        ),
    ]
}

/// The request over HTTP, from a caller for whom the gateway vouches.
fn by_gateway(request: &Value) -> Value {
    let mut event = events::http(&request.to_string());
    event["requestContext"]["authorizer"] = json!({"jwt": {"claims": {"sub": "canary-caller"}, "scopes": null}});
    event
}

/// Runs every fault in what `sends` says of functions with this credential, for these requests.
fn faults(kind: &Kind, place: &str, requests: &[(&str, Value)], sends: fn(&Seen) -> bool) {
    let fault: Arc<Mutex<Fault>> = Arc::new(Mutex::new(cloud::well));
    let current = Arc::clone(&fault);
    let network = Network::new(move |seen| if sends(seen) { current.lock().unwrap()(seen) } else { cloud::well(seen) });
    let mut failed = 0;
    for (action, request) in requests {
        let function = function(action, CLUSTER, kind, &network, "");
        for (name, answer) in FAULTS {
            *fault.lock().unwrap() = *answer;
            for event in [request.clone(), by_gateway(request)] {
                let outcome = function.invoke_text(&event.to_string(), Duration::from_secs(2));
                failed += usize::from(matches!(outcome, Outcome::Error(..)));
                let text = shown(outcome, &format!("{action} {place}: {name}"));
                assert!(!text.contains("\"statusCode\":401,"), "the gateway's caller is refused: {text}");
            }
        }
    }
    assert!(failed >= FAULTS.len() / 2, "{place}: only {failed} calls failed");
}

#[test]
fn a_cluster_that_says_everything() {
    faults(&secret_at_hand(), "cluster", &requests(), |seen| seen.host == CLUSTER && !seen.target.contains("metadata"));
}

#[test]
fn metadata_that_says_everything() {
    let (_, request) = &requests()[0];
    for (name, fault) in FAULTS {
        let network =
            Network::new(move |seen| if seen.target.contains("metadata") { fault(seen) } else { cloud::well(seen) });
        let function = query(&secret_at_hand(), &network);
        shown(function.invoke(request), &format!("metadata: {name}"));
        assert!((1..=3).contains(&network.count(CLUSTER, "metadata")), "{name}");
    }
}

#[test]
fn an_entra_that_says_everything() {
    faults(&secret_at_hand(), "Entra, secret", &requests()[..1], |seen| seen.host == LOGIN);
    faults(&aws_federated(), "Entra, assertion", &requests()[..1], |seen| seen.host == LOGIN);
}

#[test]
fn an_aws_that_says_everything() {
    for kind in [aws_federated(), secret_of_secrets_manager(), secret_of_systems_manager()] {
        faults(&kind, kind.name, &requests()[..1], |seen| seen.host.ends_with(".amazonaws.com"));
    }
}

#[test]
fn an_identity_endpoint_that_says_everything() {
    let network = Network::new(cloud::well);
    for status in ["200 x", "400 x", "404 x", "500 x"] {
        let body = format!("{{\"error_description\":\"{TOKEN} header-canary\",\"access_token\":7}}");
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        let identity = Cluster::answering(answer.into_bytes());
        let endpoint = format!("{}/msi/token", identity.url());
        let function = function("query", CLUSTER, &managed_identity(), &network, &endpoint);
        let outcome = function.invoke_text(&requests()[0].1.to_string(), Duration::from_secs(2));
        assert!(
            shown(outcome, status).starts_with("ConnectionUnauthorized: ") || status.starts_with(['4', '5']),
            "{status}"
        );
    }
}

#[test]
fn tls_that_fails() {
    for quality in [Quality::WrongName, Quality::Expired, Quality::SelfSigned] {
        let network = Network::with_certificate(CLUSTER, quality, cloud::well);
        for (action, request) in requests() {
            let function = function(action, CLUSTER, &secret_at_hand(), &network, "");
            assert!(!shown(function.invoke(&request), "TLS").contains(CANARY));
        }
    }
}

#[test]
fn requests_that_are_wrong() {
    let network = Network::new(cloud::well);
    for (action, request) in requests() {
        let function = function(action, CLUSTER, &secret_at_hand(), &network, "");
        for (name, value) in request.as_object().unwrap() {
            for wrong in [
                json!({"canary-key": "canary-value"}),
                json!(["canary-item"]),
                json!("canary '"),
                json!(7),
                Value::Null,
            ] {
                let mut request = request.clone();
                request[name] = wrong;
                shown(function.invoke(&request), name);
                request[name] = value.clone();
                request["canary-unknown"] = json!("canary-value");
                shown(function.invoke(&request), "an unknown field");
            }
        }
        for text in [
            "\"canary-text\"",
            "[\"canary-text\"]",
            "{\"canary-key\": ",
            "{\"query\": \"canary\", \"query\": \"canary\"}",
        ] {
            shown(function.invoke_text(text, Duration::from_secs(5)), text);
        }
    }
}

#[test]
fn cells_are_in_the_rows_and_nowhere_else() {
    let kusto = Kusto::with_tables(&[("T", "a,b\n1,cell-canary\n")]);
    let mut reply = kusto.function("query", &[]).invoke(&json!({"query": "T"})).reply();
    assert_eq!(reply["value"].take(), json!([{"a": 1, "b": "cell-canary"}]));
    assert!(!reply.to_string().contains(CANARY), "{reply}");
    let error = kusto.function("query", &[]).invoke(&json!({"query": "T | where b == 1 | extend canary-x"})).error();
    assert!(!error.contains("cell-canary"), "{error}");
}

#[test]
fn mail() {
    let folder = tempfile::tempdir().unwrap();
    let refused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let talkative = Cluster::answering(b"550 canary-address is not canary-allowed\r\n".to_vec());
    let talkative = talkative.url().replace("http://", "");
    for url in [
        format!("file://{}", folder.path().display()),
        format!("file://{}/canary/none", folder.path().display()),
        format!("smtp://{refused}"),
        format!("smtp://{talkative}"),
    ] {
        let settings = [
            ("MAIL_URL", url.as_str()),
            ("MAIL_FROM", "canary-sender@example.net"),
            ("MAIL_ALLOWED_RECIPIENTS", "@example.com"),
            ("SMTP_PASSWORD", "smtp-password-canary"),
        ];
        let function = Function::start("email", &settings);
        for (to, subject) in [
            ("canary-to@example.com", "canary-subject"),
            ("canary-to@evil.example", "x"),
            ("canary-to@example.com", "canary\r\nBcc: x"),
            ("canary to", "x"),
        ] {
            let mail = json!({"to": to, "cc": "canary-cc@example.com", "bcc": "canary-bcc@example.com", "subject": subject, "body": "<p>canary-body</p>"});
            function.invoke_text(&mail.to_string(), Duration::from_secs(3));
        }
    }
}

#[test]
fn settings_with_a_secret_in_the_wrong_place_do_not_start_and_do_not_repeat_it() {
    let connection = |line: &str| {
        format!(
            "[[connection]]\nname = \"x\"\ncluster = \"https://help.kusto.windows.net\"\ndatabases = [\"x\"]\ncredential = {line}\n"
        )
    };
    let application = "kind = \"client-secret\", tenant = \"x\", client_id = \"1\"";
    for settings in [
        vec![
            ("KUSTO_CLUSTER", "https://user:canary@help.kusto.windows.net".to_owned()),
            ("KUSTO_DATABASE", "x".to_owned()),
        ],
        vec![("KUSTO_CONNECTIONS", connection(&format!("{{ {application}, secret = \"s3cret-canary\" }}")))],
        vec![("KUSTO_CONNECTIONS", connection(&format!("{{ {application}, secret = \"aws-secret:canary\" }}")))],
        vec![("KUSTO_CONNECTIONS", connection(&format!("{{ {application}, secrt = \"s3cret-canary\" }}")))],
        vec![("KUSTO_CONNECTIONS", connection("{ kind = \"s3cret-canary\" }"))],
        vec![("KUSTO_CONNECTIONS", connection("\"s3cret-canary\""))],
        vec![("KUSTO_CONNECTIONS", connection(&format!("{{ {application}, secret = s3cret-canary }}")))],
        vec![
            ("KUSTO_CLUSTER", "http://127.0.0.1:1".to_owned()),
            ("KUSTO_DATABASE", "x".to_owned()),
            ("PROXY_URL", "ht tp://user:canary@proxy".to_owned()),
        ],
        vec![
            ("KUSTO_CLUSTER", "https://help.kusto.windows.net".to_owned()),
            ("KUSTO_DATABASE", "x".to_owned()),
            ("AZURE_CLIENT_ID", "s3cret canary".to_owned()),
            ("AZURE_TENANT_ID", "x".to_owned()),
            ("AZURE_CLIENT_SECRET", SECRET.to_owned()),
        ],
    ] {
        let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (error, _) = Function::start("query", &settings).refusal();
        assert!(!error.unwrap().to_string().contains(CANARY), "{settings:?}");
    }
    let mail = [("MAIL_URL", "smtp://user:password-canary@mail.example:25"), ("MAIL_FROM", "a@example.net")];
    let (error, _) = Function::start("email", &mail).refusal();
    assert!(!error.unwrap().to_string().contains(CANARY));
}

#[test]
fn a_panic() {
    let function = Function::start("panicking", &[]);
    for _ in 0..2 {
        let outcome = function.invoke(&json!({"query": "canary-query"}));
        let text = shown(outcome, "a panic");
        assert!(text.starts_with("Internal: ") && !text.contains(CANARY), "{text}");
    }
    let log = function.log();
    assert!(log.contains("the function panicked") && log.contains("tests/src/bin/panicking.rs:"), "{log}");
}
