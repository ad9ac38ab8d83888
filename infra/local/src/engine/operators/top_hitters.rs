//! `top-hitters`: the values that are most frequent, or that have the largest sum of an expression.

use crate::engine::bind::names::own_name;
use crate::engine::error::Result;
use crate::engine::operators::summarize::Summarize;
use crate::engine::operators::take::row_count;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::order::SortKey;
use crate::engine::order::sorted;
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::{Argument, Call, Expr, ExprKind, NamedExpr};

pub(super) const TOP_HITTERS: OperatorEntry = OperatorEntry {
    name: "top-hitters",
    doc: "The values that are most frequent, or have the largest sum of an expression; exact here.",
    parse,
};

#[derive(Debug)]
struct TopHitters {
    count: Expr,
    /// The count or the sum, by the value.
    hits: Summarize,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    let count = parser.scalar()?;
    parser.expect_word("of")?;
    let of = parser.named()?;
    let own = |named: &NamedExpr| named.names.first().cloned().or_else(|| own_name(&named.value)).unwrap_or_default();
    let offset = parser.offset();
    let (name, function, arguments) = if parser.accept_word("by") {
        let by = parser.named()?;
        (format!("approximate_sum_{}", own(&by)), "sum", vec![Argument { name: None, value: by.value }])
    } else {
        (format!("approximate_count_{}", own(&of)), "count", Vec::new())
    };
    let call = ExprKind::Call(Call { name: function.to_owned(), arguments });
    let hits = NamedExpr { names: vec![name], value: Expr { kind: call, offset } };
    Ok(Box::new(TopHitters { count, hits: Summarize { aggregates: vec![hits], keys: vec![of] } }))
}

impl Operator for TopHitters {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let hits = self.hits.apply(input, scope)?;
        // Of values that hit as often, the service answers the last one first.
        let reversed = hits.gather(&(0..hits.rows as u32).rev().collect::<Vec<_>>());
        let key = reversed.columns.last().map(|column| SortKey {
            column: column.data.clone(),
            descending: true,
            nulls_first: false,
        });
        let top = sorted(&reversed, key.as_slice()).first(row_count(&self.count, scope)?);
        Ok(Relation::new(top.columns, top.rows))
    }
}
