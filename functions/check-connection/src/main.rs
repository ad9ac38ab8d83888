//! Wires the check-connection action to Lambda.

use runtime::{kusto::Kusto, serve::serve};

fn main() -> std::process::ExitCode {
    serve(check_connection::ACTION, Kusto::from_settings, check_connection::run)
}
