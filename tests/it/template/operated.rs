//! `make deploy`, `make rollback`, `make destroy` and `make federation` but for what they build: their scripts, in moto.

use serde_json::{Value, json};
use std::{fs, os::unix::fs::PermissionsExt};
use tests::python;

/// What the script of `tests/python` tells, step by step, and what `sam` was called with.
fn told() -> (Value, String) {
    let folder = tempfile::tempdir().unwrap();
    let sam = folder.path().join("sam");
    fs::write(&sam, "#!/bin/sh\necho \"$@\" >> sam.calls\n").unwrap();
    fs::set_permissions(&sam, fs::Permissions::from_mode(0o755)).unwrap();
    let told = python::run("operate_stack.py", &[folder.path(), &sam]);
    let calls = fs::read_to_string(folder.path().join("sam.calls")).unwrap();
    (told, calls.replace(&folder.path().canonicalize().unwrap().display().to_string(), "."))
}

#[test]
fn a_stack_is_deployed_turned_back_and_destroyed_and_each_time_somebody_is_asked() {
    let (told, calls) = told();
    let mut transcript = String::new();
    for step in [
        "without connections",
        "questions",
        "no questions",
        "small account",
        "deployment",
        "rollback refused",
        "rollback",
        "rollback again",
        "federation",
        "federation of mail",
        "destroy refused",
        "destroy",
        "destroy all",
    ] {
        let (said, ended) = (told[step]["said"].as_str().unwrap(), &told[step]["ended"]);
        transcript +=
            &format!("== {step}\n{said}=> {}\n", ended.as_str().map_or_else(|| ended.to_string(), str::to_owned));
    }
    // The time of the last deployment.
    let time = transcript.split("the deployment of ").nth(1).unwrap().split(" published").next().unwrap().to_owned();
    transcript = transcript.replace(&time, "[time]");
    insta::assert_snapshot!(transcript + "== samconfig.toml\n" + told["samconfig"].as_str().unwrap());

    assert!(
        calls.starts_with("deploy --template-file ")
            && calls.ends_with("/template.yaml --config-file ./samconfig.toml\n"),
        "{calls}"
    );
    assert_eq!(calls.lines().count(), 1);
    assert_eq!(told["configuration"], json!(["connections.toml", "proxy.pem"]));
    // The last deployment published one of the two.
    assert_eq!(told["before"], json!({"kusto-actions-email": "1", "kusto-actions-query": "2"}));
    assert_eq!(told["after"], json!({"kusto-actions-email": "1", "kusto-actions-query": "1"}));
    assert_eq!((&told["stacks"], &told["stacks after"]), (&json!(["kusto-actions"]), &json!([])));
    // The first store was to stay, the second to go.
    assert_eq!(
        (&told["buckets"], &told["buckets after"]),
        (&json!(["packaged", "kusto-actions-store"]), &told["buckets"])
    );
}
