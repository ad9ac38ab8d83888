//! Who may use a destination over HTTP: whoever may use its connection, and nobody reaches it by way of what is kept for a replay.

use super::{connection, destination, destinations::counts};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{events, kusto::Kusto, lambda::Function};

/// The function with a destination `Open` for everybody and one `Closed` for `ops`, of these clusters.
fn function([open, closed]: [&str; 2], store: &TempDir) -> Function {
    let named = |cluster: &str, name: &str, callers: &str| {
        let connection = connection(cluster).replace("\"local\"", &format!("\"{name}\""));
        format!("{connection}callers = [\"{callers}\"]\n")
    };
    let connections = format!("{}\n{}", named(open, "open", "*"), named(closed, "closed", "ops"));
    let into = |name: &str, connection: &str| destination(name, &format!("connection = \"{connection}\""));
    let destinations = format!("{}\n{}", into("Open", "open"), into("Closed", "closed"));
    let store = format!("file://{}", store.path().display());
    let settings = [
        ("KUSTO_CONNECTIONS", connections.as_str()),
        ("INGEST_DESTINATIONS", &destinations),
        ("STORE_URL", &store),
        ("HTTP_AUTHORIZER", "jwt"),
    ];
    Function::start("ingest", &settings)
}

/// What the function answers to this caller: the status and the body.
fn asks(function: &Function, caller: &str, path: &str, body: &Value) -> (u64, Value) {
    let mut event = events::http_request("POST", &[], &body.to_string());
    event["rawPath"] = json!(path);
    event["requestContext"]["authorizer"] = json!({"jwt": {"claims": {"sub": caller, "aud": "x"}, "scopes": null}});
    let reply = function.invoke(&event).reply();
    let body = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
    (reply["statusCode"].as_u64().unwrap(), body)
}

#[test]
fn a_caller_without_access_brings_nothing_in_by_way_of_a_replay() {
    let (kusto, store) = (Kusto::start(None), tempfile::tempdir().unwrap());
    let function = function([kusto.url(); 2], &store);
    let (status, reply) = asks(&function, "eve", "/ingest/records", &json!([{"id": "forged"}]));
    assert_eq!((status, counts(&reply, 0), counts(&reply, 1)), (200, [1, 1, 0, 0, 0, 0], [1, 0, 0, 0, 0, 1]));
    let refused = &reply["destinations"][1];
    assert_eq!((&refused["error"]["code"], &refused["keptAs"]), (&json!("Forbidden"), &json!([])), "{refused}");
    assert!(!store.path().join("rejected").exists());
    let replay = json!({"replay": {"destination": "Closed"}});
    let (status, replayed) = asks(&function, "ops", "/ingest", &replay);
    assert_eq!((status, counts(&replayed, 0)), (200, [0; 6]));
    // What comes from a queue goes to both, and so does what a caller sends who may use both.
    assert_eq!(
        function.invoke(&events::sqs(&[("m1", None, r#"{"id": "a"}"#)])).reply()["batchItemFailures"],
        json!([])
    );
    let (status, reply) = asks(&function, "ops", "/ingest/records", &json!([{"id": "b"}]));
    assert_eq!((status, counts(&reply, 1)), (200, [1, 1, 0, 0, 0, 0]));
    assert_eq!(kusto.query("Closed | project id | order by id asc")["Rows"], json!([["a"], ["b"]]));
}

#[test]
fn a_replay_is_for_those_who_may_use_its_destination() {
    let (kusto, store) = (Kusto::start(None), tempfile::tempdir().unwrap());
    let function = function([kusto.url(); 2], &store);
    let (_, reply) = asks(&function, "ops", "/ingest/records", &json!([{"id": "a", "more": 1}]));
    assert_eq!(counts(&reply, 1), [1, 0, 0, 0, 1, 0]);
    let (status, error) = asks(&function, "eve", "/ingest", &json!({"replay": {"destination": "Closed"}}));
    assert_eq!((status, &error["code"]), (403, &json!("Forbidden")));
    let (status, error) = asks(&function, "eve", "/ingest", &json!({"replay": {"destination": "none"}}));
    assert_eq!(status, 404);
    let message = error["message"].as_str().unwrap();
    assert!(message.ends_with("configured are: Open"), "{message}");
}

#[test]
fn what_a_cluster_refuses_is_kept_for_those_who_may_use_it() {
    let (kusto, store) = (Kusto::start(None), tempfile::tempdir().unwrap());
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let function = function([kusto.url(), &format!("http://{gone}")], &store);
    for (caller, kept) in [("eve", 0), ("ops", 1)] {
        let (status, reply) = asks(&function, caller, "/ingest/records", &json!([{"id": "a"}]));
        assert_eq!((status, counts(&reply, 1)), (200, [1, 0, 0, 0, 0, 1]));
        assert_eq!(reply["destinations"][1]["keptAs"].as_array().unwrap().len(), kept, "{caller}: {reply}");
    }
}
