//! `sample-distinct`: some of the different values of an expression.

use crate::engine::error::Result;
use crate::engine::keys::group;
use crate::engine::operators::distinct::refuse_dynamic;
use crate::engine::operators::project::projected;
use crate::engine::operators::take::row_count;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::{Expr, NamedExpr};

pub(super) const SAMPLE_DISTINCT: OperatorEntry =
    OperatorEntry { name: "sample-distinct", doc: "Up to so many different values of an expression.", parse };

#[derive(Debug)]
struct SampleDistinct {
    count: Expr,
    of: NamedExpr,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    parser.properties(&[])?;
    let count = parser.scalar()?;
    parser.expect_word("of")?;
    Ok(Box::new(SampleDistinct { count, of: parser.named()? }))
}

impl Operator for SampleDistinct {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let values = projected(&input, std::slice::from_ref(&self.of), scope)?;
        refuse_dynamic(&values)?;
        let data: Vec<_> = values.columns.iter().map(|column| column.data.clone()).collect();
        let mut rows = group(&data, values.rows).first_rows;
        rows.truncate(row_count(&self.count, scope)?);
        let distinct = values.gather(&rows);
        Ok(Relation::new(distinct.columns, distinct.rows))
    }
}
