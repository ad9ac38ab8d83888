//! `top`: the first rows in the order of an expression.

use crate::engine::error::Result;
use crate::engine::operators::sort::{Ordered, ordered};
use crate::engine::operators::take::row_count;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::order::compare_rows;
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::Expr;

pub(super) const TOP: OperatorEntry = OperatorEntry { name: "top", doc: "The first so many rows in an order.", parse };

#[derive(Debug)]
struct Top {
    count: Expr,
    by: Ordered,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    parser.properties(&[])?;
    let count = parser.scalar()?;
    parser.expect_word("by")?;
    Ok(Box::new(Top { count, by: ordered(parser)? }))
}

impl Operator for Top {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let count = row_count(&self.count, scope)?.min(input.rows);
        let keys = [self.by.key(&input, scope)?];
        let mut rows: Vec<u32> = (0..input.rows as u32).collect();
        // The row's number decides among equals, so that their order does not depend on the algorithm.
        let order = |first: &u32, second: &u32| compare_rows(&keys, *first, *second).then(first.cmp(second));
        if count > 0 && count < rows.len() {
            rows.select_nth_unstable_by(count - 1, order);
        }
        rows.truncate(count);
        rows.sort_by(order);
        let mut result = input.gather(&rows);
        result.serialized = true;
        result.sorted = true;
        Ok(result)
    }
}
