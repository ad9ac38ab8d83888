//! `sample`: some rows, chosen by chance.

use crate::engine::error::Result;
use crate::engine::operators::take::row_count;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::Expr;

pub(super) const SAMPLE: OperatorEntry =
    OperatorEntry { name: "sample", doc: "Up to so many rows, chosen by chance.", parse };

#[derive(Debug)]
struct Sample {
    count: Expr,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    Ok(Box::new(Sample { count: parser.scalar()? }))
}

impl Operator for Sample {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let count = row_count(&self.count, scope)?.min(input.rows);
        let mut rows: Vec<u32> = (0..input.rows as u32).collect();
        for index in 0..count {
            let other = index + (scope.context.random() * (input.rows - index) as f64) as usize;
            rows.swap(index, other.min(input.rows - 1));
        }
        rows.truncate(count);
        let sampled = input.gather(&rows);
        Ok(Relation::new(sampled.columns, sampled.rows))
    }
}
