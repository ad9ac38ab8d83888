//! The ingest action: records of every form become rows of every type, and the counts are true.

use serde_json::{Value, json};
use std::time::Duration;
use tests::{
    events,
    kusto::Kusto,
    lambda::{Function, Outcome},
};

/// An embedded Kusto, and the ingest function with a connection to it that may create tables.
pub(crate) struct Setup {
    pub(crate) kusto: Kusto,
    pub(crate) function: Function,
}

impl Setup {
    pub(crate) fn new() -> Self {
        let kusto = Kusto::start(None);
        let function = function(kusto.url(), &["ingest", "create-merge", "create-or-alter", "alter"]);
        Self { kusto, function }
    }

    /// The rows of a query, past every client of ours.
    pub(crate) fn rows(&self, query: &str) -> Value {
        self.kusto.query(query)["Rows"].take()
    }

    pub(crate) fn count(&self, table: &str) -> i64 {
        self.rows(&format!("['{table}'] | count"))[0][0].as_i64().unwrap()
    }

    /// Makes the table with the columns `n` and `text`, a mapping `named` of its own making, and one row.
    pub(crate) fn table(&self, table: &str) {
        let mapping = r#"[{"column":"n","Properties":{"Path":"$.number"}},{"column":"text","Properties":{"Path":"$['the text'].en"}}]"#;
        for command in [
            format!(".create table ['{table}'] (n:long, text:string)"),
            format!(".create-or-alter table ['{table}'] ingestion json mapping 'named' ```{mapping}```"),
            format!(".alter table ['{table}'] policy streamingingestion enable"),
            format!(".ingest inline into table ['{table}'] <| 0,zero"),
        ] {
            self.kusto.command(&command);
        }
    }
}

/// The connection file of one cluster, which allows these commands.
fn connections(cluster: &str, commands: &[&str]) -> String {
    format!(
        "[[connection]]\nname = \"local\"\ncluster = \"{cluster}\"\ndatabases = [\"NetDefaultDB\"]\n\
         credential = {{ kind = \"none\" }}\ncommands = {commands:?}\n"
    )
}

/// The ingest function with such a file.
pub(crate) fn function(cluster: &str, commands: &[&str]) -> Function {
    let connections = connections(cluster, commands);
    Function::start("ingest", &[("KUSTO_CONNECTIONS", &connections), ("HTTP_AUTHORIZER", "none")])
}

fn with_text(function: &Function, event: &str) -> Outcome {
    function.invoke_text(event, Duration::from_secs(30))
}

#[test]
fn every_form_of_records_becomes_the_same_rows() {
    let setup = Setup::new();
    let three = json!([[1, "a"], [2, "b"], [3, "c"]]);
    for (table, records, rows) in [
        ("Array", json!([{"n": 1, "text": "a"}, {"n": 2, "text": "b"}, {"text": "c", "n": 3}]), three.clone()),
        (
            "Lines",
            json!("{\"n\": 1, \"text\": \"a\"}\n\n{\"n\": 2, \"text\": \"b\"}\r\n{\"n\":3,\"text\":\"c\"}"),
            three,
        ),
        ("One object", json!({"n": 1, "text": "a", "more": "is left out"}), json!([[1, "a"]])),
        ("Größe_v1.2-ß", json!([{"n": 1}]), json!([[1, ""]])),
        ("Nothing", json!([]), json!([])),
    ] {
        let schema = json!({"n": "long", "text": "string"});
        let request = json!({"table": table, "createTable": true, "schema": schema, "records": records});
        let mut reply = setup.function.invoke(&request).reply();
        let ids = reply["clientRequestIds"].take();
        let count = rows.as_array().unwrap().len();
        let expected = json!({
            "database": "NetDefaultDB", "table": table, "received": count, "ingested": count, "rejected": 0,
            "delivery": "at-least-once", "clientRequestIds": null, "contractVersion": 1,
        });
        assert_eq!(reply, expected);
        assert_eq!(ids.as_array().unwrap().len(), usize::from(count > 0), "{ids}");
        assert_eq!(setup.rows(&format!("['{table}'] | sort by n asc")), rows, "{table}");
    }
}

#[test]
fn every_type_arrives_as_it_was_sent() {
    let setup = Setup::new();
    // Text, so that the columns keep their order.
    let event = r#"{"table": "Types", "createTable": true, "schema": {
        "z": "long", "At": "datetime", "it's more": "dynamic", "d": "decimal", "r": "real", "s": "string",
        "i": "int", "b": "bool", "t": "timespan", "g": "guid"}, "records": [
        {"z": 9007199254740993, "At": "2026-11-20T06:05:00.1234567Z", "it's more": {"a": [1, null, "ü"]}, "d": "0.1234567890123456789",
         "r": 0.1, "s": "Ünïcödé 🦀 \u4e2d\n\"quoted\", ", "i": -2147483648, "b": false, "t": "1.02:03:04.0000005",
         "g": "74be27de-1e4e-49d9-b579-fe0b331d3642"},
        {"z": null, "At": null, "it's more": null, "d": null, "r": "NaN", "s": null, "i": null, "b": null, "t": null, "g": null},
        {"z": -9223372036854775807}]}"#;
    assert_eq!(with_text(&setup.function, event).reply()["ingested"], 3);
    let answer = setup.kusto.query("Types");
    let columns = answer["Columns"].as_array().unwrap().iter();
    let columns: Vec<_> = columns
        .map(|column| (column["ColumnName"].as_str().unwrap(), column["ColumnType"].as_str().unwrap()))
        .collect();
    let expected = [
        ("z", "long"),
        ("At", "datetime"),
        ("it's more", "dynamic"),
        ("d", "decimal"),
        ("r", "real"),
        ("s", "string"),
        ("i", "int"),
        ("b", "bool"),
        ("t", "timespan"),
        ("g", "guid"),
    ];
    assert_eq!(columns, expected);
    let cells = "Types | extend ['it\\'s more'] = tostring(['it\\'s more'])";
    assert_eq!(
        setup.rows(cells),
        json!([
            [
                9_007_199_254_740_993_i64,
                "2026-11-20T06:05:00.1234567Z",
                "{\"a\":[1,null,\"ü\"]}",
                "0.1234567890123456789",
                0.1,
                "Ünïcödé 🦀 中\n\"quoted\", ",
                -2_147_483_648,
                false,
                "1.02:03:04.0000005",
                "74be27de-1e4e-49d9-b579-fe0b331d3642"
            ],
            [null, null, "", null, "NaN", "", null, null, null, null],
            [-9_223_372_036_854_775_807_i64, null, "", null, null, "", null, null, null, null],
        ])
    );
}

#[test]
fn a_second_request_adds_rows_and_the_columns_that_are_missing() {
    let setup = Setup::new();
    let request = |schema: Value, record: Value| json!({"connection": "local", "db": "NetDefaultDB", "table": "T", "createTable": true, "schema": schema, "records": record});
    let first = request(json!({"n": "long", "text": "string"}), json!({"n": 1, "text": "a"}));
    setup.function.invoke(&first).reply();
    setup.function.invoke(&first).reply();
    let wider = request(json!({"extra": "datetime", "n": "long"}), json!({"extra": "2026-11-20", "n": 2, "text": "b"}));
    setup.function.invoke(&wider).reply();
    let columns = setup.kusto.query("T | getschema | project ColumnName, ColumnType")["Rows"].take();
    assert_eq!(columns, json!([["n", "long"], ["text", "string"], ["extra", "datetime"]]));
    let rows = json!([[1, "a", null], [1, "a", null], [2, "", "2026-11-20T00:00:00Z"]]);
    assert_eq!(setup.rows("T | sort by n asc"), rows);
}

#[test]
fn a_mapping_that_the_table_has_says_what_goes_where() {
    let setup = Setup::new();
    setup.table("Mapped");
    let records = json!([{"number": 7, "the text": {"en": "seven", "de": "sieben"}}, {"n": 8, "text": "not mapped"}]);
    // No createTable, so no further command is needed.
    let reply = function(setup.kusto.url(), &["ingest"])
        .invoke(&json!({"cluster": setup.kusto.url(), "table": "Mapped", "mapping": "named", "records": records}));
    assert_eq!(reply.reply()["ingested"], 2);
    assert_eq!(setup.rows("Mapped | sort by n desc"), json!([[7, "seven"], [0, "zero"], [null, ""]]));
}

#[test]
fn more_than_four_megabytes_are_several_requests_and_nothing_is_lost() {
    let setup = Setup::new();
    let filling = "x".repeat(80);
    let records: Vec<_> = (1..=50_000).map(|n| json!({"n": n, "text": filling})).collect();
    let schema = json!({"n": "long", "text": "string"});
    let request = json!({"table": "Large", "createTable": true, "schema": schema, "records": records}).to_string();
    assert!((4_500_000..6_000_000).contains(&request.len()), "{} bytes", request.len());
    let reply = with_text(&setup.function, &request).reply();
    assert_eq!((&reply["received"], &reply["ingested"]), (&json!(50_000), &json!(50_000)));
    let ids = reply["clientRequestIds"].as_array().unwrap();
    assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
    let sums = setup.rows("Large | summarize count(), sum(n), min(strlen(text)), count_distinct(n)");
    assert_eq!(sums, json!([[50_000, 50_000_i64 * 50_001 / 2, 80, 50_000]]));
}

#[test]
fn an_http_caller_ingests_too() {
    let setup = Setup::new();
    setup.table("Http");
    let body = json!({"table": "Http", "mapping": "named", "records": "{\"number\": 1}\n{\"number\": 2}"});
    let reply = setup.function.invoke(&events::http(&body.to_string())).reply();
    assert_eq!((&reply["statusCode"], &reply["headers"]["content-type"]), (&json!(200), &json!("application/json")));
    let body: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
    assert_eq!((&body["received"], &body["ingested"], &body["table"]), (&json!(2), &json!(2), &json!("Http")));
    assert_eq!(setup.count("Http"), 3);
    for (body, status, code) in [
        (r#"{"table": "Http", "mapping": "named", "records": 5}"#, 400, "BadRequest"),
        (r#"{"table": "Http", "mapping": "other", "records": {}}"#, 404, "NotFound"),
        (r#"{"table": "Http", "mapping": "named", "records": [{"number": 1}, {"numb"#, 400, "BadRequest"),
    ] {
        let reply = setup.function.invoke(&events::http(body)).reply();
        let error: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
        assert_eq!((&reply["statusCode"], &error["code"]), (&json!(status), &json!(code)), "{error}");
    }
    assert_eq!(setup.count("Http"), 3);
}

#[test]
fn the_log_has_nothing_of_the_records() {
    let setup = Setup::new();
    setup.table("canary_table");
    let connections = connections(setup.kusto.url(), &["ingest"]);
    let quiet = Function::start("ingest", &[("KUSTO_CONNECTIONS", &connections), ("LOG_LEVEL", "trace")]);
    let records = json!([{"number": 1, "the text": {"en": "canary-cell"}}]);
    quiet.invoke(&json!({"table": "canary_table", "mapping": "named", "records": records})).reply();
    quiet.invoke(&json!({"table": "canary_table", "mapping": "canary_mapping", "records": records})).error();
    quiet.invoke(&json!({"table": "canary_table", "mapping": "named", "records": ["canary-record"]})).error();
    let log = quiet.log();
    assert!(!log.contains("canary") && log.lines().count() >= 3, "{log}");
}
