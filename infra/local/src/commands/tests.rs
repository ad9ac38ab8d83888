use super::{Answer, run as run_request};
use crate::engine::result::ResultTable;
use crate::error::KustoError;
use crate::node::Node;
use crate::node::request::Request;
use crate::storage::catalog::DEFAULT_DATABASE;
use proptest::prelude::{any, prop, proptest};
use std::sync::Arc;

/// A node with the default database in which `commands` were run.
pub(super) fn node(commands: &[&str]) -> Arc<Node> {
    let node = Arc::new(Node::default());
    node.store.update(|catalog| {
        catalog.database_mut(DEFAULT_DATABASE);
    });
    for command in commands {
        run(&node, DEFAULT_DATABASE, command).unwrap_or_else(|error| panic!("{command}: {error}"));
    }
    node
}

/// The one table that a command answers.
pub(super) fn run(node: &Arc<Node>, database: &str, command: &str) -> Result<ResultTable, KustoError> {
    run_request(node, &Request::new(database, command)).map(|answer| match answer {
        Answer::Table(table) => *table,
        Answer::Query(mut tables) => tables.remove(0),
    })
}

/// The cells of an answer, row by row.
pub(super) fn cells(table: &ResultTable) -> Vec<Vec<String>> {
    (0..table.rows).map(|row| table.row(row).map(|value| value.to_string()).collect()).collect()
}

/// Checks the cells that `command` answers after `before`.
#[track_caller]
fn check(before: &[&str], command: &str, expected: &[&[&str]]) {
    match run(&node(before), DEFAULT_DATABASE, command) {
        Ok(table) => assert_eq!(cells(&table), expected, "{command}"),
        Err(error) => panic!("{command}: {error}"),
    }
}

/// Checks how `command` is refused after `before`, and that it changes nothing.
#[track_caller]
fn check_refused(before: &[&str], command: &str, expected: &str) {
    let node = node(before);
    let unchanged = format!("{:?}", node.store.snapshot());
    match run(&node, DEFAULT_DATABASE, command) {
        Ok(_) => panic!("{command} was not refused"),
        Err(error) => assert!(error.message.contains(expected), "{command}: {error}"),
    }
    assert_eq!(format!("{:?}", node.store.snapshot()), unchanged, "{command}");
}

/// The rows of table T, values separated by commas.
pub(super) fn rows(node: &Arc<Node>) -> Vec<String> {
    let catalog = node.store.snapshot();
    let table = catalog.database(DEFAULT_DATABASE).and_then(|database| database.table("T")).expect("table T");
    let columns = table.columns();
    (0..table.rows())
        .map(|row| columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join(","))
        .collect()
}

const CREATE: &str = ".create table T (a:string, ['b b']:long)";

#[test]
fn tables_are_created_shown_and_dropped() {
    let json = r#"{"Name":"T","OrderedColumns":[{"CslType":"string","Name":"a","Type":"System.String"},{"CslType":"long","Name":"b b","Type":"System.Int64"}]}"#;
    check(&[], CREATE, &[&["T", json, "NetDefaultDB", "", ""]]);
    check(&[CREATE], ".show table T schema as json", &[&["T", json, "NetDefaultDB", "", ""]]);
    check(&[CREATE], ".show table ['T'] cslschema", &[&["T", "a:string,['b b']:long", "NetDefaultDB", "", ""]]);
    check(
        &[CREATE, ".create table U (x:real) with (folder='demo', docstring = \"of U\")"],
        "// all\n.show tables;",
        &[&["T", "NetDefaultDB", "", ""], &["U", "NetDefaultDB", "demo", "of U"]],
    );
    check(&[CREATE], ".drop table T", &[]);
    check(&[CREATE], ".drop table U ifexists", &[&["T", "NetDefaultDB"]]);
    check(&[CREATE, ".drop table T", CREATE], ".show tables", &[&["T", "NetDefaultDB", "", ""]]);
}

#[test]
fn create_merge_adds_columns_and_keeps_rows() {
    let node = node(&[
        CREATE,
        ".ingest inline into table T <| x,1",
        ".create-merge table T (a:string, c:datetime)",
        ".create-merge table U (a:int)",
    ]);
    assert_eq!(rows(&node), ["x,1,"]);
    check(
        &[CREATE, ".create-merge table T (c:real)"],
        ".show table T cslschema",
        &[&["T", "a:string,['b b']:long,c:real", "NetDefaultDB", "", ""]],
    );
    check_refused(
        &[CREATE],
        ".create-merge table T (c:real, a:long)",
        "column a of table T is string: it cannot become long",
    );
}

#[test]
fn inline_records_are_ingested() {
    for (ingestion, expected) in [
        (".ingest inline into table T <| x,1\ny,\n", &["x,1", "y,"][..]),
        (".ingest inline into table T <|\nsay \"hi\",1\n", &["say \"hi\",1"]),
        (
            ".ingest inline into table T <|\n\"say \"\"hi\"\"\n// no comment\",not a number\n",
            &["say \"hi\"\n// no comment,"],
        ),
        (".ingest inline into T with (format='csv', ignoreFirstRecord=true) <|\na,b\nx,1,left out", &["x,1"]),
        (".ingest inline into table T with (format=json) <|\n{\"b b\":5,\"a\":\"x\"}\n\n{\"c\":0}", &["x,5", ","]),
        (".ingest inline into table T with (format=multijson) <| [{\"a\":1},\n{\"a\":{}}]{}", &["1,", "{},", ","]),
        (
            r#".ingest inline into table T with (format=json, ingestionMapping='[{"column":"b b","path":"$.x[1]"}]') <| {"x":[1,2]}"#,
            &[",2"],
        ),
        (
            r#".ingest inline into table T with (ingestionMapping='[{"column":"b b","Properties":{"Ordinal":"0"}},{"column":"a","Properties":{"ConstValue":"k"}}]') <| 7,8"#,
            &["k,7"],
        ),
    ] {
        assert_eq!(rows(&node(&[CREATE, ingestion])), expected, "{ingestion}");
    }
}

#[test]
fn records_with_a_tag_are_ingested_once() {
    let tagged =
        r#".ingest inline into table T with (tags='["ingest-by:run-1"]', ingestIfNotExists='["run-1"]') <| x,1"#;
    let node = node(&[CREATE, tagged, tagged]);
    assert_eq!(rows(&node), ["x,1"]);
    let again = run(&node, DEFAULT_DATABASE, tagged).expect("an answer");
    assert_eq!(cells(&again)[0][0], "00000000-0000-0000-0000-000000000000");
}

#[test]
fn mappings_are_created_replaced_and_shown() {
    let create = r#".create table T ingestion json mapping "m" '[{"column":"a",' '"path":"$.x"}]'"#;
    let replace = r#".create-or-alter table T ingestion json mapping 'm' '[{"column":"a","path":"$.y"}]'"#;
    let node =
        node(&[CREATE, create, replace, r#".create table T ingestion csv mapping "m" '[{"column":"a","Ordinal":0}]'"#]);
    let answer = run(&node, DEFAULT_DATABASE, ".show table T ingestion mappings").expect("an answer");
    let names: Vec<String> = cells(&answer).iter().map(|row| row[..3].join(" ")).collect();
    assert_eq!(names, [r#"m Csv [{"column":"a","Ordinal":0}]"#, r#"m Json [{"column":"a","path":"$.y"}]"#]);
    let json = run(&node, DEFAULT_DATABASE, ".show table T ingestion json mappings").expect("an answer");
    assert_eq!(json.rows, 1);
    let drop = ".drop table T ingestion json mapping 'm'";
    assert_eq!(run(&node, DEFAULT_DATABASE, drop).expect("an answer").rows, 0);
    assert_eq!(run(&node, DEFAULT_DATABASE, ".show table T ingestion csv mappings").expect("an answer").rows, 1);
    check_refused(&[CREATE], drop, "Entity ID 'm' of kind 'MappingPersistent' was not found.");
    check_refused(&[CREATE, create], create, "Entity ID 'm' of kind 'MappingPersistent' already exists.");
}

#[test]
fn the_streaming_policy_is_set_and_shown() {
    for (command, enabled) in [("enable", true), ("disable", false), ("'{\"IsEnabled\": true}'", true)] {
        let alter = format!(".alter table T policy streamingingestion {command}");
        let policy = format!("{{\"IsEnabled\":{enabled},\"HintAllocatedRate\":null}}");
        let expected: &[&[&str]] = &[&["StreamingIngestionPolicy", "[NetDefaultDB].[T]", &policy, "", "Table"]];
        check(&[CREATE], &alter, expected);
        check(&[CREATE, &alter], ".show table T policy streamingingestion", expected);
    }
}

#[test]
fn the_streaming_policy_of_a_database_holds_where_a_table_has_none() {
    let enable = ".alter database NetDefaultDB policy streamingingestion enable";
    let policy = r#"{"IsEnabled":true,"HintAllocatedRate":null}"#;
    let expected: &[&[&str]] = &[&["StreamingIngestionPolicy", "[NetDefaultDB]", policy, "", "Database"]];
    check(&[], enable, expected);
    check(&[enable], ".show database NetDefaultDB policy streamingingestion", expected);
    for (before, streams) in [
        (&[CREATE][..], false),
        (&[CREATE, enable], true),
        (&[CREATE, enable, ".alter table T policy streamingingestion disable"], false),
    ] {
        let catalog = node(before).store.snapshot();
        let database = catalog.database(DEFAULT_DATABASE).expect("the database");
        assert_eq!(database.streams_into(database.table("T").expect("the table")), streams, "{before:?}");
    }
}

#[test]
fn tables_are_cleared_renamed_extended_and_measured() {
    let filled = ".ingest inline into table T <| x,1\ny,2";
    let details = ".show table T details | project TableName, TotalRowCount, TotalExtents, HotRowCount";
    check(&[CREATE, filled], details, &[&["T", "2", "1", "2"]]);
    check(&[CREATE, filled, ".clear table T data"], ".show tables details | project TotalRowCount", &[&["0"]]);
    check(&[CREATE, filled], ".rename table T to ['U 1']", &[&["U 1", "NetDefaultDB", "", ""]]);
    check(&[CREATE], ".alter-merge table T (c:real)", &[&["T", &schema_of_three(), "NetDefaultDB", "", ""]]);
    check_refused(&[CREATE, ".create table U (a:int)"], ".rename table T to U", "'U' of kind 'Table' already exists");
    check_refused(&[CREATE], ".rename table U to V", "'U' of kind 'Table' was not found");
    check_refused(&[CREATE], ".alter-merge table U (a:int)", "'U' of kind 'Table' was not found");
    check_refused(&[CREATE], ".clear table U data", "'U' of kind 'Table' was not found");
}

fn schema_of_three() -> String {
    let column =
        |name: &str, csl: &str, dotnet: &str| format!(r#"{{"CslType":"{csl}","Name":"{name}","Type":"{dotnet}"}}"#);
    let columns = [
        column("a", "string", "System.String"),
        column("b b", "long", "System.Int64"),
        column("c", "real", "System.Double"),
    ];
    format!(r#"{{"Name":"T","OrderedColumns":[{}]}}"#, columns.join(","))
}

#[test]
fn the_schema_of_a_database_is_shown_as_rows_and_as_json() {
    check(
        &[CREATE],
        ".show database NetDefaultDB schema | project TableName, ColumnName, ColumnType, IsDefaultTable, Version",
        &[
            &["", "", "", "False", "v1.0"],
            &["T", "", "", "True", ""],
            &["T", "a", "System.String", "True", ""],
            &["T", "b b", "System.Int64", "True", ""],
        ],
    );
    let json = r#"{"Databases":{"NetDefaultDB":{"Functions":{},"MajorVersion":1,"MinorVersion":0,"Name":"NetDefaultDB","Tables":{"T":{"Name":"T","OrderedColumns":[{"CslType":"string","Name":"a","Type":"System.String"}]}}}}}"#;
    for command in [".show database schema as json", ".show database ['NetDefaultDB'] schema as json"] {
        check(&[".create table T (a:string)"], command, &[&[json]]);
    }
    check(&[], ".show database NetDefaultDB principals | project Role", &[&["Database NetDefaultDB Admin"]]);
    check_refused(&[], ".show database nowhere schema", "Entity ID 'nowhere' of kind 'Database' was not found.");
}

#[test]
fn a_query_follows_a_show_command() {
    let tables = [CREATE, ".create table U (a:int) with (folder='|')"];
    for (command, expected) in [
        (".show tables | count", &[&["2"][..]][..]),
        (".show tables\n| where Folder == '|'\n| project TableName", &[&["U"]]),
        ("// all | of them\n.show tables | take 1 | project x = strcat(TableName, '|')", &[&["T|"]]),
        (".show tables | join kind=inner (print TableName = 'U') on TableName | project TableName;", &[&["U"]]),
    ] {
        check(&tables, command, expected);
    }
    check_refused(&tables, ".show tables\n  | wher x", "(line 2, position 5)");
    check_refused(&tables, ".show tables | project X", "named 'X'");
    check_refused(&tables, ".drop table U | count", "the end of the command is expected in place of '|'");
    assert_eq!(rows(&node(&[CREATE, ".ingest inline into table T <| a|b,1"])), ["a|b,1"]);
}

#[test]
fn requests_are_in_the_log() {
    let node = node(&[CREATE]);
    assert!(run(&node, DEFAULT_DATABASE, ".create table T (a:int)").is_err());
    let log = ".show commands-and-queries | project CommandType, State, FailureReason, Text, Database";
    assert_eq!(
        cells(&run(&node, DEFAULT_DATABASE, log).expect("an answer")),
        [
            ["TableCreate", "Completed", "", CREATE, DEFAULT_DATABASE],
            [
                "TableCreate",
                "Failed",
                "Entity ID 'T' of kind 'Table' already exists.",
                ".create table T (a:int)",
                DEFAULT_DATABASE
            ],
        ]
    );
    for (command, rows) in [(".show commands", 3), (".show queries", 0), (".show running queries", 0)] {
        assert_eq!(run(&node, DEFAULT_DATABASE, command).expect(command).rows, rows, "{command}");
    }
}

#[test]
fn databases_and_version() {
    let answer = run(&node(&[]), DEFAULT_DATABASE, ".show databases").expect("an answer");
    assert_eq!(cells(&answer)[0][0], "NetDefaultDB");
    let node = node(&[".create table T (a:string, b:long) with (folder='f', docstring='d')"]);
    let entities = run(&node, DEFAULT_DATABASE, ".show databases entities").expect("an answer");
    let names: Vec<&str> = entities.schema.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(
        names.join(" "),
        "DatabaseName EntityType EntityName DocString Folder CslInputSchema Content CslOutputSchema Properties"
    );
    assert_eq!(cells(&entities), [["NetDefaultDB", "Table", "T", "d", "f", "", "", "a:string,b:long", ""]]);
    let answer = run(&node, DEFAULT_DATABASE, ".show version").expect("an answer");
    assert_eq!(answer.schema[0].name, "BuildVersion");
}

#[test]
fn refusals_say_what_is_wrong_and_change_nothing() {
    for (command, expected) in [
        (
            ".purge table T records",
            "the command .purge table T is not supported by the embedded Kusto: it knows .create table",
        ),
        (".", "is not supported"),
        (".create table T (a:string)", "Entity ID 'T' of kind 'Table' already exists."),
        (".create table U", "( is expected in place of the end of the command"),
        (".create table U ()", "a name or a string is expected in place of ')' at position 18"),
        (".create table U (a:text)", "column a has the unknown type text: use one of bool, int"),
        (".create table U (a:int, a:int)", "column a stands twice"),
        (".create table U (a:int) (b:int)", "the end of the command is expected in place of '('"),
        (
            ".create table U (a:int) with (color='red')",
            "the property color is not supported here: use folder, docstring",
        ),
        (".drop table U", "Entity ID 'U' of kind 'Table' was not found."),
        (".show table U cslschema", "Entity ID 'U' of kind 'Table' was not found."),
        (".show tables | wher 1", "(line 1, position 16)"),
        (".alter table T policy streamingingestion", "a name or a string is expected"),
        (".alter table T policy streamingingestion 'on'", "write enable, disable"),
        (".create table T ingestion avro mapping 'm' '[]'", "avro mappings are not supported"),
        (".create table T ingestion json mapping 'm' '{}'", "the mapping cannot be read"),
        (".create table U ingestion json mapping 'm' '[]'", "Entity ID 'U' of kind 'Table' was not found."),
        (".ingest inline into table U <| 1", "Entity ID 'U' of kind 'Table' was not found."),
        (".ingest inline into table T", "<| is expected in place of the end of the command"),
        (".ingest inline into table T <|", "the request has no records"),
        (".ingest inline into table T with (format=parquet) <| x", "the format parquet is not supported"),
        (".ingest inline into table T with (format=json) <| {\"a\":1}\n{", "line 2 is no JSON"),
        (
            ".ingest inline into table T with (format=multijson) <| [{\"a\":1}, 5]",
            "element 2 of value 1 is no JSON object",
        ),
        (".ingest inline into table T with (tags='x') <| x", "the property tags is no JSON array"),
        (".ingest inline into table T with (ingestionMappingReference='m') <| x", "table 'T' has no csv mapping 'm'"),
        (
            ".ingest inline into table T with (format=json, ingestionMapping='[{\"column\":\"c\"}]') <| {}",
            "the mapping has a column 'c' that the table does not have",
        ),
    ] {
        check_refused(&[CREATE], command, expected);
    }
    let error = run(&node(&[]), "nowhere", ".show tables").expect_err("no such database");
    assert_eq!(error.message, "Entity ID 'nowhere' of kind 'Database' was not found.");
}

/// What commands are made of, for commands that nobody meant.
const PIECES: [&str; 34] = [
    ".",
    "create",
    "create-merge",
    "drop",
    "show",
    "alter",
    "ingest",
    "inline",
    "into",
    "table",
    "tables",
    "T",
    "['T']",
    "(",
    ")",
    "a:string",
    ",",
    "with",
    "=",
    "'{}'",
    "ingestion",
    "json",
    "mapping",
    "policy",
    "streamingingestion",
    "set-or-append",
    "async",
    "operations",
    "74be27de-1e4e-49d9-b579-fe0b331d3642",
    "cancel",
    "query",
    "database",
    "<|",
    "|",
];

proptest! {
    #[test]
    fn any_command_is_answered_or_refused(text in any::<String>(), pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..12)) {
        let node = node(&[CREATE]);
        let _ = run(&node, DEFAULT_DATABASE, &text);
        let _ = run(&node, DEFAULT_DATABASE, &format!(".{}{text}", pieces.join(" ")));
    }

    #[test]
    fn any_data_is_ingested_whole_or_not_at_all(data in any::<String>(), records in prop::collection::vec("[{}\\[\\]\",:a1\n ]{0,20}", 0..5)) {
        for format in ["csv", "json", "multijson"] {
            for data in [&data, &records.concat()] {
                let node = node(&[CREATE]);
                let ingested = run(&node, DEFAULT_DATABASE, &format!(".ingest inline into table T with (format={format}) <|\n{data}"));
                assert_eq!(ingested.is_ok(), !rows(&node).is_empty(), "{format} {data:?}");
            }
        }
    }
}
