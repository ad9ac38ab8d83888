//! Batches of SQS and Kinesis with poison among them, over a cluster that fails: none is lost, none is held up, and order is kept.

use super::{Stage, connection, destination, function};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Instant,
};
use tests::events;

/// How often a message may be delivered before the test is given up.
const PATIENCE: usize = 60;

/// Out of a hundred messages so many are poison, of a hundred batches so many meet a fault, and so many come again though they were done.
const POISON: u32 = 5;
const FAULTS: u32 = 10;
const AGAIN: u32 = 10;

/// Batches before the function is another process, as on AWS now and then. What it logs is searched for all that it got, which takes the
/// square of this.
const LIFETIME: usize = 200;

/// Batches of a soak, unless `SOAK_BATCHES` says otherwise.
const SOAK: usize = 10_000;

fn soak() -> usize {
    std::env::var("SOAK_BATCHES").map_or(SOAK, |count| count.parse().unwrap())
}

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

/// A queue's messages on their way, among failures.
struct Run {
    stage: Stage,
    destination: String,
    table: &'static str,
    ingestion: &'static str,
    random: fastrand::Rng,
    begun: Instant,
    batches: usize,
    deliveries: usize,
    faults: usize,
}

impl Run {
    fn new(table: &'static str, ingestion: &'static str, seed: u64) -> Self {
        let transform = "transform = 'if .fail then error(\"told to\") else . end'";
        let destination = destination(table, &format!("ingestion = \"{ingestion}\"\n{transform}"));
        Self {
            stage: Stage::new(&destination),
            destination,
            table,
            ingestion,
            random: fastrand::Rng::with_seed(seed),
            begun: Instant::now(),
            batches: 0,
            deliveries: 0,
            faults: 0,
        }
    }

    /// Delivers a batch of `count` messages, and gives the ids of those that have failed.
    fn deliver(&mut self, event: &Value, count: usize) -> BTreeSet<String> {
        if self.batches > 0 && self.batches.is_multiple_of(LIFETIME) {
            let connections = connection(self.stage.kusto.url());
            self.stage.function = function(&connections, &self.destination, &self.stage.store);
        }
        self.batches += 1;
        self.deliveries += count;
        self.fail_now_and_then();
        let reply = self.stage.function.invoke(event).reply();
        let failures = reply["batchItemFailures"].as_array().unwrap();
        failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
    }

    /// Lets the cluster fail once in some way, now and then.
    fn fail_now_and_then(&mut self) {
        if self.random.u32(..100) >= FAULTS {
            return;
        }
        let places = match self.ingestion {
            "streaming" => vec![json!({"path": "/v1/rest/ingest"})],
            "inline" => vec![json!({"text": ".ingest"})],
            _ => vec![
                json!({"path": "/storage/ingestdata"}),
                json!({"path": "/storage/readyforaggregation"}),
                json!({"text": ".get"}),
            ],
        };
        let mut fault = match self.random.u8(..6) {
            0 => json!({"answer": {"status": 503}}),
            1 => json!({"answer": {"status": 429, "headers": {"retry-after": "0"}}}),
            2 => json!({"answer": {"status": 403}}),
            3 => json!({"reset": "before"}),
            4 => json!({"reset": "after"}),
            _ => json!({"cutAt": 7}),
        };
        fault["match"] = self.random.choice(places).unwrap();
        self.stage.kusto.fault(&fault);
        self.faults += 1;
    }

    /// Checks what is in the table and what was rejected against what was sent, and says how much it was.
    #[expect(clippy::print_stderr, reason = "a soak says what it measured")]
    fn check(&self, sent: &[Sent]) {
        let rows = self.stage.rows(&format!("['{}'] | summarize n = count() by id", self.table));
        let counts: BTreeMap<String, i64> = rows
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (row[0].as_str().unwrap().to_owned(), row[1].as_i64().unwrap()))
            .collect();
        let id = |message: &Sent| format!("m{}", &message.id[message.id.len() - 6..]);
        let good: BTreeSet<String> = sent.iter().filter(|message| message.is_good).map(id).collect();
        let lost = good.iter().filter(|id| !counts.contains_key(*id)).count();
        let doubled = counts.values().filter(|count| **count > 1).count();
        let Self { table, ingestion, batches, deliveries, faults, begun, .. } = self;
        eprintln!(
            "{table}, {ingestion}: {batches} batches of {} messages with {} poison; {faults} faults, {} redeliveries; {lost} lost, {doubled} more than once; {} s",
            sent.len(),
            sent.len() - good.len(),
            deliveries - sent.len(),
            begun.elapsed().as_secs(),
        );
        assert_eq!(counts.keys().cloned().collect::<BTreeSet<_>>(), good);
        assert!(!matches!(self.ingestion, "inline" | "queued-once") || doubled == 0, "{counts:?}");
        self.check_rejected(sent);
    }

    fn check_rejected(&self, sent: &[Sent]) {
        let rejected = self.stage.rejected();
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
}

/// A queue that keeps no order, delivers what failed again, and some of what did not.
fn standard(ingestion: &'static str, batches: usize) {
    let mut run = Run::new("Standard", ingestion, 7);
    let sent = messages(&mut run.random, batches * 10);
    let mut queue: VecDeque<Sent> = sent.iter().cloned().collect();
    while !queue.is_empty() {
        let count = queue.len().min(10);
        let batch: Vec<Sent> = queue.drain(..count).collect();
        let event: Vec<_> = batch.iter().map(|one| (one.id.as_str(), None, one.body.as_str())).collect();
        let failed = run.deliver(&events::sqs(&event), batch.len());
        for message in batch {
            assert!(message.deliveries < PATIENCE, "{} fails each time", message.id);
            let come_again = run.random.u32(..100) < AGAIN && message.deliveries < 3;
            if failed.contains(&message.id) || come_again {
                let place = run.random.usize(..=queue.len());
                queue.insert(place, Sent { deliveries: message.deliveries + 1, ..message });
            }
        }
    }
    run.check(&sent);
}

/// A FIFO queue of three groups: of each group what failed comes first again, and what is behind it waits.
fn fifo(ingestion: &'static str, batches: usize) {
    let mut run = Run::new("Fifo", ingestion, 8);
    let sent = messages(&mut run.random, batches * 10);
    let groups = ["a", "b", "c"];
    let mut queues: BTreeMap<&str, VecDeque<Sent>> = BTreeMap::new();
    for (number, message) in sent.iter().enumerate() {
        queues.entry(groups[number % 3]).or_default().push_back(message.clone());
    }
    while queues.values().any(|queue| !queue.is_empty()) {
        let batch: Vec<(&str, Sent)> = queues
            .iter()
            .flat_map(|(group, queue)| queue.iter().take(3 + run.random.usize(..3)).map(|one| (*group, one.clone())))
            .take(10)
            .collect();
        let event: Vec<_> =
            batch.iter().map(|(group, one)| (one.id.as_str(), Some(*group), one.body.as_str())).collect();
        let failed = run.deliver(&events::sqs(&event), batch.len());
        for (group, message) in &batch {
            let queue = queues.get_mut(group).unwrap();
            let place = queue.iter().position(|one| one.id == message.id).unwrap();
            if failed.contains(&message.id) {
                // What is behind a failure has failed too, or the queue would take it for done; but for poison, which is done: it is kept.
                let behind = batch.iter().skip_while(|(_, one)| one.id != message.id);
                let mut held_up = behind.filter(|(other, one)| other == group && one.is_good);
                assert!(held_up.all(|(_, one)| failed.contains(&one.id)), "{failed:?}");
                queue[place].deliveries += 1;
                assert!(queue[place].deliveries < PATIENCE, "{} fails each time", message.id);
            } else {
                queue.remove(place);
            }
        }
    }
    run.check(&sent);
    in_order(&run.stage, "Fifo", 3);
}

/// A shard: from the first record that failed on all come again.
fn shard(ingestion: &'static str, batches: usize) {
    let mut run = Run::new("Shard", ingestion, 9);
    let sent = messages(&mut run.random, batches * 10);
    let (mut next, mut tries) = (0, 0);
    while next < sent.len() {
        let batch = &sent[next..sent.len().min(next + 10)];
        let event: Vec<_> = batch.iter().map(|one| (one.id.as_str(), one.body.as_bytes())).collect();
        let failed = run.deliver(&events::kinesis(&event), batch.len());
        assert!(failed.len() <= 1, "{failed:?}");
        let done = batch.iter().position(|one| failed.contains(&one.id)).unwrap_or(batch.len());
        tries = if done == 0 { tries + 1 } else { 0 };
        assert!(tries < PATIENCE, "{} fails each time", batch[0].id);
        next += done;
    }
    run.check(&sent);
    in_order(&run.stage, "Shard", 1);
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
fn with_tags_each_queued_message_is_there_once() {
    standard("queued-once", 100);
}

#[test]
fn the_order_of_a_group_is_kept() {
    fifo("streaming", 100);
}

#[test]
fn the_order_of_a_group_is_kept_with_tags() {
    fifo("inline", 100);
}

#[test]
fn the_order_of_a_shard_is_kept() {
    shard("streaming", 100);
}

#[test]
fn the_order_of_a_shard_is_kept_with_tags() {
    shard("inline", 100);
}

#[test]
#[ignore = "takes long: make soak"]
fn soak_of_a_queue_no_message_is_lost() {
    standard("streaming", soak());
}

#[test]
#[ignore = "takes long: make soak"]
fn soak_of_a_queue_no_message_is_there_twice() {
    standard("inline", soak());
}

#[test]
#[ignore = "takes long: make soak"]
fn soak_of_a_queue_no_queued_message_is_there_twice() {
    standard("queued-once", soak());
}

#[test]
#[ignore = "takes long: make soak"]
fn soak_of_a_group_the_order_is_kept() {
    fifo("streaming", soak());
    fifo("inline", soak());
}

#[test]
#[ignore = "takes long: make soak"]
fn soak_of_a_shard_the_order_is_kept() {
    shard("streaming", soak());
    shard("inline", soak());
}
