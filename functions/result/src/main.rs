//! Wires the result action to Lambda.

use runtime::serve::serve;
use std::process::ExitCode;

fn main() -> ExitCode {
    serve(result::ACTION, result::start, result::run)
}
