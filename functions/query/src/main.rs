//! Wires the query action to Lambda.

use runtime::{kusto::Kusto, serve::serve};

fn main() -> std::process::ExitCode {
    serve("query", Kusto::from_settings, query::run)
}
