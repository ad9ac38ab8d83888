//! The functions as tools for agents, through the SDK's own client in Python, and through HTTP events where it would not do what is wrong.

mod lake;
mod refusals;
mod wire;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use std::time::Duration;
use tests::{api::Api, cluster::Cluster, events, http, kusto::Kusto, lambda::Function, python};

/// The tools, in the order in which an agent is told of them.
pub(crate) const TOOLS: [&str; 5] = ["list_tables", "table_schema", "query", "show_command", "chart"];

const REQUESTS: &str = "Service,Count,When\ncheckout,120,2026-11-20T06:00:00Z\nsearch,300,2026-11-20T06:05:00Z\n";

/// What the SDK's client meets at this URL: the tools, and what they answer to these calls. A `mode` is a revision of the protocol.
pub(crate) fn agent(url: &str, mode: &str, calls: &Value) -> Value {
    python::run_with("mcp_client.py", &[url, mode], calls.to_string().as_bytes())
}

/// The names of the tools that an agent met.
pub(crate) fn names(agent: &Value) -> Vec<&str> {
    agent["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect()
}

fn call(name: &str, arguments: Value) -> Value {
    json!({"name": name, "arguments": arguments})
}

/// What a tool has answered in words, which is JSON.
fn said(result: &Value) -> Value {
    let words = result["content"].as_array().unwrap().iter().find_map(|block| block["text"].as_str());
    serde_json::from_str(words.unwrap()).unwrap()
}

/// The result of a tool that an HTTP caller of `function` calls.
fn answered(function: &Function, tool: &str, arguments: Value) -> Value {
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call(tool, arguments)});
    let reply = function.invoke(&events::http(&message.to_string())).reply();
    assert_eq!((&reply["statusCode"], &reply["headers"]["content-type"]), (&json!(200), &json!("application/json")));
    let body: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
    assert_eq!((&body["jsonrpc"], &body["id"]), (&json!("2.0"), &json!(1)), "{body}");
    body["result"].clone()
}

#[test]
fn an_agent_lists_and_calls_each_tool() {
    let kusto = Kusto::with_tables(&[("Requests", REQUESTS)]);
    let api = Api::with_cluster(kusto.url(), &[], Duration::from_secs(60));
    let by_service = "declare query_parameters(least:long); Requests | where Count > least | project Service, Count";
    let calls = json!([
        call("list_tables", json!({})),
        call("table_schema", json!({"connection": "local", "database": "NetDefaultDB", "table": "Requests"})),
        call("query", json!({"query": by_service, "parameters": {"least": 200}})),
        call(
            "show_command",
            json!({"command": ".show table {{t}} details | project TableName", "parameters": {"t": {"name": "Requests"}}})
        ),
        call("chart", json!({"query": "Requests | project Service, Count", "chartType": "Bar Chart", "title": "Load"})),
    ]);
    for (mode, version) in [("auto", "2026-07-28"), ("legacy", "2025-11-25")] {
        let met = agent(&api.at("/mcp/KustoQueryManagement"), mode, &calls);
        assert_eq!((met["version"].as_str(), &names(&met)[..]), (Some(version), &TOOLS[..]));
        assert!(met["instructions"].as_str().unwrap().contains("- local: databases NetDefaultDB"), "{met:#}");
        assert!(met["tools"].as_array().unwrap().iter().all(|tool| tool["annotations"]["readOnlyHint"] == true));
        let results = met["results"].as_array().unwrap();
        assert!(results.iter().all(|result| result["isError"] == false), "{results:#?}");
        assert_eq!(said(&results[0])["value"][0]["TableName"], "Requests");
        assert_eq!(
            said(&results[1])["value"],
            json!([
                {"ColumnName": "Service", "ColumnType": "string"},
                {"ColumnName": "Count", "ColumnType": "long"},
                {"ColumnName": "When", "ColumnType": "datetime"},
            ])
        );
        let rows = said(&results[2]);
        assert_eq!(rows["value"], json!([{"Service": "search", "Count": 300}]));
        assert_eq!((&rows["completeness"], &rows["rowCount"], rows.get("rest")), (&json!("complete"), &json!(1), None));
        assert_eq!(said(&results[3])["value"], json!([{"TableName": "Requests"}]));
        let picture = &results[4]["content"][0];
        assert_eq!((&picture["type"], &picture["mimeType"]), (&json!("image"), &json!("image/png")));
        is_a_picture(&BASE64_STANDARD.decode(picture["data"].as_str().unwrap()).unwrap());
        assert!(said(&results[4])["text"].as_str().unwrap().contains("Load"), "{results:#?}");
    }
}

/// A program that was not written here reads it.
fn is_a_picture(png: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chart.png");
    std::fs::write(&file, png).unwrap();
    let image = python::run("check_image.py", &[&file]);
    assert!(image["format"] == "PNG" && image["colours"].as_u64().unwrap() > 10, "{image}");
}

#[test]
fn a_large_result_is_cut_and_all_of_it_kept_for_the_caller() {
    let kusto = Kusto::start(None);
    let api = Api::with_cluster(kusto.url(), &[], Duration::from_secs(60));
    let url = api.at("/mcp");
    let many = "range n from 1 to 5000 step 1 | extend t = strcat('row ', n)";
    let ask = |query: &str, most: Option<u64>| call("query", json!({"query": query, "maxRows": most}));
    let calls =
        json!([ask(many, None), ask(many, Some(3)), ask(many, Some(1000)), ask("print t = strrep('x', 40000)", None)]);
    let met = agent(&url, "auto", &calls);
    let results: Vec<Value> = met["results"].as_array().unwrap().iter().map(said).collect();
    for (said, rows) in results.iter().zip([100, 3, 1000]) {
        assert_eq!(said["value"].as_array().unwrap().len(), rows);
        assert_eq!((&said["rowCount"], &said["rowsLeftOut"]), (&json!(rows), &json!(5000 - rows)));
        assert_eq!(said["completeness"], "truncated");
        let rest = said["rest"].as_str().unwrap();
        assert!(rest.starts_with(&format!("only {rows} of 5000 rows are shown: ")), "{rest}");
        let id = said["resultUrl"].as_str().unwrap().strip_prefix("store:results/").unwrap();
        assert!(rest.contains(&format!("kept for a day as store:results/{id}, ")), "{rest}");
        let kept = http::send("GET", &api.at(&format!("/result/{id}")), &[], b"").json();
        assert_eq!((kept["value"].as_array().unwrap().len(), &kept["rowCount"]), (5000, &json!(5000)));
        assert_eq!((&kept["completeness"], &kept["value"][4999]["t"]), (&json!("complete"), &json!("row 5000")));
    }
    // A row that is too large alone is not shown, and that is said too.
    assert_eq!((&results[3]["value"], &results[3]["rowsLeftOut"]), (&json!([]), &json!(1)));
    assert!(results[3]["rest"].as_str().unwrap().contains("the first one alone is too large"), "{}", results[3]);
}

#[test]
fn whatever_a_result_holds_it_fits_into_a_context() {
    let kusto = Kusto::start(None);
    let function = kusto.function("mcp", &[("HTTP_AUTHORIZER", "none")]);
    let wide = format!(
        "print {}",
        (0..900).map(|n| format!("a_long_name_of_a_column_{n} = {n}")).collect::<Vec<_>>().join(", ")
    );
    for (query, left_out) in [
        ("range n from 1 to 1000 step 1 | extend t = strrep('é\\\\\"', 1000)", true),
        (
            "range n from 1 to 2 step 1 | fork (take 1) (extend t = strrep('x', 20000)) (extend u = strrep('y', 20000))",
            true,
        ),
        (&wide, false),
    ] {
        let result = answered(&function, "query", json!({"query": query, "maxRows": 1000}));
        assert!(result.to_string().len() < 90_000, "{query}: {}", result.to_string().len());
        let said = said(&result);
        assert_eq!(said["rowsLeftOut"].is_u64(), left_out, "{query}: {said}");
        // There is no store.
        assert!(said.get("resultUrl").is_none());
    }
    // More rows than the connection allows are an error, and no short answer.
    let result = answered(&function, "query", json!({"query": "range n from 1 to 60000 step 1"}));
    assert_eq!((&result["isError"], &said(&result)["errorType"]), (&json!(true), &json!("LimitExceeded")), "{result}");
    // And of a chart there is a picture.
    let result = answered(
        &function,
        "chart",
        json!({"query": "range n from 1 to 40000 step 1 | extend t = now() + n * 1s | project t, n"}),
    );
    assert_eq!((&result["content"][0]["type"], &said(&result)["rowCount"]), (&json!("image"), &json!(40000)));
    // What is said of it in words is as short, whatever is in it.
    for chart_type in ["Bar Chart", "Pie Chart"] {
        let query = "range n from 1 to 40 step 1 | project t = strcat(strrep('é', 5000), n), n";
        let result = answered(&function, "chart", json!({"query": query, "chartType": chart_type}));
        assert_eq!(result["isError"], false, "{result:.300}");
        let words = said(&result).to_string().len();
        assert!(words < 32 * 1024, "{chart_type}: {words}");
    }
}

/// What `rest` says to call can be called.
#[test]
fn many_tables_and_columns_are_cut_and_the_rest_can_be_asked_for() {
    let kusto = Kusto::start(None);
    let long = "x".repeat(20_000);
    for table in ["Zebra", "Bee", "Ant"] {
        kusto.command(&format!(".create table {table} (a:string) with (docstring='{long}')"));
    }
    let columns: Vec<String> = (0..1010).map(|n| format!("column_{n}:string")).collect();
    kusto.command(&format!(".create table Wide ({})", columns.join(", ")));
    let function = kusto.function("mcp", &[("HTTP_AUTHORIZER", "none")]);
    let tables = said(&answered(&function, "list_tables", json!({})));
    assert_eq!((&tables["value"][0]["TableName"], &tables["rowsLeftOut"]), (&json!("Ant"), &json!(3)), "{tables}");
    let call = tables["rest"].as_str().unwrap().split('`').nth(1).unwrap().replace("...", "Zeb");
    let found = said(&answered(&function, "show_command", json!({"command": call})));
    assert_eq!((&found["value"][0]["TableName"], &found["rowCount"]), (&json!("Zebra"), &json!(1)), "{found}");
    let columns = said(&answered(&function, "table_schema", json!({"table": "Wide"})));
    assert_eq!(columns["completeness"], "truncated", "{columns}");
    let rest = columns["rest"].as_str().unwrap();
    let call = rest.split('`').nth(1).unwrap().replace("T |", "Wide |").replace("...", "column_1009");
    let found = said(&answered(&function, "query", json!({"query": call})));
    assert_eq!((&found["value"][0]["ColumnName"], &found["rowCount"]), (&json!("column_1009"), &json!(1)), "{found}");
}

/// Every tool tells the service that it may only read.
#[test]
fn the_service_is_told_that_nothing_may_change() {
    let cluster = Cluster::scripted(|request| match request.text().starts_with('.') {
        true => tests::cluster::Answer::table(&[("a", "string")], &[]),
        false => tests::cluster::Answer::new(200, "content-type: application/json\r\n", tests::cloud::ONE_ROW),
    });
    let settings = [("KUSTO_CLUSTER", cluster.url()), ("KUSTO_DATABASE", "db"), ("HTTP_AUTHORIZER", "none")];
    let function = Function::start("mcp", &settings);
    for (tool, arguments) in every_tool() {
        let result = answered(&function, tool, arguments);
        assert_eq!(result["isError"], false, "{tool}: {result}");
    }
    let requests = cluster.requests();
    assert_eq!(requests.len(), TOOLS.len());
    for request in requests {
        assert_eq!(request.header("x-ms-readonly"), "true", "{}", request.text());
        assert_eq!(request.option("request_readonly"), json!(true), "{}", request.text());
    }
}

/// A call of each tool.
fn every_tool() -> [(&'static str, Value); 5] {
    [
        ("list_tables", json!({})),
        ("table_schema", json!({"table": "T"})),
        ("query", json!({"query": "T"})),
        ("show_command", json!({"command": ".show tables"})),
        ("chart", json!({"query": "T", "chartType": "Pie Chart"})),
    ]
}
