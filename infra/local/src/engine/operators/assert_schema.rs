//! `assert-schema`: the same rows, if their columns are those that are listed.

use crate::engine::error::{EngineError, Result};
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::storage::column_type::ColumnType;

pub(super) const ASSERT_SCHEMA: OperatorEntry = OperatorEntry {
    name: "assert-schema",
    doc: "The same rows; an error where their columns are not those listed.",
    parse,
};

#[derive(Debug)]
struct AssertSchema {
    schema: Vec<(String, ColumnType)>,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    Ok(Box::new(AssertSchema { schema: parser.schema()? }))
}

impl Operator for AssertSchema {
    fn apply(&self, input: Relation, _: &Scope) -> Result<Relation> {
        let shown = |schema: &[(String, ColumnType)]| {
            schema.iter().map(|(name, column_type)| format!("{name}:{column_type}")).collect::<Vec<_>>().join(", ")
        };
        if input.schema() == self.schema {
            return Ok(input);
        }
        let message = format!("the columns are ({}), not ({})", shown(&input.schema()), shown(&self.schema));
        Err(EngineError::semantic("SEM0231", message))
    }
}
