//! Wires the show-command action to Lambda.

use runtime::{kusto::Kusto, serve::serve};

fn main() -> std::process::ExitCode {
    serve(show_command::ACTION, Kusto::from_settings, show_command::run)
}
