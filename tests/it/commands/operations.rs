//! Operations: each state of the cluster's, from each place where it can be found.

use super::function;
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Mutex, time::Duration};
use tests::{
    cluster::{Answer, Cluster, Request},
    lambda::Function,
};

/// The states of the documentation, whether an operation stays in them, and whether it has then done what was asked; and one that is new.
const STATES: [(&str, bool, bool); 11] = [
    ("InProgress", false, false),
    ("Completed", true, true),
    ("Failed", true, false),
    ("PartiallySucceeded", true, false),
    ("Abandoned", true, false),
    ("BadInput", true, false),
    ("Scheduled", false, false),
    ("Throttled", true, false),
    ("Canceled", true, false),
    ("Skipped", true, false),
    ("Hibernating", false, false),
];

/// Where the fake cluster has an operation, as a part of its id says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    /// By its id.
    ById = 1,
    /// In the log only: its last change is more than six hours old.
    InLog = 2,
    /// By its id, from the second time that it is asked for.
    Late = 3,
    /// Nowhere.
    Nowhere = 4,
}

fn id(state: usize, kept: Kept) -> String {
    format!("{state:08x}-{:04x}-4000-8000-00000000abcd", kept as u16)
}

const COLUMNS: [(&str, &str); 8] = [
    ("OperationId", "string"),
    ("Operation", "string"),
    ("NodeId", "string"),
    ("StartedOn", "datetime"),
    ("LastUpdatedOn", "datetime"),
    ("Duration", "timespan"),
    ("State", "string"),
    ("Status", "string"),
];

fn row(id: &str, state: &str, minute: u32) -> Value {
    let updated = format!("2026-11-20T06:{minute:02}:00Z");
    let duration = format!("00:{minute:02}:00");
    json!([id, "TableAppend", "", "2026-11-20T06:00:00Z", updated, duration, state, format!("it is {state}")])
}

/// A cluster that takes every command, and shows operations by what their ids say.
fn cluster() -> Cluster {
    let asked = Mutex::new(HashMap::<String, usize>::new());
    Cluster::scripted(move |request: &Request| {
        let text = request.text();
        let Some(position) = text.find("-4000-8000-") else {
            // `.append async T_<state>_<kept> <| U`: its operation is of that state and kept there.
            let name = text.split(' ').nth(2).unwrap_or_default();
            let numbers: Vec<usize> = name.split('_').skip(1).filter_map(|number| number.parse().ok()).collect();
            let id = format!("{:08x}-{:04x}-4000-8000-00000000abcd", numbers[0], numbers[1]);
            return Answer::table(&[("OperationId", "guid")], &[json!([id])]);
        };
        let id = text[position - 13..position + 23].to_owned();
        let state = STATES[usize::from_str_radix(&id[..8], 16).unwrap()].0;
        let in_log = text.starts_with(".show operations |");
        let times = {
            let mut asked = asked.lock().unwrap();
            let times = asked.entry(text).or_default();
            *times += 1;
            *times
        };
        let rows = match (&id[9..13], in_log) {
            ("0001", false) => vec![row(&id, state, 5)],
            // The log has a row for each change, in whatever order, and rows of others.
            ("0002", true) => vec![row(&id, state, 5), row(&id, "InProgress", 1)],
            ("0003", false) if times > 1 => vec![row(&id, state, 5)],
            _ => Vec::new(),
        };
        Answer::table(&COLUMNS, &rows)
    })
}

/// The reply to `.show operations <id>` within this time.
fn show(function: &Function, id: &str, time: Duration) -> Value {
    let request = json!({"command": ".show operations {{id}}", "parameters": {"id": id}});
    function.invoke_text(&request.to_string(), time).reply()
}

#[test]
fn each_state_is_told_from_each_place() {
    let cluster = cluster();
    let function = function("show-command", &[("local", cluster.url())]);
    for (index, (state, is_terminal, succeeded)) in STATES.into_iter().enumerate() {
        for (kept, rows) in [(Kept::ById, 1), (Kept::InLog, 2), (Kept::Late, 1)] {
            let id = id(index, kept);
            let reply = show(&function, &id, Duration::from_secs(30));
            let expected = json!({
                "operationId": id, "state": state, "status": format!("it is {state}"), "isTerminal": is_terminal,
                "succeeded": succeeded, "startedOn": "2026-11-20T06:00:00Z", "duration": "00:05:00",
            });
            assert_eq!(reply["operation"], expected, "{kept:?}");
            assert_eq!((&reply["rowCount"], &reply["value"][0]["State"]), (&json!(rows), &json!(state)), "{kept:?}");
        }
    }
    let log = cluster.requests().into_iter().map(|request| request.text()).find(|text| text.contains(" | ")).unwrap();
    assert_eq!(log, format!(".show operations | where tostring(OperationId) =~ \"{}\"", id(0, Kept::InLog)));
}

#[test]
fn an_operation_that_is_nowhere_is_pending_and_then_not_found() {
    let cluster = cluster();
    let function = function("show-command", &[("local", cluster.url())]);
    let id = id(1, Kept::Nowhere);
    let pending = show(&function, &id, Duration::from_secs(1));
    assert_eq!(
        pending["operation"],
        json!({"operationId": id, "state": "Pending", "status": "", "isTerminal": false, "succeeded": false})
    );
    assert_eq!(pending["value"], json!([]));
    let error = function.invoke(&json!({"command": format!(".show operations {id}")})).error();
    assert!(
        error.starts_with(&format!("NotFound: the cluster shows no operation {id}, neither by its id nor")),
        "{error}"
    );
}

#[test]
fn an_operation_of_another_database_is_not_shown() {
    let id = id(1, Kept::ById);
    let mut columns = COLUMNS.to_vec();
    columns.push(("Database", "string"));
    let mut row = row(&id, "Completed", 1);
    row.as_array_mut().unwrap().push(json!("Other"));
    let cluster = Cluster::scripted(move |_| Answer::table(&columns, &[row.clone()]));
    let function = function("show-command", &[("local", cluster.url())]);
    let error = function.invoke(&json!({"command": format!(".show operations {id}")})).error();
    let start = format!(
        "Forbidden: operation {id} is of another database: connection `local` does not allow database \"Other\""
    );
    assert!(error.starts_with(&start), "{error}");
}

#[test]
fn other_forms_answer_rows_and_no_operation() {
    let cluster = Cluster::scripted(|_| Answer::table(&COLUMNS, &[row("x", "Completed", 1)]));
    let function = function("show-command", &[("local", cluster.url())]);
    let id = id(1, Kept::ById);
    for command in [
        ".show operations".to_owned(),
        format!(".show operations ({id}, {id})"),
        format!(".show operation {id} details"),
    ] {
        let reply = function.invoke(&json!({"command": command})).reply();
        assert!(reply["rowCount"] == 1 && reply.get("operation").is_none(), "{command}: {reply}");
    }
}

/// A command whose operation is of this state and kept there.
fn command(state: usize, kept: Kept, wait: bool) -> String {
    json!({"command": format!(".append async T_{state}_{} <| U", kept as u16), "wait": wait}).to_string()
}

#[test]
fn a_command_answers_its_operation_at_once_or_when_it_has_ended() {
    let cluster = cluster();
    let function = function("async-command", &[("local", cluster.url())]);
    let ask = |state, kept, wait, seconds| {
        function.invoke_text(&command(state, kept, wait), Duration::from_secs(seconds)).reply()
    };
    for (index, (state, is_terminal, succeeded)) in STATES.into_iter().enumerate() {
        let reply = ask(index, Kept::ById, false, 30);
        assert_eq!(
            (&reply["operationId"], &reply["state"], &reply["status"]),
            (&json!(id(index, Kept::ById)), &json!(state), &json!(format!("it is {state}")))
        );
        assert_eq!((&reply["isTerminal"], &reply["succeeded"]), (&json!(is_terminal), &json!(succeeded)));
        assert!(reply["clientRequestId"].as_str().unwrap().contains("async-command;"));
    }
    assert_eq!(ask(1, Kept::Nowhere, false, 30)["state"], "Pending");
    // With `wait`: until it has ended, however late its record is, and where it does not end, until the deadline nears.
    assert_eq!(ask(1, Kept::Late, true, 30)["state"], "Completed");
    assert_eq!(ask(0, Kept::ById, true, 3)["state"], "InProgress");
    assert_eq!(ask(10, Kept::ById, true, 3)["state"], "Hibernating");
    assert_eq!(ask(1, Kept::Nowhere, true, 3)["state"], "Pending");
    let submitted = cluster.requests().iter().filter(|request| request.text().starts_with(".append")).count();
    assert_eq!(submitted, STATES.len() + 5);
}

#[test]
fn what_happens_to_the_looks_never_hides_the_id() {
    let id = id(1, Kept::ById);
    let taken = id.clone();
    let cluster = Cluster::scripted(move |request| match request.text() {
        text if text.starts_with(".append") => Answer::table(&[("OperationId", "guid")], &[json!([taken])]),
        text if text.starts_with(".cancel") => Answer::table(&[("a", "string")], &[]),
        _ if request.header("x-ms-client-request-id").ends_with(|c: char| c.is_ascii_digit()) => {
            Answer::Stall(Vec::new())
        }
        _ => Answer::new(403, "", ""),
    });
    let function = function("async-command", &[("local", cluster.url())]);
    for wait in [false, true, true, true] {
        let reply = function.invoke_text(&command(1, Kept::ById, wait), Duration::from_secs(3)).reply();
        assert_eq!((&reply["operationId"], &reply["state"]), (&json!(id), &json!("Pending")));
        assert!(reply["note"].as_str().unwrap().starts_with("the operation could not be looked at: "), "{reply}");
    }
}
