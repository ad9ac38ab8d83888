//! What stands in front of the functions on this machine, as `make start` has it: its routes, and the events that it passes on.

use serde_json::json;
use std::time::Duration;
use tests::{api::Api, http::send, kusto::Kusto};

const JSON: (&str, &str) = ("content-type", "application/json");

#[test]
fn a_path_that_only_resembles_one_reaches_no_function() {
    let api = Api::start(&[("HTTP_AUTHORIZER", "none")], Duration::from_secs(30));
    let id = "0123456789abcdef0123456789abcdef";
    let of_result =
        [format!("/result/{id}/"), format!("/result//{id}"), format!("/Result/{id}"), format!("/result%2f{id}")];
    let paths = [
        "/",
        "//query",
        "/query/",
        "/query//",
        "/./query",
        "/email/../query",
        "/email/%2e%2e/query",
        "/Query",
        "/QUERY",
        "/%71uery",
        "/query%00",
        "/query%20",
        "/query;x=y",
        "/query\\",
        "/ListKustoResults",
        "/ListKustoResults/",
        "/ListKustoResults/False",
        "/listkustoresults/false",
        "/ListKustoResults//false",
        "/ListKustoResults%2ffalse",
        "/ListKustoResults%2Ffalse",
        "/RunKustoAndVisualizeResults/truE",
        "/ingest/Records",
        "/ingest/records/",
        "/query/records",
        "/result",
        "/result/",
    ];
    for path in paths.into_iter().chain(of_result.iter().map(String::as_str)) {
        for method in ["POST", "GET", "DELETE"] {
            let answer = send(method, &api.at(path), &[JSON], br#"{"query": "print 1"}"#);
            assert_eq!(answer.status, 404, "{method} {path}: {}", String::from_utf8_lossy(&answer.body));
            assert_eq!(answer.json(), json!({"message": "Not Found"}), "{method} {path}");
        }
    }
    for function in ["query", "query-chart", "command-chart", "email", "ingest", "result"] {
        assert_eq!(api.lambda.calls(function), [""; 0], "{function}");
    }
}

#[test]
fn what_is_behind_the_last_slash_is_an_id_or_nothing() {
    let api = Api::start(&[("HTTP_AUTHORIZER", "none")], Duration::from_secs(30));
    for id in [
        "%2e%2e",
        "..%2fonce",
        "0123456789ABCDEF0123456789ABCDEF",
        "0123456789abcdef0123456789abcdef.pending",
        "%00",
        "x",
    ] {
        for method in ["GET", "DELETE"] {
            let answer = send(method, &api.at(&format!("/result/{id}")), &[], b"");
            assert_eq!((answer.status, &answer.json()["code"]), (404, &json!("NotFound")), "{method} {id}");
        }
    }
}

#[test]
fn an_event_that_nobody_waits_for_is_passed_on() {
    let kusto = Kusto::with_faults();
    let api = Api::with_cluster(kusto.url(), &[], Duration::from_secs(60));
    // As `make start` has it: a function calls itself by way of the API.
    api.lambda.set("AWS_ENDPOINT_URL_LAMBDA", &api.at(""));
    let headers = [JSON, ("prefer", "respond-async")];
    let promised = send("POST", &api.at("/query"), &headers, br#"{"query": "print passed_on = 1"}"#);
    assert_eq!(promised.status, 202, "{}", String::from_utf8_lossy(&promised.body));
    let location = promised.header("location").unwrap();
    let mut looks = std::iter::repeat_with(|| send("GET", location, &[], b""));
    let outcome = looks.find(|answer| answer.status != 202).unwrap();
    assert_eq!((outcome.status, &outcome.json()["value"]), (200, &json!([{"passed_on": 1}])));
    assert_eq!((api.lambda.calls("query").len(), kusto.requests().len()), (2, 1), "one call, one event, one query");
}

#[test]
fn what_somebody_waits_for_is_no_event() {
    let api = Api::start(&[("HTTP_AUTHORIZER", "none")], Duration::from_secs(30));
    let invoke = |headers: &[(&str, &str)], body: &str| {
        send("POST", &api.at("/2015-03-31/functions/query/invocations"), headers, body.as_bytes()).status
    };
    let event = ("x-amz-invocation-type", "Event");
    assert_eq!(invoke(&[], "{}"), 400);
    assert_eq!(invoke(&[("x-amz-invocation-type", "RequestResponse")], "{}"), 400);
    assert_eq!(invoke(&[event], "no JSON"), 400);
    assert_eq!(api.lambda.calls("query"), [""; 0]);
}
