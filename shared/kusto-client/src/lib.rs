//! Connections, send, stream, retry, ingest: the only crate that talks to Kusto.
