//! The ARM template of the playbook is whole: what it refers to is there, and actions have the inputs that the reference of the Workflow
//! Definition Language documents ("Schema reference guide for trigger and action types in Azure Logic Apps").

use super::read;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The inputs that a type of action or trigger can have.
const INPUTS: [(&str, &[&str]); 4] = [
    ("ApiConnectionWebhook", &["host", "body", "path", "queries", "retryPolicy", "authentication"]),
    ("ApiConnection", &["host", "method", "path", "queries", "headers", "body", "retryPolicy", "authentication"]),
    ("Http", &["method", "uri", "headers", "queries", "body", "authentication", "retryPolicy"]),
    ("Select", &["from", "select"]),
];

/// What an action or a trigger may have beside its inputs.
const FIELDS: [&str; 6] = ["type", "description", "runAfter", "inputs", "runtimeConfiguration", "operationOptions"];

fn template() -> Value {
    serde_json::from_str(&read("enrich-incident.json")).unwrap()
}

fn workflow(template: &Value) -> &Value {
    let resources = template["resources"].as_array().unwrap();
    &resources.iter().find(|resource| resource["type"] == "Microsoft.Logic/workflows").unwrap()["properties"]
}

/// The names that stand in `text` as `function('name')`.
fn named(text: &str, function: &str) -> BTreeSet<String> {
    let begin = format!("{function}('");
    let calls = text.split(&begin).skip(1);
    calls.map(|rest| rest.split('\'').next().unwrap().to_owned()).collect()
}

fn names(object: &Value) -> BTreeSet<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

/// The texts of `value` that are expressions of the template itself: `[…]`.
fn expressions(value: &Value) -> String {
    match value {
        Value::String(text) if text.starts_with('[') => format!("{text}\n"),
        Value::Array(all) => all.iter().map(expressions).collect(),
        Value::Object(fields) => fields.values().map(expressions).collect(),
        _ => String::new(),
    }
}

#[test]
fn every_parameter_and_variable_is_there_and_used() {
    let template = template();
    let outer = expressions(&template);
    assert_eq!(named(&outer, "parameters"), names(&template["parameters"]));
    assert_eq!(named(&outer, "variables"), names(&template["variables"]));
    let workflow = workflow(&template);
    let definition = &workflow["definition"];
    let used: BTreeSet<String> =
        ["actions", "triggers"].iter().flat_map(|part| named(&definition[part].to_string(), "parameters")).collect();
    assert_eq!(used, names(&definition["parameters"]));
    assert_eq!(used, names(&workflow["parameters"]), "each has its value");
    for resource in template["resources"].as_array().unwrap() {
        for field in ["type", "apiVersion", "name", "location", "properties"] {
            assert!(!resource[field].is_null(), "{field} of {}", resource["type"]);
        }
    }
}

#[test]
fn each_action_runs_after_those_whose_bodies_it_takes() {
    let template = template();
    let actions = workflow(&template)["definition"]["actions"].as_object().unwrap();
    for (name, action) in actions {
        let before = before(actions, name);
        let taken = named(&action["inputs"].to_string(), "body");
        assert!(taken.is_subset(&before), "{name} takes {taken:?} and runs after {before:?}");
    }
}

/// All actions that have ended when `name` begins.
fn before(actions: &Map<String, Value>, name: &str) -> BTreeSet<String> {
    let after = names(&actions[name]["runAfter"]);
    assert!(after.iter().all(|one| actions.contains_key(one)), "{name} runs after {after:?}");
    after.iter().flat_map(|one| before(actions, one)).chain(after.clone()).collect()
}

#[test]
fn each_action_has_inputs_of_its_type() {
    let template = template();
    let definition = &workflow(&template)["definition"];
    let all = ["actions", "triggers"].into_iter().flat_map(|part| definition[part].as_object().unwrap());
    for (name, action) in all {
        let (_, known) = INPUTS.iter().find(|(kind, _)| action["type"] == *kind).unwrap();
        assert!(names(&action["inputs"]).iter().all(|input| known.contains(&input.as_str())), "{name}");
        assert!(names(action).iter().all(|field| FIELDS.contains(&field.as_str())), "{name}");
    }
}
