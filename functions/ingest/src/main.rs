//! Wires the ingest action to Lambda.

use ingest::{ACTION, Ingest, run};
use runtime::serve::serve_records;

fn main() -> std::process::ExitCode {
    serve_records(ACTION, Ingest::from_settings, run)
}
