//! Submissions to a cluster that fails, through the retries of the client, of the state machine and of Lambda: none is carried out twice.

use serde_json::{Value, json};
use std::collections::HashMap;
use tests::{flows::Stage, invoke_api::LambdaError};

/// Executions that run side by side.
const AT_ONCE: usize = 8;

/// The beginning of the command of a case.
fn command(case: usize) -> String {
    format!(".set-or-append async Cases <| print case = {case:05}")
}

/// What happens to a case's submission, and whether it may be tried again after it.
fn fault(case: usize) -> Option<Value> {
    let mut fault = match case % 8 {
        0 => super::throttled("", 1 + case % 3),
        1 => json!({"answer": {"status": 429}}),
        2 => json!({"answer": {"status": 503}}),
        3 => json!({"reset": "before"}),
        4 => json!({"reset": "after"}),
        5 => json!({"cutAt": case % 200}),
        6 => json!({"delayMs": 20}),
        _ => return None,
    };
    fault["match"] = json!({"text": command(case)});
    Some(fault)
}

/// Runs this many cases, and checks what was carried out.
fn submit(cases: usize) {
    let stage = Stage::new(&[]);
    let lambda = ["TooManyRequestsException", "ServiceException", "SdkClientException"];
    let (mut succeeded, mut tried_again) = (0, 0);
    let all: Vec<usize> = (0..cases).collect();
    for turn in all.chunks(AT_ONCE) {
        let started: Vec<_> = turn
            .iter()
            .map(|&case| {
                match fault(case) {
                    Some(fault) => stage.kusto.fault(&fault),
                    None if case % 3 > 0 => {
                        let (name, carried_out) = (lambda[case / 8 % 3], case / 8 % 3 > 0);
                        let error = LambdaError { function: "async-command", name, carried_out };
                        stage.lambda.fail_request(&command(case), error);
                    }
                    None => {}
                }
                let input =
                    json!({"command": {"command": command(case)}, "onFailure": {"to": "operations@example.com"}});
                stage.start("async-command", &input)
            })
            .collect();
        for wait in started {
            let execution = wait();
            let outcome = execution.outcome();
            let known =
                ["SUCCEEDED", "OutcomeUnknown: Submit: ", "Lambda.ServiceException: ", "Lambda.SdkClientException: "];
            assert!(known.iter().any(|start| outcome.starts_with(start)), "{outcome}");
            succeeded += usize::from(outcome == "SUCCEEDED");
            tried_again += usize::from(
                execution.entered("Submit") == 1 && !execution.errors().is_empty() && outcome == "SUCCEEDED",
            );
        }
    }
    let mut sent = HashMap::<String, usize>::new();
    for request in stage.kusto.requests() {
        let text = request["csl"].as_str().filter(|text| text.starts_with(".set-or-append"));
        if let Some(text) = text.filter(|_| request["status"] != 429) {
            *sent.entry(text.to_owned()).or_default() += 1;
        }
    }
    assert!(sent.values().all(|times| *times == 1), "{sent:?}");
    let going_on = ".show operations | summarize Ends = countif(State in ('Completed', 'Failed')) by OperationId | where Ends == 0 | count";
    let ended = (0..10_000).any(|_| stage.kusto.command(going_on)["Rows"] == json!([[0]]));
    assert!(ended, "operations go on");
    let twice = stage.kusto.query("Cases | summarize Times = count() by case | where Times > 1 | count");
    assert_eq!(twice["Rows"], json!([[0]]));
    let carried_out = &stage.kusto.query("Cases | count")["Rows"][0][0];
    assert!(carried_out.as_u64().unwrap() as usize >= succeeded && succeeded >= cases / 3, "{succeeded} of {cases}");
    assert!(tried_again >= cases / 8, "{tried_again} of {cases}");
}

#[test]
fn nothing_is_carried_out_twice() {
    submit(48);
}

#[test]
#[ignore = "takes long: make soak"]
fn soak_nothing_is_carried_out_twice() {
    submit(10_000);
}
