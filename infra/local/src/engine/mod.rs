//! KQL: from the text of a query to its result tables.

pub mod error;
pub mod result;
