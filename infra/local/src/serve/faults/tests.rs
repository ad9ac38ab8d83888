use super::Faults;
use crate::node::Node;
use crate::serve::tests::{Endpoint, first_result};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// An endpoint with the fault switch and these faults.
async fn endpoint(faults: &[Value]) -> Endpoint {
    let filled = [".create table T (a:string, n:long)", ".ingest inline into table T <| x,1\ny,2"];
    let endpoint = Endpoint::start_with(Node::default(), &filled, Some(Arc::new(Faults::default()))).await;
    for fault in faults {
        set(&endpoint, fault).await;
    }
    endpoint
}

async fn set(endpoint: &Endpoint, fault: &Value) {
    let reply = endpoint.send("POST", "/faults", &[], fault.to_string()).await;
    assert_eq!(reply.status, 204, "{fault}: {}", String::from_utf8_lossy(&reply.body));
}

/// What was received: for each request the value of this field.
async fn received(endpoint: &Endpoint, field: &str) -> Vec<Value> {
    let log = endpoint.send("GET", "/faults/requests", &[], "").await.json();
    log.as_array().into_iter().flatten().map(|request| request[field].clone()).collect()
}

/// Posts a query under a client request id.
async fn ask(endpoint: &Endpoint, id: &str, csl: &str) -> Result<(u16, Vec<u8>), String> {
    let headers = [("x-ms-client-request-id", id)];
    let reply = endpoint.try_send("POST", "/v2/rest/query", &headers, json!({ "csl": csl }).to_string()).await;
    reply.map(|reply| (reply.status.as_u16(), reply.body)).map_err(|error| format!("{error:?}"))
}

#[tokio::test]
async fn without_the_switch_there_are_no_faults() {
    let endpoint = Endpoint::start_with(Node::default(), &[], None).await;
    for (method, path) in [("GET", "/faults"), ("POST", "/faults"), ("DELETE", "/faults"), ("GET", "/faults/requests")]
    {
        let reply = endpoint.send(method, path, &[], "{}").await;
        assert_eq!((reply.status.as_u16(), reply.body.len()), (404, 0), "{method} {path}");
    }
}

#[tokio::test]
async fn a_fault_is_for_the_requests_that_it_names_and_for_so_many() {
    let throttled = json!({
        "match": {"path": "/v2", "clientRequestId": "a;", "text": "print"}, "skip": 1, "times": 2,
        "answer": {"status": 429, "headers": {"Retry-After": "1"}, "code": "TooManyRequests", "message": "slow down"},
    });
    let endpoint = endpoint(&[throttled]).await;
    let mut statuses = Vec::new();
    for (id, csl) in [
        ("b;1", "print 1"),
        ("a;1", "T"),
        ("a;2", "print 1"),
        ("a;3", " print 1"),
        ("a;4", "print 1"),
        ("a;5", "print 1"),
    ] {
        statuses.push(ask(&endpoint, id, csl).await.expect("an answer").0);
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429, 200]);
    assert_eq!(received(&endpoint, "status").await, [200, 200, 200, 429, 429, 200]);
    assert_eq!(received(&endpoint, "clientRequestId").await[3], "a;3");
    assert_eq!(endpoint.send("GET", "/faults", &[], "").await.json()[0]["seen"], 3);
    endpoint.send("DELETE", "/faults", &[], "").await;
    endpoint.send("DELETE", "/faults/requests", &[], "").await;
    assert_eq!(endpoint.send("GET", "/faults", &[], "").await.json(), json!([]));
    assert_eq!(received(&endpoint, "status").await, [0; 0]);
}

#[tokio::test]
async fn an_answer_stands_in_place_of_what_was_asked() {
    let endpoint = endpoint(&[]).await;
    for (answer, status, header, body) in [
        (
            json!({"status": 307, "headers": {"Location": "http://127.0.0.1:9/"}}),
            307,
            ("location", "http://127.0.0.1:9/"),
            "",
        ),
        (json!({"status": 200, "body": "not JSON"}), 200, ("", ""), "not JSON"),
        (
            json!({"status": 503, "body": {"error": 1}}),
            503,
            ("content-type", "application/json; charset=utf-8"),
            "{\"error\":1}",
        ),
    ] {
        set(&endpoint, &json!({"answer": answer})).await;
        let reply = endpoint.post("/v1/rest/mgmt", &json!({"csl": ".clear table T data"})).await;
        assert_eq!(
            (reply.status.as_u16(), reply.header(header.0), reply.body.as_slice()),
            (status, header.1, body.as_bytes()),
            "{answer}"
        );
    }
    set(&endpoint, &json!({"answer": {"status": 403, "message": "no", "permanent": true}})).await;
    let reply = endpoint.post("/v1/rest/mgmt", &json!({"csl": ".clear table T data"})).await;
    reply.check_error(403, "General_Status403", "no");
    let rows = ask(&endpoint, "1", "T | count").await.expect("an answer").1;
    assert_eq!(first_result(&serde_json::from_slice(&rows).expect("JSON")), json!([[2]]));
}

#[tokio::test]
async fn a_connection_is_reset_before_or_after_the_work() {
    for (reset, rows) in [("before", 2), ("after", 0)] {
        let endpoint = endpoint(&[json!({"match": {"path": "/v1/rest/mgmt"}, "reset": reset})]).await;
        let body = json!({"csl": ".clear table T data"}).to_string();
        let error = endpoint.try_send("POST", "/v1/rest/mgmt", &[], body).await.err().expect("no answer");
        assert!(format!("{error:?}").contains("ConnectionReset"), "{error:?}");
        assert_eq!(received(&endpoint, "status").await, [Value::Null]);
        let found = ask(&endpoint, "1", "T | count").await.expect("an answer").1;
        assert_eq!(first_result(&serde_json::from_slice(&found).expect("JSON")), json!([[rows]]), "{reset}");
    }
}

#[tokio::test]
async fn a_body_is_cut_at_any_byte_packed_or_not() {
    let endpoint = endpoint(&[]).await;
    let body = json!({"csl": "range n from 1 to 1000 step 1"}).to_string();
    for headers in [&[][..], &[("accept-encoding", "gzip")]] {
        let whole = endpoint.send("POST", "/v2/rest/query", headers, body.clone()).await.body.len();
        // Times and durations make answers differ by a few bytes.
        for cut_at in [0, 1, whole / 2, whole - 100] {
            set(&endpoint, &json!({"cutAt": cut_at})).await;
            assert!(
                endpoint.try_send("POST", "/v2/rest/query", headers, body.clone()).await.is_err(),
                "{cut_at} of {whole}"
            );
        }
    }
    assert!(endpoint.try_send("POST", "/v2/rest/query", &[], body).await.is_ok());
}

#[tokio::test]
async fn headers_and_bodies_wait() {
    let endpoint = endpoint(&[json!({"delayMs": 60}), json!({"pause": {"at": 5, "ms": 60}})]).await;
    for _ in 0..2 {
        let started = Instant::now();
        assert_eq!(ask(&endpoint, "1", "print 1").await.expect("an answer").0, 200);
        assert!(started.elapsed() >= Duration::from_millis(60));
    }
}

#[tokio::test]
async fn a_partial_failure_stands_where_it_is_asked_for() {
    let endpoint = endpoint(&[]).await;
    let mut shown = String::new();
    for (path, csl, places) in [
        ("/v2/rest/query", "T", &["row", "completion", "hasErrors", "cancelled", "status", "noCompletion"][..]),
        ("/v1/rest/query", "T", &["row", "completion", "status"]),
        ("/v1/rest/mgmt", ".show tables", &["row", "completion", "status"]),
    ] {
        let whole = endpoint.post(path, &json!({ "csl": csl })).await.json();
        for place in places {
            set(&endpoint, &json!({ "partialFailure": place })).await;
            let reply = endpoint.post(path, &json!({ "csl": csl })).await;
            assert_eq!(
                (reply.status.as_u16(), reply.header("content-length")),
                (200, reply.body.len().to_string().as_str())
            );
            assert_ne!(reply.json(), whole, "{path} {place}");
            shown.push_str(&format!("{path} {place}\n{}\n", differences(&whole, &reply.json())));
        }
    }
    insta::assert_snapshot!(shown);
    for (csl, place) in [(".show tables", "cancelled"), (".no such command", "row")] {
        set(&endpoint, &json!({ "partialFailure": place })).await;
        assert_eq!(endpoint.post("/v1/rest/mgmt", &json!({ "csl": csl })).await.status, 501, "{csl} {place}");
    }
}

/// What the second value has other than the first, line by line, times and ids apart.
fn differences(first: &Value, second: &Value) -> String {
    let lines = |value: &Value| -> Vec<String> {
        let parts = value.as_array().or(value["Tables"].as_array()).cloned().unwrap_or_default();
        let mut lines: Vec<String> = parts
            .iter()
            .flat_map(|part| {
                let rows = part["Rows"].as_array().cloned().unwrap_or_default();
                let mut head = part.clone();
                head.as_object_mut().map(|head| head.remove("Rows"));
                std::iter::once(head).chain(rows).map(|line| steady(&line).to_string()).collect::<Vec<_>>()
            })
            .collect();
        lines.push(format!("Exceptions: {}", value["Exceptions"]));
        lines
    };
    let (first, second) = (lines(first), lines(second));
    let gone = first.iter().filter(|line| !second.contains(line)).map(|line| format!("  - {line}\n"));
    let new = second.iter().filter(|line| !first.contains(line)).map(|line| format!("  + {line}\n"));
    gone.chain(new).collect()
}

/// The value without what differs from one request to the next.
fn steady(value: &Value) -> Value {
    match value {
        Value::Array(values) => values.iter().map(steady).collect(),
        Value::Object(object) => object
            .iter()
            .filter(|(name, _)| *name != "@context")
            .map(|(name, value)| (name.clone(), steady(value)))
            .collect(),
        Value::String(text) if text.starts_with("20") && text.ends_with('Z') => json!("…"),
        Value::String(text) if text.starts_with("{\"ExecutionTime\"") => json!("…"),
        Value::String(text) if uuid::Uuid::try_parse(text.trim_start_matches("unspecified;")).is_ok() => json!("…"),
        other => other.clone(),
    }
}

#[tokio::test]
async fn a_running_query_is_cancelled_or_out_of_time() {
    let fault = |id: &str| json!({"match": {"clientRequestId": id}, "runsMs": 60_000});
    let endpoint = Arc::new(endpoint(&[fault("slow;1"), fault("slow;2")]).await);
    let asked = endpoint.clone();
    let slow = tokio::spawn(async move { ask(&asked, "slow;1", "T").await });
    while endpoint.command(".show running queries | project ClientActivityId").await != json!([["slow;1"]]) {}
    let answer = endpoint.command(".cancel query 'slow;1' with (reason='enough')").await;
    assert_eq!(answer, json!([["slow;1", "enough", true]]));
    let (status, body) = slow.await.expect("no panic").expect("an answer");
    let body = String::from_utf8(body).expect("text");
    assert!(status == 400 && body.contains("The request was canceled: enough"), "{body}");
    assert_eq!(endpoint.command(".cancel query 'slow;1'").await[0][2], false);
    assert_eq!(endpoint.command(".show queries | project State").await, json!([["Canceled"]]));

    let options = json!({"Options": {"servertimeout": "00:00:00.05"}});
    let body = json!({"csl": "T", "properties": options}).to_string();
    let reply = endpoint.send("POST", "/v2/rest/query", &[("x-ms-client-request-id", "slow;2")], body).await;
    reply.check_error(504, "Timeout", "did not finish in its time");
}

#[tokio::test]
async fn the_engine_stops_when_its_query_is_cancelled() {
    let endpoint = Arc::new(endpoint(&[]).await);
    let asked = endpoint.clone();
    let query = "range n from 1 to 20000000 step 1 | extend s = strcat(n, n) | summarize dcount(s)";
    let slow = tokio::spawn(async move { ask(&asked, "KPC.execute;1", query).await });
    while endpoint.command(".cancel query 'KPC.execute;1'").await[0][2] != json!(true) {}
    let (status, body) = slow.await.expect("no panic").expect("an answer");
    assert_eq!(status, 400, "{}", String::from_utf8_lossy(&body));
}

#[tokio::test]
async fn an_operation_becomes_what_is_asked_for() {
    let operation = json!({"runsMs": 20, "hiddenMs": 0, "state": "Abandoned", "status": "as told"});
    let endpoint = endpoint(&[json!({"match": {"text": ".append async"}, "operation": operation})]).await;
    let id = endpoint.command(".append async T <| T").await[0][0].as_str().expect("an id").to_owned();
    let show = format!(".show operations {id} | project State, Status");
    let end = Instant::now() + Duration::from_secs(10);
    while endpoint.command(&show).await != json!([["Abandoned", "as told"]]) {
        assert!(Instant::now() < end, "the operation does not end");
    }
    assert_eq!(endpoint.command("\n.show table T details | project TotalRowCount").await, json!([[2]]));
}

#[tokio::test]
async fn what_is_no_fault_is_refused() {
    let endpoint = endpoint(&[]).await;
    for (fault, message) in [
        ("{", "EOF"),
        (r#"{"reset": "later"}"#, "unknown variant `later`"),
        (r#"{"cut_at": 1}"#, "unknown field `cut_at`"),
        (r#"{"match": {"csl": "x"}}"#, "unknown field `csl`"),
        (r#"{"answer": {}}"#, "missing field `status`"),
    ] {
        let reply = endpoint.send("POST", "/faults", &[], fault).await;
        let text = String::from_utf8(reply.body).expect("text");
        assert!(reply.status == 400 && text.contains(message), "{fault}: {text}");
    }
}
