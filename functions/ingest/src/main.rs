//! Wires the ingest action to Lambda.

use runtime::{action::Action, kusto::Kusto, serve::serve};

fn main() -> std::process::ExitCode {
    serve(Action::with_content("ingest", "records"), Kusto::from_settings, ingest::run)
}
