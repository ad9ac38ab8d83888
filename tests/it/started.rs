//! `make preview` and `make start` as a person runs them, and the calls that `make start` prints.

use crate::{demo::cargo_lambda, mcp::names};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};
use tests::{
    binaries::{self, root},
    http::send,
};

/// `kusto-local` with this subcommand, whose files go below `target`.
fn kusto_local(subcommand: &str, target: &Path, arguments: &[&str]) -> Command {
    let program = binaries::path("kusto-local");
    let mut command = Command::new(&program);
    command.arg(subcommand).arg("--target").arg(target).arg("--cargo-lambda").arg(cargo_lambda()).args(arguments);
    // Where the functions are built already.
    command
        .current_dir(root())
        .env("CARGO_TARGET_DIR", program.ancestors().nth(2).unwrap())
        .env_remove("KUSTO_CLUSTER");
    binaries::outside_cargo(&mut command);
    command
}

#[test]
fn a_report_is_previewed_and_not_mailed() {
    let target = tempfile::tempdir().unwrap();
    let data = "infra/aws/reports/SigninLogs.csv";
    let arguments = ["--report", "failed-sign-ins", "--data", data, "--at", "2026-11-20T06:00:00Z"];
    let output = kusto_local("preview", target.path(), &arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let folder = target.path().join("preview");
    let page = std::fs::read_to_string(folder.join("failed-sign-ins.html")).unwrap();
    assert!(page.contains("Failed sign-ins"), "{page}");
    assert!(folder.join("failed-sign-ins.png").is_file());
    let mailed = std::fs::read_dir(folder.join("mail")).map_or(0, Iterator::count);
    assert_eq!(mailed, 0, "a preview sends nothing");
}

/// Ends as a person ends it, which ends what it started too.
fn interrupt(mut child: Child) {
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    child.wait().unwrap();
}

/// What comes of a call of the API whose caller prefers to wait.
fn answered_later(api: &str) -> Value {
    let headers = [("content-type", "application/json"), ("prefer", "respond-async")];
    let request = br#"{"connection": "demo", "query": "print later = 1"}"#;
    let promised = send("POST", &format!("{api}/query"), &headers, request);
    assert_eq!(promised.status, 202, "{}", String::from_utf8_lossy(&promised.body));
    let location = promised.header("location").unwrap();
    let mut looks = std::iter::repeat_with(|| send("GET", location, &[], b""));
    looks.find(|answer| answer.status != 202).unwrap().json()
}

#[test]
fn everything_stays_up_and_the_calls_that_are_printed_work() {
    let target = tempfile::tempdir().unwrap();
    let ports = ["--kusto-port", "0", "--functions-port", "0", "--api-port", "0"];
    let mut command = kusto_local("start", target.path(), &ports);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let said: Vec<String> = lines.by_ref().take_while(|line| !line.starts_with("Ctrl-C")).collect();
    let calls: Vec<&String> = said.iter().filter(|line| line.starts_with("curl ")).collect();
    let answers: Vec<(String, String)> = calls
        .iter()
        .map(|call| {
            let output = Command::new("sh").args(["-c", call]).output().unwrap();
            ((*call).clone(), String::from_utf8_lossy(&output.stdout).into_owned())
        })
        .collect();
    let over_http =
        calls.iter().find_map(|call| call.split(' ').find_map(|word| word.strip_suffix("/ListKustoResults/false")));
    let later = answered_later(over_http.unwrap());
    assert_eq!(later["value"], json!([{"later": 1}]));
    let words = said.iter().flat_map(|line| line.split_whitespace());
    let url = words.clone().find(|word| word.starts_with("http://") && word.ends_with("/mcp/KustoQueryManagement"));
    let agent = crate::mcp::agent(url.unwrap(), "auto", &json!([{"name": "list_tables", "arguments": {}}]));
    assert!(agent["results"][0]["content"][0]["text"].as_str().unwrap().contains("MachineSamples"), "{agent:#}");
    interrupt(child);
    assert_eq!(answers.len(), 10, "{said:?}");
    assert_eq!(names(&agent), crate::mcp::TOOLS);
    assert!(
        said.iter().any(|line| line.starts_with("Tables, and a box for queries, are at http://127.0.0.1:")),
        "{said:?}"
    );
    for (call, answer) in answers {
        let body = answer.trim_end().lines().last().unwrap_or_default();
        let reply: Value = serde_json::from_str(body).unwrap_or_default();
        assert!(reply.is_object() && reply["errorType"].is_null() && reply["code"].is_null(), "{call}\n{answer}");
    }
}
