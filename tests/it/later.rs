//! Calls that are answered later: by callers who cannot wait, for queries that take longer than a call.

use crate::store::in_folder;
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    sync::{Arc, Condvar, Mutex},
    time::{Duration, SystemTime},
};
use store::{
    digest::Digest,
    envelope::Owner,
    promise::{Offer, Promise},
    store::Store,
};
use tests::{
    api::Api,
    cluster::{Answer, Cluster},
    events,
    http::send,
    kusto::Kusto,
    lambda::{Function, Outcome},
    logic_apps,
};

const JSON: (&str, &str) = ("content-type", "application/json");
const LATER: (&str, &str) = ("prefer", "respond-async");

/// How long a function may take.
const TIME: Duration = Duration::from_secs(600);

/// The time of a test: it passes when somebody waits.
#[derive(Default)]
struct Clock {
    now: Mutex<Duration>,
    changed: Condvar,
}

impl Clock {
    fn pass(&self, duration: Duration) -> Duration {
        let mut now = self.now.lock().unwrap();
        *now += duration;
        self.changed.notify_all();
        *now
    }

    fn wait_until(&self, time: Duration) {
        drop(self.changed.wait_while(self.now.lock().unwrap(), |now| *now < time).unwrap());
    }
}

/// An answer of Kusto with so many rows.
fn many_rows(count: u32) -> String {
    let rows: Vec<Value> = (0..count).map(|n| json!([n, format!("row {n} of the answer")])).collect();
    json!([
        {"FrameType": "DataSetHeader", "IsProgressive": false, "Version": "v2.0"},
        {"FrameType": "DataTable", "TableId": 0, "TableKind": "PrimaryResult", "TableName": "PrimaryResult",
         "Columns": [{"ColumnName": "n", "ColumnType": "long"}, {"ColumnName": "t", "ColumnType": "string"}], "Rows": rows},
        {"FrameType": "DataSetCompletion", "HasErrors": false, "Cancelled": false},
    ])
    .to_string()
}

#[test]
fn a_query_of_nine_minutes_is_one_call_and_at_most_sixty_looks() {
    const MINUTES: Duration = Duration::from_secs(9 * 60);
    let (clock, begun) = (Arc::new(Clock::default()), Arc::new(Clock::default()));
    let cluster = Cluster::scripted({
        let (clock, begun) = (Arc::clone(&clock), Arc::clone(&begun));
        move |_| {
            begun.pass(Duration::from_secs(1));
            clock.wait_until(MINUTES);
            Answer::new(200, "content-type: application/json\r\n", &many_rows(2_000))
        }
    });
    let api = Api::with_cluster(cluster.url(), &[], TIME);
    let wait = |pause: Duration| {
        // The cluster has the query before any time passes, and its answer is there when the time is over.
        begun.wait_until(Duration::from_secs(1));
        if clock.pass(pause) >= MINUTES {
            api.lambda.wait_for_events();
        }
    };
    let body = json!({"db": "NetDefaultDB", "csl": "Slow", "cluster": cluster.url()}).to_string();
    let headers = [JSON, LATER, ("authorization", "Bearer x")];
    let outcome = logic_apps::call("POST", &api.at("/ListKustoResults/false"), &headers, body.as_bytes(), &wait);
    assert_eq!(outcome.answer.status, 200);
    assert!((50..=60).contains(&outcome.polls), "{} looks", outcome.polls);
    let reply = outcome.answer.json();
    assert_eq!((&reply["rowCount"], &reply["completeness"]), (&json!(2_000), &json!("complete")));
    assert_eq!(reply["value"].as_array().unwrap().len(), 2_000);
    assert_eq!(reply["value"][1_999], json!({"n": 1_999, "t": "row 1999 of the answer"}));
    assert_eq!((cluster.requests().len(), api.lambda.calls("query").len()), (1, 1), "one submission, one query");
}

/// Asks for an answer later and returns where it will be.
fn promised(api: &Api, path: &str, headers: &[(&str, &str)], body: &Value) -> String {
    let answer = send("POST", &api.at(path), &[&[JSON, LATER], headers].concat(), body.to_string().as_bytes());
    assert_eq!(answer.status, 202, "{}", String::from_utf8_lossy(&answer.body));
    assert_eq!(answer.header("preference-applied"), Some("respond-async"));
    assert_eq!((answer.header("retry-after"), &answer.json()["retryAfter"]), (Some("5"), &json!(5)));
    let location = answer.header("location").unwrap().to_owned();
    assert!(location.starts_with(&api.at("/result/")), "{location}");
    location
}

#[test]
fn an_outcome_has_its_own_status_and_type() {
    let kusto = Kusto::with_tables(&[("Requests", "Service,Count\ncheckout,120\nsearch,300\n")]);
    let api = Api::with_cluster(kusto.url(), &[], TIME);
    for (path, accept, body, status, content_type, words) in [
        (
            "/query",
            "text/csv",
            json!({"query": "Requests | take 1"}),
            200,
            "text/csv; charset=utf-8",
            "\"Service\",\"Count\"",
        ),
        ("/query", "*/*", json!({"query": "Requests | where"}), 400, "application/json", "QueryError"),
        ("/query", "*/*", json!({"query": "T", "database": "Other"}), 403, "application/json", "Forbidden"),
        ("/ListKustoResultsSchema", "*/*", json!({"csl": "Requests"}), 200, "application/json", "\"schema\""),
        (
            "/query-chart",
            "image/svg+xml",
            json!({"query": "Requests", "chartType": "Bar Chart"}),
            200,
            "image/svg+xml",
            "<svg",
        ),
        ("/show-command", "*/*", json!({"command": ".show tables"}), 200, "application/json", "Requests"),
        (
            "/async-command",
            "*/*",
            json!({"command": ".set-or-append async U <| Requests", "wait": true}),
            200,
            "application/json",
            "Completed",
        ),
    ] {
        let location = promised(&api, path, &[("accept", accept)], &body);
        api.lambda.wait_for_events();
        let answer = send("GET", &location, &[], b"");
        let text = String::from_utf8_lossy(&answer.body);
        assert_eq!((answer.status, answer.header("content-type")), (status, Some(content_type)), "{path}: {text}");
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn an_outcome_that_was_throttled_says_when_to_ask_again() {
    let kusto = Kusto::with_faults();
    kusto.fault(&json!({"match": {"text": "T"}, "answer": {"status": 429, "headers": {"retry-after": "9999"}}}));
    let api = Api::with_cluster(kusto.url(), &[], TIME);
    let location = promised(&api, "/query", &[], &json!({"query": "T"}));
    api.lambda.wait_for_events();
    let answer = send("GET", &location, &[], b"");
    assert_eq!((answer.status, &answer.json()["code"]), (429, &json!("Throttled")));
    assert_eq!((answer.header("retry-after"), &answer.json()["retryAfter"]), (Some("9999"), &json!(9999)));
}

#[test]
fn what_is_wrong_is_said_at_once() {
    let kusto = Kusto::start(None);
    let api = Api::with_cluster(kusto.url(), &[], TIME);
    for (path, headers, body, status) in [
        ("/query", &[JSON, LATER][..], "{\"qery\": 1}", 400),
        ("/query", &[JSON, LATER, ("accept", "image/png")], "{\"query\": \"T\"}", 406),
        ("/query", &[LATER, ("content-type", "text/plain")], "{\"query\": \"T\"}", 415),
        ("/query", &[JSON, LATER, ("x-kusto-authorization", "Bearer eyJh.eyJz.canary")], "{\"query\": \"T\"}", 400),
    ] {
        let answer = send("POST", &api.at(path), headers, body.as_bytes());
        assert_eq!(answer.status, status, "{}", String::from_utf8_lossy(&answer.body));
    }
    // What is larger than an event that Lambda queues.
    let records = json!({"table": "T", "mapping": "m", "records": [{"a": "x".repeat(1 << 20)}]});
    let answer = send("POST", &api.at("/ingest"), &[JSON, LATER], records.to_string().as_bytes());
    assert_eq!((answer.status, &answer.json()["code"]), (413, &json!("LimitExceeded")));
    assert_eq!(api.lambda.calls("query (events)").len() + api.lambda.calls("ingest (events)").len(), 0);
}

#[test]
fn who_cancels_stops_the_query_on_the_cluster() {
    let kusto = Kusto::with_faults();
    kusto.fault(&json!({"match": {"text": "print slow"}, "runsMs": 600_000}));
    let api = Api::with_cluster(kusto.url(), &[], TIME);
    let location = promised(&api, "/query", &[], &json!({"query": "print slow = 1"}));
    while kusto.requests().is_empty() {
        std::thread::yield_now();
    }
    let cancelled = send("DELETE", &location, &[], b"");
    assert_eq!((cancelled.status, &cancelled.json()["state"]), (200, &json!("cancelled")));
    // It ends long before it would have, since it is cancelled.
    api.lambda.wait_for_events();
    assert_eq!(send("GET", &location, &[], b"").status, 404);
    assert_eq!(send("DELETE", &location, &[], b"").status, 404);
    let queries = kusto.command(".show queries | where Text has 'slow' | project State");
    assert_eq!(queries["Rows"], json!([["Canceled"]]));
}

#[test]
fn what_changes_something_is_not_cancelled_and_done_once() {
    let kusto = Kusto::with_tables(&[("Requests", "Service\ncheckout\n")]);
    let api = Api::with_cluster(kusto.url(), &[], TIME);
    let body = json!({"command": ".set-or-append async Copy <| Requests", "wait": true});
    let key = [("idempotency-key", "k")];
    let locations = [promised(&api, "/async-command", &key, &body), promised(&api, "/async-command", &key, &body)];
    assert_eq!(send("DELETE", &locations[0], &[], b"").status, 400);
    api.lambda.wait_for_events();
    let ids = locations.map(|location| send("GET", &location, &[], b"").json()["operationId"].clone());
    assert!(ids[0].is_string() && ids[0] == ids[1], "{ids:?}");
    assert_eq!(kusto.query("Copy | count")["Rows"], json!([[1]]));
}

#[test]
fn an_event_that_comes_again_or_that_nobody_was_promised_does_nothing() {
    let kusto = Kusto::with_faults();
    let api = Api::with_cluster(kusto.url(), &[], TIME);
    let location = promised(&api, "/query", &[], &json!({"query": "print once = 1"}));
    api.lambda.wait_for_events();
    let event = api.lambda.calls("query (events)").remove(0);
    let settings = [("KUSTO_CLUSTER", kusto.url()), ("KUSTO_DATABASE", "NetDefaultDB"), ("STORE_URL", &api.store())];
    let function = Function::start("query", &settings);
    let first = send("GET", &location, &[], b"").body;
    assert_eq!(function.invoke_text(&event, TIME), Outcome::Reply(Value::Null));
    assert_eq!(send("GET", &location, &[], b"").body, first);
    assert_eq!(kusto.requests().len(), 1, "it was asked once");
    // Neither another caller, nor another request, nor another id.
    let ben = event.replace("\"caller\":[]", "\"caller\":[\"ben\"]");
    let other = event.replace("once = 1", "twice = 2");
    let id = event.replacen(&location[location.len() - 32..], &"0".repeat(32), 1);
    for forged in
        [ben, other, id, r#"{"promise": {}}"#.to_owned(), r#"{"promise": {"id": "..", "work": {}}}"#.to_owned()]
    {
        assert_ne!(forged, event);
        assert_eq!(function.invoke_text(&forged, TIME).error(), "NotFound: nobody was promised this work");
    }
    assert_eq!(kusto.requests().len(), 1);
}

#[test]
fn where_lambda_takes_no_event_nothing_is_promised() {
    let kusto = Kusto::start(None);
    let folder = tempfile::tempdir().unwrap();
    let store = format!("file://{}", folder.path().display());
    let settings =
        [("HTTP_AUTHORIZER", "none"), ("STORE_URL", &store), ("RESULT_URL", "https://api.example.com/result")];
    let event = events::http_request("POST", &[LATER], r#"{"query": "print 1"}"#);
    let status = |more: &[(&str, &str)]| {
        let reply = kusto.function("query", &[&settings[..], more].concat()).invoke(&event).reply();
        (reply["statusCode"].clone(), reply["body"].as_str().unwrap().to_owned())
    };
    let (code, body) = status(&[("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:1")]);
    assert_eq!(code, 503);
    assert!(body.contains("nothing was begun: lambda:InvokeFunction cannot be reached"), "{body}");
    let (code, body) = status(&[("AWS_SECRET_ACCESS_KEY", "")]);
    assert_eq!(code, 400);
    assert!(
        body.contains("this function cannot answer later (Prefer: respond-async): the variable AWS_SECRET_ACCESS_KEY"),
        "{body}"
    );
    let reply = kusto.function("query", &[("HTTP_AUTHORIZER", "none")]).invoke(&event).reply();
    assert!(reply["body"].as_str().unwrap().contains("needs a store: set STORE_URL"), "{reply}");
}

/// A function whose events go to this stand-in for Lambda, and whose store is in `folder`; what it answers to a caller who prefers to wait.
fn answered_later(lambda: &Cluster, folder: &Path, time: Duration) -> Value {
    let store = format!("file://{}", folder.display());
    let function = Function::start(
        "query",
        &[
            ("KUSTO_CLUSTER", "http://127.0.0.1:1"),
            ("KUSTO_DATABASE", "db"),
            ("HTTP_AUTHORIZER", "none"),
            ("STORE_URL", &store),
            ("AWS_ENDPOINT_URL_LAMBDA", lambda.url()),
        ],
    );
    let event = events::http_request("POST", &[LATER], r#"{"query": "print 1"}"#);
    function.invoke_text(&event.to_string(), time).reply()
}

#[test]
fn the_event_goes_to_the_alias_that_the_call_came_to() {
    let lambda = Cluster::scripted(|_| Answer::new(202, "", ""));
    let folder = tempfile::tempdir().unwrap();
    let reply = answered_later(&lambda, folder.path(), TIME);
    assert_eq!(reply["statusCode"], 202);
    let location = reply["headers"]["location"].as_str().unwrap();
    assert!(location.starts_with("https://abc123.execute-api.eu-central-1.amazonaws.com/result/"), "{location}");
    let [request] = &lambda.requests()[..] else { panic!("one event") };
    assert_eq!(request.line(), "POST /2015-03-31/functions/query/invocations?Qualifier=live");
    assert_eq!(request.header("x-amz-invocation-type"), "Event");
    assert!(request.header("authorization").contains("/eu-central-1/lambda/aws4_request"), "it is signed");
}

#[test]
fn where_lambda_does_not_answer_nothing_is_begun_and_that_is_said_in_time() {
    let lambda = Cluster::scripted(|_| Answer::Stall(Vec::new()));
    let folder = tempfile::tempdir().unwrap();
    let reply = answered_later(&lambda, folder.path(), Duration::from_secs(2));
    let body = reply["body"].as_str().unwrap();
    assert_eq!(reply["statusCode"], 503, "{body}");
    assert!(body.contains("nothing was begun: lambda:InvokeFunction cannot be reached"), "{body}");
    // An event that Lambda has queued all the same finds that the turn is taken.
    let names = fs::read_dir(folder.path().join("results")).unwrap().map(|file| file.unwrap().file_name());
    assert_eq!(names.filter(|name| name.to_str().unwrap().ends_with(".taken")).count(), 1);
}

#[test]
fn where_nobody_can_say_who_begins_the_promise_stands() {
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path().join("results");
    let lambda = Cluster::scripted({
        let results = results.clone();
        // By now the promise is made. No turn can be taken in what is no folder.
        move |_| {
            fs::rename(&results, results.with_extension("gone")).unwrap();
            fs::write(&results, "").unwrap();
            Answer::new(500, "", "")
        }
    });
    let reply = answered_later(&lambda, folder.path(), TIME);
    assert_eq!(reply["statusCode"], 202, "{reply}");
    let id = reply["headers"]["location"].as_str().unwrap().rsplit('/').next().unwrap();
    assert!(results.with_extension("gone").join(format!("{id}.pending")).is_file());
}

/// A promise to `ada` in the past.
async fn promise(store: &Store, changes: bool) -> Promise {
    let offer = Offer {
        owner: Owner::of(&["gateway", "ada"]),
        work: Digest::of(b"work"),
        changes,
        results: "https://api.example.com/result",
        wait: Duration::from_secs(60),
    };
    Promise::make(store.clone(), offer).await.unwrap().0
}

/// The status and the body of what `subject` is answered by `result` at a promise.
fn asked(function: &Function, method: &str, promise: &Promise, subject: &str) -> (Value, Value) {
    let mut event = events::http_request(method, &[], "");
    event["rawPath"] = json!(format!("/result/{}", promise.id()));
    event["requestContext"]["authorizer"] = json!({"jwt": {"claims": {"sub": subject}, "scopes": null}});
    let reply = function.invoke(&event).reply();
    let body: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
    (reply["statusCode"].clone(), body)
}

#[tokio::test]
async fn what_is_promised_to_one_caller_is_nobody_elses_to_see_or_cancel() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(folder.path()).store;
    let function = Function::start("result", &[("STORE_URL", store.name()), ("HTTP_AUTHORIZER", "jwt")]);
    let of_ada = promise(&store, false).await;
    for method in ["GET", "DELETE"] {
        let (status, body) = asked(&function, method, &of_ada, "ben");
        assert_eq!((&status, &body["code"]), (&json!(404), &json!("NotFound")), "{method}");
        assert!(!body.to_string().contains("api.example.com"), "not even where it will be: {body}");
    }
    assert!(!of_ada.is_cancelled().await.unwrap());
    assert_eq!(asked(&function, "GET", &of_ada, "ada").0, 202);
    assert_eq!(asked(&function, "DELETE", &of_ada, "ada").0, 200);
    assert!(of_ada.is_cancelled().await.unwrap());
}

#[tokio::test]
async fn nobody_looks_for_ever_for_what_nobody_makes() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(folder.path()).store;
    let function = Function::start("result", &[("STORE_URL", store.name()), ("HTTP_AUTHORIZER", "jwt")]);
    let past = store.clone().with_clock(|| SystemTime::now() - Duration::from_secs(1000));
    let (waiting, never, dead, broken) = (
        promise(&store, false).await,
        promise(&past, false).await,
        promise(&past, false).await,
        promise(&past, true).await,
    );
    for promise in [&dead, &broken] {
        assert!(promise.take(Duration::from_secs(600)).await.unwrap());
    }
    let fetch = |promise: &Promise| asked(&function, "GET", promise, "ada");
    let (status, body) = fetch(&waiting);
    assert_eq!((status, &body["state"], &body["retryAfter"]), (json!(202), &json!("pending"), &json!(10)));
    assert_eq!(body["location"], format!("https://api.example.com/result/{}", waiting.id()));
    for (promise, status, code) in
        [(&never, 503, "Unavailable"), (&dead, 504, "RequestTimeout"), (&broken, 409, "OutcomeUnknown")]
    {
        let first = fetch(promise);
        assert_eq!((&first.0, &first.1["code"]), (&json!(status), &json!(code)));
        assert_eq!(fetch(promise), first, "it stays so");
        assert!(!promise.take(Duration::from_secs(60)).await.unwrap(), "nobody begins after it was given up");
    }
}

#[test]
fn a_call_that_meets_its_deadline_is_told_how_to_wait() {
    let cluster = Cluster::scripted(|_| Answer::Stall(Vec::new()));
    let settings = [("KUSTO_CLUSTER", cluster.url()), ("KUSTO_DATABASE", "db"), ("HTTP_AUTHORIZER", "none")];
    let function = Function::start("query", &settings);
    let request = r#"{"query": "T"}"#;
    let time = Duration::from_millis(1500);
    let reply = function.invoke_text(&events::http(request).to_string(), time).reply();
    let body: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
    assert_eq!((&reply["statusCode"], &body["code"]), (&json!(504), &json!("RequestTimeout")));
    assert!(body["message"].as_str().unwrap().contains("send it with the header Prefer: respond-async"), "{body}");
    assert!(!function.invoke_text(request, time).error().contains("Prefer"), "a direct call has no header");
}
