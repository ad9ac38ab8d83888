//! Wires the email action to Lambda.

use email::mailer::Mailer;
use runtime::{action::Action, serve::serve};
use std::process::ExitCode;

fn main() -> ExitCode {
    serve(Action::with_content("email", "sections"), Mailer::from_settings, email::run)
}
