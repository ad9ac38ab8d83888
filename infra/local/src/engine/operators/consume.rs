//! `consume`: no rows, once all are computed.

use crate::engine::error::Result;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;

pub(super) const CONSUME: OperatorEntry =
    OperatorEntry { name: "consume", doc: "No rows, once all are computed: for measuring.", parse };

#[derive(Debug)]
struct Consume;

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    parser.properties(&["decodeblocks"])?;
    Ok(Box::new(Consume))
}

impl Operator for Consume {
    fn apply(&self, input: Relation, _: &Scope) -> Result<Relation> {
        Ok(Relation::new(input.first(0).columns, 0))
    }
}
