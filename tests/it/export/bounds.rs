//! What a sender can make the function spend: numbers without end, and records by the hundred thousand.

use super::{Stage, destination, destinations::counts};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::events;

fn kinesis(messages: &[Vec<u8>]) -> Value {
    let numbers: Vec<String> = (0..messages.len()).map(|number| number.to_string()).collect();
    let messages: Vec<_> = numbers.iter().zip(messages).map(|(number, data)| (number.as_str(), &data[..])).collect();
    events::kinesis(&messages)
}

#[test]
fn numbers_of_a_million_digits_are_rejected_and_take_no_time() {
    // A reader that takes their squared length takes longer than a second, and their messages have failed.
    let settings = "transform = '{id: (.a | tostring)}'\ntransform_seconds = 1";
    let stage = Stage::new(&destination("Digits", settings));
    let poison = format!("{{\"a\": {}}}", "7".repeat(1_000_000));
    let batch: Vec<(String, &str)> = (0..10)
        .map(|number| (format!("m{number}"), if number % 2 == 0 { poison.as_str() } else { r#"{"a": 1}"# }))
        .collect();
    let batch: Vec<_> = batch.iter().map(|(id, body)| (id.as_str(), None, *body)).collect();
    assert_eq!(stage.function.invoke(&events::sqs(&batch)).reply(), json!({"batchItemFailures": []}));
    assert_eq!(stage.rows("Digits | count"), json!([[5]]));
    let reasons: BTreeSet<_> = stage.rejected().into_iter().map(|(_, reason, _)| reason).collect();
    assert_eq!(reasons, ["it has a number of more than 1000 characters".to_owned()].into());
}

#[test]
fn several_messages_that_never_end_fail_and_the_others_are_there() {
    let program = "if .stuck then last(repeat(1)) else . end";
    let stage = Stage::new(&destination("Sticky", &format!("transform = '{program}'\ntransform_seconds = 1")));
    let bodies = [r#"{"stuck": 1}"#, r#"{"id": "a"}"#].repeat(3);
    let ids = ["m0", "m1", "m2", "m3", "m4", "m5"];
    let batch: Vec<_> = ids.iter().zip(&bodies).map(|(id, body)| (*id, None, *body)).collect();
    let failed = ["m0", "m2", "m4"].map(|id| json!({"itemIdentifier": id}));
    assert_eq!(stage.function.invoke(&events::sqs(&batch)).reply(), json!({"batchItemFailures": failed}));
    assert_eq!(stage.rows("Sticky | count"), json!([[3]]));
}

#[test]
fn records_by_the_million_are_held_in_little_memory() {
    let stage = Stage::new(&format!("{}\n{}", destination("One", ""), destination("Two", "transform = '.'")));
    let reply = stage.function.invoke(&kinesis(&[b"1".to_vec()])).reply();
    assert_eq!(reply, json!({"batchItemFailures": []}));
    let before = stage.function.peak_resident();
    // No objects, so that each is rejected twice.
    let message = b"1\n".repeat(100_000);
    let reply = stage.function.invoke(&kinesis(&vec![message; 3])).reply();
    assert_eq!(reply, json!({"batchItemFailures": []}));
    let growth = stage.function.peak_resident().saturating_sub(before);
    // 58 MB were measured: the event and what is in it, places (16 bytes each), and what is made at one time of 100,000 records for each destination.
    assert!(growth < 90_000_000, "{growth} bytes more than for one record were resident");
}

#[test]
fn a_message_has_at_most_a_hundred_thousand_records() {
    let stage = Stage::new(&destination("Most", ""));
    let many = b"1\n".repeat(100_001);
    let reply = stage.function.invoke(&kinesis(&[many.clone(), br#"{"id": "a"}"#.to_vec()])).reply();
    assert_eq!(reply, json!({"batchItemFailures": []}));
    assert_eq!(stage.rows("Most | project id"), json!([["a"]]));
    let whole = ("Most".to_owned(), "it has more than 100000 records".to_owned(), many.clone());
    assert!(stage.rejected() == [whole], "the message is not kept as a whole with this reason");
    // A call is told, and nothing is kept.
    let lines = String::from_utf8(many).unwrap();
    let array = vec![json!({}); 100_001];
    let direct = json!({"table": "Most", "mapping": "named", "records": array});
    for request in [json!({"records": lines}), json!({"records": array}), direct] {
        let error = stage.function.invoke(&request).error();
        assert!(error.starts_with("LimitExceeded: the request has more than 100000 records"), "{error}");
    }
    assert_eq!(stage.rejected().len(), 1);
}

#[test]
fn a_webhook_of_three_million_records_costs_little() {
    let stage = Stage::new(&destination("Hook", ""));
    let before = stage.function.peak_resident();
    let mut event = events::http_request("POST", &[("content-type", "application/x-ndjson")], &"1\n".repeat(2_950_000));
    event["rawPath"] = json!("/ingest/records");
    let reply = stage.function.invoke(&event).reply();
    assert_eq!(reply["statusCode"], 413, "{reply}");
    let growth = stage.function.peak_resident().saturating_sub(before);
    // 21 to 43 MB were measured: the event of 9 MB, and the body in it.
    assert!(growth < 70_000_000, "{growth} bytes more than at the start were resident");
}

#[test]
fn a_replay_takes_a_thousand_objects_at_most() {
    let stage = Stage::new(&destination("Kept", ""));
    let replay = |most: u64| json!({"replay": {"destination": "Kept", "most": most}});
    assert_eq!(counts(&stage.function.invoke(&replay(1000)).reply(), 0), [0; 6]);
    let error = stage.function.invoke(&replay(1001)).error();
    assert!(error.starts_with("BadRequest: `most` is more than 1000: replay again"), "{error}");
}
