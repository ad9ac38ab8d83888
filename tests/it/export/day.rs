//! The examples in `infra/aws/exports`, and a day of messages through one of them.

use super::{Stage, connection, destinations::counts, function};
use serde_json::{Value, json};
use std::{fmt::Write, fs};
use tests::{binaries::root, kusto::Kusto};

fn read(path: &str) -> String {
    fs::read_to_string(root().join("infra/aws/exports").join(path)).unwrap()
}

fn message(name: &str) -> Value {
    serde_json::from_str(&read(&format!("messages/{name}.json"))).unwrap()
}

/// The stage with an example's destinations, over the one connection that there is.
fn stage(example: &str) -> Stage {
    let destinations = read(example);
    let name = destinations
        .lines()
        .find_map(|line| line.strip_prefix("connection = \"")?.strip_suffix('"'))
        .unwrap()
        .to_owned();
    let (kusto, store) = (Kusto::with_faults(), tempfile::tempdir().unwrap());
    let connections = connection(kusto.url()).replace("\"local\"", &format!("\"{name}\""));
    let function = function(&connections, &destinations, &store);
    Stage { kusto, function, store }
}

#[test]
fn each_kind_of_message_becomes_rows_of_the_guides_table() {
    let stage = stage("iot.toml");
    let kinds = ["lifecycle", "telemetry", "property-change", "connectivity", "audit-log"];
    let records: Vec<_> = kinds.iter().map(|kind| message(kind)).collect();
    let reply = stage.function.invoke(&json!({"records": records})).reply();
    assert_eq!((counts(&reply, 0), &reply["destinations"][0]["rows"]), ([5, 5, 0, 0, 0, 0], &json!(6)));
    let columns = stage.rows("smartvitalspatch | getschema | project ColumnName, ColumnType");
    let guide = json!([
        ["EnqueuedTime", "datetime"],
        ["Message", "string"],
        ["Application", "string"],
        ["Device", "string"],
        ["Simulated", "bool"],
        ["Template", "string"],
        ["Module", "string"],
        ["Component", "string"],
        ["Capability", "string"],
        ["Value", "dynamic"],
    ]);
    assert_eq!(columns, guide);
    let rows = stage.rows(
        "smartvitalspatch | order by EnqueuedTime asc, Capability asc | project tostring(EnqueuedTime), Device, Template, Component, Capability, tostring(Value)",
    );
    let rows: Vec<String> = rows.as_array().unwrap().iter().map(Value::to_string).collect();
    insta::assert_snapshot!(rows.join("\n"));
}

#[test]
fn a_security_event_is_there_once_and_a_heartbeat_is_not() {
    let stage = stage("security-activity.toml");
    let event = message("activity").to_string();
    let batch = tests::events::sqs(&[("m1", None, &event), ("m2", None, r#"{"type": "heartbeat"}"#)]);
    for _ in 0..2 {
        assert_eq!(stage.function.invoke(&batch).reply(), json!({"batchItemFailures": []}));
    }
    let rows = stage.rows("SecurityActivity | project tostring(Timestamp), Event, Type, Severity, Actor, Address, Target, tostring(Details.outcome), tostring(Details.reasons)");
    let row = json!([
        "2026-11-20T06:00:00.1230000Z",
        "e-1",
        "sign-in",
        "high",
        "ada@contoso.example",
        "192.0.2.7",
        "console",
        "denied",
        r#"["new country"]"#,
    ]);
    assert_eq!(rows, json!([row]));
}

/// Messages of ten devices, as JSON lines: number `first` to before `last` of the day.
fn messages(first: usize, last: usize) -> String {
    let mut lines = String::new();
    for number in first..last {
        let milliseconds = number * 86_400 / 1000;
        let (seconds, device) = (milliseconds / 1000, number % 10);
        let time = format!(
            "2026-11-20T{:02}:{:02}:{:02}.{:03}Z",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60,
            milliseconds % 1000
        );
        writeln!(
            lines,
            r#"{{"applicationId":"570c2d7b","messageSource":"telemetry","messageId":"{number}","enqueuedTime":"{time}","device":{{"id":"patch-{device}","name":"Patch {device}","templateName":"Smart Vitals Patch","simulated":true}},"telemetry":[{{"name":"HeartRate","value":{}}}]}}"#,
            60 + number % 40
        )
        .unwrap();
    }
    lines
}

/// Sends `count` messages in calls of 10,000, and returns the most memory that was resident after the first tenth and at the end.
fn day(count: usize) -> [u64; 2] {
    let stage = stage("iot.toml");
    let mut resident = [0; 2];
    for first in (0..count).step_by(10_000) {
        let last = count.min(first + 10_000);
        let reply = stage.function.invoke(&json!({"records": messages(first, last)})).reply();
        let sent = (last - first) as u64;
        assert_eq!(counts(&reply, 0), [sent, sent, 0, 0, 0, 0]);
        let place = usize::from(first >= count / 10);
        resident[place] = stage.function.peak_resident();
    }
    let report = stage.rows("smartvitalspatch | summarize n = count(), dcount(Message, 4), sum = sum(toint(Value)), min(EnqueuedTime), max(EnqueuedTime), count_distinct(Device)");
    let sum: usize = (0..count).map(|number| 60 + number % 40).sum();
    assert_eq!(report[0][0], json!(count));
    assert_eq!((&report[0][2], &report[0][5]), (&json!(sum), &json!(10)));
    resident
}

#[test]
fn some_minutes_of_messages_are_counted() {
    day(20_000);
}

#[test]
#[ignore = "takes long: make soak"]
fn soak_a_day_of_a_million_messages_is_counted_in_flat_memory() {
    let begun = std::time::Instant::now();
    let [early, late] = day(1_000_000);
    eprintln!("1,000,000 messages in {:?}; resident after a tenth {early} bytes, at the end {late}", begun.elapsed());
    assert!(late < early + early / 10, "{early} bytes became {late}");
}
