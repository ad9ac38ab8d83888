//! An embedded Kusto for development, tests and demos: real tables, real KQL, one process. Never deployed.

mod answer;
pub mod api;
mod browser;
pub mod check;
mod clock;
pub mod commands;
pub mod demo;
pub mod engine;
mod entities;
pub mod error;
pub mod ingest;
pub mod load;
pub mod node;
pub mod serve;
pub mod storage;
