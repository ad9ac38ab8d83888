//! Tests across crates, through the surfaces that users touch.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]
#![allow(clippy::needless_pass_by_value, reason = "tables of cases are built where they are used")]

mod api;
mod architecture;
mod authorize;
mod bombs;
mod callers;
mod canaries;
mod certificates;
mod chart;
mod check_connection;
mod claim_check;
mod commands;
mod connections;
mod connector;
mod credentials;
mod cuts;
mod demo;
mod documented;
mod export;
mod flows;
mod inbound;
mod ingest;
mod ingest_refusals;
mod ingest_sdk;
mod lake;
mod later;
mod mail;
mod mail_deadline;
mod mail_limits;
mod mail_once;
mod mail_transports;
mod mcp;
mod memory;
mod openapi;
mod page;
mod parameters;
mod playbooks;
mod query;
mod redirects;
mod result;
mod sdk;
mod started;
mod statements;
mod store;
mod store_once;
mod template;
mod troubleshooting;
mod urls;
