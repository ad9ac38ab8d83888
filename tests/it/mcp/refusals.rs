//! What is refused as everywhere, and what goes wrong: told to the model with its name and the remedy.

use super::{agent, answered, call, every_tool, said};
use serde_json::{Value, json};
use std::{ffi::OsStr, time::Duration};
use tests::{
    api::Api,
    cluster::{Answer, Cluster},
    events,
    kusto::Kusto,
    lambda::Function,
};

/// What an agent may be talked into calling a table.
const HOSTILE: [&str; 8] = [
    "Secrets | take 1 //",
    "x'] | union Secrets //",
    "x']; Secrets //",
    "x\"]) | union Secrets //",
    "x\n.drop table Secrets",
    "cluster('evil').database('x').T",
    "externaldata(a:string)['https://evil.example']",
    "',\\'] | union Secrets",
];

/// Each call with the name of its error, and words of the sentence.
fn refused() -> Vec<(Value, &'static str, &'static str)> {
    let external = "externaldata(a:string)['https://evil.example']";
    vec![
        (call("query", json!({"query": ".drop table Secrets"})), "BadRequest", "is a management command"),
        (call("chart", json!({"query": ".show tables"})), "BadRequest", "is a management command"),
        (call("query", json!({"query": external})), "Forbidden", "`externaldata` in line 1, column 1 is refused"),
        (call("chart", json!({"query": external})), "Forbidden", "`externaldata` in line 1, column 1 is refused"),
        (call("query", json!({"query": "cluster('x').database('y').T"})), "Forbidden", "it reaches other clusters"),
        (call("query", json!({"query": "database('Other').T"})), "Forbidden", "add the database"),
        (call("query", json!({"query": "T", "database": "Other"})), "Forbidden", "does not allow database"),
        (call("query", json!({"query": "evaluate http_request('https://evil.example')"})), "Forbidden", "http_request"),
        (call("query", json!({"query": "T", "connection": "other"})), "BadRequest", "there is no connection"),
        (call("show_command", json!({"command": ".drop table Secrets"})), "BadRequest", "`.drop` is no show command"),
        (
            call("show_command", json!({"command": ".show tables\n.drop table Secrets"})),
            "BadRequest",
            "a second management command",
        ),
        (call("show_command", json!({"command": "Secrets"})), "BadRequest", "is a query"),
        (call("table_schema", json!({"table": " "})), "BadRequest", "`table` is empty"),
        (call("query", json!({"query": "T", "maxRows": 0})), "BadRequest", "`maxRows` is 0: it can be 1 to 1000"),
        (call("query", json!({"query": "T", "csl": "U"})), "BadRequest", "unknown field `csl`, expected one of"),
        (call("query", json!({})), "BadRequest", "missing field `query`"),
        (call("chart", json!({"query": "T", "chartType": "Html Table"})), "BadRequest", "call query for rows"),
        (call("chart", json!({"query": "T", "chartType": "Funnel"})), "BadRequest", "Time Chart"),
    ]
}

#[test]
fn what_is_refused_everywhere_is_refused_to_an_agent() {
    let kusto = Kusto::serve(&[OsStr::new("--faults")]);
    kusto.command(".set Secrets <| print word = 'canary'");
    let api = Api::with_cluster(kusto.url(), &[], Duration::from_secs(60));
    let before = kusto.requests().len();
    let refused = refused();
    let calls: Vec<&Value> = refused.iter().map(|(call, ..)| call).collect();
    let met = agent(&api.at("/mcp/KustoQueryManagement"), "auto", &json!(calls));
    for ((call, error_type, words), result) in refused.iter().zip(met["results"].as_array().unwrap()) {
        assert_eq!(result["isError"], true, "{call}: {result}");
        let said = said(result);
        assert_eq!((&said["errorType"], &said["retryable"]), (&json!(error_type), &json!(false)), "{call}: {said}");
        assert!(said["message"].as_str().unwrap().contains(words), "{call}: {said}");
    }
    assert_eq!(kusto.requests().len(), before, "nothing of it was sent");
}

#[test]
fn a_table_is_one_name_whatever_it_is_called() {
    let kusto = Kusto::start(None);
    kusto.command(".set Secrets <| print word = 'canary'");
    let api = Api::with_cluster(kusto.url(), &[], Duration::from_secs(60));
    let calls: Vec<Value> = HOSTILE.iter().map(|table| call("table_schema", json!({"table": table}))).collect();
    let met = agent(&api.at("/mcp/KustoQueryManagement"), "legacy", &json!(calls));
    for (table, result) in HOSTILE.iter().zip(met["results"].as_array().unwrap()) {
        let said = said(result);
        assert_eq!(result["isError"], true, "{table}: {said}");
        assert!(["NotFound", "QueryError"].contains(&said["errorType"].as_str().unwrap()), "{table}: {said}");
        assert!(!said.to_string().contains("word"), "{table}: {said}");
    }
    assert_eq!(kusto.query("Secrets | count")["Rows"], json!([[1]]));
}

/// Stalls, and takes what cancels it.
fn stall(request: &tests::cluster::Request) -> Answer {
    match request.text().starts_with(".cancel") {
        true => Answer::table(&[("a", "string")], &[]),
        false => Answer::Stall(Vec::new()),
    }
}

#[test]
fn what_takes_too_long_is_told_in_time_and_cancelled() {
    let cluster = Cluster::scripted(stall);
    let settings = [("KUSTO_CLUSTER", cluster.url()), ("KUSTO_DATABASE", "db"), ("HTTP_AUTHORIZER", "none")];
    let function = Function::start("mcp", &settings);
    for (tool, arguments) in every_tool() {
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call(tool, arguments)});
        let event = events::http(&message.to_string()).to_string();
        let reply = function.invoke_text(&event, Duration::from_millis(1500)).reply();
        let body: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
        assert_eq!((&reply["statusCode"], &body["result"]["isError"]), (&json!(200), &json!(true)), "{tool}: {reply}");
        assert_eq!(said(&body["result"])["errorType"], "RequestTimeout", "{tool}: {reply}");
    }
    let cancelled = cluster.requests().iter().filter(|request| request.text().starts_with(".cancel")).count();
    assert_eq!(cancelled, every_tool().len());
}

#[test]
fn a_throttled_agent_is_told_when_to_come_again() {
    let error = json!({"error": {"code": "TooManyRequests", "message": "slow down", "@permanent": false}}).to_string();
    let cluster =
        Cluster::scripted(move |_| Answer::new(429, "content-type: application/json\r\nretry-after: 77\r\n", &error));
    let settings = [("KUSTO_CLUSTER", cluster.url()), ("KUSTO_DATABASE", "db"), ("HTTP_AUTHORIZER", "none")];
    let result = answered(&Function::start("mcp", &settings), "query", json!({"query": "T"}));
    let said = said(&result);
    assert_eq!((&said["errorType"], &said["retryable"]), (&json!("Throttled"), &json!(true)), "{said}");
    assert_eq!(said["retryAfter"], 77, "{said}");
}

/// The results of `method` with these params that a caller of this name gets.
fn met(function: &Function, caller: &str, method: &str, params: &Value) -> Value {
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let mut event = events::http(&message.to_string());
    event["requestContext"]["authorizer"] = json!({"jwt": {"claims": {"oid": caller}, "scopes": null}});
    let reply = function.invoke(&event).reply();
    let body: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
    body["result"].clone()
}

#[test]
fn an_agent_is_told_of_the_connections_that_its_caller_may_use_and_of_no_other() {
    let kusto = Kusto::start(None);
    kusto.command(".set T <| print x = 1, y = 2");
    let one = |name: &str, caller: &str| {
        format!(
            "[[connection]]\nname = \"{name}\"\ncluster = \"{}\"\ndatabases = [\"NetDefaultDB\"]\ncredential = {{ kind = \"none\" }}\n\
             callers = [\"{caller}\"]\n",
            kusto.url()
        )
    };
    let connections = [one("soc", "ada"), one("secret", "bert"), one("lab", "ada")].concat();
    let function = Function::start("mcp", &[("KUSTO_CONNECTIONS", &connections), ("HTTP_AUTHORIZER", "jwt")]);
    let none = "The caller may use no connection; whoever runs this server adds it to the `callers` of one.";
    let several = "several connections are configured; name one in `connection`: soc, lab";
    for (caller, told, unnamed) in [
        ("ada", ":\n- soc: databases NetDefaultDB\n- lab: databases NetDefaultDB", Err(several)),
        ("bert", ":\n- secret: databases NetDefaultDB", Ok(())),
        ("carl", none, Err("the caller may use no connection; add it to the `callers` of one")),
    ] {
        let params =
            json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}});
        let greeting = met(&function, caller, "initialize", &params);
        assert_eq!(greeting["protocolVersion"], "2025-06-18");
        let instructions = greeting["instructions"].as_str().unwrap();
        assert!(instructions.ends_with(told), "{instructions}");
        for tool in ["query", "list_tables", "table_schema", "show_command", "chart"] {
            let arguments = match tool {
                "list_tables" => json!({}),
                "table_schema" => json!({"table": "T"}),
                "show_command" => json!({"command": ".show tables"}),
                _ => json!({"query": "T"}),
            };
            let result = met(&function, caller, "tools/call", &call(tool, arguments));
            let said = said(&result);
            match unnamed {
                Ok(()) => assert_eq!(result["isError"], false, "{tool}: {result}"),
                Err(sentence) => assert_eq!(said["message"], sentence, "{tool}"),
            }
        }
    }
    // Of what others may use nobody hears, unless he names it.
    for (caller, connection, words) in [
        ("ada", "secret", "the caller may not use connection `secret`"),
        ("ada", "other", "there is no connection \"other\"; configured are: soc, lab"),
        ("carl", "other", "there is no connection \"other\""),
    ] {
        let arguments = json!({"query": "print 1", "connection": connection});
        let said = said(&met(&function, caller, "tools/call", &call("query", arguments)));
        let message = said["message"].as_str().unwrap();
        assert!(message.starts_with(words), "{said}");
        assert_eq!(message.contains("secret"), connection == "secret", "{said}");
    }
}

#[test]
fn an_error_that_is_too_long_to_read_says_so() {
    let kusto = Kusto::start(None);
    let function = kusto.function("mcp", &[("HTTP_AUTHORIZER", "none")]);
    let result = answered(&function, "table_schema", json!({"table": "x".repeat(30_000)}));
    let said = said(&result);
    assert_eq!((&result["isError"], &said["errorType"]), (&json!(true), &json!("QueryError")), "{result:.300}");
    assert!(said["message"].as_str().unwrap().contains("an error that is longer than what is read of one"), "{said}");
}
