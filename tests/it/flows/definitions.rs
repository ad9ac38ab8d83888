//! What the files of the flows say: whole state machines, which try again only what may be tried again.

use super::{example, flows, read};
use runtime::error::ErrorType;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use tests::binaries::root;

/// The functions that do once what they are asked with the same key.
const KEYED: [&str; 3] = ["async-command", "command-chart", "email"];

/// How a state machine sees a function that crashed or ran out of time. Whoever asks again with the key is told what became of it.
///
/// Source: "Error names" in the guide of Step Functions.
const CRASHED: [&str; 3] = ["Lambda.Unknown", "Runtime.ExitError", "Sandbox.Timedout"];

/// The functions that change nothing.
const READS: [&str; 3] = ["query", "query-chart", "show-command"];

/// What Lambda refuses before it runs a function.
///
/// Source: "Handle transient Lambda service exceptions" in the guide of Step Functions, and the errors of Lambda's `Invoke`.
const REFUSED: &str = "Lambda.TooManyRequestsException";

/// What Lambda says, or its client, when the function may have run all the same.
const LOST: [&str; 3] = ["Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException"];

/// The states of a flow and of the maps in it, each set with its first state.
fn machines(definition: &Value) -> Vec<(&str, &Map<String, Value>)> {
    let states = definition["States"].as_object().unwrap();
    let inner = states.values().filter_map(|state| state.get("ItemProcessor")).flat_map(machines);
    std::iter::once((text(&definition["StartAt"]), states)).chain(inner).collect()
}

fn definition(flow: &str) -> Value {
    serde_json::from_str(&read(&format!("{flow}.asl.json"))).unwrap()
}

/// The tasks of all flows: `flow: state`, and the state.
fn tasks() -> Vec<(String, Value)> {
    let mut tasks = Vec::new();
    for flow in flows() {
        for (_, states) in machines(&definition(&flow)) {
            let of_flow = states.iter().filter(|(_, state)| state["Type"] == "Task");
            tasks.extend(of_flow.map(|(name, state)| (format!("{flow}: {name}"), state.clone())));
        }
    }
    tasks
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Where a state can lead.
fn next(state: &Value) -> Vec<&str> {
    let direct = [&state["Next"], &state["Default"]].into_iter().filter(|name| name.is_string());
    let branches = state["Choices"].as_array().into_iter().chain(state["Catch"].as_array()).flatten();
    direct.chain(branches.map(|branch| &branch["Next"])).map(text).collect()
}

/// The error names of the retriers or catchers of a state.
fn errors<'s>(state: &'s Value, field: &str) -> BTreeSet<&'s str> {
    let entries = state[field].as_array().into_iter().flatten();
    entries.flat_map(|entry| entry["ErrorEquals"].as_array().unwrap()).map(text).collect()
}

/// The functions that a task can call: those of its placeholders, `${QueryChartFunction}`.
fn functions(state: &Value) -> Vec<String> {
    let name = text(&state["Arguments"]["FunctionName"]);
    let placeholders = name.split("${").skip(1).map(|rest| rest.split_once("Function}").unwrap().0);
    let kebab = |name: &str| {
        let words = name.char_indices().flat_map(|(index, letter)| {
            let dash = (index > 0 && letter.is_ascii_uppercase()).then_some('-');
            dash.into_iter().chain([letter.to_ascii_lowercase()])
        });
        words.collect::<String>()
    };
    placeholders.map(kebab).collect()
}

#[test]
fn every_state_is_reached_and_leads_somewhere() {
    for flow in flows() {
        let definition = definition(&flow);
        assert_eq!(definition["QueryLanguage"], "JSONata", "{flow}");
        for (start, states) in machines(&definition) {
            let mut reached = BTreeSet::from([start]);
            loop {
                let further: BTreeSet<&str> = reached.iter().flat_map(|name| next(&states[*name])).collect();
                let before = reached.len();
                reached.extend(further);
                if reached.len() == before {
                    break;
                }
            }
            assert_eq!(reached, states.keys().map(String::as_str).collect(), "{flow}");
            for (name, state) in states {
                let ends = state["End"] == true || ["Succeed", "Fail"].contains(&text(&state["Type"]));
                assert_ne!(
                    next(state).is_empty() || state["Next"].is_null() && state["Type"] != "Choice",
                    !ends,
                    "{flow}: {name}"
                );
            }
        }
        assert!(example(&flow)["onFailure"].is_object(), "{flow} has an example of its input");
    }
}

#[test]
fn every_task_calls_functions_that_there_are_and_catches_everything() {
    for (name, state) in tasks() {
        let functions = functions(&state);
        assert!(!functions.is_empty(), "{name}");
        for function in &functions {
            assert!(root().join("functions").join(function).is_dir(), "{name}: {function}");
        }
        assert!(errors(&state, "Catch").contains("States.ALL"), "{name}");
    }
}

/// The end of a payload that has an idempotency key, whatever else is in the input.
///
/// The key is the execution's and, where an execution asks a function more than once, the state's or the row's; that of a command, or
/// of a report's mail, may be the caller's own.
fn is_keyed(state: &Value) -> bool {
    let payload = text(&state["Arguments"]["Payload"]);
    let ends = ["", " & '/failure'", " & '/Submit'", " & '/' & $string($states.input.index)"];
    let key = payload.split_once("'idempotencyKey': ").map_or("", |(_, key)| key);
    let own = ["command", "mail"].map(|of| format!("${of}.idempotencyKey ? ${of}.idempotencyKey : "));
    let key = own.iter().find_map(|own| key.strip_prefix(own.as_str())).unwrap_or(key);
    ends.iter().any(|end| key == format!("$states.context.Execution.Id{end}}}]) %}}"))
}

#[test]
fn what_may_have_been_carried_out_is_not_tried_again() {
    let retryable = ErrorType::ALL.into_iter().filter(|error_type| error_type.retryable()).map(ErrorType::name);
    let refused: BTreeSet<&str> = retryable.chain([REFUSED]).collect();
    let lost: BTreeSet<&str> = refused.iter().copied().chain(LOST).collect();
    let crashed: BTreeSet<&str> = lost.iter().copied().chain(CRASHED).collect();
    let mut once = Vec::new();
    for (name, state) in &tasks() {
        let are = |those: &[&str]| functions(state).iter().all(|function| those.contains(&function.as_str()));
        let expected = match (are(&KEYED), are(&READS)) {
            (true, _) => &crashed,
            (_, true) => &lost,
            _ => &refused,
        };
        assert_eq!(&errors(state, "Retry"), expected, "{name}");
        assert_eq!(is_keyed(state), are(&KEYED), "{name}");
        if expected == &refused {
            once.push(name.clone());
        }
    }
    assert_eq!(once, ["for-each-row: Ingest"]);
}

#[test]
fn the_error_types_are_those_of_the_functions() {
    let ours: BTreeSet<&str> = ErrorType::ALL.into_iter().map(ErrorType::name).collect();
    for (name, state) in tasks() {
        let all = errors(&state, "Retry").into_iter().chain(errors(&state, "Catch"));
        let types: BTreeSet<&str> = all.filter(|error| !error.contains('.')).collect();
        assert!(types.is_subset(&ours), "{name}: {types:?}");
    }
    // And the table of the README says of each what becomes of it.
    let readme = read("README.md");
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| `")).filter_map(|row| row.split_once("` | "));
    let told: Vec<(&str, &str)> = rows.filter(|(name, _)| ours.contains(name)).collect();
    assert_eq!(told.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>(), ours);
    for (name, row) in told {
        let retryable =
            ErrorType::ALL.into_iter().any(|error_type| error_type.name() == name && error_type.retryable());
        assert_eq!(row.starts_with("tried again"), retryable, "{name}");
    }
}

#[test]
fn the_readme_names_every_error_of_the_flows_themselves() {
    let readme = read("README.md");
    for flow in flows() {
        for (_, states) in machines(&definition(&flow)) {
            let assigned = states.values().flat_map(|state| {
                let choices = state["Choices"].as_array().into_iter().flatten();
                choices.chain([state]).map(|from| &from["Assign"]["failure"]["error"])
            });
            for error in assigned.map(text).filter(|error| !error.is_empty() && !error.starts_with("{%")) {
                assert!(readme.contains(&format!("`{error}`")), "{flow}: {error}");
            }
        }
    }
}
