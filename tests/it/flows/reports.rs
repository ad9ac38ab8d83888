//! `scheduled-report` and `threshold-alert`: a mail with what was asked, none where there is nothing to say, and one that says what failed.

use super::{SAMPLES, example, example_with, only_mail, throttled};
use serde_json::{Value, json};
use std::fs;
use tests::{binaries::root, flows::Stage, invoke_api::LambdaError};

#[test]
fn a_report_is_drawn_over_the_window_before_its_scheduled_time_and_mailed() {
    let stage = Stage::new(&[SAMPLES]);
    let input = example("scheduled-report");
    let query = fs::read_to_string(root().join("infra/aws/reports/machine-load.kql")).unwrap();
    assert_eq!(input["chart"]["query"], query, "the example is that report");
    let execution = stage.run("scheduled-report", &input);
    assert_eq!(
        (execution.outcome().as_str(), execution.states()),
        ("SUCCEEDED", vec!["Read the input", "Draw", "Mail"])
    );
    let asked: Value = serde_json::from_str(&stage.lambda.calls("query-chart")[0]).unwrap();
    let parameters = json!({
        "_startTime": {"type": "datetime", "value": "2026-11-20T06:59:30.000Z"},
        "_endTime": {"type": "datetime", "value": "2026-11-20T07:00:00.000Z"},
    });
    assert_eq!(asked["parameters"], parameters);
    let (subject, text) = only_mail(&stage);
    assert!(subject.starts_with("Machine load, ") && subject.ends_with(": 1 rows"), "{subject}");
    assert!(text.contains("CPU 40%"), "{text}");
    // Without a window the query has no such parameters.
    let mut whole =
        example_with("scheduled-report", "/chart/query", json!("MachineSamples | summarize count() by Metric"));
    whole.as_object_mut().unwrap().remove("window");
    // Another report than the one that was mailed.
    whole["mail"]["idempotencyKey"] = json!("report/another");
    assert_eq!(stage.run("scheduled-report", &whole).outcome(), "SUCCEEDED");
    assert!(!stage.lambda.calls("query-chart")[1].contains("_startTime"));
    // The condition of the report holds for the mail.
    let mut empty = example_with("scheduled-report", "/scheduledTime", json!("2020-01-01T00:00:00Z"));
    // Without a key it is the execution.
    empty["mail"].as_object_mut().unwrap().remove("idempotencyKey");
    let empty = stage.run("scheduled-report", &empty);
    assert_eq!((empty.outcome().as_str(), &empty.output()["sent"]), ("SUCCEEDED", &json!(false)));
    assert_eq!(stage.mails().len(), 2);
}

#[test]
fn what_only_reads_is_tried_again_whatever_of_the_service_failed() {
    let stage = Stage::new(&[SAMPLES]);
    stage.kusto.fault(&throttled("MachineSamples", 2));
    for (name, carried_out) in
        [("TooManyRequestsException", false), ("ServiceException", true), ("SdkClientException", true)]
    {
        stage.lambda.fail(LambdaError { function: "query", name, carried_out });
    }
    let execution = stage.run("threshold-alert", &example("threshold-alert"));
    let errors = ["Lambda.TooManyRequestsException", "Lambda.ServiceException", "Lambda.SdkClientException"];
    assert_eq!(execution.outcome(), "SUCCEEDED");
    // Two faults, of which calls that Lambda loses meet some.
    assert_eq!(execution.errors()[..3], errors);
    assert!(execution.errors()[3..].iter().all(|error| *error == "Throttled"), "{:?}", execution.errors());
    assert_eq!(execution.entered("Query"), 1);
    assert_eq!(stage.mails().len(), 1);
}

#[test]
fn a_mail_comes_only_above_the_threshold() {
    let stage = Stage::new(&[SAMPLES]);
    let count = |condition: &str| json!(format!("MachineSamples | where {condition} | count"));
    for (column, query, above, expected) in [
        // The example of the connector's documentation: a count every minute, and a mail only if it is above zero.
        (json!("Count"), count("Value > 90"), 0, Ok((json!(1), true))),
        (json!("Count"), count("Value > 100"), 0, Ok((json!(0), false))),
        (json!("Count"), count("Value > 90"), 1, Ok((json!(1), false))),
        // Without a column it is the number of rows.
        (Value::Null, json!("MachineSamples | where Value > 90"), 0, Ok((json!(1), true))),
        (Value::Null, json!("MachineSamples | where Value > 100"), 0, Ok((json!(0), false))),
        // Nothing to compare is nothing to tell.
        (json!("Value"), json!("MachineSamples | where Value > 100"), 0, Ok((Value::Null, false))),
        (json!("Value"), json!("print Value = real(null)"), 0, Ok((Value::Null, false))),
        (json!("Value"), json!("print Value = 3.5"), 3, Ok((json!(3.5), true))),
        // What cannot be compared is.
        (
            json!("Value"),
            json!("print Value = real(nan)"),
            0,
            Err("NoNumber: Above the threshold?: the first row has no number in column Value"),
        ),
        (
            json!("Typo"),
            json!("print Value = 1"),
            0,
            Err("NoNumber: Above the threshold?: the first row has no number in column Typo"),
        ),
    ] {
        let mut input = example("threshold-alert");
        input["query"]["query"] = query.clone();
        input["above"] = json!(above);
        match column {
            Value::Null => drop(input.as_object_mut().unwrap().remove("column")),
            column => input["column"] = column,
        }
        let before = stage.mails().len();
        let execution = stage.run("threshold-alert", &input);
        let mailed = stage.mails().len() - before;
        match expected {
            Ok((value, mail)) => {
                assert_eq!(execution.outcome(), "SUCCEEDED", "{query}");
                assert_eq!(execution.output(), &json!({"value": value, "mailed": mail}), "{query}");
                assert_eq!(mailed, usize::from(mail), "{query}");
            }
            Err(error) => {
                assert_eq!((execution.outcome().as_str(), mailed), (error, 1), "{query}");
            }
        }
    }
}

#[test]
fn rows_that_no_state_can_pass_on_have_no_first_value() {
    let stage = Stage::new(&[]);
    let wide = format!("range Count from 1 to 9 step 1 | extend wide = '{}'", "x".repeat(30_000));
    let outcome = stage.run("threshold-alert", &example_with("threshold-alert", "/query/query", json!(wide))).outcome();
    let said = "NoNumber: Above the threshold?: the rows are more than a state can pass on";
    assert!(outcome.starts_with(said), "{outcome}");
}

#[test]
fn each_failure_is_told_whatever_key_the_input_has() {
    let stage = Stage::new(&[]);
    let input = example_with("threshold-alert", "/onFailure", json!({"to": "a@example.com", "idempotencyKey": "k"}));
    for _ in 0..2 {
        assert!(stage.run("threshold-alert", &input).outcome().starts_with("NotFound: Query: "));
    }
    assert_eq!(stage.mails().len(), 2);
}

#[test]
fn what_cannot_be_done_is_not_tried_again_and_told() {
    let stage = Stage::new(&[]);
    let execution = stage.run("threshold-alert", &example("threshold-alert"));
    let outcome = execution.outcome();
    assert!(outcome.starts_with("NotFound: Query: ") && outcome.contains("MachineSamples"), "{outcome}");
    assert_eq!(execution.states(), ["Read the input", "Query", "Tell", "Failed"]);
    assert_eq!(execution.errors(), ["NotFound"]);
    let (subject, text) = only_mail(&stage);
    assert!(subject.starts_with("Failed: threshold-alert"), "{subject}");
    assert!(text.contains("Query failed with NotFound: ") && text.contains("Execution arn:aws:states:"), "{text}");
}

#[test]
fn a_failure_is_the_executions_even_where_nobody_can_be_told() {
    let stage = Stage::new(&[]);
    let input = example_with("threshold-alert", "/onFailure/to", json!(["nobody@not-allowed.example"]));
    let execution = stage.run("threshold-alert", &input);
    assert_eq!((execution.errors()[0], execution.errors().len()), ("NotFound", 2));
    assert!(execution.outcome().starts_with("NotFound: Query: "), "{}", execution.outcome());
    assert_eq!(stage.mails().len(), 0);
}
