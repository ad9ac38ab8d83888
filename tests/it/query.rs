//! The query action: the same rows for every caller, and an error that says what to do for every mistake.

use serde_json::{Value, json};
use std::fs;
use tests::{cluster::Cluster, events, kusto::Kusto, lambda::Function};

const REQUESTS: &str = "\
Timestamp,Service,Count,Latency
2026-11-20T06:00:00Z,checkout,120,0.25
2026-11-20T06:00:00Z,search,9007199254740993,NaN
2026-11-20T06:05:00.1234567Z,checkout,98,1.5
";

/// An embedded Kusto with the table `Requests`, and the settings of a function that queries it.
struct Setup {
    _data: tempfile::TempDir,
    kusto: Kusto,
}

impl Setup {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join("Requests.csv"), REQUESTS).unwrap();
        Self { kusto: Kusto::start(Some(data.path())), _data: data }
    }

    fn function(&self, more: &[(&str, &str)]) -> Function {
        let mut settings = vec![("KUSTO_CLUSTER", self.kusto.url()), ("KUSTO_DATABASE", "NetDefaultDB")];
        settings.extend(more);
        Function::start("query", &settings)
    }
}

#[test]
fn the_same_request_gives_the_same_rows_to_every_caller() {
    let request = json!({"query": "Requests | sort by Timestamp asc, Service asc"});
    let request_text = request.to_string();
    let setup = Setup::new();
    let function = setup.function(&[("HTTP_AUTHORIZER", "none"), ("DEFAULT_REQUEST", &request_text)]);

    let direct = function.invoke(&request).reply();
    let rule = function.invoke(&events::rule()).reply();
    let http = function.invoke(&events::http(&request_text)).reply();
    assert_eq!(http["statusCode"], 200);
    assert_eq!(http["headers"]["content-type"], "application/json");
    let body: Value = serde_json::from_str(http["body"].as_str().unwrap()).unwrap();

    assert_eq!(
        direct["columns"],
        json!([
            {"name": "Timestamp", "type": "datetime"},
            {"name": "Service", "type": "string"},
            {"name": "Count", "type": "long"},
            {"name": "Latency", "type": "real"},
        ])
    );
    assert_eq!(
        direct["value"],
        json!([
            {"Timestamp": "2026-11-20T06:00:00Z", "Service": "checkout", "Count": 120, "Latency": 0.25},
            {"Timestamp": "2026-11-20T06:00:00Z", "Service": "search", "Count": 9_007_199_254_740_993_i64, "Latency": "NaN"},
            {"Timestamp": "2026-11-20T06:05:00.1234567Z", "Service": "checkout", "Count": 98, "Latency": 1.5},
        ])
    );
    assert_eq!(direct["rowCount"], 3);
    assert_eq!(direct["completeness"], "complete");
    assert_eq!(direct["contractVersion"], 1);
    assert!(direct["clientRequestId"].as_str().unwrap().contains("query;"));
    for other in [rule, body] {
        for field in ["columns", "value", "rowCount", "completeness"] {
            assert_eq!(other[field], direct[field], "{field}");
        }
    }
}

#[test]
fn formats_and_accept() {
    let setup = Setup::new();
    let function = setup.function(&[("HTTP_AUTHORIZER", "none")]);
    let query = "Requests | where Service == 'checkout' | project Service, Count | sort by Count asc";
    let direct = function.invoke(&json!({"query": query, "format": "csv"})).reply();
    let csv = "\"Service\",\"Count\"\r\n\"checkout\",\"98\"\r\n\"checkout\",\"120\"\r\n";
    assert_eq!(direct["content"], csv);
    assert_eq!(direct["contentType"], "text/csv; charset=utf-8");
    assert_eq!(direct["rowCount"], 2);
    let body = json!({"query": query}).to_string();
    for (accept, content_type) in [
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/html,application/xhtml+xml;q=0.9", "text/html; charset=utf-8"),
        ("application/x-ndjson", "application/x-ndjson"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("*/*", "application/json"),
    ] {
        let http = function.invoke(&events::http_request("POST", &[("accept", accept)], &body)).reply();
        assert_eq!(http["headers"]["content-type"], content_type, "{accept}");
    }
    let http = function.invoke(&events::http_request("POST", &[("accept", "text/csv")], &body)).reply();
    assert_eq!(http["body"], csv);
}

#[test]
fn parameters_travel_beside_the_text() {
    let setup = Setup::new();
    let function = setup.function(&[]);
    let counted = function.invoke(&json!({
        "query": "Requests | where Service == service and Timestamp < before | count",
        "parameters": {"service": "check' or true //", "before": {"type": "datetime", "value": "2026-11-20T06:01:00Z"}},
    }));
    assert_eq!(counted.reply()["value"], json!([{"Count": 0}]));
    let counted = function.invoke(&json!({
        "query": "declare query_parameters(service:string, n:long = 7); Requests | where Service == service | extend n | project n",
        "parameters": {"service": "search"},
    }));
    assert_eq!(counted.reply()["value"], json!([{"n": 7}]));
}

#[test]
fn a_schema_is_the_columns_without_rows() {
    let setup = Setup::new();
    let reply = setup.function(&[]).invoke(&json!({"query": "Requests", "schemaOnly": true})).reply();
    assert_eq!(reply["value"], json!([]));
    assert_eq!(reply["columns"].as_array().unwrap().len(), 4);
}

#[test]
fn more_than_the_limit_is_an_error_or_said_to_be_cut() {
    let setup = Setup::new();
    let function = setup.function(&[("INLINE_LIMIT", "10000")]);
    let query = "range n from 1 to 1000 step 1";
    let error = function.invoke(&json!({"query": query})).error();
    assert!(error.starts_with("LimitExceeded: "), "{error}");
    let reply = function.invoke(&json!({"query": query, "onLimit": "truncate"})).reply();
    assert_eq!(reply["completeness"], "truncated");
    let rows = reply["value"].as_array().unwrap().len();
    assert!((100..1000).contains(&rows), "{rows}");
    assert_eq!(reply["rowCount"], rows);
    let csv = function.invoke(&json!({"query": query, "format": "csv", "onLimit": "truncate"})).reply();
    assert!(csv.to_string().len() <= 10_000 && csv["completeness"] == "truncated", "{csv}");
    let limited = json!({"query": query, "options": {"truncationMaxRecords": 10}, "onLimit": "truncate"});
    assert_eq!(function.invoke(&limited).reply()["rowCount"], 10);
}

#[test]
fn every_mistake_is_named_with_what_to_do() {
    let setup = Setup::new();
    let function = setup.function(&[]);
    let table = [
        (
            json!({"query": "print 1", "qery": 1}),
            "BadRequest: the request is wrong: unknown field `qery`, expected one of `connection`",
        ),
        (json!({}), "BadRequest: the request is wrong: missing field `query`"),
        (json!({"query": " // nothing\n"}), "BadRequest: `query` is empty: write a KQL query"),
        (json!({"query": ".show tables"}), "BadRequest: `query` is a management command"),
        (json!({"query": "\u{feff} // c\n .drop table Requests"}), "BadRequest: `query` is a management command"),
        (
            json!({"query": "print 1", "connection": "other"}),
            "BadRequest: there is no connection \"other\"; configured are: default",
        ),
        (
            json!({"query": "print 1", "cluster": "https://help.kusto.windows.net"}),
            "Forbidden: no connection is configured for cluster",
        ),
        (
            json!({"query": "print 1", "database": "Other"}),
            "Forbidden: connection `default` does not allow database \"Other\"",
        ),
        (
            json!({"query": "print 1", "parameters": {"a b": 1}}),
            "BadRequest: parameter \"a b\" has a name that KQL does not allow",
        ),
        (
            json!({"query": "print 1", "options": {"notruncation": true}}),
            "BadRequest: the request is wrong: unknown field `notruncation`",
        ),
        (
            json!({"query": "print 1", "format": "xlsx"}),
            "BadRequest: the request is wrong: `format` has a value that it cannot have, expected one of `json`",
        ),
        (json!({"query": "NoSuchTable | count"}), "NotFound: "),
        (json!({"query": "Requests | where ("}), "QueryError: Kusto refuses the statement (connection `default`"),
    ];
    for (request, start) in table {
        let error = function.invoke(&request).error();
        assert!(error.starts_with(start), "{request}: {error}");
    }
    let error = function.invoke(&json!({"query": "NoSuchTable | count"})).error();
    assert!(error.contains("NoSuchTable") && error.contains("client request id"), "{error}");
    let error = function.invoke_text("{\"query\":", std::time::Duration::from_secs(10)).error();
    assert!(error.starts_with("BadRequest: the event is not JSON"), "{error}");
}

#[test]
fn http_callers_get_the_status_and_the_error_body() {
    let setup = Setup::new();
    let body = r#"{"query": "NoSuchTable"}"#;
    let refused = setup.function(&[]).invoke(&events::http(body)).reply();
    assert_eq!(refused["statusCode"], 401);
    let function = setup.function(&[("HTTP_AUTHORIZER", "none")]);
    let reply = function.invoke(&events::http(body)).reply();
    assert_eq!(reply["statusCode"], 404);
    let error: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
    assert_eq!(error["code"], "NotFound");
    assert_eq!(error["error"]["code"], "NotFound");
    assert_eq!(error["retryable"], false);
    assert!(error["kusto"]["code"].is_string(), "{error}");
    assert!(error["clientRequestId"].is_string());
}

#[test]
fn a_cluster_that_fails_is_unavailable_and_its_half_answer_is_none() {
    // Nobody listens on port 1, and no test that runs beside this one is given it.
    let closed = "127.0.0.1:1";
    let cut = Cluster::answering_json(br#"[{"FrameType":"DataSetHeader","IsProgressive":false,"Version":"v2.0"},{"FrameType":"DataTable","TableId":0,"TableKind":"PrimaryResult","TableName":"T","Columns":[{"ColumnName":"n","ColumnType":"long"}],"Rows":[[1],[2"#);
    for (cluster, words) in
        [(format!("http://{closed}"), "cannot be reached"), (cut.url().to_owned(), "cannot be used")]
    {
        let function = Function::start("query", &[("KUSTO_CLUSTER", &cluster), ("KUSTO_DATABASE", "db")]);
        let error = function.invoke(&json!({"query": "T"})).error();
        assert!(error.starts_with("Unavailable: ") && error.contains(words), "{error}");
    }
}

#[test]
fn what_is_not_configured_does_not_start_and_says_so() {
    let (error, log) = Function::start("query", &[("LOG_LEVEL", "error")]).refusal();
    let sentence = "KUSTO_CLUSTER: no connection is configured";
    assert!(error.unwrap()["errorMessage"].as_str().unwrap().starts_with(sentence));
    let line: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert!(line["reason"].as_str().unwrap().starts_with(sentence), "{log}");
}

#[test]
fn the_log_has_the_request_id_and_nothing_of_the_request() {
    let setup = Setup::new();
    let function = setup.function(&[("LOG_LEVEL", "trace")]);
    let request =
        json!({"query": "Requests | where Service == s // canary-query", "parameters": {"s": "canary-parameter"}});
    function.invoke(&request).reply();
    function.invoke(&json!({"query": "canary-table"})).error();
    let log = function.log();
    assert!(!log.contains("canary") && !log.contains("checkout"), "{log}");
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["timestamp"].is_string() && line["span"]["request_id"].is_string(), "{line}");
    }
    assert!(log.lines().count() >= 2);
}
