//! Commands that a Kusto carries out: what they answer is what has become of its tables.

use super::connection;
use serde_json::{Value, json};
use std::{ffi::OsStr, time::Duration};
use tests::{kusto::Kusto, lambda::Function};

/// A Kusto with a table of a hundred rows, and its fault switch.
fn kusto() -> Kusto {
    let kusto = Kusto::with_faults();
    kusto.command(".set Source <| range n from 1 to 100 step 1");
    kusto
}

fn function(name: &str, kusto: &Kusto) -> Function {
    Function::start(name, &[("KUSTO_CONNECTIONS", &connection("local", kusto.url(), "NetDefaultDB"))])
}

/// The number of rows of a table.
fn count(kusto: &Kusto, table: &str) -> Value {
    kusto.query(&format!("{table} | count"))["Rows"][0][0].take()
}

/// What `.show operations <id>` says.
fn operation(show: &Function, id: &Value) -> Value {
    let request = json!({"command": ".show operations {{id}}", "parameters": {"id": id}});
    show.invoke(&request).reply()["operation"].take()
}

#[test]
fn ten_records_are_copied_and_the_operation_is_shown() {
    let kusto = kusto();
    let (submit, show) = (function("async-command", &kusto), function("show-command", &kusto));
    let command = ".set-or-append async Copy <| Source | take 10";
    let submitted = submit.invoke(&json!({"command": command, "wait": true})).reply();
    assert_eq!((&submitted["state"], &submitted["succeeded"]), (&json!("Completed"), &json!(true)), "{submitted}");
    assert_eq!(count(&kusto, "Copy"), 10);
    let shown = operation(&show, &submitted["operationId"]);
    for field in ["operationId", "state", "status", "isTerminal", "succeeded", "startedOn", "duration"] {
        assert_eq!(shown[field], submitted[field], "{field}");
    }
    assert!(shown["duration"].as_str().unwrap().starts_with("00:00:0"), "{shown}");
    // What `OutcomeUnknown` tells people to do finds the command.
    let lookup = format!(".show commands | where ClientActivityId == {}", submitted["clientRequestId"]);
    let commands = show.invoke(&json!({"command": lookup})).reply();
    assert_eq!((&commands["rowCount"], &commands["value"][0]["Text"]), (&json!(1), &json!(command)));
}

#[test]
fn an_operation_is_pending_at_work_and_ended() {
    let kusto = kusto();
    kusto.fault(&json!({"match": {"text": ".append async Slow"}, "operation": {"runsMs": 60_000}}));
    kusto.fault(&json!({"match": {"text": ".append async Hidden"}, "operation": {"hiddenMs": 1000}}));
    let failed = json!({"state": "Failed", "status": "out of space"});
    kusto.fault(&json!({"match": {"text": ".append async Failing"}, "operation": failed}));
    kusto.command(".set Slow <| Source | take 0");
    kusto.command(".set Hidden <| Source | take 0");
    kusto.command(".set Failing <| Source | take 0");
    let (submit, show) = (function("async-command", &kusto), function("show-command", &kusto));
    let ask = |table: &str, wait: bool, seconds| {
        let request = json!({"command": format!(".append async {table} <| Source"), "wait": wait}).to_string();
        submit.invoke_text(&request, Duration::from_secs(seconds)).reply()
    };
    let slow = ask("Slow", true, 3);
    assert_eq!((&slow["state"], &slow["isTerminal"]), (&json!("InProgress"), &json!(false)));
    kusto.command(&format!(".cancel operation {}", slow["operationId"].as_str().unwrap()));
    let ended = operation(&show, &slow["operationId"]);
    assert_eq!((&ended["state"], &ended["succeeded"]), (&json!("Canceled"), &json!(false)));

    let hidden = ask("Hidden", false, 30);
    assert_eq!(hidden["state"], "Pending");
    assert_eq!(operation(&show, &hidden["operationId"])["state"], "Completed");

    let failed = ask("Failing", true, 30);
    assert_eq!((&failed["state"], &failed["status"]), (&json!("Failed"), &json!("out of space")));
    assert_eq!((&failed["isTerminal"], &failed["succeeded"]), (&json!(true), &json!(false)));
}

#[test]
fn an_operation_past_its_window_is_found_in_the_log() {
    let kusto = Kusto::serve(&[OsStr::new("--operations-window"), OsStr::new("0")]);
    kusto.command(".set Source <| range n from 1 to 100 step 1");
    let id = kusto.command(".set-or-append async Copy <| Source")["Rows"][0][0].take();
    // It is in the log from its beginning on; by its id it never is.
    let show = function("show-command", &kusto);
    let states: Vec<Value> = (0..100).map(|_| operation(&show, &id)["state"].take()).collect();
    assert!(states.contains(&json!("Completed")), "{states:?}");
}

#[test]
fn a_command_that_takes_too_long_ends_on_both_sides() {
    let kusto = kusto();
    kusto.fault(&json!({"match": {"text": ".show tables"}, "times": 9, "runsMs": 600_000}));
    let show = function("show-command", &kusto);
    let ask = |seconds| {
        let request = json!({"command": ".show tables"}).to_string();
        let error = show.invoke_text(&request, Duration::from_secs(seconds)).error();
        assert!(error.starts_with("RequestTimeout: the cluster did not answer in time"), "{error}");
    };
    // The cluster is given a second at least, so here the deadline is first, and the cluster is told.
    ask(1);
    let sent = kusto.requests();
    let stalled = sent.iter().find(|request| request["csl"] == ".show tables").unwrap();
    let cancel = format!(".cancel query \"{}\"", stalled["clientRequestId"].as_str().unwrap());
    assert_eq!(sent.iter().filter(|request| request["csl"] == json!(cancel)).count(), 1);
    let found = kusto.command(&cancel);
    assert_eq!(found["Rows"][0][2], false, "it still runs: {found}");
    // Here the cluster itself ends it, in the time that it was given.
    ask(4);
    let asked = kusto.requests().iter().filter(|request| request["csl"] == ".show tables").count();
    assert_eq!(asked, 2, "what has used up its time is not asked again");
}

#[test]
fn a_submission_that_was_carried_out_unseen_is_found_by_its_id() {
    let kusto = kusto();
    kusto.fault(&json!({"match": {"text": ".append"}, "reset": "after"}));
    let (submit, show) = (function("async-command", &kusto), function("show-command", &kusto));
    let error = submit.invoke(&json!({"command": ".append async Source <| Source | take 10"})).error();
    assert!(error.starts_with("OutcomeUnknown: the cluster cannot be reached"), "{error}");
    let lookup = error.split('`').find(|part| part.starts_with(".show commands")).unwrap();
    let found = show.invoke(&json!({"command": lookup})).reply();
    assert_eq!((&found["rowCount"], count(&kusto, "Source")), (&json!(1), json!(110)));
}

#[test]
fn operations_are_shown_as_table_pie_bar_and_time_chart() {
    let kusto = kusto();
    for _ in 0..3 {
        kusto.command(".set-or-append async Copy <| Source");
    }
    let chart = function("command-chart", &kusto);
    let by_operation = ".show operations | summarize Count = count() by Operation";
    let over_time = ".show operations | summarize Count = count() by bin(LastUpdatedOn, 1s)";
    for (command, chart_type, said) in [
        (by_operation, "Pie Chart", "Pie chart: Count by Operation"),
        (by_operation, "Bar Chart", "Bar chart: Count by Operation"),
        (over_time, "Time Chart", "Line chart: Count, "),
        (by_operation, "Html Table", "Operation"),
    ] {
        let reply = chart.invoke(&json!({"command": command, "chartType": chart_type})).reply();
        assert!(reply["bodyText"].as_str().unwrap().starts_with(said), "{}", reply["bodyText"]);
    }
    let rendered = chart.invoke(&json!({"command": format!("{by_operation} | render columnchart")})).reply();
    assert!(rendered["bodyText"].as_str().unwrap().starts_with("Column chart"), "{}", rendered["bodyText"]);
}
