//! Answers that are made to hurt.

use crate::outcome::{Outcome, decode, decode_whole};
use kusto_protocol::{error::DecodeError, limits, sink::LimitReached};

fn table(columns: &str, rows: &str) -> String {
    format!(
        r#"[{{"FrameType":"DataTable","TableId":1,"TableKind":"PrimaryResult","TableName":"T","Columns":[{columns}],"Rows":[{rows}]}},
        {{"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":false}}]"#
    )
}

const COLUMN: &str = r#"{"ColumnName":"c","ColumnType":"dynamic"}"#;

#[track_caller]
fn limited(outcome: &Outcome, unit: &str) {
    assert!(
        matches!(&outcome.result, Err(DecodeError::Limit(LimitReached { unit: found, .. })) if *found == unit),
        "{:?}",
        outcome.result
    );
}

fn nested(levels: usize) -> String {
    [vec!["["; levels], vec!["]"; levels]].concat().concat()
}

#[test]
fn nesting_beyond_the_limit_is_refused_wherever_it_is() {
    let level = limits::MAX_NESTING;
    assert!(decode_whole(table(COLUMN, &format!("[{}]", nested(level))).as_bytes()).result.is_ok());
    limited(&decode_whole(table(COLUMN, &format!("[{}]", nested(level + 1))).as_bytes()), "nested levels");
    let deep = nested(1_000_000);
    limited(&decode_whole(deep.replacen("[[", "[{\"x\":[", 1).as_bytes()), "nested levels");
    limited(&decode_whole(table(COLUMN, &format!("[{deep}]")).as_bytes()), "nested levels");
    limited(&decode_whole(table(&deep, "").as_bytes()), "nested levels");
    let objects = "{\"a\":".repeat(1_000_000);
    limited(&decode_whole(table(COLUMN, &format!("[{objects}")).as_bytes()), "nested levels");
    limited(&decode_whole(format!("{{\"a\":{objects}").as_bytes()), "nested levels");
    assert!(decode_whole(deep.as_bytes()).result.is_err());
}

#[test]
fn too_many_columns_or_cells_are_refused() {
    let columns = |count: usize| vec![COLUMN; count].join(",");
    let cells = |count: usize| format!("[{}]", vec!["1"; count].join(","));
    let most = limits::MAX_COLUMNS;
    assert!(decode_whole(table(&columns(most), &cells(most)).as_bytes()).result.is_ok());
    limited(&decode_whole(table(&columns(most + 1), "").as_bytes()), "columns");
    limited(&decode_whole(table(&columns(100_000), &cells(100_000)).as_bytes()), "columns");
    limited(&decode_whole(table(COLUMN, &cells(100_000)).as_bytes()), "columns");
}

#[test]
fn a_huge_cell_is_refused_and_a_large_one_taken_in_one_pass() {
    let row = |bytes: usize| format!("[\"{}\"]", "x".repeat(bytes));
    limited(&decode_whole(table(COLUMN, &row(33_000_000)).as_bytes()), "bytes in a row");
    // Looking at the row again with each chunk would take hours.
    let answer = table(COLUMN, &row(8_000_000));
    assert_eq!(decode(answer.as_bytes().chunks(7)).result, decode_whole(answer.as_bytes()).result);
    let exact = |bytes: usize| decode_whole(table(COLUMN, &row(bytes - 4)).as_bytes());
    assert!(exact(limits::MAX_ROW_BYTES).result.is_ok());
    limited(&exact(limits::MAX_ROW_BYTES + 1), "bytes in a row");
}

#[test]
fn what_must_be_kept_is_limited() {
    let late = format!("[{{\"Rows\":[{}", "[\"0123456789\"],".repeat(3_000_000));
    limited(&decode_whole(late.as_bytes()), "bytes before it is known which table they belong to");
    let second = format!(
        "{{\"Tables\":[{{\"Columns\":[],\"Rows\":[]}},{{\"Columns\":[],\"Rows\":[{}",
        "[\"0123456789\"],".repeat(3_000_000)
    );
    limited(&decode_whole(second.as_bytes()), "bytes before it is known which table they belong to");
    let long_property = format!("[{{\"TableName\":\"{}\"", "x".repeat(5_000_000));
    limited(&decode_whole(long_property.as_bytes()), "bytes in a property");
    let long_key = format!("[{{\"{}\":1", "x".repeat(5_000_000));
    limited(&decode_whole(long_key.as_bytes()), "bytes in a property");
    // What nobody wants is not kept, so it may be long.
    let skipped = table(COLUMN, "[1]").replacen("[{", &format!("[{{\"Later\":[{}1],", "1,".repeat(5_000_000)), 1);
    assert!(decode_whole(skipped.as_bytes()).result.is_ok());
}

#[test]
fn the_number_of_tables_is_limited() {
    let frame = r#"{"FrameType":"DataTable","TableKind":"Unknown","Rows":[]},"#;
    limited(&decode_whole(format!("[{}", frame.repeat(100_000)).as_bytes()), "tables");
    let table = r#"{"Columns":[],"Rows":[]},"#;
    limited(&decode_whole(format!("{{\"Tables\":[{}", table.repeat(100_000)).as_bytes()), "tables");
}

#[test]
fn a_long_text_is_cut() {
    match decode(vec![b"none ".as_slice(); 1_000_000]).result {
        Err(DecodeError::Service(error)) => assert!(error.message.len() < limits::MAX_TEXT_BYTES),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_no_text_is_no_error_of_the_service() {
    let malformed = |answer: &[u8]| matches!(decode_whole(answer).result, Err(DecodeError::Malformed { .. }));
    assert!(
        malformed(b"\x1f\x8b\x08\0\0\0\0\0") && malformed(b"a\0b") && malformed(b"a\xffb") && malformed(b"\x1b[2Jgone")
    );
    // Kept is the beginning, which may end within a character.
    let long = format!("x{}", "ä".repeat(limits::MAX_TEXT_BYTES));
    assert!(matches!(decode_whole(long.as_bytes()).result, Err(DecodeError::Service(_))));
    assert!(matches!(decode_whole(b"Query failed:\r\n\tno such table").result, Err(DecodeError::Service(_))));
}
