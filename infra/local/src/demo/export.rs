//! Samples and files become rows, through the `ingest` function.

use super::{
    cluster::CONNECTION,
    running::Running,
    sample::{self, Sample, Sampler},
    steps::Cause,
};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{sync::mpsc, time};

/// How long this machine is sampled.
pub(crate) const SAMPLING: Duration = Duration::from_secs(8);

/// Samplings in one batch.
const BATCH: usize = 8;

/// Samples this machine and exports the samples batch by batch meanwhile. Returns what was exported, in order.
pub(crate) async fn samples(running: &Running, duration: Duration) -> Result<Vec<Sample>, Cause> {
    let (sender, receiver) = mpsc::channel(4);
    let (sampled, exported) = tokio::join!(take(duration, sender), export(running, receiver));
    sampled?;
    exported
}

/// Takes samples for `duration` and hands each batch on.
async fn take(duration: Duration, batches: mpsc::Sender<Vec<Sample>>) -> Result<(), Cause> {
    let mut sampler = Sampler::new()?;
    let mut ticks = time::interval(sample::INTERVAL);
    ticks.tick().await;
    let mut left = duration.as_millis() / sample::INTERVAL.as_millis();
    while left > 0 {
        let mut batch = Vec::new();
        for _ in 0..left.min(BATCH as u128) {
            ticks.tick().await;
            batch.extend(sampler.sample());
            left -= 1;
        }
        if batches.send(batch).await.is_err() {
            break;
        }
    }
    Ok(())
}

async fn export(running: &Running, mut batches: mpsc::Receiver<Vec<Sample>>) -> Result<Vec<Sample>, Cause> {
    let mut exported = Vec::new();
    while let Some(batch) = batches.recv().await {
        records(running, sample::TABLE, &sample::SCHEMA, &batch).await?;
        exported.extend(batch);
    }
    Ok(exported)
}

/// A request for `ingest`. Not a `Value`, which would lose the order of the columns.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ingest<'a, R> {
    connection: &'static str,
    database: &'a str,
    table: &'a str,
    create_table: bool,
    #[serde(serialize_with = "in_order")]
    schema: &'a [(&'a str, &'a str)],
    records: &'a [R],
}

fn in_order<S: Serializer>(schema: &[(&str, &str)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(schema.iter().copied())
}

/// Exports records into `table`, which gets the columns of `schema` where it lacks them.
pub(crate) async fn records<R: Serialize>(
    running: &Running,
    table: &str,
    schema: &[(&str, &str)],
    records: &[R],
) -> Result<(), Cause> {
    let database = running.cluster.database();
    let request = Ingest { connection: CONNECTION, database, table, create_table: true, schema, records };
    let reply: Value = running.functions.invoke("ingest", &request).await?;
    match reply["ingested"].as_u64() {
        Some(ingested) if ingested == records.len() as u64 => Ok(()),
        _ => Err(format!("{} records were exported to {table}, but `ingest` answered {reply}", records.len()).into()),
    }
}

/// Checks that `query`, which ends in `count`, counts as many rows as records were exported.
pub(crate) async fn counted(running: &Running, query: &str, exported: usize) -> Result<(), Cause> {
    let reply: Value = running.functions.invoke("query", &running.request(json!({ "query": query }))).await?;
    match reply["value"][0]["Count"].as_u64() {
        Some(rows) if rows == exported as u64 => Ok(()),
        Some(rows) => Err(format!("{exported} records were exported, but the table has {rows} rows").into()),
        None => Err(format!("`query` answered {reply} where a count was asked").into()),
    }
}
