//! `partition`: a query for the rows of each value of a column.

use crate::engine::bind::bound::Bound;
use crate::engine::bind::suggest::did_you_mean;
use crate::engine::error::{EngineError, Result};
use crate::engine::keys::group;
use crate::engine::operators::union::Pile;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::{Binding, Scope};
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::{Expr, Step};
use crate::storage::column::Column;
use crate::storage::value::Value;
use kql::lexer::TokenKind;
use std::sync::Arc;

pub(super) const PARTITION: OperatorEntry =
    OperatorEntry { name: "partition", doc: "A query for the rows of each value of a column.", parse };

#[derive(Debug)]
struct Partition {
    column: String,
    offset: usize,
    body: Body,
}

/// What is done for each value.
#[derive(Debug)]
enum Body {
    /// Operators applied to the rows that have it.
    Steps(Vec<Step>),
    /// A query of its own, in which the name of the column is the value.
    Query(Expr),
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    parser.properties(&[])?;
    parser.expect_word("by")?;
    let offset = parser.offset();
    let column = parser.name()?;
    let body = if parser.accept(TokenKind::OpenBrace) {
        let query = parser.query()?;
        parser.expect(TokenKind::CloseBrace, "'}'")?;
        Body::Query(query)
    } else {
        Body::Steps(parser.subquery()?)
    };
    Ok(Box::new(Partition { column, offset, body }))
}

impl Operator for Partition {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let column = self.column(&input)?;
        let groups = group(std::slice::from_ref(&column), input.rows);
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); groups.first_rows.len()];
        for (row, group) in groups.of_row.iter().enumerate() {
            if let Some(rows) = members.get_mut(*group as usize) {
                rows.push(row as u32);
            }
        }
        // Without rows the query still says which columns there are.
        let nothing = Bound::constant(Value::Null, column.column_type());
        let mut results = Pile::default();
        results.add(self.result(&input, &[], nothing, scope)?.first(0), scope)?;
        for (rows, first) in members.iter().zip(&groups.first_rows) {
            let value = Bound::constant(column.value(*first as usize).into_owned(), column.column_type());
            results.add(self.result(&input, rows, value, scope)?, scope)?;
        }
        Ok(results.united())
    }
}

impl Partition {
    fn column(&self, input: &Relation) -> Result<Arc<Column>> {
        let found = input.columns.iter().find(|column| column.name == self.column);
        found.map(|column| column.data.clone()).ok_or_else(|| {
            let nearest = did_you_mean(&self.column, input.columns.iter().map(|column| column.name.as_str()));
            let message = format!("failed to resolve the column named '{}'{nearest}", self.column);
            EngineError::semantic("SEM0100", message).at(self.offset)
        })
    }

    /// What comes of the rows that have `value`.
    fn result(&self, input: &Relation, rows: &[u32], value: Bound, scope: &Scope) -> Result<Relation> {
        let inside = scope.nested();
        match &self.body {
            Body::Steps(steps) => {
                let mut part = input.gather(rows);
                part.serialized = input.serialized;
                inside.apply(part, steps)
            }
            Body::Query(query) => {
                inside.define(&self.column, Binding::Scalar(value));
                inside.relation(query)
            }
        }
    }
}
