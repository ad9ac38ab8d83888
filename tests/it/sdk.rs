//! The released Python SDK against the embedded Kusto: what `ingest` put there is what a program of the user's own gets.

use crate::ingest::Setup;
use serde_json::{Value, json};
use tests::{kusto::Kusto, python};

fn ask(setup: &Setup, arguments: &[&str]) -> Value {
    python::run("kusto_sdk.py", &[&[setup.kusto.url(), "NetDefaultDB"], arguments].concat())
}

fn setup() -> Setup {
    let setup = Setup::new();
    let request = json!({
        "table": "Sales",
        "createTable": true,
        "schema": {"At": "datetime", "Count": "long", "Open": "bool", "Price": "real", "Shop": "string", "Tags": "dynamic", "Took": "timespan"},
        "records": [
            {"At": "2026-11-20T06:00:00.123456Z", "Count": 9_007_199_254_740_993_i64, "Open": true, "Price": 0.25, "Shop": "Köln 🦀", "Tags": {"a": [1]}, "Took": "1.02:03:04"},
            {"Count": 2, "Shop": "Ulm"},
        ],
    });
    assert_eq!(setup.function.invoke(&request).reply()["ingested"], 2);
    setup
}

#[test]
fn it_gets_the_rows_that_were_ingested_with_their_types() {
    let setup = setup();
    let answer = ask(&setup, &["Sales | sort by Count desc"]);
    assert_eq!(
        answer["columns"],
        json!([
            ["At", "datetime"],
            ["Count", "long"],
            ["Open", "bool"],
            ["Price", "real"],
            ["Shop", "string"],
            ["Tags", "dynamic"],
            ["Took", "timespan"]
        ])
    );
    let none = json!(["NoneType", "None"]);
    assert_eq!(
        answer["rows"],
        json!([
            [
                ["datetime", "2026-11-20 06:00:00.123456+00:00"],
                ["int", "9007199254740993"],
                ["bool", "True"],
                ["float", "0.25"],
                ["str", "Köln 🦀"],
                ["dict", "{'a': [1]}"],
                ["timedelta", "1 day, 2:03:04"]
            ],
            [none, ["int", "2"], none, none, ["str", "Ulm"], none, none],
        ])
    );
}

#[test]
fn parameters_travel_beside_the_text() {
    let setup = setup();
    let query = "declare query_parameters(shop:string, least:long = 1); Sales | where Shop == shop and Count >= least | project Count";
    for (parameters, rows) in [
        (&["shop=Ulm"][..], json!([[["int", "2"]]])),
        (&["shop=Ulm", "least=long(3)"], json!([])),
        (&["shop=Ulm' or true //"], json!([])),
    ] {
        assert_eq!(ask(&setup, &[&[query], parameters].concat())["rows"], rows, "{parameters:?}");
    }
}

#[test]
fn an_error_of_the_service_is_one_of_the_sdk() {
    let setup = setup();
    for (statement, words) in [
        ("NoSuchTable | count", "NoSuchTable"),
        ("Sales | where (", "Syntax error"),
        (".show table NoSuchTable cslschema", "NoSuchTable"),
    ] {
        let error = &ask(&setup, &[statement])["error"];
        let text = error["text"].as_str().unwrap();
        assert!(error["class"] == "KustoApiError" && text.contains(words), "{statement}: {error}");
    }
}

#[test]
fn a_management_command_answers_its_table() {
    let answer = ask(&setup(), &[".show tables"]);
    let rows = answer["rows"].as_array().unwrap();
    assert_eq!((&answer["columns"][0][0], rows.len()), (&json!("TableName"), 1));
    assert_eq!(rows[0][0], json!(["str", "Sales"]));
}

#[test]
fn it_follows_operations_to_their_end_and_cancels_them() {
    let kusto = Kusto::with_faults();
    let slow = ".set async Slow <| Source";
    kusto.fault(&json!({"match": {"text": slow}, "operation": {"runsMs": 600_000}}));
    let seen = python::run("kusto_operations.py", &[kusto.url(), "NetDefaultDB", slow]);
    assert_eq!((&seen["ingested"]["ItemLoaded"], &seen["rows"]), (&json!("inproc:inline"), &json!([["y", 2]])));
    assert_eq!(
        (&seen["copied"]["Operation"], &seen["copied"]["State"]),
        (&json!("TableSetOrAppend"), &json!("Completed"))
    );
    let cancelled =
        (&seen["cancellation"]["CancellationState"], &seen["cancelled"]["State"], &seen["cancelled"]["Status"]);
    assert_eq!(
        cancelled,
        (&json!("Canceled successfully"), &json!("Canceled"), &json!("The request was canceled: enough"))
    );
    assert_eq!(seen["tables"], json!(["Copy", "Source"]));
    let sent = kusto.requests();
    assert_eq!(sent.iter().filter(|request| request["csl"] == slow).count(), 1);
}

#[test]
fn a_result_that_was_cut_is_an_error_of_the_sdk() {
    let error = &ask(&setup(), &["set truncationmaxrecords = 1; Sales"])["error"];
    let text = error["text"].as_str().unwrap();
    assert!(error["class"] == "KustoMultiApiError" && text.contains("E_QUERY_RESULT_SET_TOO_LARGE"), "{error}");
}

#[test]
fn the_chart_that_a_query_renders_is_among_its_properties() {
    let setup = setup();
    let answer = ask(&setup, &["Sales | project Shop, Count | render piechart with (title='Sales')"]);
    let shown: Value = serde_json::from_str(answer["visualization"].as_str().unwrap()).unwrap();
    assert_eq!((&shown["Visualization"], &shown["Title"]), (&json!("piechart"), &json!("Sales")));
}

#[test]
fn its_sibling_streams_records_into_a_table() {
    let kusto = Kusto::start(None);
    kusto.command(".create table Sales (Shop:string, Count:long)");
    kusto.command(r#".create table Sales ingestion json mapping "m" '[{"column":"Shop","path":"$.shop"}]'"#);
    kusto.command(".alter table Sales policy streamingingestion enable");
    let seen = python::run("kusto_ingest.py", &[kusto.url(), "NetDefaultDB", "Sales"]);
    assert_eq!((&seen[0], &seen[1]), (&json!("SUCCESS"), &json!("SUCCESS")));
    assert!(seen[2].as_str().unwrap().contains("NoSuchTable"), "{seen}");
    let answer = kusto.query("Sales | sort by Shop asc");
    assert_eq!(answer["Rows"], json!([["Bonn", null], ["Jena", null], ["Köln", 1], ["Ulm", 2]]));
}
