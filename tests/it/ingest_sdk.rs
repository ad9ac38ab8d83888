//! The same batch through PyPI's azure-kusto-ingest and through `ingest` gives the same rows.

use crate::ingest::Setup;
use serde_json::{Value, json};
use tests::python;

/// Every type, what fits and what does not, what is missing and what is too much.
const RECORDS: &str = r#"{"number": 9007199254740993, "at": "2026-11-20T06:05:00.1234567Z", "any": {"a": [1, null, "ü"]}, "exact": "0.1234567890123456789", "share": 0.1, "text": "Ünïcödé 🦀 \"quoted\",\nnext", "yes": true, "took": "1.02:03:04.0000005", "id": "74be27de-1e4e-49d9-b579-fe0b331d3642"}
{"number": "17", "at": 1795154700000, "any": "text", "exact": 1.50, "share": "NaN", "text": 5, "yes": "true", "took": 7, "id": "none"}

{"number": 1.5, "text": null, "any": null, "more": "is left out"}
{}
{"number": -9223372036854775807, "text": {"nested": true}, "share": 1e308}
"#;

const COLUMNS: &str =
    "n:long, at:datetime, any:dynamic, exact:decimal, share:real, text:string, yes:bool, took:timespan, id:guid";

/// Makes a table whose mapping says what goes where.
fn table(setup: &Setup, name: &str) {
    let fields = ["number", "at", "any", "exact", "share", "text", "yes", "took", "id"];
    let names = COLUMNS.split(", ").map(|column| column.split(':').next().unwrap());
    let mapping: Vec<_> = names
        .zip(fields)
        .map(|(column, field)| json!({"column": column, "Properties": {"Path": format!("$.{field}")}}))
        .collect();
    for command in [
        format!(".create table {name} ({COLUMNS})"),
        format!(".create-or-alter table {name} ingestion json mapping 'named' ```{}```", Value::from(mapping)),
        format!(".alter table {name} policy streamingingestion enable"),
    ] {
        setup.kusto.command(&command);
    }
}

fn by_the_sdk(setup: &Setup, kind: &str, table: &str, tag: Option<&str>) -> Value {
    let arguments = [kind, setup.kusto.url(), "NetDefaultDB", table, "named"];
    let arguments: Vec<_> = arguments.into_iter().chain(tag).collect();
    python::run_with("kusto_batch.py", &arguments, RECORDS.as_bytes())
}

/// The rows of a table, in order.
fn rows(setup: &Setup, table: &str) -> Value {
    setup.rows(&format!(
        "{table} | extend any = tostring(any), type = gettype(any) | sort by n asc nulls first, text asc"
    ))
}

#[test]
fn the_sdk_and_ingest_give_the_same_rows() {
    let setup = Setup::new();
    for name in ["Ours", "Streamed", "Queued"] {
        table(&setup, name);
    }
    let request = json!({"table": "Ours", "mapping": "named", "records": RECORDS});
    assert_eq!(setup.function.invoke(&request).reply()["ingested"], 5);
    assert_eq!(by_the_sdk(&setup, "streaming", "Streamed", None), "SUCCESS");
    assert_eq!(by_the_sdk(&setup, "queued", "Queued", None), "QUEUED");
    let ours = rows(&setup, "Ours");
    assert_eq!(ours.as_array().map(Vec::len), Some(5));
    assert_eq!(rows(&setup, "Streamed"), ours);
    assert_eq!(rows(&setup, "Queued"), ours);
    assert_eq!(setup.kusto.command(".show ingestion failures")["Rows"], json!([]));
}

#[test]
fn the_sdk_queues_a_batch_with_a_tag_once() {
    let setup = Setup::new();
    table(&setup, "T");
    for (tag, count) in [("run-1", 5), ("run-1", 5), ("run-2", 10)] {
        assert_eq!(by_the_sdk(&setup, "queued", "T", Some(tag)), "QUEUED");
        assert_eq!(setup.count("T"), count, "{tag}");
    }
    assert_eq!(by_the_sdk(&setup, "queued", "Missing", None), "QUEUED");
    let failures = setup.kusto.command(".show ingestion failures")["Rows"].take();
    assert_eq!(
        (&failures[0][2], &failures[0][6]),
        (&json!("Missing"), &json!("BadRequest_EntityNotFound")),
        "{failures}"
    );
}
