//! The ingest action.
