//! Wires the query action to Lambda.

use runtime::{kusto::Kusto, serve::serve};

fn main() -> std::process::ExitCode {
    serve(query::ACTION, Kusto::from_settings, query::run)
}
