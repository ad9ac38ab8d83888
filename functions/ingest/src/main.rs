//! Wires the ingest action to Lambda.

use ingest::{Ingest, run};
use runtime::{action::Action, serve::serve_records};

fn main() -> std::process::ExitCode {
    serve_records(Action::with_content("ingest", "records").taking_records(), Ingest::from_settings, run)
}
