//! `async-command` and `copy-table`: submitted once, followed for as long as it takes, and told of if it fails.

use super::{SAMPLES, example, only_mail, throttled};
use serde_json::{Value, json};
use std::time::Duration;
use tests::{
    flows::{Execution, Stage},
    invoke_api::LambdaError,
};

const SUBMISSION: &str = ".set-or-append async";

/// What becomes of the next operation.
fn operation(what: Value) -> Value {
    json!({"match": {"text": SUBMISSION}, "operation": what})
}

/// How many submissions arrived and were not throttled.
fn submissions(stage: &Stage) -> usize {
    let is_one = |request: &Value| request["csl"].as_str().is_some_and(|text| text.starts_with(SUBMISSION));
    stage.kusto.requests().iter().filter(|request| is_one(request) && request["status"] != 429).count()
}

fn run(stage: &Stage) -> Execution {
    stage.run("async-command", &example("async-command"))
}

#[test]
fn a_command_is_followed_for_longer_than_a_function_may_run() {
    let stage = Stage::with(&[SAMPLES], Duration::from_secs(2), &[]);
    stage.kusto.fault(&operation(json!({"runsMs": 4000})));
    let execution = run(&stage);
    assert_eq!((execution.outcome().as_str(), &execution.output()["state"]), ("SUCCEEDED", &json!("Completed")));
    assert!(execution.entered("Wait") > 6 && execution.entered("Wait") == execution.entered("Show"));
    assert_eq!((execution.entered("Submit"), submissions(&stage), stage.mails().len()), (1, 1, 0));
    assert_eq!(stage.kusto.query("CpuSamples | count")["Rows"], json!([[480]]));
}

#[test]
fn what_goes_on_for_too_long_is_told() {
    let stage = Stage::new(&[SAMPLES]);
    stage.kusto.fault(&operation(json!({"runsMs": 600_000})));
    let mut input = example("async-command");
    input["giveUpAfter"] = json!(60);
    let outcome = stage.run("async-command", &input).outcome();
    // Pauses of 5, 10, 20 and 40 seconds.
    let expected =
        " has not been seen to end in 75 s: it was InProgress when it was last looked at, and nothing has stopped it";
    assert!(outcome.starts_with("TooLong: Wait: operation ") && outcome.contains(expected), "{outcome}");
    let looked_up = outcome.split('`').nth(1).unwrap();
    assert_eq!(stage.kusto.command(looked_up)["Rows"][0][6], "InProgress", "{looked_up}");
    assert!(only_mail(&stage).1.replace('\n', " ").contains("in 75 s"));
}

#[test]
fn a_command_that_fails_is_told_in_the_services_words() {
    let stage = Stage::new(&[SAMPLES]);
    stage.kusto.fault(&operation(json!({"runsMs": 50, "state": "Failed", "status": "the \"disk\" is full"})));
    let execution = run(&stage);
    let outcome = execution.outcome();
    assert!(outcome.starts_with("CommandFailed: Submit: operation "), "{outcome}");
    assert!(outcome.ends_with(" ended as Failed: the \"disk\" is full"), "{outcome}");
    assert_eq!(execution.states().last(), Some(&"Failed"));
    let (subject, text) = only_mail(&stage);
    assert!(subject.starts_with("Failed: async-command") && text.contains("\"disk\""), "{subject}\n{text}");
}

#[test]
fn a_submission_is_tried_again_only_where_nothing_can_have_been_carried_out() {
    let stage = Stage::new(&[SAMPLES]);
    stage.kusto.fault(&throttled(SUBMISSION, 2));
    let lambda = |function, name, carried_out| LambdaError { function, name, carried_out };
    stage.lambda.fail(lambda("async-command", "TooManyRequestsException", false));
    // What is lost of a look is looked at again.
    stage.lambda.fail(lambda("show-command", "SdkClientException", true));
    stage.kusto.fault(&operation(json!({"runsMs": 200})));
    let execution = run(&stage);
    let again = ["Lambda.TooManyRequestsException", "Throttled", "Throttled", "Lambda.SdkClientException"];
    assert_eq!((execution.outcome().as_str(), execution.errors()), ("SUCCEEDED", again.to_vec()));
    assert_eq!(submissions(&stage), 1);
    // Whoever asks again with the execution's key gets the same operation.
    for name in ["ServiceException", "AWSLambdaException", "SdkClientException", "Runtime.ExitError"] {
        let before = submissions(&stage);
        stage.lambda.fail(lambda("async-command", name, true));
        let execution = run(&stage);
        assert_eq!((execution.outcome().as_str(), execution.errors().len()), ("SUCCEEDED", 1), "{name}");
        assert_eq!((submissions(&stage) - before, stage.mails().len()), (1, 0), "{name}");
    }
    stage.lambda.fail(lambda("async-command", "SdkClientException", true));
    stage.kusto.fault(&json!({"match": {"text": SUBMISSION}, "reset": "after"}));
    let before = submissions(&stage);
    let outcome = run(&stage).outcome();
    assert!(outcome.starts_with("OutcomeUnknown: Submit: ") && outcome.contains(".show commands"), "{outcome}");
    assert_eq!(submissions(&stage) - before, 1);
}

#[test]
fn a_schedule_that_fires_twice_submits_once_where_it_gives_a_key() {
    let stage = Stage::new(&[SAMPLES]);
    let mut input = example("async-command");
    input["command"]["idempotencyKey"] = json!("2026-11-20T07:00:00Z");
    let [first, second] = [(); 2].map(|()| stage.run("async-command", &input));
    assert_eq!((first.outcome().as_str(), second.outcome().as_str()), ("SUCCEEDED", "SUCCEEDED"));
    assert_eq!((&first.output()["operationId"], submissions(&stage)), (&second.output()["operationId"], 1));
    // What is no key leaves the execution's.
    input["command"]["idempotencyKey"] = json!("");
    stage.lambda.fail(LambdaError { function: "async-command", name: "SdkClientException", carried_out: true });
    assert_eq!((stage.run("async-command", &input).outcome().as_str(), submissions(&stage)), ("SUCCEEDED", 2));
}

#[test]
fn an_operation_that_cannot_be_looked_at_for_a_while_is_looked_at_later() {
    let stage = Stage::new(&[SAMPLES]);
    stage.kusto.fault(&operation(json!({"runsMs": 200})));
    // The look of the function that submits, the seven of one state, and one more.
    stage.kusto.fault(&throttled(".show operations", 9));
    let execution = run(&stage);
    assert_eq!((execution.outcome().as_str(), execution.errors().len()), ("SUCCEEDED", 8));
    assert!(execution.entered("Show") >= 2 && stage.mails().is_empty());
    // What will not pass is told, with the operation that goes on.
    stage.kusto.fault(&operation(json!({"runsMs": 60_000})));
    stage.kusto.fault(&json!({"match": {"text": ".show operations"}, "times": 9, "answer": {"status": 403}}));
    let outcome = run(&stage).outcome();
    let said = " was submitted and cannot be looked at: ";
    assert!(outcome.starts_with("Forbidden: Show: operation ") && outcome.contains(said), "{outcome}");
}

#[test]
fn an_input_that_is_wrong_ends_before_anything_is_done() {
    let stage = Stage::new(&[SAMPLES]);
    for (flow, place, value) in [
        ("async-command", "/giveUpAfter", json!("a day")),
        ("copy-table", "/source", Value::Null),
        ("threshold-alert", "/above", json!("high")),
        ("for-each-row", "/atOnce", json!("all")),
        ("in-chunks", "/start", json!("yesterday")),
    ] {
        let mut input = super::example_with(flow, "/onFailure", json!({"to": "operations@example.com"}));
        let (parent, field) = place.rsplit_once('/').unwrap();
        let parent = input.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        match value {
            Value::Null => drop(parent.remove(field)),
            value => drop(parent.insert(field.to_owned(), value)),
        }
        let execution = stage.run(flow, &input);
        assert_eq!((execution.states(), execution.calls()), (vec!["Read the input"], 0), "{flow}");
        // In the words of moto or of its evaluator, which are not the service's.
        assert_ne!(execution.outcome(), "SUCCEEDED", "{flow}");
    }
}

#[test]
fn ten_records_are_copied_and_the_copy_is_mailed() {
    let stage = Stage::new(&[SAMPLES]);
    let execution = stage.run("copy-table", &example("copy-table"));
    assert_eq!((execution.outcome().as_str(), &execution.output()["state"]), ("SUCCEEDED", &json!("Completed")));
    assert_eq!(stage.kusto.query("CopiedSamples | count")["Rows"], json!([[10]]));
    let (subject, text) = only_mail(&stage);
    assert!(subject.starts_with("Samples copied, "), "{subject}");
    assert!(text.contains("CopiedSamples") && text.contains("10"), "{text}");
    let refused = stage.run("copy-table", &super::example_with("copy-table", "/source", json!("Nowhere")));
    assert!(refused.outcome().contains("Nowhere"), "{}", refused.outcome());
    assert_eq!((refused.states().last(), stage.mails().len()), (Some(&"Failed"), 2));
    // Whoever reads that a copy failed makes another one: unless it is said that it is there.
    stage.kusto.fault(&json!({"match": {"text": ".show table "}, "answer": {"status": 403}}));
    let outcome = stage.run("copy-table", &example("copy-table")).outcome();
    let said = " has completed, but what it has made cannot be shown: ";
    assert!(outcome.starts_with("Forbidden: Count: operation ") && outcome.contains(said), "{outcome}");
    assert_eq!(stage.kusto.query("CopiedSamples | count")["Rows"], json!([[20]]));
}
