//! Wires the email action to Lambda.

use email::mailer::Mailer;
use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve::serve("email", Mailer::from_settings, email::run)
}
