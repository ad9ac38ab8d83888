//! What every function runs in: settings, envelope, errors, deadline, logs.
//!
//! A function is a plain `run` and a `main` that calls [`serve::serve`]. Only this crate knows Lambda and the environment.

mod accept;
pub mod action;
pub mod batch;
mod call;
mod caller_token;
pub mod cancellation;
mod claim_check;
pub mod command;
mod connections;
pub mod context;
pub mod error;
mod event;
mod http_event;
mod http_request;
pub mod invocation;
pub mod kusto;
mod kusto_error;
mod later;
mod log;
pub mod metadata;
pub mod once;
pub mod operation;
pub mod outbound;
pub mod process;
pub mod reply;
pub mod request;
mod request_error;
pub mod serve;
pub mod settings;
mod shape;
pub mod stored;
mod work;
