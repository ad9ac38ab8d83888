//! Records as rows of a table: formats, mappings, and how values become those of their columns.

pub mod append;
pub mod csv;
pub mod format;
pub mod json;
pub mod mapping;
pub mod path;
pub mod query_result;
pub mod records;
pub mod value;
