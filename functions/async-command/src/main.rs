//! Wires the async-command action to Lambda.

use runtime::{kusto::Kusto, serve::serve};

fn main() -> std::process::ExitCode {
    serve("async-command", Kusto::from_settings, async_command::run)
}
