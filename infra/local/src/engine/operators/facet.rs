//! `facet`: how often each value of some columns is there, a result table for each column.

use crate::engine::bind::names::own_name;
use crate::engine::error::Result;
use crate::engine::operators::summarize::Summarize;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::{Call, Expr, ExprKind, NamedExpr, Step};

pub(super) const FACET: OperatorEntry = OperatorEntry {
    name: "facet",
    doc: "How often each value of some columns is there, a result table for each; and a query of the rows.",
    parse,
};

#[derive(Debug)]
struct Facet {
    counts: Vec<Summarize>,
    with: Option<Vec<Step>>,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    parser.expect_word("by")?;
    let counts = parser.list(|parser| {
        let column = parser.named()?;
        let name = format!("count_{}", own_name(&column.value).unwrap_or_default());
        let call = ExprKind::Call(Call { name: "count".to_owned(), arguments: Vec::new() });
        let count = NamedExpr { names: vec![name], value: Expr { kind: call, offset: column.value.offset } };
        Ok(Summarize { aggregates: vec![count], keys: vec![column] })
    })?;
    let with = if parser.accept_word("with") { Some(parser.subquery()?) } else { None };
    Ok(Box::new(Facet { counts, with }))
}

impl Operator for Facet {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let mut results = Vec::new();
        if let Some(steps) = &self.with {
            results.push(scope.nested().apply(input.clone(), steps)?);
        }
        for count in &self.counts {
            results.push(count.apply(input.clone(), scope)?);
        }
        let tables = results.into_iter().map(|result| ("PrimaryResult".to_owned(), result));
        scope.context.further.borrow_mut().extend(tables);
        Ok(Relation::default())
    }

    fn answers_tables(&self) -> bool {
        true
    }
}
