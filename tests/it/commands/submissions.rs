//! Submissions to a cluster that fails: none is sent twice once a byte of it has left, and what became of it is said.

use super::function;
use serde_json::json;
use std::time::Duration;
use tests::{
    cluster::{Answer, Cluster, Request},
    lambda::{Function, Outcome},
};

const ID: &str = "3827def6-0773-4f2a-859e-c02cf395deaf";

/// What a cluster answers to a command that it takes.
fn taken() -> Vec<u8> {
    match Answer::table(&[("OperationId", "guid")], &[json!([ID])]) {
        Answer::Close(bytes) | Answer::Stall(bytes) => bytes,
    }
}

/// Answers by the words of `.append async <fault>_<number>_<case> <| U`.
fn fail(request: &Request) -> Answer {
    let text = request.text();
    let words: Vec<&str> = text.split([' ', '_']).collect();
    let number = words.get(3).and_then(|number| number.parse().ok()).unwrap_or_default();
    match words.get(2).copied().unwrap_or_default() {
        "Cut" => Answer::Close(taken()[..number].to_vec()),
        "Status" => Answer::new(u16::try_from(number).unwrap(), "retry-after: 600\r\n", ""),
        "Silent" => Answer::Stall(Vec::new()),
        "Idless" => Answer::table(&[("Result", "string")], &[json!(["done"])]),
        "Taken" => Answer::Close(taken()),
        // Looks at operations find nothing.
        _ => Answer::table(&[("OperationId", "string")], &[]),
    }
}

/// Submits, and returns the outcome with the command's text.
fn submit(function: &Function, connection: &str, table: &str, time: Duration) -> (Outcome, String) {
    let command = format!(".append async {table} <| U");
    let request = json!({"connection": connection, "command": command});
    (function.invoke_text(&request.to_string(), time), command)
}

fn check(outcome: Outcome, error_type: Option<&str>, command: &str) -> String {
    match outcome {
        Outcome::Reply(reply) => {
            assert_eq!((error_type, &reply["operationId"]), (None, &json!(ID)), "{command}");
            String::new()
        }
        Outcome::Error(got, message) => {
            assert_eq!(Some(got.as_str()), error_type, "{command}: {message}");
            message
        }
    }
}

#[test]
fn nothing_is_submitted_twice() {
    let cluster = Cluster::scripted(fail);
    // Resets after 1 to 60 bytes of the request, when not even its head has been read.
    let resetting = Cluster::resetting(|turn| 1 + turn % 60);
    let function = function("async-command", &[("fails", cluster.url()), ("resets", resetting.url())]);
    let unknown = Some("OutcomeUnknown");
    let length = taken().len();
    let mut cases: Vec<(String, Option<&str>)> = (0..length).map(|at| (format!("Cut_{at}_0"), unknown)).collect();
    for (status, error_type) in [
        (500, unknown),
        (502, unknown),
        (503, unknown),
        (504, unknown),
        (520, unknown),
        (408, unknown),
        (429, Some("Throttled")),
        (400, Some("QueryError")),
        (403, Some("Forbidden")),
        (404, Some("NotFound")),
    ] {
        cases.extend((0..6).map(|case| (format!("Status_{status}_{case}"), error_type)));
    }
    cases.extend((0..5).map(|case| (format!("Idless_0_{case}"), unknown)));
    cases.extend((0..5).map(|case| (format!("Taken_0_{case}"), None)));
    for (table, error_type) in &cases {
        let (outcome, command) = submit(&function, "fails", table, Duration::from_secs(20));
        let message = check(outcome, *error_type, &command);
        let sent: Vec<Request> = cluster.requests().into_iter().filter(|request| request.text() == command).collect();
        assert_eq!(sent.len(), 1, "{command}");
        let id = sent[0].header("x-ms-client-request-id");
        let lookup = format!("`.show commands | where ClientActivityId == \"{id}\"`");
        let said = if table.starts_with("Idless") { "look in `.show operations`" } else { &lookup };
        assert!(*error_type != unknown || (message.contains(said) && message.contains(id)), "{command}: {message}");
    }
    for case in 0..60 {
        let before = resetting.connections();
        let (outcome, command) = submit(&function, "resets", &format!("Reset_{case}"), Duration::from_secs(20));
        check(outcome, unknown, &command);
        assert_eq!(resetting.connections(), before + 1, "{command}");
    }
    assert!(cases.len() + 60 >= 300, "{} cases", cases.len() + 60);
}

#[test]
fn a_submission_without_an_answer_has_an_unknown_outcome_in_time() {
    let cluster = Cluster::scripted(fail);
    let function = function("async-command", &[("fails", cluster.url())]);
    let time = Duration::from_millis(1500);
    let begun = std::time::Instant::now();
    let (outcome, command) = submit(&function, "fails", "Silent_0_0", time);
    let message = check(outcome, Some("OutcomeUnknown"), &command);
    assert!(begun.elapsed() < time && message.contains("the cluster did not answer in time"), "{message}");
    // Nothing that may be wanted is cancelled.
    assert_eq!(cluster.requests().len(), 1);
}

#[test]
fn what_was_never_sent_may_be_sent_again() {
    let throttled_twice = std::sync::atomic::AtomicUsize::new(0);
    let cluster = Cluster::scripted(move |request| match request.text().starts_with(".append") {
        true if throttled_twice.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < 2 => Answer::new(429, "", ""),
        true => Answer::Close(taken()),
        false => Answer::table(&[("OperationId", "string")], &[]),
    });
    // Nobody listens on port 1, and no test that runs beside this one is given it.
    let function = function("async-command", &[("busy", cluster.url()), ("closed", "http://127.0.0.1:1")]);
    let (outcome, command) = submit(&function, "busy", "T", Duration::from_secs(20));
    check(outcome, None, &command);
    assert_eq!(cluster.requests().iter().filter(|request| request.text() == command).count(), 3);
    let (outcome, command) = submit(&function, "closed", "T", Duration::from_secs(20));
    let message = check(outcome, Some("Unavailable"), &command);
    assert!(message.contains("the cluster cannot be reached"), "{message}");
}
