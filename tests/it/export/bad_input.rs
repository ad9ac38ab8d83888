//! Bad input: named, counted, kept.

use super::{Stage, destination, destinations::counts, function};
use crate::export::connection;
use serde_json::{Value, json};
use std::time::Duration;
use tests::{cluster::Cluster, events};

fn reasons(stage: &Stage) -> Vec<String> {
    let mut reasons: Vec<_> = stage.rejected().into_iter().map(|(_, reason, _)| reason).collect();
    reasons.sort();
    reasons
}

#[test]
fn what_a_table_would_not_show_is_rejected_with_its_reason() {
    let stage = Stage::new(&destination("Mixed", ""));
    let large = "x".repeat(4_000_000);
    let event = json!({"records": [
        {"id": "good", "at": "2026-11-20"}, {"id": "clock", "at": 1_795_154_400_000_i64}, {"id": large}, {"other": 1}, {"id": "more", "other": 1},
        {}, [1], "text", null, {"id": {"any": "JSON is text"}},
    ]});
    let reply = stage.function.invoke(&event).reply();
    assert_eq!(counts(&reply, 0), [10, 2, 0, 0, 8, 0]);
    let starts = [
        "column `at` is a datetime and gets a number: make it text in `transform`",
        "it has 4000010 bytes, more than the 4000000 of one request",
        "it has no field that a column is called by",
        "it is no JSON object",
        "it is no JSON object",
        "it is no JSON object",
        "no column is called `other`",
        "no column is called `other`",
    ];
    for (reason, start) in reasons(&stage).iter().zip(starts) {
        assert!(reason.starts_with(start), "{reason}");
    }
    assert_eq!(stage.rows("Mixed | where id == 'good' | project at"), json!([["2026-11-20T00:00:00Z"]]));
}

#[test]
fn epoch_milliseconds_become_a_datetime_by_a_transform() {
    let stage = Stage::new(&destination("Clock", "transform = '{id, at: (.ms / 1000 | todate)}'"));
    let reply = stage.function.invoke(&json!({"records": [{"id": "a", "ms": 1_795_154_400_123_i64}]})).reply();
    assert_eq!(counts(&reply, 0), [1, 1, 0, 0, 0, 0]);
    assert_eq!(stage.rows("Clock | project at"), json!([["2026-11-20T06:00:00.1230000Z"]]));
}

#[test]
fn a_transform_gives_several_values_none_or_too_many() {
    let program = "if .n == 0 then empty elif .n > 100 then repeat({id: .id}) else range(.n) as $i | {id: .id} end";
    let stage = Stage::new(&destination("Values", &format!("transform = '{program}'")));
    let records = json!([{"id": "a", "n": 3}, {"id": "b", "n": 0}, {"id": "c", "n": 101}]);
    let reply = stage.function.invoke(&json!({"records": records})).reply();
    assert_eq!((counts(&reply, 0), &reply["destinations"][0]["rows"]), ([3, 1, 0, 1, 1, 0], &json!(3)));
    assert_eq!(reasons(&stage), ["the transform gives more than 10000 values for it"]);
    assert_eq!(stage.rows("Values | summarize count() by id"), json!([["a", 3]]));
}

#[test]
fn what_a_device_can_make_a_transform_do_is_rejected_and_the_others_go_on() {
    let program =
        "if .copies then {id: (\"x\" * .copies)} elif .text then {id: (.text | fromjson | tostring)} else . end";
    let stage = Stage::new(&destination("Steered", &format!("transform = '{program}'")));
    // Deeper than any reader that calls itself can go.
    let nested = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let records =
        json!([{"id": "a"}, {"copies": 5_000_000}, {"text": nested}, {"text": "{"}, {"text": "[1]"}, {"id": "z"}]);
    let reply = stage.function.invoke(&json!({"records": records})).reply();
    assert_eq!(counts(&reply, 0), [6, 3, 0, 0, 3, 0]);
    let reasons = reasons(&stage);
    assert!(reasons[0].starts_with("the transform fails on it: \"cannot parse "), "{}", reasons[0]);
    assert_eq!(reasons[1], "the transform fails on it: \"it nests deeper than 512 levels\"");
    assert_eq!(reasons[2], "the transform gives more than 4000000 bytes for it");
    assert_eq!(stage.rows("Steered | project id"), json!([["a"], ["[1]"], ["z"]]));
}

#[test]
fn what_too_much_comes_of_is_delivered_bit_by_bit() {
    // Each record becomes 3 MB, more than the 1 MB that this ingestion takes; about 64 MB are held at once.
    let settings = "transform = '{id: (\"x\" * 3000000)}'\ningestion = \"inline\"";
    let stage = Stage::new(&destination("Much", settings));
    let ids: Vec<String> = (0..30).map(|number| format!("m{number}")).collect();
    let mut batch: Vec<_> = ids.iter().map(|id| (id.as_str(), None, "{}")).collect();
    let reply = stage.function.invoke(&events::sqs(&batch)).reply();
    let failed: Vec<Value> = ids[23..].iter().map(|id| json!({"itemIdentifier": id})).collect();
    assert_eq!(reply["batchItemFailures"], json!(failed));
    let rest = batch.split_off(23);
    assert_eq!(stage.function.invoke(&events::sqs(&rest)).reply(), json!({"batchItemFailures": []}));
    assert_eq!(stage.rejected().len(), 30);
    let error = stage.function.invoke(&json!({"records": vec![json!({}); 30]})).error();
    assert!(error.starts_with("LimitExceeded: the transform of destination `Much` gives too much"), "{error}");
}

#[test]
fn a_name_as_long_as_its_record_can_be_replayed() {
    let stage = Stage::new(&destination("Long", ""));
    // As a reason that quotes it this would be five times as long.
    let record = format!("{{\"{}\": 1}}", "\\u0001".repeat(800_000));
    let reply = stage.function.invoke(&json!({"records": record})).reply();
    assert_eq!(counts(&reply, 0), [1, 0, 0, 0, 1, 0]);
    assert!(reasons(&stage)[0].starts_with("no column is called `\\u{1}"));
    let replayed = stage.function.invoke(&json!({"replay": {"destination": "Long"}})).reply();
    assert_eq!((counts(&replayed, 0), &replayed["untried"]), ([1, 0, 0, 0, 1, 0], &json!(0)));
}

#[test]
fn a_transform_that_never_ends_fails_its_message_and_the_process_is_replaced() {
    let program = "if .stuck then last(repeat(1)) else . end";
    let stage = Stage::new(&destination("Stuck", &format!("transform = '{program}'\ntransform_seconds = 1")));
    let batch = [("m1", None, r#"{"id": "a"}"#), ("m2", None, r#"{"stuck": true}"#), ("m3", None, r#"{"id": "c"}"#)];
    let reply = stage.function.invoke(&events::sqs(&batch)).reply();
    assert_eq!(reply, json!({"batchItemFailures": [{"itemIdentifier": "m2"}]}));
    assert_eq!(stage.rows("Stuck | project id | order by id asc"), json!([["a"], ["c"]]));
    let Stage { function, .. } = stage;
    let (error, log) = function.refusal();
    assert!(error.is_none() && log.contains("the function ends, so that Lambda replaces a process"), "{log}");
}

#[test]
fn a_table_or_mapping_that_is_not_there_fails_the_messages() {
    let missing = "[[destination]]\nname = \"Missing\"\ntable = \"NoSuch\"\nmapping = \"nosuch\"\n";
    let stage = Stage::new(missing);
    let reply =
        stage.function.invoke(&events::kinesis(&[("7", br#"{"id": 1}"#), ("8", b"no JSON"), ("9", b"{}")])).reply();
    assert_eq!(reply, json!({"batchItemFailures": [{"itemIdentifier": "7"}]}));
    let error = stage.function.invoke(&json!({"records": [{"id": 1}]})).error();
    assert!(error.starts_with("NotFound: ") && error.contains("'NoSuch'"), "{error}");
    stage.kusto.command(".create table NoSuch (id:long)");
    stage.kusto.command(".alter table NoSuch policy streamingingestion enable");
    let error = stage.function.invoke(&json!({"records": [{"id": 1}]})).error();
    assert!(error.starts_with("NotFound: ") && error.contains("nosuch"), "{error}");
    // Where a record is rejected it is kept, whether or not the others come through.
    assert_eq!(stage.rejected().len(), 1);
}

#[test]
fn a_hostile_name_is_refused_before_anything_is_sent() {
    let cluster = Cluster::answering_json(b"{}");
    for table in ["a/b", "a'b", "a]b", "a..b", "..", "['T']", "T%2fU", "T;"] {
        let settings = destination("Good", "").replace("table = \"Good\"", &format!("table = \"{table}\""));
        let store = tempfile::tempdir().unwrap();
        let (error, _) = function(&connection(cluster.url()), &settings, &store).refusal();
        let sentence = error.unwrap()["errorMessage"].as_str().unwrap().to_owned();
        assert!(sentence.contains("line 3: `table` is no name: use letters, digits"), "{sentence}");
    }
    assert_eq!(cluster.connections(), 0);
}

/// The service's refusal of a stream for what is in it.
fn refused() -> Value {
    json!({"answer": {"status": 400, "code": "Stream_WrongNumberOfFields", "message": "no", "permanent": true},
        "match": {"path": "/v1/rest/ingest"}})
}

#[test]
fn a_record_that_the_service_refuses_is_found_and_the_others_go_on() {
    let stage = Stage::new(&destination("Refused", ""));
    stage.function.invoke(&json!({"records": [{"id": "first"}]})).reply();
    // All four, the first half of them, and of that the first: one after the other.
    for _ in 0..3 {
        stage.kusto.fault(&refused());
    }
    let batch = ["a", "b", "c", "d"].map(|id| (id, format!("{{\"id\": \"{id}\"}}")));
    let batch: Vec<_> = batch.iter().map(|(id, body)| (*id, None, body.as_str())).collect();
    let reply = stage.function.invoke(&events::sqs(&batch)).reply();
    assert_eq!(reply, json!({"batchItemFailures": []}));
    assert_eq!(stage.rows("Refused | project id"), json!([["first"], ["b"], ["c"], ["d"]]));
    assert!(reasons(&stage)[0].starts_with("the service refuses it: "), "{:?}", reasons(&stage));
}

#[test]
fn what_is_no_batch_and_what_has_no_destination_is_said() {
    let stage = Stage::new(&destination("T", ""));
    let error = stage.function.invoke(&json!({"Records": [{"eventSource": "aws:s3"}]})).error();
    assert!(error.starts_with("BadRequest: the event's Records are neither of SQS nor of Kinesis"), "{error}");
    let without = stage.kusto.function("ingest", &[]);
    for (event, start) in [
        (events::sqs(&[("m", None, "{}")]), "BadRequest: a batch names no table: set INGEST_DESTINATIONS"),
        (json!({"records": []}), "BadRequest: `table` is missing, and no destinations are configured"),
        (json!({"replay": {"destination": "T"}}), "NotFound: there is no destination \"T\"; none is configured"),
        (json!({"replay": {"destination": "T"}, "records": []}), "BadRequest: `replay` stands alone"),
        (json!({}), "BadRequest: `records` is missing"),
    ] {
        let error = without.invoke(&event).error();
        assert!(error.starts_with(start), "{error}");
    }
}

#[test]
fn a_cluster_that_does_not_answer_fails_the_messages_in_time() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let settings = "[[destination]]\nname = \"T\"\ntable = \"T\"\nmapping = \"m\"\n";
    let store = tempfile::tempdir().unwrap();
    let function = function(&connection(&url), settings, &store);
    let batch = events::sqs(&[("m1", None, "{}"), ("m2", None, "no JSON")]);
    let reply = function.invoke_text(&batch.to_string(), Duration::from_secs(3)).reply();
    assert_eq!(reply, json!({"batchItemFailures": [{"itemIdentifier": "m1"}]}));
}
