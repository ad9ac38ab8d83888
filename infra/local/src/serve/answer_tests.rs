//! Answers of queries as they stand on the wire, apart from the engine.

use super::envelope::RequestIds;
use super::options::Options;
use super::query::Answer;
use super::{v1, v2};
use crate::answer;
use crate::engine::result::{ResultTable, Visualization};
use crate::error::KustoError;
use crate::storage::column_type::ColumnType::{Bool, DateTime, Dynamic, Long, Real, String as Text, Timespan};
use crate::storage::convert::parse;
use crate::storage::value::Value;
use serde_json::json;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Two results, one of them with values of many types and a chart.
fn results() -> Vec<ResultTable> {
    let columns =
        [("b", Bool), ("n", Long), ("x", Real), ("t", DateTime), ("d", Timespan), ("s", Text), ("o", Dynamic)];
    let row = |cells: [&'static str; 7]| {
        let mut types = columns.iter();
        cells.map(|cell| types.next().map_or(Value::Null, |(_, column_type)| parse(cell, *column_type)))
    };
    let rows = [
        row([
            "true",
            "9223372036854775807",
            "NaN",
            "2024-05-01T10:00:00.1234567Z",
            "1.02:03:04",
            "Zoë \"\n",
            "{\"a\":[1]}",
        ]),
        row(["", "", "", "", "", "", ""]),
    ];
    let chart = Visualization { visualization: Some("timechart".to_owned()), ..Visualization::default() };
    let first = ResultTable { visualization: Some(chart), ..answer::table(columns, rows) };
    vec![first, answer::table([("n", Long)], (0..3).map(|number| [Value::Long(number)]))]
}

/// What is written of these results with these options, times and ids apart.
fn written(options: &serde_json::Value, write: fn(&Answer) -> Result<Vec<u8>, KustoError>) -> serde_json::Value {
    let options = Options::of(options.as_object().expect("an object"), Duration::from_secs(240));
    let ids = RequestIds { client_request_id: "test;1".to_owned(), activity_id: Uuid::nil() };
    let answer = Answer { tables: results(), started: Instant::now(), options, ids };
    let mut json = serde_json::from_slice(&write(&answer).expect("an answer")).expect("JSON");
    steady(&mut json);
    json
}

/// Puts the same text in place of every time and every id made here.
fn steady(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Array(values) => values.iter_mut().for_each(steady),
        serde_json::Value::Object(object) => {
            for (name, value) in object.iter_mut() {
                match name.as_str() {
                    "timestamp" | "processId" => *value = json!("…"),
                    _ => steady(value),
                }
            }
        }
        serde_json::Value::String(text) if text.starts_with("{\"ExecutionTime\"") => {
            let start = text.find(",\"dataset_statistics\"").expect("statistics");
            text.replace_range("{\"ExecutionTime\":".len()..start, "…");
        }
        serde_json::Value::String(text) => {
            let now = text.len() > 19 && text.starts_with("20") && !text.starts_with("2024") && text.ends_with('Z');
            let id = Uuid::try_parse(text).is_ok_and(|id| !id.is_nil());
            if now || id {
                *text = "…".to_owned();
            }
        }
        _ => {}
    }
}

/// One line for each row and frame, to look at.
fn show(value: &serde_json::Value) -> String {
    let text = value.to_string();
    text.replace("\"Rows\":[[", "\"Rows\":[\n  [")
        .replace("],[", "],\n  [")
        .replace(",{\"", ",\n{\"")
        .replace("]]}", "]\n]}")
}

#[test]
fn frames() {
    insta::assert_snapshot!(show(&written(&json!({}), v2::write)));
}

#[test]
fn tables() {
    insta::assert_snapshot!(show(&written(&json!({}), v1::write)));
}

/// The rows of the results, and whether an error stands among them.
fn rows(frames: &serde_json::Value) -> Vec<(usize, bool)> {
    let results = frames.as_array().into_iter().flatten().filter(|frame| frame["TableKind"] == "PrimaryResult");
    let rows = results.map(|frame| frame["Rows"].as_array().cloned().unwrap_or_default());
    rows.map(|rows| {
        (rows.iter().filter(|row| row.is_array()).count(), rows.iter().any(|row| row["OneApiErrors"].is_array()))
    })
    .collect()
}

#[test]
fn limits_cut_silently_or_with_an_error() {
    for (options, expected, has_errors, levels) in [
        (json!({"query_take_max_records": 1}), [(1, false), (1, false)], false, vec![4, 6]),
        (json!({"truncationmaxrecords": 5}), [(2, false), (3, false)], false, vec![4, 6]),
        (json!({"truncationmaxrecords": 4}), [(2, false), (2, true)], true, vec![2, 6]),
        (
            json!({"truncationmaxrecords": 4, "deferpartialqueryfailures": true}),
            [(2, false), (2, false)],
            false,
            vec![2, 6],
        ),
        (json!({"truncationmaxrecords": 4, "notruncation": true}), [(2, false), (2, true)], true, vec![2, 6]),
        (json!({"truncationmaxsize": 100}), [(1, true), (0, false)], true, vec![2, 6]),
    ] {
        let frames = written(&options, v2::write);
        assert_eq!(rows(&frames), expected, "{options}");
        let completion = frames.as_array().and_then(|frames| frames.last()).expect("frames");
        assert_eq!(completion["HasErrors"], has_errors, "{options}");
        assert_eq!(completion["OneApiErrors"].is_array(), has_errors, "{options}");
        let information =
            frames.as_array().into_iter().flatten().find(|frame| frame["TableKind"] == "QueryCompletionInformation");
        let found: Vec<_> =
            information.expect("a table")["Rows"].as_array().into_iter().flatten().map(|row| row[5].clone()).collect();
        assert_eq!(found, levels, "{options}");
    }
}

#[test]
fn the_error_of_a_cut_result_is_that_of_the_service() {
    let frames = written(&json!({"truncationmaxrecords": 4}), v2::write);
    let completion = frames.as_array().and_then(|frames| frames.last()).expect("frames");
    let error = &completion["OneApiErrors"][0]["error"];
    assert_eq!((&error["code"], &error["@permanent"]), (&json!("LimitsExceeded"), &json!(false)));
    assert!(error["@message"].as_str().is_some_and(|message| message.contains("exceed the set limit of 4 records")));
    let tables = written(&json!({"truncationmaxrecords": 4}), v1::write);
    assert!(tables["Exceptions"][0].as_str().is_some_and(|message| message.contains("E_QUERY_RESULT_SET_TOO_LARGE")));
    assert!(tables["Tables"][1]["Rows"][2]["Exceptions"].is_array());
}

/// What kinds of frames there are, and how many rows or which progress they have.
fn outline(frames: &serde_json::Value) -> Vec<String> {
    let outline = |frame: &serde_json::Value| {
        let rows = frame["Rows"].as_array().map(|rows| format!(" {}", rows.len()));
        let number = ["RowCount", "TableProgress"].iter().find_map(|name| frame[name].as_f64());
        let errors = if frame["OneApiErrors"].is_array() { " with errors" } else { "" };
        let kind = frame["FrameType"].as_str().unwrap_or_default();
        format!("{kind}{}{errors}", rows.or(number.map(|number| format!(" {number}"))).unwrap_or_default())
    };
    frames.as_array().into_iter().flatten().map(outline).collect()
}

#[test]
fn results_come_in_pieces_for_those_who_ask() {
    let fragmented = written(&json!({"results_v2_fragment_primary_tables": true}), v2::write);
    insta::assert_snapshot!(show(&fragmented));
    let progressive = written(&json!({"results_progressive_enabled": true}), v2::write);
    assert_eq!(progressive[0]["IsProgressive"], true);
    assert_eq!(
        outline(&progressive),
        [
            "DataSetHeader",
            "DataTable 2",
            "TableHeader",
            "TableFragment 2",
            "TableProgress 100",
            "TableCompletion 2",
            "TableHeader",
            "TableFragment 3",
            "TableProgress 100",
            "TableCompletion 3",
            "DataTable 2",
            "DataSetCompletion",
        ]
    );
}

#[test]
fn an_error_stands_where_it_was_asked_for() {
    for (fragmented, placement, header, table) in [
        (false, "in_data", json!(null), ["DataTable 2", "DataTable 3"].as_slice()),
        (false, "end_of_table", json!("EndOfTable"), &["DataTable 2", "DataTable 2"]),
        (
            true,
            "in_data",
            json!(null),
            &[
                "TableHeader",
                "TableFragment 2",
                "TableCompletion 2",
                "TableHeader",
                "TableFragment 3",
                "TableCompletion 2",
            ],
        ),
        (
            true,
            "end_of_table",
            json!("EndOfTable"),
            &[
                "TableHeader",
                "TableFragment 2",
                "TableCompletion 2",
                "TableHeader",
                "TableFragment 2",
                "TableCompletion 2 with errors",
            ],
        ),
        (
            true,
            "end_of_dataset",
            json!("EndOfDataSet"),
            &[
                "TableHeader",
                "TableFragment 2",
                "TableCompletion 2",
                "TableHeader",
                "TableFragment 2",
                "TableCompletion 2",
            ],
        ),
    ] {
        let options = json!({
            "truncationmaxrecords": 4,
            "results_v2_fragment_primary_tables": fragmented,
            "results_error_reporting_placement": placement,
        });
        let frames = written(&options, v2::write);
        assert_eq!(frames[0]["ErrorReportingPlacement"], header, "{options}");
        let outline = outline(&frames);
        assert_eq!(outline[2..outline.len() - 2], *table, "{options}");
        assert_eq!(outline.last().map(String::as_str), Some("DataSetCompletion with errors"), "{options}");
    }
}

#[test]
fn frames_have_lines_of_their_own_for_those_who_ask() {
    let options = json!({"results_v2_newlines_between_frames": true});
    let options = Options::of(options.as_object().expect("an object"), Duration::from_secs(240));
    let ids = RequestIds { client_request_id: "test;1".to_owned(), activity_id: Uuid::nil() };
    let bytes = v2::write(&Answer { tables: results(), started: Instant::now(), options, ids }).expect("an answer");
    let text = String::from_utf8(bytes).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len(), lines.last()), (7, Some(&"]")));
    for line in &lines[..6] {
        let frame: serde_json::Value = serde_json::from_str(&line[1..]).expect("a frame");
        assert!(frame["FrameType"].is_string(), "{line}");
    }
}
