//! Submissions to a cluster that fails, through the retries of the client, of the state machine and of Lambda: none is carried out twice.

use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};
use tests::{
    flows::{Execution, Stage},
    invoke_api::LambdaError,
};

/// Executions, or rows of one, that run side by side.
const AT_ONCE: usize = 8;

/// The most rows that one execution has a task for.
const ROWS: usize = 500;

/// How a case is told from every other.
fn name(case: usize) -> String {
    format!("case-{}", 10_000 + case)
}

/// The command of a case.
fn command(case: usize) -> String {
    format!(".set-or-append async Cases <| print case = \"{}\"", name(case))
}

/// What the cluster does to a case's submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// It asks for so much patience that the function gives up, so many times.
    Throttled(usize),
    /// It is throttled once, and the function tries again.
    Busy,
    Unavailable,
    ResetBefore,
    ResetAfter,
    CutAt(usize),
    Slow,
    None,
}

impl Fault {
    fn of(case: usize) -> Self {
        match case % 8 {
            0 => Self::Throttled(1 + case / 8 % 3),
            1 => Self::Busy,
            2 => Self::Unavailable,
            3 => Self::ResetBefore,
            4 => Self::ResetAfter,
            5 => Self::CutAt(case % 100),
            6 => Self::Slow,
            _ => Self::None,
        }
    }

    fn json(self) -> Option<Value> {
        Some(match self {
            Self::Throttled(times) => super::throttled("", times),
            Self::Busy => json!({"answer": {"status": 429}}),
            Self::Unavailable => json!({"answer": {"status": 503}}),
            Self::ResetBefore => json!({"reset": "before"}),
            Self::ResetAfter => json!({"reset": "after"}),
            Self::CutAt(bytes) => json!({"cutAt": bytes}),
            Self::Slow => json!({"delayMs": 20}),
            Self::None => return None,
        })
    }

    /// Whether nobody can know what became of it.
    fn leaves_it_unknown(self) -> bool {
        matches!(self, Self::Unavailable | Self::ResetBefore | Self::ResetAfter | Self::CutAt(_))
    }

    /// Whether the cluster carries it out.
    fn is_carried_out(self) -> bool {
        !matches!(self, Self::Unavailable | Self::ResetBefore)
    }
}

/// How often a state machine tries a case again. A call whose reply is lost was throttled all the same.
fn retries(case: usize) -> usize {
    match (Fault::of(case), loss(case)) {
        (Fault::Throttled(times), Some(LambdaError { carried_out: false, .. })) => times + 1,
        (Fault::Throttled(times), _) => times,
        (_, loss) => usize::from(loss.is_some()),
    }
}

/// What Lambda does to the first call of a case: nothing, refuse it, or lose its reply.
fn loss(case: usize) -> Option<LambdaError> {
    let (name, carried_out) = match case / 8 % 5 {
        0 => return None,
        1 => ("TooManyRequestsException", false),
        2 => ("ServiceException", true),
        3 => ("SdkClientException", true),
        _ => ("Runtime.ExitError", true),
    };
    Some(LambdaError { function: "async-command", name, carried_out })
}

/// What becomes of these cases depends on the cluster alone: what Lambda refuses or loses is tried again.
fn unknown(cases: Range<usize>) -> BTreeSet<usize> {
    cases.filter(|case| Fault::of(*case).leaves_it_unknown()).collect()
}

fn prepare(stage: &Stage, cases: Range<usize>) {
    for case in cases {
        if let Some(mut fault) = Fault::of(case).json() {
            fault["match"] = json!({"text": command(case)});
            stage.kusto.fault(&fault);
        }
        if let Some(error) = loss(case) {
            stage.lambda.fail_request(&name(case), error);
        }
    }
}

/// Each case as an execution of `async-command`.
fn as_executions(stage: &Stage, cases: Range<usize>) {
    prepare(stage, cases.clone());
    let started: Vec<_> = cases
        .clone()
        .map(|case| {
            let input = json!({"command": {"command": command(case)}, "onFailure": {"to": "operations@example.com"}});
            stage.start("async-command", &input)
        })
        .collect();
    let ended: Vec<Execution> = started.into_iter().map(|wait| wait()).collect();
    let unknown = unknown(cases.clone());
    for (case, execution) in cases.zip(ended) {
        let start = if unknown.contains(&case) { "OutcomeUnknown: Submit: " } else { "SUCCEEDED" };
        assert!(execution.outcome().starts_with(start), "{}: {}", command(case), execution.outcome());
    }
}

/// All of the cases as the rows of one execution of `for-each-row`.
fn as_rows(stage: &Stage, cases: Range<usize>) {
    prepare(stage, cases.clone());
    let (first, last) = (name(cases.start), name(cases.end - 1));
    let numbers = [first, last].map(|name| name.replace("case-", ""));
    let query = format!("range n from {} to {} step 1 | project case = strcat('case-', n)", numbers[0], numbers[1]);
    let request = json!({"command": ".set-or-append async Cases <| print case = {{case}}"});
    let execution = stage.run(
        "for-each-row",
        &json!({
            "query": {"query": query},
            "task": {"function": "async-command", "request": request},
            "atOnce": AT_ONCE,
            "onFailure": {"to": "operations@example.com"},
        }),
    );
    let output = execution.output_of("Each row");
    assert_eq!(output["rows"], cases.len(), "{}", execution.outcome());
    let failed = output["failed"].as_array().unwrap();
    assert!(failed.iter().all(|row| row["error"] == "OutcomeUnknown"), "{output}");
    let failed = failed.iter().map(|row| cases.start + row["row"].as_u64().unwrap() as usize - 1);
    assert_eq!(failed.collect::<BTreeSet<_>>(), unknown(cases));
}

/// Submits this many cases in each of the two ways, and counts what arrived and what was carried out.
fn submit(executions: usize, rows: usize) {
    let stage = Stage::new(&[]);
    let cases = executions + rows;
    for first in (0..executions).step_by(AT_ONCE) {
        as_executions(&stage, first..executions.min(first + AT_ONCE));
    }
    for first in (executions..cases).step_by(ROWS) {
        as_rows(&stage, first..cases.min(first + ROWS));
    }
    assert_eq!(stage.lambda.calls("async-command").len(), cases + (0..cases).map(retries).sum::<usize>());
    let mut sent = BTreeMap::<String, usize>::new();
    for request in stage.kusto.requests() {
        let text = request["csl"].as_str().filter(|text| text.starts_with(".set-or-append"));
        if let Some(text) = text.filter(|_| request["status"] != 429) {
            *sent.entry(text.to_owned()).or_default() += 1;
        }
    }
    assert_eq!(sent, (0..cases).map(|case| (command(case), 1)).collect());
    let going_on = ".show operations | summarize Ends = countif(State in ('Completed', 'Failed')) by OperationId | where Ends == 0 | count";
    let ended = (0..10_000).any(|_| stage.kusto.command(going_on)["Rows"] == json!([[0]]));
    assert!(ended, "operations go on");
    let carried_out = (0..cases).filter(|case| Fault::of(*case).is_carried_out()).count();
    let times = "Cases | summarize Times = count() by case | summarize count(), max(Times)";
    assert_eq!(stage.kusto.query(times)["Rows"], json!([[carried_out, 1]]));
}

#[test]
fn nothing_is_carried_out_twice() {
    submit(60, 240);
}

#[test]
#[ignore = "takes long: make soak"]
fn soak_nothing_is_carried_out_twice() {
    submit(2000, 8000);
}
