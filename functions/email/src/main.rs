//! Wires the email action to Lambda.

use email::mailer::Mailer;
use runtime::serve::serve;
use std::process::ExitCode;

fn main() -> ExitCode {
    serve(email::ACTION, Mailer::from_settings, email::run)
}
