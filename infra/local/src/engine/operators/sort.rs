//! `sort`, `order`: rows in the order of some expressions.

use crate::engine::bind::binder::Binder;
use crate::engine::error::{EngineError, Result};
use crate::engine::evaluate::column;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::order::{SortKey, sorted};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::Expr;
use crate::storage::column_type::ColumnType;

pub(super) const SORT: OperatorEntry =
    OperatorEntry { name: "sort", doc: "The rows in an order, descending where the query does not say.", parse };
pub(super) const ORDER: OperatorEntry = OperatorEntry { name: "order", doc: "The same as sort.", parse };

#[derive(Debug)]
struct Sort {
    keys: Vec<Ordered>,
}

/// An expression to sort by, with its direction.
#[derive(Debug)]
pub(super) struct Ordered {
    value: Expr,
    descending: bool,
    nulls_first: bool,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    parser.properties(&[])?;
    parser.expect_word("by")?;
    Ok(Box::new(Sort { keys: parser.list(ordered)? }))
}

/// Takes `expression [asc | desc] [nulls first | nulls last]`. Descending where it does not say; nulls are first in ascending order.
pub(super) fn ordered(parser: &mut Parser<'_>) -> Result<Ordered> {
    let value = parser.scalar()?;
    let ascending = parser.accept_word("asc");
    let descending = !ascending;
    if descending {
        parser.accept_word("desc");
    }
    let mut nulls_first = ascending;
    if parser.accept_word("nulls") {
        nulls_first = parser.accept_word("first");
        if !nulls_first {
            parser.expect_word("last")?;
        }
    }
    Ok(Ordered { value, descending, nulls_first })
}

impl Ordered {
    /// The values to sort by.
    pub(super) fn key(&self, input: &Relation, scope: &Scope) -> Result<SortKey> {
        let bound = Binder::over(scope, input).bind(&self.value)?;
        if bound.column_type == ColumnType::Dynamic {
            let message = "rows cannot be sorted by a dynamic value: convert it, as with tolong()";
            return Err(EngineError::semantic("SEM0026", message).at(self.value.offset));
        }
        let column = column(&bound, input, &scope.context)?;
        Ok(SortKey { column, descending: self.descending, nulls_first: self.nulls_first })
    }
}

impl Operator for Sort {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let keys = self.keys.iter().map(|key| key.key(&input, scope)).collect::<Result<Vec<_>>>()?;
        Ok(sorted(&input, &keys))
    }
}
