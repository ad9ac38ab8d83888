//! `where`: the rows for which a condition holds.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::bound::Bound;
use crate::engine::error::Result;
use crate::engine::evaluate::evaluate;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::Expr;
use crate::storage::value::Value;

pub(super) const WHERE: OperatorEntry =
    OperatorEntry { name: "where", doc: "The rows for which a condition holds.", parse };
pub(super) const FILTER: OperatorEntry = OperatorEntry { name: "filter", doc: "The same as where.", parse };

#[derive(Debug)]
struct Where {
    condition: Expr,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    parser.properties(&[])?;
    Ok(Box::new(Where { condition: parser.scalar()? }))
}

impl Operator for Where {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let condition = Binder::over(scope, &input).condition(&self.condition)?;
        let rows = matching(&condition, &input, scope)?;
        Ok(if rows.len() == input.rows { input } else { input.gather(&rows) })
    }
}

/// The rows for which a condition holds.
pub(in crate::engine) fn matching(condition: &Bound, input: &Relation, scope: &Scope) -> Result<Vec<u32>> {
    let holds = evaluate(condition, input, &scope.context)?;
    Ok((0..input.rows).filter(|row| holds.value(*row) == Value::Bool(true)).map(|row| row as u32).collect())
}
