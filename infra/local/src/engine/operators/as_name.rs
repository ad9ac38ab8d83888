//! `as`: a name for the rows at this place.

use crate::engine::error::Result;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::{Binding, Scope};
use crate::engine::syntax::parser::Parser;

pub(super) const AS: OperatorEntry = OperatorEntry { name: "as", doc: "A name for the rows at this place.", parse };

#[derive(Debug)]
struct As {
    name: String,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    parser.properties(&["hint.materialized"])?;
    Ok(Box::new(As { name: parser.name()? }))
}

impl Operator for As {
    fn apply(&self, mut input: Relation, scope: &Scope) -> Result<Relation> {
        input.name = Some(self.name.clone());
        scope.define(&self.name, Binding::Table(input.clone()));
        Ok(input)
    }
}
