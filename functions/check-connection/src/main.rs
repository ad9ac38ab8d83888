//! Wires the check-connection action to Lambda.

use runtime::{kusto::Kusto, serve::serve};

fn main() -> std::process::ExitCode {
    serve("check-connection", Kusto::from_settings, check_connection::run)
}
