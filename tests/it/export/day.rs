//! The examples in `infra/aws/exports`, and a day of messages through one of them.

use super::{Stage, connection, destinations::counts, function};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write, fs, process::Command, time::Duration};
use tests::{
    binaries::{path, root},
    flows,
    kusto::Kusto,
    python,
};

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

/// A day, on which as many messages come as a test sends.
const MIDNIGHT: &str = "2026-11-20T00:00:00Z";
const MILLISECONDS: usize = 86_400_000;

/// What message `number` of `count` in the day says: when it is sent, by which of ten devices, and a heart rate.
fn reading(number: usize, count: usize) -> (usize, usize, usize) {
    (number * MILLISECONDS / count, number % 10, 60 + number % 40 + number / 7 % 3)
}

/// Messages as JSON lines: number `first` to before `last` of the `count` of the day.
fn messages(first: usize, last: usize, count: usize) -> String {
    let mut lines = String::new();
    for number in first..last {
        let (milliseconds, device, rate) = reading(number, count);
        let seconds = milliseconds / 1000;
        let time = format!(
            "2026-11-20T{:02}:{:02}:{:02}.{:03}Z",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60,
            milliseconds % 1000
        );
        writeln!(
            lines,
            r#"{{"applicationId":"570c2d7b","messageSource":"telemetry","messageId":"{number}","enqueuedTime":"{time}","device":{{"id":"patch-{device}","name":"Patch {device}","templateName":"Smart Vitals Patch","simulated":true}},"telemetry":[{{"name":"HeartRate","value":{rate}}}]}}"#
        )
        .unwrap();
    }
    lines
}

/// The report over the day, as CSV, reckoned from what was sent.
fn expected(count: usize) -> String {
    let mut rates: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for number in 0..count {
        let (milliseconds, device, rate) = reading(number, count);
        rates.entry((milliseconds / 3_600_000, device)).or_default().push(rate);
    }
    let mut csv = "\"Hour\",\"Device\",\"Average\",\"Highest\",\"Messages\"\r\n".to_owned();
    for ((hour, device), rates) in rates {
        let (sum, messages) = (rates.iter().sum::<usize>(), rates.len());
        // Hundredths, so that nothing is rounded in between.
        let average = (sum * 200 + messages) / (2 * messages);
        let average = format!("{}.{:02}", average / 100, average % 100);
        // A real has one digit behind its point at least.
        let average = average.strip_suffix('0').unwrap_or(&average);
        let highest = rates.iter().max().unwrap();
        let row = format!(
            "\"2026-11-20T{hour:02}:00:00Z\",\"patch-{device}\",\"{average}\",\"{highest}.0\",\"{messages}\"\r\n"
        );
        csv.push_str(&row);
    }
    csv
}

/// What a schedule gives the flow for the example report `name` that is due at `time`, over the connection of the stage.
fn report(name: &str, time: &str) -> Value {
    let reports = root().join("infra/aws/reports");
    let output = Command::new(path("kusto-local")).arg("schedules").arg("--reports").arg(reports).output().unwrap();
    let schedules: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut all = schedules["Resources"].as_object().unwrap().values();
    let schedule = all.find(|resource| resource["Properties"]["Name"] == name).unwrap();
    let input = schedule["Properties"]["Target"]["Input"].as_str().unwrap();
    let mut input: Value = serde_json::from_str(&input.replace("<aws.scheduler.scheduled-time>", time)).unwrap();
    (input["chart"]["connection"], input["chart"]["database"]) = (json!("demo"), json!("NetDefaultDB"));
    input
}

/// Sends `count` messages in calls of 10,000, and returns the most memory that was resident after the first tenth and at the end. The
/// report over the day then has the numbers of what was sent.
fn day(count: usize) -> [u64; 2] {
    let flows = flows::Stage::with(&[], Duration::from_secs(120), &[]);
    let store = tempfile::tempdir().unwrap();
    let function = function(&connection(flows.kusto.url()).replace("\"local\"", "\"iot\""), &read("iot.toml"), &store);
    let mut resident = [0; 2];
    for first in (0..count).step_by(10_000) {
        let last = count.min(first + 10_000);
        let reply = function.invoke(&json!({"records": messages(first, last, count)})).reply();
        let sent = (last - first) as u64;
        assert_eq!(counts(&reply, 0), [sent, sent, 0, 0, 0, 0]);
        resident[usize::from(first >= count / 10)] = function.peak_resident();
    }
    let totals = flows.kusto.query("smartvitalspatch | summarize count(), count_distinct(Message), min(EnqueuedTime)");
    assert_eq!(totals["Rows"], json!([[count, count, MIDNIGHT]]));
    let execution = flows.run("scheduled-report", &report("patch-vitals", "2026-11-21T00:15:00Z"));
    assert_eq!((execution.outcome().as_str(), &execution.output()["sent"]), ("SUCCEEDED", &json!(true)));
    let mail = python::run("check_mail.py", &[&flows.mails()[0]]);
    let subject = json!(["Subject", "Patch vitals, 2026-11-21: 240 rows"]);
    assert!(mail["headers"].as_array().unwrap().contains(&subject), "{}", mail["headers"]);
    let attached = |content_type| {
        let mut files = mail["attachments"].as_array().unwrap().iter();
        let file = files.find(|file| file["contentType"] == content_type).unwrap();
        BASE64_STANDARD.decode(file["content"].as_str().unwrap()).unwrap()
    };
    assert_eq!(String::from_utf8(attached("text/csv")).unwrap().trim_start_matches('\u{feff}'), expected(count));
    assert!(attached("image/png").starts_with(b"\x89PNG"));
    resident
}

#[test]
fn a_small_day_of_messages_is_counted_and_reported() {
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
