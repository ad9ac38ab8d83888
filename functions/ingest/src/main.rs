//! Wires the ingest action to Lambda.

use runtime::{kusto::Kusto, serve::serve};

fn main() -> std::process::ExitCode {
    serve("ingest", Kusto::from_settings, ingest::run)
}
