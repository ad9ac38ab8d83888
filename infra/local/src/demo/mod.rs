//! The demo: the whole job on one machine, with the functions as their real binaries under `cargo lambda watch`.
//!
//! Records are exported through `ingest`, a report's query runs through `query` and `query-chart`, and `email` mails the result.

mod cluster;
mod curl;
mod export;
mod export_file;
mod functions;
pub(crate) mod http;
pub mod job;
mod mailed;
pub mod preview;
mod process;
mod render;
mod report_file;
mod running;
mod sample;
pub mod schedules;
pub mod start;
mod steps;
mod verify;
mod window;
