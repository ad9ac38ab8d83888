//! `fork`: several queries of the same rows, each a result table of its own.

use crate::engine::error::Result;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::Step;
use kql::lexer::TokenKind;

pub(super) const FORK: OperatorEntry =
    OperatorEntry { name: "fork", doc: "Several queries of the same rows, each a result table of its own.", parse };

/// What the service calls a result table that has no name.
const UNNAMED: &str = "GenericResult";

#[derive(Debug)]
struct Fork {
    branches: Vec<(Option<String>, Vec<Step>)>,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    let mut branches = vec![branch(parser)?];
    while parser.is(TokenKind::OpenParen) || parser.at_name_before_equal() {
        branches.push(branch(parser)?);
    }
    Ok(Box::new(Fork { branches }))
}

/// Takes `[name =] (operators)`.
fn branch(parser: &mut Parser<'_>) -> Result<(Option<String>, Vec<Step>)> {
    let named = parser.at_name_before_equal();
    let name = if named { Some(parser.name()?) } else { None };
    if named {
        parser.advance();
    }
    Ok((name, parser.subquery()?))
}

impl Operator for Fork {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        for (name, steps) in &self.branches {
            let result = scope.nested().apply(input.clone(), steps)?;
            let name = name.clone().or_else(|| result.name.clone()).unwrap_or_else(|| UNNAMED.to_owned());
            scope.context.further.borrow_mut().push((name, result));
        }
        Ok(Relation::default())
    }

    fn answers_tables(&self) -> bool {
        true
    }
}
