//! One submission or change per idempotency key, or per event, however often it comes.

use super::connection;
use serde_json::{Value, json};
use std::time::Duration;
use tempfile::TempDir;
use tests::{
    cluster::{Answer, Cluster},
    events,
    kusto::Kusto,
    lambda::Function,
};

const COMMAND: &str = ".append async Target <| range n from 1 to 10 step 1";
const EVENT: &str = "11111111-2222-4333-8444-555555555555";

/// A Kusto with an empty table and its fault switch, and a folder for the store.
fn setup() -> (Kusto, TempDir) {
    let kusto = Kusto::with_faults();
    kusto.command(".create table Target (n: long)");
    (kusto, tempfile::tempdir().unwrap())
}

/// `async-command`, with this store.
fn function(cluster: &str, database: &str, store: &[(&str, &str)]) -> Function {
    named("async-command", cluster, database, store)
}

fn named(name: &str, cluster: &str, database: &str, store: &[(&str, &str)]) -> Function {
    let connections = connection("local", cluster, database);
    let settings = [("KUSTO_CONNECTIONS", connections.as_str()), ("HTTP_AUTHORIZER", "none")];
    Function::start(name, &[&settings, store].concat())
}

fn in_folder(kusto: &Kusto, store: &TempDir) -> Function {
    function(kusto.url(), "NetDefaultDB", &[("STORE_URL", &url(store))])
}

fn url(folder: &TempDir) -> String {
    format!("file://{}", folder.path().display())
}

/// The client request ids of the submissions that arrived.
fn submissions(kusto: &Kusto) -> Vec<String> {
    let appends =
        kusto.requests().into_iter().filter(|request| request["csl"].as_str().unwrap().starts_with(".append"));
    appends.map(|request| request["clientRequestId"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_same_key_is_the_same_operation() {
    let (kusto, store) = setup();
    let function = in_folder(&kusto, &store);
    let request = |command: &str, key: &str| json!({"command": command, "idempotencyKey": key, "wait": true});
    let first = function.invoke(&request(COMMAND, "day")).reply();
    assert_eq!(first["state"], "Completed");
    assert_eq!(function.invoke(&request(COMMAND, "day")).reply(), first);
    // Somebody else's function, at another time.
    assert_eq!(in_folder(&kusto, &store).invoke(&request(COMMAND, "day")).reply(), first);
    assert_eq!(submissions(&kusto), [first["clientRequestId"].as_str().unwrap()]);
    let error = function.invoke(&request(&format!("{COMMAND} | take 1"), "day")).error();
    assert!(error.starts_with("Conflict: the idempotency key was used for another request"), "{error}");
    let other = function.invoke(&request(COMMAND, "next day")).reply();
    assert_ne!(other["operationId"], first["operationId"]);
    assert_eq!(submissions(&kusto).len(), 2);
    assert_eq!(kusto.query("Target | count")["Rows"][0][0], 20);
}

#[test]
fn the_header_is_the_field_and_an_event_is_its_own_key() {
    let (kusto, store) = setup();
    let function = in_folder(&kusto, &store);
    let post = |key: &str, fields: Value| {
        let mut request = json!({"command": COMMAND});
        request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let event = events::http_request("POST", &[("idempotency-key", key)], &request.to_string());
        let reply = function.invoke(&event).reply();
        let body: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
        (reply["statusCode"].as_u64().unwrap(), body["operationId"].clone())
    };
    let first = post("one", json!({}));
    assert_eq!((first.0, post("one", json!({}))), (200, first.clone()));
    assert_eq!(post("one", json!({"wait": true})).0, 409);
    assert_eq!(post("one", json!({"idempotencyKey": "two"})).0, 400);
    assert_eq!(submissions(&kusto).len(), 1);
    let deliver = || {
        let event = json!({"command": COMMAND}).to_string();
        let outcome = function.deliver(EVENT, &event, Duration::from_secs(30));
        outcome.recv_timeout(Duration::from_secs(60)).unwrap().reply()["operationId"].take()
    };
    assert_eq!(deliver(), deliver());
    assert_eq!(submissions(&kusto).len(), 2);
}

#[test]
fn a_function_that_was_killed_after_it_submitted_leaves_an_unknown_outcome() {
    let (kusto, store) = setup();
    kusto.fault(&json!({"match": {"text": ".append"}, "delayMs": 600_000}));
    let event = json!({"command": COMMAND, "idempotencyKey": "day"}).to_string();
    let killed = in_folder(&kusto, &store);
    let outcome = killed.deliver(EVENT, &event, Duration::from_secs(3));
    assert!((0..100_000).any(|_| submissions(&kusto).len() == 1), "it was submitted");
    killed.log();
    assert!(outcome.try_recv().is_err(), "it was killed before it answered");
    let function = in_folder(&kusto, &store);
    for _ in 0..2 {
        let error = function.invoke_text(&event, Duration::from_secs(30)).error();
        let id = &submissions(&kusto)[0];
        let lookup = format!("`.show commands | where ClientActivityId == \"{id}\"`");
        assert!(error.starts_with("OutcomeUnknown: it may have been done, as the command that "), "{error}");
        assert!(error.contains(&lookup) && error.ends_with(&format!("(client request id {id})")), "{error}");
    }
    assert_eq!(submissions(&kusto).len(), 1);
}

#[test]
fn what_the_cluster_does_not_answer_is_remembered_as_unknown_before_the_deadline() {
    let (kusto, store) = setup();
    kusto.fault(&json!({"match": {"text": ".append"}, "delayMs": 600_000}));
    let function = in_folder(&kusto, &store);
    let event = json!({"command": COMMAND, "idempotencyKey": "day"}).to_string();
    for start in ["the cluster did not answer in time", "it may have been done, as the command that "] {
        let error = function.invoke_text(&event, Duration::from_secs(3)).error();
        assert!(error.starts_with(&format!("OutcomeUnknown: {start}")), "{error}");
        assert!(error.contains(&submissions(&kusto)[0]), "{error}");
    }
    assert_eq!(submissions(&kusto).len(), 1);
}

#[test]
fn what_was_refused_may_be_submitted_again() {
    let (kusto, store) = setup();
    kusto.fault(
        &json!({"match": {"text": ".append"}, "answer": {"status": 400, "code": "BadRequest", "permanent": true}}),
    );
    let function = in_folder(&kusto, &store);
    let request = json!({"command": COMMAND, "idempotencyKey": "day", "wait": true});
    let error = function.invoke(&request).error();
    assert!(!error.starts_with("OutcomeUnknown"), "{error}");
    assert_eq!(function.invoke(&request).reply()["state"], "Completed");
    assert_eq!(kusto.query("Target | count")["Rows"][0][0], 10);
}

#[test]
fn an_outcome_that_the_store_does_not_take_in_time_is_told_all_the_same() {
    let (kusto, _) = setup();
    let s3 = empty_bucket(|line| line.ends_with("/done").then(|| Answer::Stall(Vec::new())));
    let function = function(kusto.url(), "NetDefaultDB", &in_bucket(&s3));
    let reply = function.invoke_text(&json!({"command": COMMAND}).to_string(), Duration::from_secs(4)).reply();
    assert_eq!(reply["clientRequestId"], submissions(&kusto)[0], "{reply}");
    let log = function.log();
    assert!(log.contains("the outcome is not remembered") && !log.contains("canary"), "{log}");
}

#[test]
fn the_same_key_changes_once_and_shows_the_same() {
    let (kusto, store) = setup();
    let url = url(&store);
    let start = || named("command-chart", kusto.url(), "NetDefaultDB", &[("STORE_URL", &url)]);
    let function = start();
    let request =
        |command: &str, key: &str| json!({"command": command, "idempotencyKey": key, "chartType": "Html Table"});
    const CHANGE: &str = ".append Target <| range n from 1 to 10 step 1";
    let first = function.invoke(&request(CHANGE, "day")).reply();
    assert_eq!((&first["rowCount"], first["bodyHtml"].as_str().unwrap().contains("<table")), (&json!(1), true));
    for function in [&function, &start()] {
        assert_eq!(function.invoke(&request(CHANGE, "day")).reply(), first);
    }
    assert_eq!(submissions(&kusto), [first["clientRequestId"].as_str().unwrap()]);
    let error = function.invoke(&request(&format!("{CHANGE} | take 1"), "day")).error();
    assert!(error.starts_with("Conflict: the idempotency key was used for another request"), "{error}");
    // The same over HTTP, for who wants a document and nothing else.
    let post = |accept: &str| {
        let headers = [("idempotency-key", "http"), ("accept", accept)];
        function
            .invoke(&events::http_request(
                "POST",
                &headers,
                &json!({"command": CHANGE, "chartType": "Html Table"}).to_string(),
            ))
            .reply()
    };
    let html = post("text/html");
    assert_eq!((&html["statusCode"], html["body"].as_str().unwrap().contains("<table")), (&json!(200), true));
    assert_eq!(post("text/html"), html);
    assert_eq!(submissions(&kusto).len(), 2);
    // What only reads is run as often as it is asked.
    let shown = |table: &str| {
        kusto.command(&format!(".create table {table} (n: long)"));
        function.invoke(&request(".show tables", "day")).reply()["rowCount"].take()
    };
    assert_eq!((shown("Second"), shown("Third")), (json!(2), json!(3)));
    assert_eq!(kusto.query("Target | count")["Rows"][0][0], 20);
}

#[test]
fn a_change_whose_answer_cannot_be_handed_over_is_not_called_undone() {
    let (kusto, _) = setup();
    let s3 = empty_bucket(|line| line.contains("/results/").then(|| Answer::new(403, "", "<Error/>")));
    let settings = [in_bucket(&s3).as_slice(), &[("INLINE_LIMIT", "1000")]].concat();
    let function = named("command-chart", kusto.url(), "NetDefaultDB", &settings);
    let error = function.invoke(&json!({"command": ".append Target <| range n from 1 to 10 step 1"})).error();
    assert!(error.starts_with("OutcomeUnknown: it was done, but its answer cannot be handed over: "), "{error}");
    assert_eq!(kusto.query("Target | count")["Rows"][0][0], 10);
}

/// A bucket in which nothing is found, but for what `other` answers to the line of a request.
fn empty_bucket(other: impl Fn(&str) -> Option<Answer> + Send + Sync + 'static) -> Cluster {
    Cluster::scripted(move |request| match request.line() {
        line if line.contains("list-type=2") => Answer::new(200, "", "<ListBucketResult></ListBucketResult>"),
        line if line.starts_with("GET ") => Answer::new(404, "", "<Error><Code>NoSuchKey</Code></Error>"),
        line => other(line).unwrap_or_else(|| Answer::new(200, "etag: \"1\"\r\n", "")),
    })
}

fn in_bucket(s3: &Cluster) -> [(&str, &str); 5] {
    [
        ("STORE_URL", "s3://store"),
        ("AWS_ENDPOINT_URL", s3.url()),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "canary"),
    ]
}
