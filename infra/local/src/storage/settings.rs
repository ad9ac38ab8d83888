//! What commands set for a table, beside its schema and rows.

use crate::storage::time::DateTime;
use std::collections::BTreeMap;

/// The settings of a table.
#[derive(Clone, Debug, Default)]
pub struct TableSettings {
    /// The folder that `.show tables` shows.
    pub folder: String,
    /// The text that `.show tables` shows.
    pub docstring: String,
    /// Whether the streaming ingestion policy is enabled; none where that of the database holds.
    pub streaming_ingestion: Option<bool>,
    /// Ingestion mappings by kind (`json`, `csv`) and name.
    pub mappings: BTreeMap<(String, String), IngestionMapping>,
}

/// An ingestion mapping as it was created.
#[derive(Clone, Debug)]
pub struct IngestionMapping {
    /// Its columns as a JSON array.
    pub text: String,
    /// When it was created or altered.
    pub updated: DateTime,
}
