//! An embedded Kusto for development, tests and demos: real tables, real KQL, one process. Never deployed.

pub mod engine;
pub mod storage;
