//! `count`: how many rows.

use crate::engine::error::Result;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::storage::column::Column;

pub(super) const COUNT: OperatorEntry =
    OperatorEntry { name: "count", doc: "How many rows, as the column Count.", parse };

#[derive(Debug)]
struct Count {
    name: String,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    let name = if parser.accept_word("as") { parser.name()? } else { "Count".to_owned() };
    Ok(Box::new(Count { name }))
}

impl Operator for Count {
    fn apply(&self, input: Relation, _: &Scope) -> Result<Relation> {
        let count = Column::Long(vec![input.rows as i64].into());
        Ok(Relation::new(vec![NamedColumn::new(self.name.clone(), count)], 1))
    }
}
