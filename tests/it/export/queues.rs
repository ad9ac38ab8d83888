//! Batches of SQS and Kinesis with poison among them, over a cluster that fails: none is lost, none is held up, and order is kept.

use super::{Stage, destination};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use tests::events;

/// How often a message may be delivered before the test is given up.
const PATIENCE: usize = 60;

/// Out of a hundred messages so many are poison, of a hundred batches so many meet a fault, and so many come again though they were done.
const POISON: u32 = 5;
const FAULTS: u32 = 10;
const AGAIN: u32 = 10;

/// A message of the test.
#[derive(Clone)]
struct Sent {
    id: String,
    body: String,
    is_good: bool,
    deliveries: usize,
}

/// Random, the same each time.
fn messages(random: &mut fastrand::Rng, count: usize) -> Vec<Sent> {
    let message = |number: usize| {
        let is_good = random.u32(..100) >= POISON;
        let good = json!({"id": format!("m{number:06}"), "at": "2026-11-20T06:05:00Z"}).to_string();
        let body = match (is_good, number % 4) {
            (true, _) => good,
            (false, 0) => format!("{{\"id\": \"m{number:06}\", \"at\":"),
            (false, 1) => json!({"id": format!("m{number:06}"), "at": "yesterday"}).to_string(),
            (false, 2) => json!({"id": format!("m{number:06}"), "fail": true}).to_string(),
            (false, _) => format!("\u{1f980} m{number:06}"),
        };
        Sent { id: format!("0000-{number:08}"), body, is_good, deliveries: 0 }
    };
    (0..count).map(message).collect()
}

const REASONS: [&str; 4] =
    ["it is no JSON: EOF", "column `at` takes another value", "the transform fails on it", "it is no JSON: expected"];

fn to(name: &str, ingestion: &str) -> String {
    let transform = "transform = 'if .fail then error(\"told to\") else . end'";
    destination(name, &format!("ingestion = \"{ingestion}\"\n{transform}"))
}

/// Lets the cluster fail once in some way, now and then.
fn fail_now_and_then(stage: &Stage, random: &mut fastrand::Rng, ingestion: &str) {
    if random.u32(..100) >= FAULTS {
        return;
    }
    let which = match ingestion {
        "streaming" => json!({"path": "/v1/rest/ingest"}),
        _ => json!({"text": ".ingest"}),
    };
    let mut fault = match random.u8(..6) {
        0 => json!({"answer": {"status": 503}}),
        1 => json!({"answer": {"status": 429, "headers": {"retry-after": "0"}}}),
        2 => json!({"answer": {"status": 403}}),
        3 => json!({"reset": "before"}),
        4 => json!({"reset": "after"}),
        _ => json!({"cutAt": 7}),
    };
    fault["match"] = which;
    stage.kusto.fault(&fault);
}

fn failures(reply: &Value) -> BTreeSet<String> {
    let failures = reply["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
}

/// Checks what is in the table and what was rejected against what was sent.
fn check(stage: &Stage, table: &str, sent: &[Sent], exactly_once: bool) {
    let rows = stage.rows(&format!("['{table}'] | summarize n = count() by id"));
    let counts: BTreeMap<String, i64> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row[0].as_str().unwrap().to_owned(), row[1].as_i64().unwrap()))
        .collect();
    let id = |message: &Sent| format!("m{}", &message.id[message.id.len() - 6..]);
    let good: BTreeSet<String> = sent.iter().filter(|message| message.is_good).map(id).collect();
    assert_eq!(counts.keys().cloned().collect::<BTreeSet<_>>(), good);
    assert!(!exactly_once || counts.values().all(|count| *count == 1), "{counts:?}");
    let mut rejected = stage.rejected();
    rejected.retain(|(destination, ..)| destination == table);
    let mut poison: Vec<_> =
        sent.iter().filter(|message| !message.is_good).map(|message| message.body.clone().into_bytes()).collect();
    let mut kept: Vec<_> = rejected.iter().map(|(_, _, bytes)| bytes.clone()).collect();
    poison.sort();
    kept.sort();
    assert_eq!(kept, poison);
    for reason in REASONS {
        let named = rejected.iter().filter(|(_, said, _)| said.starts_with(reason)).count();
        assert!(named > 0 || poison.len() < 40, "{reason}: {rejected:?}");
    }
    assert!(rejected.iter().all(|(_, said, _)| REASONS.iter().any(|reason| said.starts_with(reason))));
}

/// A queue that keeps no order, delivers what failed again, and some of what did not.
fn standard(ingestion: &str, batches: usize) {
    let stage = Stage::new(&to("Standard", ingestion));
    let mut random = fastrand::Rng::with_seed(7);
    let sent = messages(&mut random, batches * 10);
    let mut queue: VecDeque<Sent> = sent.iter().cloned().collect();
    while !queue.is_empty() {
        let count = queue.len().min(10);
        let batch: Vec<Sent> = queue.drain(..count).collect();
        fail_now_and_then(&stage, &mut random, ingestion);
        let event: Vec<_> = batch.iter().map(|one| (one.id.as_str(), None, one.body.as_str())).collect();
        let failed = failures(&stage.function.invoke(&events::sqs(&event)).reply());
        for message in batch {
            assert!(message.deliveries < PATIENCE, "{} fails each time", message.id);
            let come_again = random.u32(..100) < AGAIN && message.deliveries < 3;
            if failed.contains(&message.id) || come_again {
                let place = random.usize(..=queue.len());
                queue.insert(place, Sent { deliveries: message.deliveries + 1, ..message });
            }
        }
    }
    check(&stage, "Standard", &sent, ingestion == "inline");
}

/// A FIFO queue of three groups: of each group what failed comes first again, and what is behind it waits.
fn fifo(ingestion: &str, batches: usize) {
    let stage = Stage::new(&to("Fifo", ingestion));
    let mut random = fastrand::Rng::with_seed(8);
    let sent = messages(&mut random, batches * 10);
    let groups = ["a", "b", "c"];
    let mut queues: BTreeMap<&str, VecDeque<Sent>> = BTreeMap::new();
    for (number, message) in sent.iter().enumerate() {
        queues.entry(groups[number % 3]).or_default().push_back(message.clone());
    }
    while queues.values().any(|queue| !queue.is_empty()) {
        let batch: Vec<(&str, Sent)> = queues
            .iter()
            .flat_map(|(group, queue)| queue.iter().take(3 + random.usize(..3)).map(|one| (*group, one.clone())))
            .take(10)
            .collect();
        fail_now_and_then(&stage, &mut random, ingestion);
        let event: Vec<_> =
            batch.iter().map(|(group, one)| (one.id.as_str(), Some(*group), one.body.as_str())).collect();
        let failed = failures(&stage.function.invoke(&events::sqs(&event)).reply());
        for (group, message) in &batch {
            let queue = queues.get_mut(group).unwrap();
            if failed.contains(&message.id) {
                // What is behind a failure has failed too, or the queue would take it for done.
                let behind =
                    batch.iter().skip_while(|(_, one)| one.id != message.id).filter(|(other, _)| other == group);
                assert!(behind.map(|(_, one)| &one.id).all(|id| failed.contains(id)), "{failed:?}");
                let front = queue.iter_mut().find(|one| one.id == message.id).unwrap();
                front.deliveries += 1;
                assert!(front.deliveries < PATIENCE, "{} fails each time", message.id);
            } else {
                queue.retain(|one| one.id != message.id);
            }
        }
    }
    check(&stage, "Fifo", &sent, ingestion == "inline");
    in_order(&stage, "Fifo", 3);
}

/// A shard: from the first record that failed on all come again.
fn shard(ingestion: &str, batches: usize) {
    let stage = Stage::new(&to("Shard", ingestion));
    let mut random = fastrand::Rng::with_seed(9);
    let sent = messages(&mut random, batches * 10);
    let (mut next, mut tries) = (0, 0);
    while next < sent.len() {
        let batch = &sent[next..sent.len().min(next + 10)];
        fail_now_and_then(&stage, &mut random, ingestion);
        let event: Vec<_> = batch.iter().map(|one| (one.id.as_str(), one.body.as_bytes())).collect();
        let failed = failures(&stage.function.invoke(&events::kinesis(&event)).reply());
        assert!(failed.len() <= 1, "{failed:?}");
        let done = batch.iter().position(|one| failed.contains(&one.id)).unwrap_or(batch.len());
        tries = if done == 0 { tries + 1 } else { 0 };
        assert!(tries < PATIENCE, "{} fails each time", batch[0].id);
        next += done;
    }
    check(&stage, "Shard", &sent, ingestion == "inline");
    in_order(&stage, "Shard", 1);
}

/// Checks that the first time that each message is in the table is after the first time of the one before it in its group.
fn in_order(stage: &Stage, table: &str, groups: usize) {
    let rows = stage.rows(&format!("['{table}'] | project id"));
    let (mut seen, mut last) = (BTreeSet::new(), vec![0; groups]);
    for row in rows.as_array().unwrap() {
        let number: usize = row[0].as_str().unwrap()[1..].parse().unwrap();
        if seen.insert(number) {
            assert!(number >= last[number % groups], "{number} came after {}", last[number % groups]);
            last[number % groups] = number;
        }
    }
}

#[test]
fn a_queue_gets_every_good_message_into_the_table_and_every_poison_into_the_store() {
    standard("streaming", 100);
}

#[test]
fn with_tags_each_message_is_there_once() {
    standard("inline", 100);
}

#[test]
fn the_order_of_a_group_is_kept() {
    fifo("streaming", 50);
    fifo("inline", 50);
}

#[test]
fn the_order_of_a_shard_is_kept() {
    shard("streaming", 50);
    shard("inline", 50);
}

#[test]
#[ignore = "takes long: make soak"]
fn soak_no_message_is_lost_or_held_up() {
    for ingestion in ["streaming", "inline"] {
        standard(ingestion, 10_000);
        fifo(ingestion, 10_000);
        shard(ingestion, 10_000);
    }
}
