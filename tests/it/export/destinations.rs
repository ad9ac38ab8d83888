//! Destinations of the settings: several at once, from a call, a webhook or a stream; what is rejected comes in later by a replay.

use super::{Stage, connection, destination, function};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use std::io::Write;
use tests::{events, kusto::Kusto, lambda::Outcome};

/// The counts of a destination in a reply.
pub(super) fn counts(reply: &Value, destination: usize) -> [u64; 6] {
    let outcome = &reply["destinations"][destination];
    let counts = ["received", "ingested", "alreadyThere", "filtered", "rejected", "failed"]
        .map(|name| outcome[name].as_u64().unwrap());
    let queued = outcome["queued"].as_u64().unwrap();
    assert_eq!(counts[0], counts[1..].iter().sum::<u64>() + queued, "{reply}");
    counts
}

fn http(path: &str, headers: &[(&str, &str)], body: &[u8]) -> Value {
    let mut event = events::http_request("POST", headers, "");
    event["rawPath"] = json!(path);
    event["body"] = json!(base64::Engine::encode(&base64::prelude::BASE64_STANDARD, body));
    event["isBase64Encoded"] = json!(true);
    event
}

fn body(outcome: Outcome) -> (u64, Value) {
    let reply = outcome.reply();
    let status = reply["statusCode"].as_u64().unwrap();
    (status, serde_json::from_str(reply["body"].as_str().unwrap()).unwrap())
}

#[test]
fn each_destination_makes_its_own_of_a_record() {
    let plain = destination("Plain", "other_fields = \"ignore\"");
    let several = destination(
        "Several",
        "ingestion = \"inline\"\ntransform = 'if .n < 0 then empty else range(.n) as $i | {id: \"\\(.id)-\\($i)\"} end'",
    );
    let stage = Stage::new(&format!("{plain}\n{several}"));
    let records = json!([{"id": "a", "n": 2}, {"id": "b", "n": -1}, {"id": "c", "n": 1}, 5]);
    let reply = stage.function.invoke(&json!({"records": records, "idempotencyKey": "k1"})).reply();
    assert_eq!(counts(&reply, 0), [4, 3, 0, 0, 1, 0]);
    assert_eq!(counts(&reply, 1), [4, 2, 0, 1, 1, 0]);
    let of = |name: &str| [reply["destinations"][0][name].clone(), reply["destinations"][1][name].clone()];
    assert_eq!(of("rows"), [json!(3), json!(3)]);
    assert_eq!(of("delivery"), [json!("at-least-once"), json!("exactly-once")]);
    assert_eq!(stage.rows("Plain | project id | order by id asc"), json!([["a"], ["b"], ["c"]]));
    assert_eq!(stage.rows("Several | project id | order by id asc"), json!([["a-0"], ["a-1"], ["c-0"]]));
    // The same key with the same request gives the same answer, and adds nothing; with another it is refused.
    assert_eq!(stage.function.invoke(&json!({"records": records, "idempotencyKey": "k1"})).reply(), reply);
    assert_eq!(stage.rows("Plain | count"), json!([[3]]));
    let error = stage.function.invoke(&json!({"records": [{"id": "z"}], "idempotencyKey": "k1"})).error();
    assert!(error.starts_with("Conflict: "), "{error}");
}

#[test]
fn a_webhook_sends_records_as_they_are() {
    let stage = Stage::new(&destination("Hook", ""));
    let lines = b"{\"id\": \"a\"}\n{\"id\": \"b\"}\n\xff\xfe\n";
    let (status, reply) =
        body(stage.function.invoke(&http("/ingest/records", &[("content-type", "application/x-ndjson")], lines)));
    assert_eq!((status, counts(&reply, 0)), (200, [3, 2, 0, 0, 1, 0]));
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(br#"[{"id": "c"}, {"id": "d"}]"#).unwrap();
    let gzip = gzip.finish().unwrap();
    let (status, reply) = body(stage.function.invoke(&http("/records", &[("content-encoding", "gzip")], &gzip)));
    assert_eq!((status, counts(&reply, 0)), (200, [2, 2, 0, 0, 0, 0]));
    // A key of the sender makes it once.
    let once = http("/records", &[("idempotency-key", "e1")], br#"{"id": "e"}"#);
    assert_eq!(body(stage.function.invoke(&once)), body(stage.function.invoke(&once)));
    assert_eq!(stage.rows("Hook | project id | order by id asc"), json!([["a"], ["b"], ["c"], ["d"], ["e"]]));
    assert_eq!(stage.rejected().into_iter().map(|(_, _, bytes)| bytes).collect::<Vec<_>>(), [b"\xff\xfe"]);
    let bomb = {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&vec![b' '; 20 << 20]).unwrap();
        gzip.finish().unwrap()
    };
    let (status, error) = body(stage.function.invoke(&http("/records", &[("content-encoding", "gzip")], &bomb)));
    assert_eq!((status, &error["code"]), (413, &json!("LimitExceeded")));
}

#[test]
fn a_destination_that_fails_holds_up_no_other() {
    let (kusto, store) = (Kusto::with_faults(), tempfile::tempdir().unwrap());
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let connections = format!(
        "{}\n{}",
        connection(kusto.url()),
        connection(&format!("http://{closed}")).replace("\"local\"", "\"gone\"")
    );
    let good = destination("Good", "connection = \"local\"");
    let gone = destination("Gone", "connection = \"gone\"");
    let function = function(&connections, &format!("{gone}\n{good}"), &store);
    let records = json!([{"id": "a"}, {"id": "b"}]);
    let reply = function.invoke(&json!({"records": records})).reply();
    assert_eq!((counts(&reply, 0), counts(&reply, 1)), ([2, 0, 0, 0, 0, 2], [2, 2, 0, 0, 0, 0]));
    let failed = &reply["destinations"][0];
    assert_eq!(failed["error"]["code"], "Unavailable");
    assert_eq!(failed["keptAs"].as_array().unwrap().len(), 1, "{failed}");
    assert_eq!(kusto.query("Good | count")["Rows"], json!([[2]]));
    // From a queue a message has failed where one destination has; what is there by then may be there twice.
    let reply = function.invoke(&events::sqs(&[("m1", None, r#"{"id": "c"}"#)])).reply();
    assert_eq!(reply, json!({"batchItemFailures": [{"itemIdentifier": "m1"}]}));
    assert_eq!(kusto.query("Good | count")["Rows"], json!([[3]]));
    // A call that no destination has taken has failed, and can be made again.
    drop(kusto);
    let error = function.invoke(&json!({"records": records})).error();
    assert!(error.starts_with("Unavailable: the cluster cannot be reached"), "{error}");
}

#[test]
fn what_was_rejected_comes_in_by_a_replay() {
    let strict = destination("Late", "");
    let stage = Stage::new(&strict);
    let records = json!([{"id": "a", "more": 1}, {"id": "b"}, {"id": "c", "more": 2}]);
    let reply = stage.function.invoke(&json!({"records": records})).reply();
    assert_eq!(counts(&reply, 0), [3, 1, 0, 0, 2, 0]);
    let names = reply["destinations"][0]["keptAs"].clone();
    // Still rejected: it stays.
    let replayed = stage.function.invoke(&json!({"replay": {"destination": "Late"}})).reply();
    assert_eq!((counts(&replayed, 0), &replayed["untried"]), ([2, 0, 0, 0, 2, 0], &json!(0)));
    assert_ne!(replayed["destinations"][0]["keptAs"], names);
    assert_eq!(stage.rejected().len(), 2);
    // With other settings it fits.
    let lenient =
        function(&connection(stage.kusto.url()), &destination("Late", "other_fields = \"ignore\""), &stage.store);
    let none = lenient.invoke(&json!({"replay": {"destination": "Late", "most": 0}})).reply();
    assert_eq!((counts(&none, 0), &none["untried"]), ([0; 6], &json!(1)));
    let replayed = lenient.invoke(&json!({"replay": {"destination": "Late"}})).reply();
    assert_eq!(counts(&replayed, 0), [2, 2, 0, 0, 0, 0]);
    assert_eq!(stage.rows("Late | project id | order by id asc"), json!([["a"], ["b"], ["c"]]));
    assert!(stage.rejected().is_empty());
    let error = lenient.invoke(&json!({"replay": {"destination": "canary"}})).error();
    assert!(error.starts_with("NotFound: there is no destination \"canary\"; configured are: Late"), "{error}");
}

#[test]
fn two_destinations_fill_one_table_each_once() {
    let to = |name: &str, ingestion: &str| {
        let transform = format!("transform = '{{id: (.id + \"-{name}\")}}'");
        destination(name, &format!("ingestion = \"{ingestion}\"\n{transform}"))
            .replace(&format!("table = \"{name}\""), "table = \"Both\"")
    };
    let stage =
        Stage::new(&format!("{}\n{}\n{}", to("one", "inline"), to("two", "inline"), to("three", "queued-once")));
    let batch = events::sqs(&[("m1", None, r#"{"id": "a"}"#), ("m2", None, r#"{"id": "b"}"#)]);
    for _ in 0..2 {
        assert_eq!(stage.function.invoke(&batch).reply(), json!({"batchItemFailures": []}));
    }
    let ids = ["a-one", "a-three", "a-two", "b-one", "b-three", "b-two"].map(|id| json!([id]));
    assert_eq!(stage.rows("Both | project id | order by id asc"), json!(ids));
}

#[test]
fn a_replay_takes_what_can_be_held_and_leaves_out_what_is_gone() {
    let stage = Stage::new(&destination("Large", ""));
    let record = json!({"more": "x".repeat(3_000_000)});
    for _ in 0..8 {
        assert_eq!(counts(&stage.function.invoke(&json!({"records": record})).reply(), 0)[4], 1);
    }
    let mut objects: Vec<_> = std::fs::read_dir(stage.store.path().join("rejected")).unwrap().collect();
    objects.sort_by_key(|object| object.as_ref().unwrap().path());
    let expired = objects[0].as_ref().unwrap().path();
    let object = std::fs::read(&expired).unwrap();
    let end = object.iter().position(|byte| *byte == b'\n').unwrap();
    let mut envelope: Value = serde_json::from_slice(&object[..end]).unwrap();
    envelope["expires"] = json!(0);
    std::fs::write(&expired, [envelope.to_string().as_bytes(), &object[end..]].concat()).unwrap();
    let lenient = "other_fields = \"ignore\"\ntransform = '{id: \"x\"}'";
    let function = function(&connection(stage.kusto.url()), &destination("Large", lenient), &stage.store);
    // 16 MB, and the one that passes them.
    let replayed = function.invoke(&json!({"replay": {"destination": "Large"}})).reply();
    assert_eq!((counts(&replayed, 0)[..2].to_vec(), &replayed["untried"]), (vec![6, 6], &json!(1)));
    let replayed = function.invoke(&json!({"replay": {"destination": "Large"}})).reply();
    assert_eq!((counts(&replayed, 0)[..2].to_vec(), &replayed["untried"]), (vec![1, 1], &json!(0)));
}

#[test]
fn destinations_need_a_store() {
    let connections = connection("http://127.0.0.1:9");
    let function = tests::lambda::Function::start(
        "ingest",
        &[
            ("KUSTO_CONNECTIONS", &connections),
            ("INGEST_DESTINATIONS", &destination("T", "")),
            ("HTTP_AUTHORIZER", "none"),
        ],
    );
    let (error, _) = function.refusal();
    let sentence = error.unwrap()["errorMessage"].as_str().unwrap().to_owned();
    assert!(
        sentence.starts_with("STORE_URL: it is missing; what the destinations of INGEST_DESTINATIONS reject"),
        "{sentence}"
    );
}

#[test]
fn what_is_queued_is_counted_as_queued_and_with_tags_comes_in_once() {
    let queued = |name: &str, ingestion: &str| destination(name, &format!("ingestion = \"{ingestion}\""));
    let stage = Stage::new(&format!("{}\n{}", queued("Queued", "queued"), queued("Once", "queued-once")));
    let messages = [("m1", None, r#"[{"id": "a"}, {"id": "b"}, 5]"#), ("m2", None, r#"{"id": "c"}"#)];
    // The second time one of the messages comes alone, and another is new.
    let again = [messages[1], ("m3", None, r#"{"id": "d"}"#)];
    for batch in [&messages, &again] {
        assert_eq!(stage.function.invoke(&events::sqs(batch)).reply(), json!({"batchItemFailures": []}));
    }
    assert_eq!(stage.rows("Once | project id | order by id asc"), json!([["a"], ["b"], ["c"], ["d"]]));
    assert_eq!(stage.rows("Queued | project id | order by id asc"), json!([["a"], ["b"], ["c"], ["c"], ["d"]]));
    let reply = stage.function.invoke(&json!({"records": [{"id": "e"}, {"id": "f"}]})).reply();
    for (place, delivery) in ["at-least-once", "exactly-once"].into_iter().enumerate() {
        let outcome = &reply["destinations"][place];
        assert_eq!((counts(&reply, place)[..3].to_vec(), &outcome["queued"]), (vec![2, 0, 0], &json!(2)), "{reply}");
        assert_eq!((&outcome["delivery"], &outcome["rows"]), (&json!(delivery), &json!(0)));
    }
    assert_eq!(stage.kusto.command(".show ingestion failures")["Rows"], json!([]));
    // Where streaming ingestion is off its policy may not be set.
    let asks = |part: &str| {
        stage.kusto.requests().iter().any(|request| request["csl"].as_str().is_some_and(|csl| csl.contains(part)))
    };
    assert!(asks(".create-merge table") && !asks("policy"));
}
