//! Tables in memory: Kusto's own values, in columns, behind snapshots.
//!
//! A [`store::Store`] holds the databases. A reader takes a [`catalog::Catalog`] snapshot, which later writes do not change.

pub mod catalog;
pub mod column;
pub mod column_type;
pub mod convert;
pub mod dynamic;
pub mod settings;
pub mod store;
pub mod strings;
pub mod table;
pub mod time;
pub mod value;
