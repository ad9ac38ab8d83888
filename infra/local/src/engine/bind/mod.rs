//! Expressions with their names resolved and their types known.

pub(super) mod binder;
pub(super) mod bound;
pub(super) mod call;
pub(super) mod names;
pub(super) mod operators;
pub(super) mod suggest;
