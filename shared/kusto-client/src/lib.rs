//! Connections, send, stream, retry, cancel, ingest: the only crate that talks to Kusto.
//!
//! A request is made to a [`connection::Database`], which only a configured [`connection::Connection`] that allows it gives. The
//! answer streams through a counted gunzip and the decoder into the caller's sink; nothing the sink made may be used before
//! [`client::Client::query`] returned an [`client::Answer`].

pub mod check;
pub mod client;
pub mod connection;
pub mod connection_file;
pub mod deep_link;
pub mod error;
pub mod ingest;
pub mod ingest_inline;
pub mod limits;
pub mod queued;
pub mod request;
pub mod toml_reader;

mod body;
mod call;
mod classify;
mod lake;
mod pace;
mod retry;
mod row_limit;
mod scrub;
mod server_timeout;
mod workspace;
