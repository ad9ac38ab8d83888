//! Tests across crates, through the surfaces that users touch.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

mod architecture;
mod chart;
mod mail;
mod ingest;
mod ingest_refusals;
mod memory;
mod query;
mod sdk;
