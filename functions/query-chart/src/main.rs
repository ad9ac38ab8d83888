//! Wires the query-chart action to Lambda.

use runtime::{kusto::Kusto, serve::serve};

fn main() -> std::process::ExitCode {
    serve(query_chart::ACTION, Kusto::from_settings, query_chart::run)
}
