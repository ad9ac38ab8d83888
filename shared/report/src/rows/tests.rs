use super::{Counted, Format, OnLimit, Output, RowLimits, Rows};
use kusto_protocol::{
    cell::Row,
    column::{
        Column,
        ColumnType::{self, Bool, DateTime, Decimal, Dynamic, Guid, Int, Long, Real, String as Text, Timespan},
    },
    sink::{LimitReached, Sink, TableHeader},
};

const UNLIMITED: RowLimits =
    RowLimits { rows: u64::MAX, bytes: u64::MAX, counted: Counted::Plain, on_limit: OnLimit::Error };

fn header(name: &str, columns: &[(&str, ColumnType)]) -> TableHeader {
    let columns = columns.iter().map(|(name, column_type)| Column::new(*name, *column_type)).collect();
    TableHeader { name: name.to_owned(), columns }
}

/// Hands a table to a sink.
fn feed(sink: &mut Rows, table: &TableHeader, rows: &[&[&str]]) -> Result<(), LimitReached> {
    sink.table(table)?;
    rows.iter().try_for_each(|cells| sink.row(&Row::new(&table.columns, cells)))
}

fn text(output: &Output) -> &str {
    str::from_utf8(&output.content).unwrap()
}

/// All types, with what each has of odd values.
fn all_types() -> (TableHeader, Vec<Vec<&'static str>>) {
    let columns = [
        ("b", Bool),
        ("t", DateTime),
        ("d", Dynamic),
        ("g", Guid),
        ("i", Int),
        ("l", Long),
        ("r", Real),
        ("s", Text),
        ("ts", Timespan),
        ("dec", Decimal),
    ];
    let rows = vec![
        vec![
            "true",
            r#""2020-03-04T14:05:01.3109965Z""#,
            "{\"a\": [1,\n 2]}",
            r#""74be27de-1e4e-49d9-b579-fe0b331d3642""#,
            "-1",
            "9223372036854775807",
            "-0.10",
            r#""say \"hi\", é 😀""#,
            r#""-1.00:00:01""#,
            r#""-2.00000000000001""#,
        ],
        vec!["1", "null", r#""text""#, "null", "null", "null", r#""-Infinity""#, r#""=1+1""#, "3493235670000", "1.50"],
        vec!["null", "null", "-5", "null", "null", "null", r#""NaN""#, "null", "null", "null"],
    ];
    (header("T", &columns), rows)
}

fn write_all_types(format: Format) -> Output {
    let (table, rows) = all_types();
    let mut sink = Rows::new(format, UNLIMITED);
    feed(&mut sink, &table, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
    feed(&mut sink, &header("Second \"one\"", &[("x", Long), ("x", Text)]), &[&["1", r#""a""#]]).unwrap();
    feed(&mut sink, &header("Third", &[]), &[&[], &[]]).unwrap();
    sink.finish()
}

#[test]
fn json_is_the_beginning_of_a_reply() {
    let output = write_all_types(Format::Json);
    assert_eq!((output.content_type, output.row_count, output.truncated), ("application/json", 3, false));
    assert_eq!(output.columns, all_types().0.columns);
    insta::assert_snapshot!(text(&output));
    let reply: serde_json::Value = serde_json::from_str(&format!("{}}}", text(&output))).unwrap();
    assert_eq!(reply["tables"][0]["columns"][1], serde_json::json!({"name": "x1", "type": "string"}));
    assert_eq!(reply["tables"][1]["value"], serde_json::json!([{}, {}]));
}

#[test]
fn json_lines_have_a_line_for_each_row() {
    let output = write_all_types(Format::JsonLines);
    assert_eq!(output.content_type, "application/x-ndjson");
    insta::assert_snapshot!(text(&output));
    for line in text(&output).lines() {
        serde_json::from_str::<serde_json::Map<_, serde_json::Value>>(line).unwrap();
    }
}

#[test]
fn csv_is_quoted_and_safe() {
    let output = write_all_types(Format::Csv);
    assert_eq!(output.content_type, "text/csv; charset=utf-8");
    assert!(text(&output).split("\r\n").all(|line| !line.contains('\r')));
    insta::assert_snapshot!(text(&output).replace("\r\n", "␍\n"));
}

#[test]
fn text_is_aligned() {
    let output = write_all_types(Format::Text);
    assert_eq!(output.content_type, "text/plain; charset=utf-8");
    insta::assert_snapshot!(text(&output));
}

#[test]
fn csv_marks_texts_that_would_be_formulas_and_nothing_else() {
    #[track_caller]
    fn check(column_type: ColumnType, raw: &str, field: &str) {
        let mut sink = Rows::new(Format::Csv, UNLIMITED);
        feed(&mut sink, &header("T", &[("=c", column_type)]), &[&[raw]]).unwrap();
        assert_eq!(text(&sink.finish()), format!("\"'=c\"\r\n{field}\r\n"), "{raw}");
    }
    check(Text, r#""=1+1""#, r#""'=1+1""#);
    check(Text, r#""\t=1""#, "\"'\t=1\"");
    check(Text, r#""\ufeff@x""#, "\"'\u{feff}@x\"");
    check(Text, r#""a\",=1+1""#, r#""a"",=1+1""#);
    check(Text, r#""a\n=1""#, "\"a\n=1\"");
    check(Text, r#""1e5""#, r#""1e5""#);
    check(Text, "-5", r#""'-5""#);
    check(Dynamic, "-5", r#""-5""#);
    check(Dynamic, r#""=1""#, r#""""=1""""#);
    check(Dynamic, "{\"a\":1}", r#""{""a"":1}""#);
    for column_type in [Int, Long, Real, Decimal, Timespan, DateTime, Guid, Bool] {
        check(column_type, "-5", if column_type == Timespan { r#""-00:00:00.0000005""# } else { r#""-5""# });
        check(column_type, r#""-1.5e+3""#, r#""-1.5e+3""#);
        // No value of such a type looks like this, whatever the service calls the column.
        check(column_type, r#""=1+1""#, r#""'=1+1""#);
        check(column_type, r#""-cmd|' /C calc'!A0""#, r#""'-cmd|' /C calc'!A0""#);
    }
    check(Real, r#""-Infinity""#, r#""-Infinity""#);
}

const FORMATS: [Format; 4] = [Format::Json, Format::JsonLines, Format::Csv, Format::Text];

/// Two tables with three rows of different lengths each.
fn write_two(format: Format, limits: RowLimits) -> Result<Output, LimitReached> {
    let mut sink = Rows::new(format, limits);
    for name in ["A", "B"] {
        feed(
            &mut sink,
            &header(name, &[("n", Long), ("s", Text)]),
            &[&["1", r#""a""#], &["22", r#""é and a long text""#], &["333", r#""""#]],
        )?;
    }
    Ok(sink.finish())
}

#[test]
fn rows_are_limited_over_all_tables() {
    for format in FORMATS {
        let limits = |rows, on_limit| RowLimits { rows, on_limit, ..UNLIMITED };
        let whole = write_two(format, UNLIMITED).unwrap();
        assert_eq!(write_two(format, limits(6, OnLimit::Error)).as_ref(), Ok(&whole));
        assert_eq!(write_two(format, limits(6, OnLimit::Truncate)).as_ref(), Ok(&whole));
        assert_eq!(write_two(format, limits(5, OnLimit::Error)), Err(LimitReached { limit: 5, unit: "rows" }));
        for (rows, kept) in [(0, 0), (2, 2), (3, 3), (5, 3)] {
            let output = write_two(format, limits(rows, OnLimit::Truncate)).unwrap();
            assert_eq!((output.row_count, output.truncated), (kept, true), "{rows}");
        }
    }
    let output = write_two(Format::Json, RowLimits { rows: 2, on_limit: OnLimit::Truncate, ..UNLIMITED }).unwrap();
    insta::assert_snapshot!(text(&output));
}

#[test]
fn bytes_are_limited_to_what_is_written() {
    for format in FORMATS {
        let whole = write_two(format, UNLIMITED).unwrap();
        let length = whole.content.len() as u64;
        for bytes in 0..length + 60 {
            let refused = write_two(format, RowLimits { bytes, on_limit: OnLimit::Error, ..UNLIMITED });
            let cut = write_two(format, RowLimits { bytes, on_limit: OnLimit::Truncate, ..UNLIMITED }).unwrap();
            assert!(cut.content.len() as u64 <= bytes.max(11), "{format:?} {bytes}");
            assert_eq!(cut.truncated, refused.is_err(), "{format:?} {bytes}");
            match refused {
                Ok(output) => assert_eq!((&output, &cut), (&whole, &whole)),
                Err(error) => assert_eq!(error, LimitReached { limit: bytes, unit: "bytes" }),
            }
            if format == Format::Json {
                serde_json::from_str::<serde_json::Value>(&format!("{}}}", text(&cut))).unwrap();
            }
            // Aligned columns are measured by their full width, blanks at the ends of lines included.
            let fits = if format == Format::Text { length + 60 } else { length };
            assert!(bytes < fits || !cut.truncated, "{format:?} {bytes}");
        }
    }
}

#[test]
fn replaced_rows_are_forgotten() {
    for format in FORMATS {
        let table = header("T", &[("n", Long), ("s", Text)]);
        let long: &[&str] = &["22222222", r#""a text that is much longer""#];
        let short: &[&str] = &["1", r#""é""#];
        let mut expected = Rows::new(format, UNLIMITED);
        feed(&mut expected, &table, &[long]).unwrap();
        feed(&mut expected, &table, &[short, short]).unwrap();
        let limits = RowLimits { rows: 3, on_limit: OnLimit::Truncate, ..UNLIMITED };
        let mut sink = Rows::new(format, limits);
        sink.forget_rows();
        feed(&mut sink, &table, &[long]).unwrap();
        feed(&mut sink, &table, &[long, long, long]).unwrap();
        assert!(sink.truncated());
        sink.forget_rows();
        assert!(!sink.truncated());
        assert_eq!(sink.total_row_count(), 1);
        [short, short].iter().for_each(|cells| sink.row(&Row::new(&table.columns, cells)).unwrap());
        assert_eq!(sink.total_row_count(), 3);
        assert_eq!(sink.finish(), expected.finish(), "{format:?}");
    }
}

#[test]
fn without_tables_there_is_an_empty_result() {
    for (format, content) in FORMATS.into_iter().zip(["{\"value\":[]", "", "", ""]) {
        let output = Rows::new(format, UNLIMITED).finish();
        assert_eq!((text(&output), output.row_count, output.truncated), (content, 0, false));
    }
}

#[test]
fn bytes_are_counted_as_in_a_json_string_where_the_content_becomes_one() {
    let table = header("T", &[("t", Text)]);
    for (format, on_limit) in
        [(Format::Csv, OnLimit::Truncate), (Format::JsonLines, OnLimit::Truncate), (Format::Json, OnLimit::Truncate)]
    {
        for bytes in 40..400 {
            let mut rows =
                Rows::new(format, RowLimits { bytes, counted: Counted::InJsonString, on_limit, ..UNLIMITED });
            rows.table(&table).unwrap();
            for _ in 0..20 {
                let cells = [r#""a \"b\" \u0001""#];
                rows.row(&Row::new(&table.columns, &cells)).unwrap();
            }
            let content = String::from_utf8(rows.finish().content).unwrap();
            let string = serde_json::to_string(&content).unwrap();
            // The quotes around the string, and the brackets that close what is open, are not rows.
            assert!(
                string.len() as u64 <= bytes + 2 + 2 || !content.contains('a'),
                "{format:?} {bytes}: {}",
                string.len()
            );
        }
    }
}
