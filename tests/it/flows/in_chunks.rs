//! `in-chunks`: the rows of all pieces are those of the whole, and what is too much is halved or told.

use super::{SAMPLES, example, example_with, only_mail};
use serde_json::{Value, json};
use std::time::Duration;
use tests::flows::Stage;

/// Every sample, with this many more characters.
fn wide(characters: usize) -> Value {
    json!(format!(
        "declare query_parameters(_startTime:datetime, _endTime:datetime); MachineSamples \
         | where Timestamp >= _startTime and Timestamp < _endTime | project Timestamp, Metric, Wide = '{}'",
        "x".repeat(characters)
    ))
}

/// The windows that were asked for, in hours of the day.
fn windows(stage: &Stage) -> Vec<(String, String)> {
    let hour = |time: &Value| time["value"].as_str().unwrap()[11..16].to_owned();
    let calls = stage.lambda.calls("query");
    let calls = calls.iter().map(|call| serde_json::from_str::<Value>(call).unwrap()["parameters"].take());
    calls.map(|parameters| (hour(&parameters["_startTime"]), hour(&parameters["_endTime"]))).collect()
}

#[test]
fn the_pieces_make_the_whole() {
    let stage = Stage::new(&[SAMPLES]);
    let execution = stage.run("in-chunks", &example("in-chunks"));
    assert_eq!((execution.outcome().as_str(), execution.output()), ("SUCCEEDED", &json!({"rows": 16})));
    let expected = [("00:00", "03:00"), ("03:00", "06:00"), ("06:00", "08:00")];
    assert_eq!(windows(&stage), expected.map(|(start, end)| (start.to_owned(), end.to_owned())));
    let mail: Value = serde_json::from_str(&stage.lambda.calls("email")[0]).unwrap();
    let mut hours: Vec<&str> = mail["sections"][0]["result"]["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["Hour"].as_str().unwrap())
        .collect();
    hours.sort_unstable();
    hours.dedup();
    assert_eq!((hours.len(), hours[0], hours[7]), (8, "2026-11-20T00:00:00Z", "2026-11-20T07:00:00Z"));
    let (subject, _) = only_mail(&stage);
    assert!(subject.starts_with("Load by hour, ") && subject.ends_with(": 16 rows"), "{subject}");
}

#[test]
fn a_piece_that_is_too_much_is_halved() {
    let stage = Stage::with(&[SAMPLES], Duration::from_secs(30), &[("INLINE_LIMIT", "60000")]);
    let mut input = example_with("in-chunks", "/query/query", wide(1));
    input["chunk"] = json!(8 * 3600);
    let execution = stage.run("in-chunks", &input);
    assert_eq!((execution.outcome().as_str(), execution.output()), ("SUCCEEDED", &json!({"rows": 960})));
    assert_eq!((execution.entered("Halve"), execution.entered("Query")), (1, 3));
    // No smaller than what may be asked for.
    input["smallest"] = json!(5 * 3600);
    let outcome = stage.run("in-chunks", &input).outcome();
    assert!(outcome.starts_with("LimitExceeded: Query: "), "{outcome}");
    assert_eq!(stage.mails().len(), 2);
}

#[test]
fn more_rows_than_a_state_can_pass_on_are_told_and_never_cut() {
    let stage = Stage::new(&[SAMPLES]);
    let mut input = example_with("in-chunks", "/query/query", wide(150));
    input["chunk"] = json!(2 * 3600);
    let execution = stage.run("in-chunks", &input);
    let outcome = execution.outcome();
    assert!(outcome.starts_with("TooMuch: Fits?: the rows of all pieces are more than the 200000 bytes"), "{outcome}");
    assert!(execution.entered("Add") >= 2);
    assert!(only_mail(&stage).0.starts_with("Failed: in-chunks"));
}

#[test]
fn a_window_that_cannot_be_cut_is_told_before_anything_is_asked() {
    let stage = Stage::new(&[SAMPLES]);
    for (place, value) in [
        ("/chunk", json!(0)),
        ("/chunk", json!(-60)),
        ("/chunk", json!(1)),
        ("/smallest", json!(0)),
        ("/end", json!("2026-11-20T00:00:00Z")),
        ("/end", json!("2026-11-19T00:00:00Z")),
    ] {
        let execution = stage.run("in-chunks", &example_with("in-chunks", place, value.clone()));
        let outcome = execution.outcome();
        assert!(outcome.starts_with("WrongWindow: Read the input: `end` must be after `start`"), "{value}: {outcome}");
        assert_eq!(execution.entered("Query"), 0);
    }
    assert_eq!(stage.mails().len(), 6);
}
