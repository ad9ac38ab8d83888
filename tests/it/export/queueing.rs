//! Queued ingestion among failures: of the endpoint that says where records are laid down, of that storage, and of the queue.

use super::{Stage, connection, destination, function};
use serde_json::{Value, json};
use std::time::Duration;
use tests::events;

/// The time of an invocation to which nothing is answered.
const SHORT: Duration = Duration::from_secs(3);
const LONG: Duration = Duration::from_secs(30);

/// A destination `T` of this kind of ingestion, whose table is there.
fn stage(ingestion: &str) -> Stage {
    Stage::new(&destination("T", &format!("ingestion = \"{ingestion}\"")))
}

/// Delivers message `id`, and tells whether it failed.
fn fails(stage: &Stage, id: &str, time: Duration) -> bool {
    let batch = events::sqs(&[(id, None, &json!({"id": id}).to_string())]);
    let reply = stage.function.invoke_text(&batch.to_string(), time).reply();
    match reply["batchItemFailures"].as_array().unwrap().as_slice() {
        [] => false,
        [failure] => failure["itemIdentifier"] == id,
        _ => panic!("{reply}"),
    }
}

/// How often the cluster was asked where records are to be laid down.
fn asked(stage: &Stage) -> usize {
    let requests = stage.kusto.requests();
    requests.iter().filter(|request| request["csl"] == ".get ingestion resources").count()
}

/// A fault that `times` requests meet whose path or statement begins so.
fn fault(place: &str, times: usize, mut what: Value) -> Value {
    what["match"] = if place.starts_with('/') { json!({"path": place}) } else { json!({"text": place}) };
    what["times"] = json!(times);
    what
}

fn answer(status: u16, code: &str) -> Value {
    json!({"answer": {"status": status, "headers": {"x-ms-error-code": code}}})
}

const ENDPOINT: &str = ".get";
const STORAGE: &str = "/storage/ingestdata";
const QUEUE: &str = "/storage/readyforaggregation";

/// What happens, and what becomes of a message: whether it fails the first time, queued and with tags; how often it is in the table when
/// it has come a second time after a failure, queued; how often resources are asked for because of it.
struct Case {
    fault: Value,
    time: Duration,
    fails: [bool; 2],
    rows: u64,
    asked: usize,
}

fn cases() -> Vec<Case> {
    let case = |fault, time, fails, rows, asked| Case { fault, time, fails, rows, asked };
    vec![
        // The first message asks each time that it comes, until it is answered.
        case(fault(ENDPOINT, 2, answer(403, "Forbidden")), LONG, [true; 2], 1, 3),
        // From here on only a signature that is over makes it ask.
        case(fault(STORAGE, 1, answer(403, "AuthenticationFailed")), LONG, [false; 2], 1, 1),
        case(fault(QUEUE, 1, answer(403, "AuthenticationFailed")), LONG, [false; 2], 1, 1),
        case(fault(STORAGE, 2, answer(403, "AuthorizationFailure")), LONG, [true; 2], 1, 1),
        case(fault(STORAGE, 1, answer(500, "InternalError")), LONG, [false; 2], 1, 0),
        case(fault(STORAGE, 3, answer(503, "ServerBusy")), LONG, [true; 2], 1, 0),
        case(fault(STORAGE, 1, json!({"reset": "before"})), LONG, [false; 2], 1, 0),
        case(fault(STORAGE, 1, json!({"reset": "after"})), LONG, [false; 2], 1, 0),
        case(fault(STORAGE, 1, json!({"delayMs": 10_000})), SHORT, [true; 2], 1, 0),
        case(fault(QUEUE, 1, answer(503, "ServerBusy")), LONG, [false; 2], 1, 0),
        case(fault(QUEUE, 1, answer(400, "InvalidXmlDocument")), LONG, [true; 2], 1, 0),
        // It may have arrived: without tags it is not sent again but by the queue that brought it.
        case(fault(QUEUE, 1, answer(500, "OperationTimedOut")), LONG, [true, false], 1, 0),
        case(fault(QUEUE, 1, json!({"reset": "after"})), LONG, [true, false], 2, 0),
        case(fault(QUEUE, 1, json!({"delayMs": 10_000})), SHORT, [true; 2], 2, 0),
    ]
}

fn check(ingestion: &str, place: usize) {
    let stage = stage(ingestion);
    for (number, case) in cases().into_iter().enumerate() {
        let Case { fault, time, fails: expected, rows, asked: expected_asked } = case;
        let (id, before) = (format!("m{number}"), asked(&stage));
        stage.kusto.fault(&fault);
        let failed = fails(&stage, &id, time);
        assert_eq!(failed, expected[place], "{ingestion}: {fault}");
        // What failed comes again until it does not fail; with tags so does what did not.
        let comes_again = failed || ingestion == "queued-once";
        assert!(!comes_again || (0..3).any(|_| !fails(&stage, &id, LONG)), "{ingestion}: {fault}");
        let expected_rows = if ingestion == "queued-once" { 1 } else { rows };
        let found = stage.rows(&format!("T | where id == '{id}' | count"));
        assert_eq!(found, json!([[expected_rows]]), "{ingestion}: {fault}");
        assert_eq!(asked(&stage) - before, expected_asked, "{ingestion}: {fault}");
    }
    assert_eq!(stage.kusto.command(".show ingestion failures")["Rows"], json!([]));
}

#[test]
fn what_is_queued_is_there_in_the_end_whatever_fails() {
    check("queued", 0);
}

#[test]
fn what_is_queued_with_tags_is_there_once_whatever_fails() {
    check("queued-once", 1);
}

#[test]
fn a_call_is_told_what_failed_without_a_signature() {
    let stage = stage("queued");
    let records = json!({"records": [{"id": "a"}]});
    for (fault, start, place) in [
        (fault(ENDPOINT, 3, answer(429, "")), "Throttled: ", "its data management endpoint"),
        (fault(ENDPOINT, 1, answer(403, "")), "Forbidden: ", "its data management endpoint"),
        (fault(STORAGE, 2, answer(403, "AuthenticationFailed")), "Unavailable: ", "its temporary storage"),
        (fault(STORAGE, 1, answer(413, "RequestBodyTooLarge")), "LimitExceeded: ", "its temporary storage"),
        (fault(QUEUE, 1, answer(500, "OperationTimedOut")), "OutcomeUnknown: ", "its ingestion queue"),
    ] {
        stage.kusto.fault(&fault);
        let error = stage.function.invoke(&records).error();
        assert!(error.starts_with(start) && error.contains(place) && !error.contains("sig="), "{fault}: {error}");
    }
}

#[test]
fn what_fails_later_is_in_the_clusters_list_under_the_id_of_the_reply() {
    let settings = "[[destination]]\nname = \"T\"\ntable = \"T\"\nmapping = \"m\"\ningestion = \"queued-once\"\n";
    let stage = Stage::new(settings);
    stage.kusto.command(".create table T (id:string)");
    let batch = events::sqs(&[("m1", None, r#"{"id": "a"}"#)]);
    assert_eq!(stage.function.invoke(&batch).reply(), json!({"batchItemFailures": []}));
    let reply = stage.function.invoke(&json!({"records": [{"id": "b"}]})).reply();
    assert_eq!(reply["destinations"][0]["queued"], 1);
    let failures = stage.kusto.command(".show ingestion failures")["Rows"].take();
    let id = &reply["destinations"][0]["clientRequestIds"][0];
    let ids: Vec<_> = failures.as_array().unwrap().iter().map(|row| &row[0]).collect();
    assert!(ids.len() == 2 && ids[1] == id, "{failures}");
    // What failed has left no tag behind: once the mapping is there, the same message comes in.
    let mapping = r#"[{"column":"id","Properties":{"Path":"$.id"}}]"#;
    stage.kusto.command(&format!(".create-or-alter table T ingestion json mapping 'm' '{mapping}'"));
    for _ in 0..2 {
        assert_eq!(stage.function.invoke(&batch).reply(), json!({"batchItemFailures": []}));
    }
    assert_eq!(stage.rows("T | project id"), json!([["a"]]));
}

#[test]
fn another_process_that_gets_the_message_again_adds_nothing() {
    let mut stage = stage("queued-once");
    // The first process had it taken by the queue, and is not heard of again.
    stage.kusto.fault(&fault(QUEUE, 1, json!({"delayMs": 10_000})));
    assert!(fails(&stage, "m1", SHORT));
    let destination = destination("T", "ingestion = \"queued-once\"");
    stage.function = function(&connection(stage.kusto.url()), &destination, &stage.store);
    assert!(!fails(&stage, "m1", LONG));
    assert_eq!(stage.rows("T | project id"), json!([["m1"]]));
}
