//! Wires the async-command action to Lambda.

use runtime::{kusto::Kusto, serve::serve};

fn main() -> std::process::ExitCode {
    serve(async_command::ACTION, Kusto::from_settings, async_command::run)
}
