//! `serialize`: the rows in the order they have, so that `prev()` and its like may be asked.

use crate::engine::error::Result;
use crate::engine::operators::extend::extended;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::NamedExpr;
use kql::lexer::TokenKind;

pub(super) const SERIALIZE: OperatorEntry =
    OperatorEntry { name: "serialize", doc: "The rows in the order they have, with further columns.", parse };

#[derive(Debug)]
struct Serialize {
    columns: Vec<NamedExpr>,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    let ends = matches!(
        parser.kind(),
        None | Some(TokenKind::Bar | TokenKind::Semicolon | TokenKind::CloseParen | TokenKind::CloseBrace)
    );
    Ok(Box::new(Serialize { columns: if ends { Vec::new() } else { parser.list(Parser::named)? } }))
}

impl Operator for Serialize {
    fn apply(&self, mut input: Relation, scope: &Scope) -> Result<Relation> {
        input.serialized = true;
        extended(&input, &self.columns, scope)
    }
}
