//! `lookup`: the columns of a second table beside the rows of the first.

use crate::engine::error::{EngineError, Result};
use crate::engine::operators::join::combined;
use crate::engine::operators::matching_rows::{ColumnPair, RowIndex, key_columns, key_of_row, parse_on};
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::Expr;
use crate::storage::column::NO_ROW;

pub(super) const LOOKUP: OperatorEntry =
    OperatorEntry { name: "lookup", doc: "The columns of a second table beside the rows of the first.", parse };

#[derive(Debug)]
struct Lookup {
    outer: bool,
    right: Expr,
    on: Vec<ColumnPair>,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    let offset = parser.offset();
    let properties = parser.properties(&["kind"])?;
    let outer = match properties.iter().find(|(name, _)| name == "kind").map(|(_, kind)| kind.as_str()) {
        None | Some("leftouter") => true,
        Some("inner") => false,
        Some(other) => {
            return Err(EngineError::syntax(
                offset,
                format!("there is no lookup of kind '{other}': use leftouter or inner"),
            ));
        }
    };
    Ok(Box::new(Lookup { outer, right: parser.postfix()?, on: parse_on(parser)? }))
}

impl Operator for Lookup {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let right = scope.relation(&self.right)?;
        let keys = key_columns(&input, &right, &self.on)?;
        let index = RowIndex::new(&keys.right, right.rows);
        let (mut left_rows, mut right_rows) = (Vec::new(), Vec::new());
        let mut key = Vec::new();
        for row in 0..input.rows {
            key_of_row(&keys.left, row, &mut key);
            let found = index.rows(&key);
            let found = if found.is_empty() && self.outer { &[NO_ROW][..] } else { found };
            left_rows.extend(found.iter().map(|_| row as u32));
            right_rows.extend(found);
            scope.context.check_rows(left_rows.len())?;
        }
        let without: Vec<String> = self.on.iter().map(|pair| pair.right.clone()).collect();
        Ok(combined(&input, &right, &left_rows, &right_rows, &without))
    }
}
