//! Rules that need an answer of their own.

use crate::outcome::decode_whole;
use kusto_protocol::{
    cell::Row,
    decoder::Decoder,
    error::DecodeError,
    sink::{LimitReached, Sink, TableHeader},
};

const HEADER: &str = r#""FrameType":"TableHeader","TableKind":"PrimaryResult","TableName":"T","Columns":[{"ColumnName":"x","ColumnType":"long"}]"#;

/// A v2 answer of these frames and its completion.
fn v2(frames: &str) -> String {
    format!(r#"[{frames},{{"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":false}}]"#)
}

/// A v2 answer of one primary table with a long and a dynamic column and these rows.
fn rows(rows: &str) -> String {
    v2(&format!(
        r#"{{"FrameType":"DataTable","TableId":1,"TableKind":"PrimaryResult","TableName":"T",
        "Columns":[{{"ColumnName":"a","ColumnType":"long"}},{{"ColumnName":"b","ColumnType":"dynamic"}}],"Rows":[{rows}]}}"#
    ))
}

#[track_caller]
fn malformed(answer: &str, expected: &str) {
    match decode_whole(answer.as_bytes()).result {
        Err(DecodeError::Malformed { reason, offset }) => {
            assert_eq!(reason, expected, "{answer}");
            assert!(offset <= answer.len() as u64);
        }
        other => panic!("{answer}: {other:?}"),
    }
}

#[test]
fn every_row_is_validated() {
    assert!(decode_whole(rows("[1,2],[3,[]]").as_bytes()).result.is_ok());
    malformed(&rows("[1]"), "a row has not as many cells as its table has columns");
    malformed(&rows("[1,2,3]"), "a row has not as many cells as its table has columns");
    malformed(&rows("[]"), "a row has not as many cells as its table has columns");
    malformed(&rows("[1,2],"), "a row is not a list");
    malformed(&rows("1"), "a row is not a list");
    malformed(&rows("[1,2][3,4]"), "a comma or a closing bracket is missing");
    malformed(&rows("[1,NaN]"), "a value is missing");
    malformed(&rows("[01,2]"), "a comma, colon, key or bracket is missing");
    malformed(&rows("[1.,2]"), "a number that is not one");
    malformed(&rows("[1,tru]"), "a literal or an escape that is not one");
    malformed(&rows(r#"[1,"\x"]"#), "a literal or an escape that is not one");
    malformed(&rows("[1,\"\n\"]"), "a control character in a string");
    malformed(&rows("[1,{2:3}]"), "a comma, colon, key or bracket is missing");
    malformed(&rows("[1,[2}]"), "a bracket that closes nothing");
    let mut answer = rows("[1,\"é\"]").into_bytes();
    let at = answer.iter().position(|&byte| byte == 0xc3).unwrap();
    answer[at] = b'e';
    let reason = "text that is not UTF-8";
    assert!(
        matches!(decode_whole(&answer).result, Err(DecodeError::Malformed { reason: found, .. }) if found == reason)
    );
}

#[test]
fn a_frame_is_what_the_protocol_allows() {
    malformed("[1]", "a frame is not an object");
    malformed("[{1:2}]", "a key is missing");
    malformed(r#"[{"a" 1}]"#, "a colon is missing");
    malformed(r#"[{"TableId":1,"TableId":2}]"#, "a property occurs twice");
    malformed(r#"[{"Rows":[],"Rows":[]}]"#, "a property occurs twice");
    malformed(r#"[{"Rows":{}}]"#, "the rows are not a list");
    malformed(r#"[{"TableKind":7}]"#, "a property has a value of the wrong kind");
    malformed(r#"[{"Columns":[1]}]"#, "the columns of a table cannot be read");
    malformed(
        &v2(r#"{"FrameType":"DataTable","TableKind":"PrimaryResult","TableName":"T","Rows":[]}"#),
        "a table has no columns",
    );
    malformed(
        &v2(r#"{"FrameType":"TableFragment","TableId":1,"TableFragmentType":"DataAppend","Rows":[[1]]}"#),
        "a frame belongs to a table that is not open",
    );
    malformed(&v2(&format!(r#"{{{HEADER},"TableId":1}}"#)), "a table has no TableCompletion");
    malformed(
        &v2(&format!(r#"{{{HEADER},"TableId":1}},{{"FrameType":"TableCompletion","TableId":1,"RowCount":1}}"#)),
        "TableCompletion counts other rows than came",
    );
    let completion = r#"{"FrameType":"DataSetCompletion"}"#;
    malformed(&format!("[{completion},{completion}]"), "a frame follows DataSetCompletion");
    malformed(&format!("[{completion}]]"), "something follows the end");
    malformed("{}", "an object that is neither tables nor an error");
    malformed(r#"{"Tables":null}"#, "an object that is neither tables nor an error");
    malformed(r#"{"Tables":{}}"#, "the tables are not a list");
    malformed(r#"{"Tables":[{"Rows":[]}]}"#, "a table has no columns");
    assert_eq!(decode_whole(b"[]").result, Err(DecodeError::Incomplete { received: 2 }));
    assert_eq!(decode_whole(b"").result, Err(DecodeError::Incomplete { received: 0 }));
}

#[test]
fn a_table_of_contents_decides() {
    let toc = |kind: &str| {
        format!(
            r#"{{"Tables":[{{"TableName":"T","Columns":[],"Rows":[]}},{{"TableName":"U","Columns":[],"Rows":[[]]}},
            {{"Columns":[{{"ColumnName":"Ordinal"}},{{"ColumnName":"Kind"}},{{"ColumnName":"Name"}},{{"ColumnName":"Id"}}],
            "Rows":[[0,{kind},"",""],[1,"NeverHeardOf","",""],[7,"QueryResult","",""],["x","QueryResult","",""]]}}]}}"#
        )
    };
    let completion = decode_whole(toc(r#""QueryResult""#).as_bytes()).result.unwrap();
    assert_eq!(completion.tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["T"]);
    malformed(&toc(r#""QueryStatus""#), "the table of contents does not list the first table as a result");
}

#[test]
fn headers_may_come_together_but_rows_may_not_mix() {
    let header = |id: u8| format!(r#"{{{HEADER},"TableId":{id}}}"#);
    let fragment = |id: u8| {
        format!(r#"{{"FrameType":"TableFragment","TableId":{id},"TableFragmentType":"DataAppend","Rows":[[{id}]]}}"#)
    };
    let end = |id: u8| format!(r#"{{"FrameType":"TableCompletion","TableId":{id},"RowCount":1}}"#);
    let answer = v2(&[header(1), header(2), fragment(2), end(2), fragment(1), end(1)].join(","));
    let completion = decode_whole(answer.as_bytes()).result.unwrap();
    assert_eq!(completion.tables.iter().map(|table| table.row_count).collect::<Vec<_>>(), [1, 1]);
    let answer = v2(&[header(1), header(2), fragment(1), fragment(2), fragment(1)].join(","));
    malformed(&answer, "the rows of two result tables are mixed");
}

#[test]
fn an_error_outlives_a_cut_and_what_follows() {
    let table = |rows: &str| {
        format!(
            r#"[{{"FrameType":"DataTable","TableId":2,"TableKind":"QueryCompletionInformation","TableName":"Q",
            "Columns":[{{"ColumnName":"Level","ColumnType":"int"}},{{"ColumnName":"StatusCodeName","ColumnType":"string"}}],
            "Rows":[{rows}]}}"#
        )
    };
    let failed = decode_whole(table(r#"[1,"E_FAIL"]"#).as_bytes()).result;
    assert!(matches!(failed, Err(DecodeError::Service(error)) if error.message == "E_FAIL"));
    let quoted = decode_whole(table(r#"["2",""]"#).as_bytes()).result;
    assert!(matches!(quoted, Err(DecodeError::Service(_))));
    for harmless in ["[4,\"S_OK\"]", "[null,\"\"]", "[]", "[1.5,\"\",3]"] {
        assert!(
            matches!(decode_whole(table(harmless).as_bytes()).result, Err(DecodeError::Incomplete { .. })),
            "{harmless}"
        );
    }
}

#[test]
fn errors_are_found_whatever_else_there_is() {
    for (answer, message) in [
        (r#"[{"OneApiErrors":[{"error":{"@message":"m"}}]}]"#, "m"),
        (r#"[{"error":{"message":"m"}}]"#, "m"),
        (
            r#"[{"FrameType":"DataSetCompletion","HasErrors":"perhaps"}]"#,
            "the service reports an error and does not say which",
        ),
        (r#"[{"FrameType":"DataTable","Rows":[{}]}]"#, "the service reports an error and does not say which"),
        (r#"{"Tables":null,"Exceptions":["m\r\nmore"]}"#, "m"),
        (r#"{"Exceptions":"m"}"#, "m"),
        (r#"{"error":{"code":"c"},"Tables":[]}"#, "the service reports an error and does not say which"),
    ] {
        match decode_whole(answer.as_bytes()).result {
            Err(DecodeError::Service(error)) => assert_eq!(error.message, message, "{answer}"),
            other => panic!("{answer}: {other:?}"),
        }
    }
    // Rows that still waited for their columns came all the same.
    let answer = r#"[{"Rows":[[1],{"OneApiErrors":[{"error":{"@message":"m"}}]}]}]"#;
    assert!(matches!(decode_whole(answer.as_bytes()).result, Err(DecodeError::PartialFailure(_))));
    assert_eq!(
        decode_whole(br#"[{"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":true}]"#).result,
        Err(DecodeError::Cancelled)
    );
}

/// Takes one row.
struct One(u64);

impl Sink for One {
    fn table(&mut self, _: &TableHeader) -> Result<(), LimitReached> {
        Ok(())
    }

    fn row(&mut self, _: &Row<'_>) -> Result<(), LimitReached> {
        self.0 += 1;
        if self.0 > 1 { Err(LimitReached { limit: 1, unit: "rows" }) } else { Ok(()) }
    }

    fn forget_rows(&mut self) {}
}

#[test]
fn a_failure_is_final() {
    let answer = rows("[1,2],[3,4],[5,6]");
    let mut decoder = Decoder::new(One(0));
    let expected = Err(DecodeError::Limit(LimitReached { limit: 1, unit: "rows" }));
    assert_eq!(decoder.feed(answer.as_bytes()), expected);
    assert_eq!(decoder.feed(b"[]"), expected);
    assert_eq!(decoder.sink_mut().0, 2);
    assert_eq!(decoder.finish().map(|_| ()), expected);
}
