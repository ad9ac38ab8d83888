//! A function of its own whose action panics with what it was asked: what the runtime makes of that is tested with it.

use runtime::{action::Action, error::ActionError, reply::Reply, serve};
use serde::Deserialize;
use std::process::ExitCode;

/// What is panicked with.
#[derive(Deserialize)]
struct Request {
    query: String,
}

fn main() -> ExitCode {
    serve::serve(
        Action::new("panicking"),
        |_| Ok(()),
        async |_, request: Request| -> Result<Reply, ActionError> {
            // No text is this long; whichever is asked for is in the message of the panic.
            #[expect(clippy::panic, reason = "a panic is what this is for")]
            if request.query.len() < usize::MAX {
                panic!("{}", request.query);
            }
            Ok(Reply::Json("{}".to_owned()))
        },
    )
}
