//! A function of its own whose action panics with what it was asked: what the runtime makes of that is tested with it.

use runtime::{error::ActionError, reply::Reply, serve};
use serde::Deserialize;
use std::process::ExitCode;

/// What is panicked with.
#[derive(Deserialize)]
struct Request {
    query: String,
}

fn main() -> ExitCode {
    serve::serve(
        "panicking",
        |_| Ok(()),
        async |_, request: Request| -> Result<Reply, ActionError> {
            let found: Result<Reply, String> = Err(request.query);
            #[expect(clippy::expect_used, reason = "a panic is what this is for")]
            let reply = found.expect("the query is understood");
            Ok(reply)
        },
    )
}
