//! KQL: from the text of a query to its result tables.
//!
//! The text becomes a tree (`syntax`), names and types are resolved (`bind`), and operators (`operators`) turn rows into rows,
//! column by column (`evaluate`). An operator is bound when the rows before it are known, so that a type can depend on them.

mod aggregates;
mod bind;
mod context;
pub mod error;
mod evaluate;
mod functions;
mod keys;
mod operators;
pub mod options;
mod order;
mod parameters;
mod plugins;
pub mod reference;
mod relation;
pub mod result;
pub mod run;
mod scope;
mod syntax;
mod tabular;
