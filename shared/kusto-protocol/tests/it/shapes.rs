//! The same rows in every shape of answer.

use crate::outcome::decode;
use proptest::prelude::*;

/// A cell as JSON: any value of any type, with blanks where JSON allows them.
fn cell() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        "[\\x20-\\x7e]{0,40}".prop_map(|text| serde_json::to_string(&text).unwrap()),
        any::<i64>().prop_map(|number| number.to_string()),
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?",
        prop::sample::select(vec!["null", "true", "false", r#""\ud800\"\\""#, "\"NaN\""]).prop_map(str::to_owned),
    ];
    scalar.prop_recursive(4, 16, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4).prop_map(|cells| format!("[ {}\n]", cells.join(" , ")));
        let object = prop::collection::vec((any::<String>(), inner), 0..4).prop_map(|members| {
            let member = |(key, value)| format!("{}:{value}", serde_json::to_string(&key).unwrap());
            format!(
                "{{\t{}}}",
                members.into_iter().map(|(key, value)| member((key, value))).collect::<Vec<_>>().join(",\r\n")
            )
        });
        prop_oneof![list, object]
    })
}

/// What a table of such rows must come to at the sink.
fn expected(rows: &[[String; 2]]) -> String {
    let rows = rows.iter().map(|cells| format!("  {} | {}\n", cells[0], cells[1]));
    format!("table T (a:dynamic, b:string)\n{}T has {} rows\n", rows.clone().collect::<String>(), rows.len())
}

fn list(rows: &[[String; 2]]) -> String {
    let rows: Vec<_> = rows.iter().map(|cells| format!("[{},{}]", cells[0], cells[1])).collect();
    format!("[{}]", rows.join(","))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn rows_arrive_as_they_were_sent(
        rows in prop::collection::vec([cell(), cell()], 0..12),
        split in any::<prop::sample::Index>(),
        size in 1..200_usize,
    ) {
        let header = r#""TableId":1,"TableKind":"PrimaryResult","TableName":"T","Columns":[{"ColumnName":"a","ColumnType":"dynamic"},{"ColumnName":"b","ColumnType":"string"}]"#;
        let (first, second) = rows.split_at(split.index(rows.len() + 1));
        let (all, first, second) = (list(&rows), list(first), list(second));
        let end = r#"{"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":false}]"#;
        let fragment = |kind: &str, rows: &str| {
            format!(r#"{{"FrameType":"TableFragment","TableFragmentType":"{kind}","TableId":1,"Rows":{rows}}}"#)
        };
        let fragments = |fragments: &[String]| {
            let completion = format!(r#"{{"FrameType":"TableCompletion","TableId":1,"RowCount":{}}}"#, rows.len());
            format!(r#"[{{"FrameType":"TableHeader",{header}}},{},{completion},{end}"#, fragments.join(","))
        };
        let append = [fragment("DataAppend", &first), fragment("DataAppend", &second)];
        let replace = [fragment("DataAppend", &all), fragment("DataReplace", &first), fragment("DataAppend", &second)];
        for answer in [
            format!(r#"[{{"FrameType":"DataTable",{header},"Rows":{all}}},{end}"#),
            format!(r#"[{{"Rows":{all},{header},"FrameType":"DataTable"}},{end}"#),
            fragments(&append),
            fragments(&replace),
            format!(r#"{{"Tables":[{{{header},"Rows":{all}}}]}}"#),
            format!(r#"{{"Tables":[{{"Rows":{all},{header}}}]}}"#),
        ] {
            prop_assert_eq!(decode(answer.as_bytes().chunks(size)).describe(), expected(&rows), "{}", answer);
        }
    }
}
