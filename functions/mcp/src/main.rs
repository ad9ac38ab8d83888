//! Wires the mcp action to Lambda.

use runtime::{kusto::Kusto, serve::serve_records};

fn main() -> std::process::ExitCode {
    serve_records(mcp::ACTION, Kusto::from_settings, mcp::run)
}
