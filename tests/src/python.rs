//! Programs that were not written here, through Python scripts in `python/`. `make` brings them into `target/venv`.

use crate::binaries::{Process, root};
use serde_json::Value;
use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

/// Runs `python/<script>` with these arguments and reads the JSON it prints.
pub fn run(script: &str, arguments: &[impl AsRef<OsStr>]) -> Value {
    run_with(script, arguments, b"")
}

/// The same with this standard input, which the script reads to its end before it prints.
pub fn run_with(script: &str, arguments: &[impl AsRef<OsStr>], input: &[u8]) -> Value {
    let mut command = command(script, arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python starts");
    // A script that needs no input may have ended.
    let _ = child.stdin.take().expect("it is piped").write_all(input);
    let output = child.wait_with_output().expect("python runs");
    assert!(output.status.success(), "{script} failed");
    serde_json::from_slice(&output.stdout).expect("the script prints JSON")
}

/// Starts `python/<script>`, a server, with these arguments and returns it with the first line it prints.
pub fn start(script: &str, arguments: &[impl AsRef<OsStr>]) -> (Process, String) {
    let mut child =
        command(script, arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python starts");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("it is piped");
    BufReader::new(stdout).read_line(&mut line).expect("the script prints a line");
    (Process(child), line.trim().to_owned())
}

fn command(script: &str, arguments: &[impl AsRef<OsStr>]) -> Command {
    let python = root().join("target/venv/bin/python");
    assert!(python.exists(), "target/venv is missing: run `make venv`, or the tests through `make test`");
    let mut command = Command::new(python);
    command.arg(root().join("tests/python").join(script)).args(arguments).stderr(Stdio::inherit());
    command
}
