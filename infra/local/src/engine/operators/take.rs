//! `take`, `limit`: some rows.

use crate::engine::bind::binder::Binder;
use crate::engine::error::{EngineError, Result};
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::Expr;
use crate::storage::convert::to_long;

pub(super) const TAKE: OperatorEntry =
    OperatorEntry { name: "take", doc: "Up to so many rows, in no particular order.", parse };
pub(super) const LIMIT: OperatorEntry = OperatorEntry { name: "limit", doc: "The same as take.", parse };

#[derive(Debug)]
struct Take {
    count: Expr,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    parser.properties(&[])?;
    Ok(Box::new(Take { count: parser.scalar()? }))
}

impl Operator for Take {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        Ok(input.first(row_count(&self.count, scope)?))
    }
}

/// The number of rows that an expression says.
pub(super) fn row_count(expr: &Expr, scope: &Scope) -> Result<usize> {
    let (value, _) = Binder::without_columns(scope).constant(expr)?;
    let count = to_long(&value).filter(|count| *count >= 0);
    let count = count.ok_or_else(|| {
        EngineError::semantic("SEM0011", "the number of rows has to be a number from 0").at(expr.offset)
    })?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}
