//! Wires the query-chart action to Lambda.

use runtime::{kusto::Kusto, serve::serve};

fn main() -> std::process::ExitCode {
    serve("query-chart", Kusto::from_settings, query_chart::run)
}
