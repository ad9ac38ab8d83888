//! The history of runs on this machine: `make flow` keeps them, and `make runs` lists them.

use super::SAMPLES;
use std::{path::Path, process::Command};
use tests::{binaries::root, flows::Stage};

/// What a script of `infra/aws/flows/local` prints, and whether it succeeded.
fn script(name: &str, arguments: &[&str], runs: &Path) -> (String, bool) {
    let script = root().join("infra/aws/flows/local").join(name);
    let mut command = Command::new(root().join("target/venv/bin/python"));
    let output = command.arg(script).args(arguments).arg("--runs").arg(runs).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.success())
}

#[test]
fn runs_are_kept_and_listed_with_what_failed_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let (nothing, _) = script("runs.py", &[], folder.path());
    assert!(nothing.starts_with("nothing has run yet"), "{nothing}");
    let input = root().join("infra/aws/flows/inputs/threshold-alert.json");
    let flow = |stage: &Stage| {
        let arguments = ["threshold-alert", input.to_str().unwrap(), "--functions", stage.functions()];
        script("flow.py", &arguments, folder.path())
    };
    assert_eq!(flow(&Stage::new(&[SAMPLES])), ("{\n  \"value\": 1,\n  \"mailed\": true\n}\n".to_owned(), true));
    let (told, succeeded) = flow(&Stage::new(&[]));
    assert!(told.starts_with("NotFound: Query: ") && !succeeded, "{told}");

    let (list, _) = script("runs.py", &[], folder.path());
    let lines: Vec<Vec<&str>> = list.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["START", "DURATION", "STATUS", "RUN", "REASON"]);
    // Date, time, duration in seconds, status, name, and of the newer one the step and the reason.
    assert_eq!((lines.len(), lines[1][4], lines[1][6], lines[1][7]), (3, "FAILED", "NotFound:", "Query:"));
    assert_eq!((lines[2][3], lines[2][4], lines[2].len()), ("s", "SUCCEEDED", 6));
    let (steps, _) = script("runs.py", &[lines[1][5]], folder.path());
    for step in ["Read the input", "Query", "NotFound: ", "Tell", "Failed"] {
        assert!(steps.contains(step), "{step}: {steps}");
    }
}
