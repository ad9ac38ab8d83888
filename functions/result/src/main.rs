//! Wires the result action to Lambda.

use runtime::{action::Action, serve::serve};
use std::process::ExitCode;

fn main() -> ExitCode {
    serve(Action::fetching("result"), result::start, result::run)
}
