//! `for-each-row`: every row has its task, a few at a time, and one that fails stops no other.

use super::{SAMPLES, example, only_mail};
use serde_json::{Value, json};
use tests::{flows::Stage, invoke_api::LambdaError};

/// The example with this query and this task.
fn input(query: &str, task: Value) -> Value {
    let mut input = example("for-each-row");
    input["query"]["query"] = json!(query);
    input["task"] = task;
    input
}

#[test]
fn the_cells_of_a_row_are_the_parameters_of_its_task() {
    let stage = Stage::new(&[SAMPLES]);
    let execution = stage.run("for-each-row", &example("for-each-row"));
    assert_eq!(execution.outcome(), "SUCCEEDED");
    assert_eq!(execution.output(), &json!({"rows": 2, "failed": []}));
    let mut asked: Vec<Value> =
        stage.lambda.calls("query-chart").iter().map(|call| serde_json::from_str(call).unwrap()).collect();
    asked.sort_by_key(|request| request["parameters"].to_string());
    let parameters: Vec<&Value> = asked.iter().map(|request| &request["parameters"]).collect();
    assert_eq!(parameters, [&json!({"metric": "CPU"}), &json!({"metric": "Memory"})]);
}

#[test]
fn no_more_tasks_run_at_once_than_are_allowed() {
    let stage = Stage::new(&[]);
    let task = json!({"function": "query", "request": {"query": "declare query_parameters(n:long); print n"}});
    // Long enough for all of a turn to be under way.
    stage.kusto.fault(&json!({"match": {"text": "declare"}, "times": 6, "runsMs": 200}));
    let mut input = input("range n from 1 to 6 step 1", task);
    input["atOnce"] = json!(3);
    let execution = stage.run("for-each-row", &input);
    assert_eq!(execution.output(), &json!({"rows": 6, "failed": []}), "{}", execution.outcome());
    assert_eq!(stage.lambda.most_at_once(), 3);
}

#[test]
fn a_row_that_fails_stops_no_other_and_is_told() {
    let stage = Stage::new(&[]);
    let task = json!({"function": "query", "request": {"query": "declare query_parameters(n:long); print n"}});
    let query = "print n = dynamic([1, \"two\", 3]) | mv-expand n";
    let execution = stage.run("for-each-row", &input(query, task));
    let outcome = execution.outcome();
    assert!(
        outcome.starts_with("RowsFailed: Each row: 1 of 3 rows failed; the first, row 2, with BadRequest: "),
        "{outcome}"
    );
    assert_eq!(stage.lambda.calls("query").len(), 4);
    assert!(only_mail(&stage).1.contains("1 of 3 rows failed"));
}

#[test]
fn each_row_can_be_a_mail_and_is_one_whatever_is_lost() {
    let stage = Stage::new(&[SAMPLES]);
    stage.lambda.fail(LambdaError { function: "email", name: "ServiceException", carried_out: true });
    let task = json!({"function": "email", "request": {"to": "operations@example.com", "subject": "One metric"}});
    let execution = stage.run("for-each-row", &input("MachineSamples | distinct Metric", task));
    assert_eq!(execution.output(), &json!({"rows": 2, "failed": []}), "{}", execution.outcome());
    assert_eq!((execution.errors(), stage.mails().len()), (vec!["Lambda.ServiceException"], 2));
}

#[test]
fn more_rows_than_are_meant_and_functions_that_are_none_are_refused() {
    let stage = Stage::new(&[]);
    let mut many = example("for-each-row");
    many["query"]["query"] = json!("range metric from 1 to 101 step 1");
    let execution = stage.run("for-each-row", &many);
    assert_eq!(execution.outcome(), "TooManyRows: Query: the query has 101 rows, and the task is for 100 at most");
    // Not more than the history of an execution can hold, whatever is asked for.
    many["most"] = json!(10_000);
    many["query"]["query"] = json!("range metric from 1 to 501 step 1");
    let outcome = stage.run("for-each-row", &many).outcome();
    assert_eq!(outcome, "TooManyRows: Query: the query has 501 rows, and the task is for 500 at most");
    many["query"]["query"] = json!(format!("range metric from 1 to 9 step 1 | extend wide = '{}'", "x".repeat(30_000)));
    let outcome = stage.run("for-each-row", &many).outcome();
    assert!(outcome.starts_with("TooManyRows: Query: the rows are more than a state can pass on"), "{outcome}");
    assert!(stage.lambda.calls("query-chart").is_empty());
    let unknown = stage.run("for-each-row", &input("print n = 1", json!({"function": "delete", "request": {}})));
    assert!(unknown.outcome().starts_with("RowsFailed: "), "{}", unknown.outcome());
    assert_eq!(stage.mails().len(), 4);
}

#[test]
fn the_failures_of_all_rows_fit_into_a_state() {
    let stage = Stage::new(&[]);
    // A parameter that the query does not declare is named in the error, which so is long and of characters of three bytes.
    let name = "\u{20ac}".repeat(130);
    let query = format!("range n from 1 to 200 step 1 | project-rename ['{name}'] = n");
    let task = json!({"function": "query", "request": {"query": "declare query_parameters(n:long = 1); print n"}});
    let mut input = input(&query, task);
    (input["atOnce"], input["most"]) = (json!(8), json!(200));
    let execution = stage.run("for-each-row", &input);
    assert!(execution.outcome().starts_with("RowsFailed: "), "{}", execution.outcome());
    let output = execution.output_of("Each row");
    let message = output["failed"][199]["message"].as_str().unwrap();
    assert_eq!((message.chars().count(), message.contains('\u{20ac}')), (200, true), "{message}");
}

#[test]
fn each_row_can_be_a_record_of_another_table() {
    let stage = Stage::new(&[]);
    let request = json!({"table": "Copies", "createTable": true, "schema": {"n": "long"}});
    let task = json!({"function": "ingest", "request": request});
    let execution = stage.run("for-each-row", &input("range n from 1 to 3 step 1", task));
    assert_eq!(execution.output(), &json!({"rows": 3, "failed": []}), "{}", execution.outcome());
    assert_eq!(stage.kusto.query("Copies | summarize sum(n), count()")["Rows"], json!([[6, 3]]));
}
