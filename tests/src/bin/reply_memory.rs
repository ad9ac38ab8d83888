//! Measures what `query` has resident: after a reply of nearly 6 MB a release build stays under 20 MB, and when a result of 66 MB has gone
//! through it to the store, under 40 MB. Exit code 1 where it does not.

use std::process::ExitCode;
use tests::{
    cluster::{self, Cluster},
    events,
    lambda::Function,
};

const LIMIT: u64 = 20_000_000;
const STORED_LIMIT: u64 = 40_000_000;

#[expect(clippy::print_stdout, reason = "a program that measures says what it measured")]
fn main() -> ExitCode {
    let Some(folder) = std::env::current_exe().ok().and_then(|path| Some(path.parent()?.to_owned())) else {
        return ExitCode::FAILURE;
    };
    let measure = |rows: usize| {
        let cluster = Cluster::answering_json(&cluster::requests(rows));
        let settings = [("KUSTO_CLUSTER", cluster.url()), ("KUSTO_DATABASE", "db"), ("HTTP_AUTHORIZER", "none")];
        let function = Function::run(&folder.join("query"), &settings);
        let reply = function.invoke(&events::http(r#"{"query": "T"}"#)).reply();
        (reply["statusCode"].clone(), reply.to_string().len(), function.peak_resident())
    };
    let mut within = true;
    for (rows, status) in [(1, 200), (49_000, 200), (200_000, 413)] {
        let (answered, bytes, resident) = measure(rows);
        within &= answered == status && resident < LIMIT;
        println!(
            "{rows:>7} rows: status {answered}, reply {bytes:>7} bytes, {resident:>8} bytes resident (limit {LIMIT})"
        );
    }
    let (rows, resident) = stored(&folder.join("query"));
    within &= rows == 500_000 && resident < STORED_LIMIT;
    println!("{rows:>7} rows by reference, {resident:>8} bytes resident (limit {STORED_LIMIT})");
    if within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The rows of a result of 66 MB that goes to the store, and what was resident.
fn stored(query: &std::path::Path) -> (u64, u64) {
    let cluster = Cluster::answering_json(&cluster::half_a_million_rows());
    let Ok(folder) = tempfile::tempdir() else { return (0, 0) };
    let (connections, store) =
        (cluster.connection_with_the_highest_limits(), format!("file://{}", folder.path().display()));
    let function = Function::run(query, &[("KUSTO_CONNECTIONS", &connections), ("STORE_URL", &store)]);
    let reply = function.invoke(&serde_json::json!({"query": "T"})).reply();
    let rows = if reply["resultUrl"].is_string() { reply["rowCount"].as_u64() } else { None };
    (rows.unwrap_or_default(), function.peak_resident())
}
