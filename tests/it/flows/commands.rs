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
    let expected = " was still InProgress after 75 s; it goes on";
    assert!(outcome.starts_with("TooLong: Wait: operation ") && outcome.ends_with(expected), "{outcome}");
    assert!(only_mail(&stage).1.replace('\n', " ").contains("after 75 s"));
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
    for name in ["ServiceException", "AWSLambdaException", "SdkClientException"] {
        let (before, mails) = (submissions(&stage), stage.mails().len());
        stage.lambda.fail(lambda("async-command", name, true));
        let outcome = run(&stage).outcome();
        assert!(outcome.starts_with(&format!("Lambda.{name}: Submit: ")), "{outcome}");
        assert_eq!((submissions(&stage) - before, stage.mails().len() - mails), (1, 1), "{name}");
    }
    stage.kusto.fault(&json!({"match": {"text": SUBMISSION}, "reset": "after"}));
    let before = submissions(&stage);
    let outcome = run(&stage).outcome();
    assert!(outcome.starts_with("OutcomeUnknown: Submit: ") && outcome.contains(".show commands"), "{outcome}");
    assert_eq!(submissions(&stage) - before, 1);
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
}
