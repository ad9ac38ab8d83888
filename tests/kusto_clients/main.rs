//! Microsoft's client for Node against the embedded Kusto: what a program of the user's own gets.
//!
//! It is a program of npm, which is why `cargo test` leaves this out: `make test-kusto-clients` brings and runs it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use serde_json::{Value, json};
use std::process::Stdio;
use tests::{
    binaries::root,
    kusto::Kusto,
    node::{modules, node},
};

const PROJECT: &str = "kusto_clients";

#[test]
fn it_creates_ingests_asks_and_reads_failures() {
    let kusto = Kusto::start(None);
    let mut command = node(&root().join("tests/kusto_clients/drive.mjs"));
    command.arg(modules(PROJECT)).args([kusto.url(), "NetDefaultDB"]).stderr(Stdio::inherit());
    let output = command.output().unwrap();
    assert!(output.status.success(), "the client failed");
    let mut seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    let [partial, wrong] = ["partial", "wrong"].map(|name| seen[name].take());
    assert_eq!(
        seen,
        json!({
            "ingested": ["inproc:inline"],
            "columns": [
                ["At", "datetime"], ["Shop", "string"], ["Count", "long"],
                ["Price", "real"], ["Tags", "dynamic"], ["Took", "timespan"],
            ],
            "rows": [{
                "At": "2026-11-20T06:00:00.000Z", "Shop": "Ulm", "Count": 2, "Price": 0.25, "Tags": {"a": [1]}, "Took": 93_784_000,
            }],
            "visualization": [["columnchart", "Sales"]],
            "operation": "Completed",
            "copied": [{"Count": 2}],
            "partial": null,
            "wrong": null,
        })
    );
    assert!(partial["error"].as_str().unwrap().contains("E_QUERY_RESULT_SET_TOO_LARGE"), "{partial}");
    assert!(wrong["error"].as_str().unwrap().contains("NoSuchColumn"), "{wrong}");
}
