//! Programs that were not written here, through Python scripts in `python/`. `make` brings them into `target/venv`.

use serde_json::Value;
use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

/// Runs `python/<script>` with these arguments and reads the JSON it prints.
pub fn run(script: &str, arguments: &[&str]) -> Value {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let python = root.join("target/venv/bin/python");
    assert!(python.exists(), "target/venv is missing: run `make venv`, or the tests through `make test`");
    let output = Command::new(python)
        .arg(root.join("tests/python").join(script))
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .expect("python runs");
    assert!(output.status.success(), "{script} failed");
    serde_json::from_slice(&output.stdout).expect("the script prints JSON")
}
