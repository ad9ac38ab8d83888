//! docs/callers.md: each example as it is written there, with the functions behind it, and what it says of the connector's names.

use crate::export;
use runtime::error::ErrorType;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    process::Command,
    time::{Duration, Instant},
};
use tests::{
    api::Api,
    binaries::root,
    events,
    http::send,
    kusto::Kusto,
    logic_apps,
    openapi::{functions, request::CONNECTORS},
};

const SIGN_INS: &str = ".set SigninLogs <| datatable(UserPrincipalName:string, ResultType:long) ['ada@contoso.example', 50126, 'ben@contoso.example', 0]";

fn page() -> String {
    fs::read_to_string(root().join("docs/callers.md")).unwrap()
}

/// The examples of a kind: what else stands behind the opening fence, and the JSON.
fn examples(kind: &str) -> Vec<(String, Value)> {
    let page = page();
    let blocks = page.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("json "));
    let of_kind = blocks.filter_map(|block| block.strip_prefix(kind)).map(|block| block.split_once('\n').unwrap());
    of_kind.map(|(rest, json)| (rest.trim().to_owned(), serde_json::from_str(json).unwrap())).collect()
}

/// The commands that begin with `program`.
fn commands(program: &str) -> Vec<String> {
    let page = page();
    let lines = page.lines().filter_map(|line| line.strip_prefix("$ "));
    let lines = lines.filter(|line| line.starts_with(program)).map(|line| line.split("   # account").next().unwrap());
    lines.map(str::to_owned).collect()
}

/// The cluster, and the functions with the connection that the examples name.
fn setup() -> (Kusto, Api) {
    let kusto = Kusto::serve(&["--faults", "--database", "Security"].map(AsRef::as_ref));
    kusto.command_in("Security", SIGN_INS);
    let connections = format!(
        "[[connection]]\nname = \"soc\"\ncluster = \"{}\"\ndatabases = [\"Security\"]\ncredential = {{ kind = \"none\" }}\n\
         commands = [\"show\", \"set-or-append\"]\n",
        kusto.url()
    );
    let settings = [("KUSTO_CONNECTIONS", connections.as_str()), ("HTTP_AUTHORIZER", "none")];
    let api = Api::start(&settings, Duration::from_secs(60));
    (kusto, api)
}

/// What a function answers to a request.
fn invoked(api: &Api, function: &str, request: &Value) -> Value {
    let url = api.lambda_at(&format!("/2015-03-31/functions/{function}/invocations"));
    let answer = send("POST", &url, &[], request.to_string().as_bytes());
    assert_eq!(answer.header("x-amz-function-error"), None, "{}", answer.json());
    answer.json()
}

#[test]
fn curl_asks_and_submits() {
    let (kusto, api) = setup();
    let commands = commands("curl ");
    let outputs: Vec<String> = commands
        .iter()
        .map(|command| {
            let mut shell = Command::new("sh");
            shell.args(["-c", command]).env("API", api.at("")).env("TOKEN", "x").env("no_proxy", "*");
            let output = shell.output().unwrap();
            assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stdout));
            String::from_utf8(output.stdout).unwrap()
        })
        .collect();
    let [counted, submitted] = &outputs[..] else { panic!("{commands:?}") };
    assert_eq!(counted.lines().collect::<Vec<_>>(), ["\"Count\"", "\"1\""]);
    assert!(submitted.contains("\"operationId\""), "{submitted}");
    // It goes on after it was submitted: each look is a call.
    let begun = Instant::now();
    let tables = || kusto.command_in("Security", ".show tables | project TableName | sort by TableName asc");
    let seen = std::iter::repeat_with(tables)
        .find(|tables| tables["Rows"] == json!([["Copied"], ["SigninLogs"]]) || begun.elapsed().as_secs() > 60);
    assert_eq!(seen.unwrap()["Rows"], json!([["Copied"], ["SigninLogs"]]));
}

#[test]
fn a_payload_of_the_cli_is_a_request() {
    let (_kusto, api) = setup();
    let command = commands("aws lambda invoke").remove(0);
    let name = command.split("--function-name kusto-actions-").nth(1).unwrap().split(":live").next().unwrap();
    let payload: Value = serde_json::from_str(command.split('\'').nth(1).unwrap()).unwrap();
    assert_eq!(invoked(&api, name, &payload)["value"][0]["TableName"], "SigninLogs");
}

#[test]
fn what_a_schedule_sends_twice_is_submitted_once() {
    let (_kusto, api) = setup();
    let (function, input) = examples("scheduler").remove(0);
    let input = input.to_string().replace("<aws.scheduler.scheduled-time>", "2026-11-20T06:00:00Z");
    let input: Value = serde_json::from_str(&input).unwrap();
    let ids = [0, 1].map(|_| invoked(&api, &function, &input)["operationId"].clone());
    assert!(ids[0].is_string() && ids[0] == ids[1], "{ids:?}");
}

#[test]
fn a_state_calls_an_alias_and_knows_errors_by_name() {
    let (_kusto, api) = setup();
    let (function, state) = examples("state").remove(0);
    assert!(state["Arguments"]["FunctionName"].as_str().unwrap().ends_with(&format!("-{function}:live")));
    assert_eq!(invoked(&api, &function, &state["Arguments"]["Payload"])["value"], json!([{"Count": 2}]));
    let names: BTreeSet<&str> = ErrorType::ALL.iter().map(|error_type| error_type.name()).collect();
    for handler in ["Retry", "Catch"] {
        for name in state[handler][0]["ErrorEquals"].as_array().unwrap() {
            assert!(names.contains(name.as_str().unwrap()), "{name}");
        }
    }
}

#[test]
fn an_execution_starts_with_the_example_of_its_flow() {
    let command = commands("aws stepfunctions start-execution").remove(0);
    let file = command.split("file://infra/aws/flows/inputs/").nth(1).unwrap().split(".json").next().unwrap();
    assert!(crate::flows::flows().contains(&file.to_owned()), "{file}");
}

#[test]
fn the_action_of_logic_apps_waits_for_its_rows() {
    let (_kusto, api) = setup();
    let (_, action) = examples("action").remove(0);
    let inputs = &action["inputs"];
    assert_eq!(inputs["uri"], "@{parameters('api')}/query");
    let headers = inputs["headers"].as_object().unwrap().iter();
    let headers: Vec<(&str, &str)> = headers.map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
    let mut body = inputs["body"].clone();
    body["parameters"]["user"] = json!("' or true //");
    let count = |body: &Value| {
        let body = body.to_string();
        let outcome =
            logic_apps::call("POST", &api.at("/query"), &headers, body.as_bytes(), &|_| api.lambda.wait_for_events());
        assert_eq!((outcome.answer.status, outcome.polls), (200, 1));
        outcome.answer.json()["value"][0]["Count"].clone()
    };
    assert_eq!(count(&body), 0);
    body["parameters"]["user"] = json!("ada@contoso.example");
    assert_eq!(count(&body), 1);
}

#[test]
fn what_the_connector_sends_is_answered() {
    let (kusto, api) = setup();
    let (path, mut body) = examples("connector").remove(0);
    body["cluster"] = json!(kusto.url());
    let answer = send("POST", &api.at(&path), &[("content-type", "application/json")], body.to_string().as_bytes());
    let rows = json!([{"UserPrincipalName": "ada@contoso.example", "ResultType": 50126}]);
    assert_eq!((answer.status, &answer.json()["value"]), (200, &rows));
}

#[test]
fn a_message_reaches_the_table_of_its_destination() {
    let command = commands("aws sqs send-message").remove(0);
    let message = fs::read_to_string(root().join(command.split("file://").nth(1).unwrap().trim())).unwrap();
    let destinations = fs::read_to_string(root().join("infra/aws/exports/security-activity.toml")).unwrap();
    let stage = export::Stage::new(&destinations.replace("\"soc\"", "\"local\""));
    let reply = stage.function.invoke(&events::sqs(&[("m-1", None, &message)])).reply();
    assert_eq!(reply, json!({"batchItemFailures": []}));
    assert_eq!(stage.rows("SecurityActivity | project Actor, Severity"), json!([["ada@contoso.example", "high"]]));
}

/// The cells of the rows of a table of the page whose first cell has code in it, without their backquotes.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let page = page();
    let table = page.split(heading).nth(1).unwrap().trim_start();
    let lines =
        table.lines().skip_while(|line| !line.starts_with("|--")).skip(1).take_while(|line| line.starts_with('|'));
    lines.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect()).collect()
}

#[test]
fn coming_from_the_connector_each_path_has_its_function_and_each_field_its_name() {
    let all = functions();
    let mut paths = BTreeSet::new();
    for row in rows("Its action, where it posts, our function:") {
        let name = row[2].split(' ').next().unwrap();
        let function = all.iter().find(|function| function.action.name() == name).unwrap();
        assert!(function.action.paths().contains(&row[1].as_str()) || row[1] == format!("/{name}"), "{row:?}");
        paths.insert(row[1].clone());
    }
    assert!(all.iter().flat_map(|function| function.action.paths()).all(|path| paths.contains(*path)), "{paths:?}");
    let fields = rows("Its fields, which are taken as they are, and ours:");
    let takes = |name: &str| {
        all.iter().filter_map(|function| function.request.as_ref()).any(|request| request.names.contains(&name))
    };
    for row in &fields {
        for name in row[..2].iter().flat_map(|cell| cell.split(", ")) {
            assert!(takes(name), "{name}");
        }
    }
    for (theirs, ours) in CONNECTORS {
        assert!(fields.iter().any(|row| row[0] == theirs && row[1].contains(ours)), "{theirs}");
    }
}
