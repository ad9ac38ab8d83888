//! Wires the command-chart action to Lambda.

use runtime::{kusto::Kusto, serve::serve};

fn main() -> std::process::ExitCode {
    serve(command_chart::ACTION, Kusto::from_settings, command_chart::run)
}
