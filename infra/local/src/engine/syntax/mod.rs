//! KQL as a tree: what the parser makes of the tokens of the `kql` crate.

pub(super) mod expression;
pub(super) mod literal;
pub(super) mod parser;
pub(super) mod statement;
pub(super) mod tree;

#[cfg(test)]
mod tests;
