//! Measures what `query` has resident after a reply of nearly 6 MB: a release build stays under 20 MB. Exit code 1 where it does not.

use std::process::ExitCode;
use tests::{
    cluster::{self, Cluster},
    events,
    lambda::Function,
};

const LIMIT: u64 = 20_000_000;

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
    if within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
