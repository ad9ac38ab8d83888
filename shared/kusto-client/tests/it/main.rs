//! The client against servers on loopback that answer well, badly and not at all.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "this is all tests")]

mod answers;
mod certificates;
mod credentials;
mod fake;
mod lake;
mod queued;
mod requests;
mod retries;
mod sentences;
mod setup;
mod signature;
mod tokens;
mod urls;
