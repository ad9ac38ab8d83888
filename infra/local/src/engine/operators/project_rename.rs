//! `project-rename`: the same columns, some under other names.

use crate::engine::bind::suggest::did_you_mean;
use crate::engine::error::{EngineError, Result};
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use kql::lexer::TokenKind;

pub(super) const PROJECT_RENAME: OperatorEntry =
    OperatorEntry { name: "project-rename", doc: "The same columns, some under other names.", parse };

#[derive(Debug)]
struct Rename {
    /// New name, old name, and where the old one stands.
    names: Vec<(String, String, usize)>,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    let names = parser.list(|parser| {
        let new = parser.name()?;
        parser.expect(TokenKind::Equal, "'='")?;
        let offset = parser.offset();
        Ok((new, parser.name()?, offset))
    })?;
    Ok(Box::new(Rename { names }))
}

impl Operator for Rename {
    fn apply(&self, input: Relation, _: &Scope) -> Result<Relation> {
        let mut columns = input.columns.clone();
        for (new, old, offset) in &self.names {
            let Some(index) = input.position(old) else {
                let nearest = did_you_mean(old, input.columns.iter().map(|column| column.name.as_str()));
                let message = format!("failed to resolve the column named '{old}'{nearest}");
                return Err(EngineError::semantic("SEM0100", message).at(*offset));
            };
            if let Some(column) = columns.get_mut(index) {
                column.name.clone_from(new);
            }
        }
        for (new, _, offset) in &self.names {
            if columns.iter().filter(|column| column.name == *new).count() > 1 {
                let message = format!("a column with the name '{new}' is there already");
                return Err(EngineError::semantic("SEM0012", message).at(*offset));
            }
        }
        Ok(input.with_columns(columns))
    }
}
