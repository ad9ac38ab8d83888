//! Calls that are none of the protocol's, and messages that no client sends.

use serde_json::{Value, json};
use tests::{binaries::root, events, kusto::Kusto, lambda::Function};

const LIST: &str = r#"{"jsonrpc": "2.0", "id": 7, "method": "tools/list"}"#;

fn start() -> Function {
    Kusto::start(None).function("mcp", &[("HTTP_AUTHORIZER", "none")])
}

/// The status and the body of the reply to a call.
fn send(function: &Function, method: &str, headers: &[(&str, &str)], body: &str) -> (u64, Value) {
    let mut event = events::http_request(method, headers, body);
    event["rawPath"] = json!("/mcp/KustoQueryManagement");
    let reply = function.invoke(&event).reply();
    let body = reply["body"].as_str().unwrap();
    (reply["statusCode"].as_u64().unwrap(), serde_json::from_str(body).unwrap_or_else(|_| json!(body)))
}

#[test]
fn a_call_is_a_post_by_the_name_of_the_api() {
    let troubleshooting = std::fs::read_to_string(root().join("TROUBLESHOOTING.md")).unwrap();
    let function = start();
    for headers in [
        &[][..],
        &[("accept", "application/json, text/event-stream"), ("mcp-protocol-version", "2025-06-18")],
        &[("accept", "*/*")],
        &[("host", "ABC123.execute-api.eu-central-1.amazonaws.com:443")],
    ] {
        let (status, body) = send(&function, "POST", headers, LIST);
        assert_eq!((status, &body["id"], body["result"]["tools"].as_array().map(Vec::len)), (200, &json!(7), Some(5)));
    }
    for (method, headers, status, code) in [
        ("POST", &[("host", "evil.example")][..], 403, "Forbidden"),
        ("POST", &[("host", "localhost")], 403, "Forbidden"),
        ("POST", &[("origin", "https://evil.example")], 403, "Forbidden"),
        ("POST", &[("origin", "null")], 403, "Forbidden"),
        ("POST", &[("mcp-protocol-version", "1999-01-01")], 400, "BadRequest"),
        ("POST", &[("accept", "text/html")], 406, "BadRequest"),
        ("POST", &[("content-type", "text/plain")], 415, "BadRequest"),
        ("GET", &[("accept", "text/event-stream")], 405, "BadRequest"),
        ("DELETE", &[], 405, "BadRequest"),
        ("PUT", &[], 405, "BadRequest"),
    ] {
        let (got, body) = send(&function, method, headers, LIST);
        assert_eq!((got, &body["code"]), (status, &json!(code)), "{method} {headers:?}: {body}");
        if status == 403 {
            let cause = body["message"].as_str().unwrap().split(": ").next().unwrap();
            assert!(troubleshooting.contains(&format!("`{cause}`, from `mcp`")), "{cause}");
        }
    }
}

#[test]
fn on_this_machine_only_its_own_names_are_answered() {
    let function = start();
    for domain in [json!("127.0.0.1"), json!("localhost"), json!(null)] {
        for (host, status) in
            [("127.0.0.1:9001", 200), ("localhost:9001", 200), ("[::1]:9001", 200), ("evil.example:9001", 403)]
        {
            let mut event = events::http_request("POST", &[("host", host)], LIST);
            event["requestContext"]["domainName"] = domain.clone();
            assert_eq!(function.invoke(&event).reply()["statusCode"], status, "{domain} {host}");
        }
    }
}

#[test]
fn what_is_no_message_is_an_error_of_the_protocol() {
    let function = start();
    let call = |params: Value| json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}).to_string();
    for (body, status, code) in [
        ("{\"jsonrpc\": ".to_owned(), 400, -32700),
        ("{}".to_owned(), 400, -32600),
        (format!("[{LIST}]"), 400, -32600),
        (LIST.replace("\"id\": 7", "\"id\": 7, \"id\": 8"), 400, -32600),
        (LIST.replace("2.0", "1.0"), 400, -32600),
        (format!("{}{}", &LIST[..LIST.len() - 1], format_args!(", \"x\": \"{}\"}}", "x".repeat(300_000))), 413, -32600),
        (json!({"jsonrpc": "2.0", "id": 7, "result": {}}).to_string(), 400, -32600),
        (LIST.replace("tools/list", "tools/drop"), 200, -32601),
        (LIST.replace("tools/list", "resources/read"), 200, -32601),
        (LIST.replace("tools/list", &"x".repeat(10_000)), 200, -32601),
        (call(json!({"name": "drop_table", "arguments": {}})), 200, -32602),
        (call(json!({"name": "x".repeat(10_000), "arguments": {}})), 200, -32602),
        (call(json!({"name": "list_tables", "arguments": []})), 200, -32602),
        (call(json!({"name": 1})), 200, -32602),
    ] {
        let (got, answer) = send(&function, "POST", &[], &body);
        assert_eq!((got, answer["error"]["code"].as_i64()), (status, Some(code)), "{body:.200}: {answer}");
        assert_eq!(answer["jsonrpc"], "2.0");
        assert!(answer.to_string().len() < 400, "{answer}");
        assert!(!answer["error"]["message"].as_str().unwrap().contains("variant"), "no words of Rust: {answer}");
    }
}

#[test]
fn a_notification_is_taken_and_not_answered() {
    let function = start();
    for method in ["notifications/initialized", "notifications/cancelled", "notifications/anything"] {
        let body = json!({"jsonrpc": "2.0", "method": method, "params": {"requestId": 1}}).to_string();
        assert_eq!(send(&function, "POST", &[], &body), (202, json!("")), "{method}");
    }
}

#[test]
fn only_http_callers_are_answered() {
    let function = start();
    let error = function.invoke(&serde_json::from_str(LIST).unwrap()).error();
    assert!(error.starts_with("BadRequest: agents call mcp over HTTP"), "{error}");
    let function = Kusto::start(None).function("mcp", &[]);
    assert_eq!(send(&function, "POST", &[], LIST).0, 401);
}
