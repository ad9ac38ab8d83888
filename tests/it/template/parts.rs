//! Nothing is missing: functions, settings, flows, what becomes of an unknown outcome.

use super::{folders, functions, of_type, referred, template};
use runtime::error::ErrorType;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};
use store::key::Prefix;
use tests::{binaries::root, lambda::ALLOCATOR};

/// Settings that functions read and the template does not have.
const LEFT_OUT: [(&str, &str); 3] = [
    ("KUSTO_CLUSTER", "connections.toml is deployed in its place"),
    ("KUSTO_DATABASE", "connections.toml is deployed in its place"),
    ("DEFAULT_REQUEST", "schedules carry their request"),
];

/// What a flow or a person must look up where the outcome is unknown: the functions that change something, and the one that says of an
/// answer later that its maker died.
const UNKNOWN: [&str; 5] = ["async-command", "command-chart", "email", "ingest", "result"];

#[test]
fn every_folder_is_a_function_and_every_function_a_folder() {
    let mut names: Vec<String> = functions(template()).map(|(name, _)| name).collect();
    names.sort();
    assert_eq!(names, folders());
    for (name, function) in functions(template()) {
        assert_eq!(function["Code"]["S3Key"], format!("target/package/{name}.zip"));
        assert_eq!(function["FunctionName"]["Fn::Sub"], format!("${{AWS::StackName}}-{name}"));
        assert_eq!((&function["Runtime"], &function["Handler"]), (&"provided.al2023".into(), &"bootstrap".into()));
    }
    // Callers use the alias, which can be turned back.
    assert_eq!(of_type(template(), "AWS::Lambda::Alias").count(), folders().len());
    for (name, permission) in of_type(template(), "AWS::Lambda::Permission") {
        assert!(referred(&permission["FunctionName"]).ends_with("FunctionAliaslive"), "{name}");
    }
}

#[test]
fn every_setting_is_one_that_functions_read() {
    let variables = |function: &Value| -> BTreeSet<String> {
        function["Environment"]["Variables"].as_object().unwrap().keys().cloned().collect()
    };
    let written: BTreeSet<String> = functions(template()).flat_map(|(_, function)| variables(function)).collect();
    let mut read = settings(&root().join("shared"));
    read.extend(settings(&root().join("functions")));
    // The tests of memory have the allocator that is deployed.
    for (name, value) in ALLOCATOR {
        read.insert(name.to_owned());
        for (function, properties) in functions(template()) {
            assert_eq!(properties["Environment"]["Variables"][name], value, "{function}");
        }
    }
    let left_out: BTreeSet<String> = LEFT_OUT.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert!(left_out.is_subset(&read), "{left_out:?}");
    assert_eq!(written, read.difference(&left_out).cloned().collect());
    // And those of mails are those of `email` alone.
    for (name, function) in functions(template()).filter(|(name, _)| name != "email") {
        assert!(!variables(function).iter().any(|variable| variable.starts_with("MAIL_")), "{name}");
    }
}

/// The names of settings in the sources below `folder`, outside their tests: words in capitals between quotes, but for those of AWS itself.
fn settings(folder: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            names.extend(settings(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") && !entry.ends_with("tests.rs") {
            let source = fs::read_to_string(&entry).unwrap();
            let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let quoted = code.split('"').skip(1).step_by(2);
            names.extend(quoted.filter(|word| is_setting(word)).map(str::to_owned));
        }
    }
    names
}

fn is_setting(word: &str) -> bool {
    const STARTS: [&str; 12] = [
        "KUSTO_", "AZURE_", "MAIL_", "STORE_", "HTTP_", "DEFAULT_", "INLINE_", "LOG_", "PROXY_", "EXTRA_", "INGEST_",
        "RESULT_",
    ];
    STARTS.iter().any(|start| word.starts_with(start))
        && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

#[test]
fn every_flow_is_a_state_machine_that_may_call_what_it_calls() {
    let machines: BTreeMap<String, (&str, &Value)> = of_type(template(), "AWS::StepFunctions::StateMachine")
        .map(|(name, machine)| (machine["DefinitionS3Location"]["Key"].as_str().unwrap().to_owned(), (name, machine)))
        .collect();
    let flows = crate::flows::flows().into_iter().map(|flow| format!("infra/aws/flows/{flow}.asl.json"));
    // The files themselves, which are those that the flow tests run.
    assert_eq!(machines.keys().cloned().collect::<Vec<_>>(), flows.collect::<Vec<_>>());
    for (file, (name, machine)) in machines {
        let text = fs::read_to_string(root().join(&file)).unwrap();
        let placeholders: BTreeSet<&str> =
            text.split("${").skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
        let substitutions = machine["DefinitionSubstitutions"].as_object().unwrap();
        assert_eq!(substitutions.keys().map(String::as_str).collect::<BTreeSet<_>>(), placeholders, "{name}");
        for (placeholder, function) in substitutions {
            assert_eq!(function["Ref"], format!("{placeholder}Aliaslive"), "{name}");
        }
        let role = &template()["Resources"][referred(&machine["RoleArn"])]["Properties"];
        let statements = role["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap();
        assert_eq!(statements.len(), 1, "{name}");
        assert_eq!(statements[0]["Action"], "lambda:InvokeFunction", "{name}");
        let may: BTreeSet<String> =
            statements[0]["Resource"].as_array().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(may, substitutions.values().map(ToString::to_string).collect(), "{name}");
    }
}

#[test]
fn an_unknown_outcome_is_counted_and_told() {
    let filters: BTreeMap<String, &Value> = of_type(template(), "AWS::Logs::MetricFilter")
        .map(|(_, filter)| (super::kebab(referred(&filter["LogGroupName"]).trim_end_matches("Log")), filter))
        .collect();
    assert_eq!(filters.keys().map(String::as_str).collect::<Vec<_>>(), UNKNOWN);
    let alarm = &template()["Resources"]["UnknownAlarm"]["Properties"];
    for (name, filter) in filters {
        // The field is that of the line that `runtime` writes of each call.
        let pattern = format!("{{ $.error_type = \"{}\" }}", ErrorType::OutcomeUnknown.name());
        assert_eq!(filter["FilterPattern"], pattern, "{name}");
        let metric = &filter["MetricTransformations"][0];
        assert_eq!((&metric["MetricNamespace"], &metric["MetricName"]), (&alarm["Namespace"], &alarm["MetricName"]));
    }
    let serve = fs::read_to_string(root().join("shared/runtime/src/serve.rs")).unwrap();
    assert!(serve.contains("tracing::info!(duration_ms, over_http, error_type, \"answered\")"));
}

#[test]
fn a_lifecycle_rule_removes_what_the_store_calls_over() {
    let bucket = &template()["Resources"]["Store"]["Properties"];
    let rules = bucket["LifecycleConfiguration"]["Rules"].as_array().unwrap();
    for prefix in [Prefix::Results, Prefix::Once, Prefix::Rejected] {
        let name = format!("{}/", prefix.name());
        let rule = rules.iter().find(|rule| rule["Prefix"] == name).unwrap();
        let days = prefix.lifetime().as_secs() / (24 * 60 * 60);
        assert_eq!((&rule["Status"], rule["ExpirationInDays"].as_u64()), (&"Enabled".into(), Some(days)), "{name}");
    }
    for guard in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"] {
        assert_eq!(bucket["PublicAccessBlockConfiguration"][guard], true, "{guard}");
    }
    let tls = &template()["Resources"]["StoreTls"]["Properties"]["PolicyDocument"]["Statement"][0];
    assert_eq!((&tls["Effect"], &tls["Condition"]["Bool"]["aws:SecureTransport"]), (&"Deny".into(), &"false".into()));
}
