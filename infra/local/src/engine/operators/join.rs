//! `join`: rows of two tables that have some columns equal.

use crate::engine::bind::names::UniqueNames;
use crate::engine::context::Context;
use crate::engine::error::{EngineError, Result};
use crate::engine::keys::group;
use crate::engine::operators::matching_rows::{ColumnPair, KeyColumns, RowIndex, key_columns, key_of_row, parse_on};
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::Expr;
use crate::storage::column::NO_ROW;

pub(super) const JOIN: OperatorEntry =
    OperatorEntry { name: "join", doc: "The rows of two tables that have some columns equal.", parse };

/// Which rows a join keeps.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    InnerUnique,
    Inner,
    LeftOuter,
    RightOuter,
    FullOuter,
    LeftSemi,
    RightSemi,
    LeftAnti,
    RightAnti,
}

#[derive(Debug)]
struct Join {
    kind: Kind,
    right: Expr,
    on: Vec<ColumnPair>,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    let offset = parser.offset();
    let properties = parser.properties(&["kind"])?;
    let kind = match properties.iter().find(|(name, _)| name == "kind") {
        None => Kind::InnerUnique,
        Some((_, name)) => {
            kind_of(name).ok_or_else(|| EngineError::syntax(offset, format!("there is no join of kind '{name}'")))?
        }
    };
    Ok(Box::new(Join { kind, right: parser.postfix()?, on: parse_on(parser)? }))
}

fn kind_of(name: &str) -> Option<Kind> {
    Some(match name {
        "innerunique" => Kind::InnerUnique,
        "inner" => Kind::Inner,
        "leftouter" => Kind::LeftOuter,
        "rightouter" => Kind::RightOuter,
        "fullouter" => Kind::FullOuter,
        "leftsemi" => Kind::LeftSemi,
        "rightsemi" => Kind::RightSemi,
        "leftanti" | "anti" | "leftantisemi" => Kind::LeftAnti,
        "rightanti" | "rightantisemi" => Kind::RightAnti,
        _ => return None,
    })
}

impl Operator for Join {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let right = scope.relation(&self.right)?;
        let keys = key_columns(&input, &right, &self.on)?;
        match self.kind {
            Kind::LeftSemi | Kind::LeftAnti => {
                Ok(filtered(&input, &keys.left, &right, &keys.right, self.kind == Kind::LeftSemi))
            }
            Kind::RightSemi | Kind::RightAnti => {
                Ok(filtered(&right, &keys.right, &input, &keys.left, self.kind == Kind::RightSemi))
            }
            _ => {
                let (left_rows, right_rows) = self.pairs(&input, &right, &keys, &scope.context)?;
                Ok(combined(&input, &right, &left_rows, &right_rows, &[]))
            }
        }
    }
}

/// The rows of a table whose key another table has, or has not.
fn filtered(
    kept: &Relation,
    kept_keys: &[std::sync::Arc<crate::storage::column::Column>],
    other: &Relation,
    other_keys: &[std::sync::Arc<crate::storage::column::Column>],
    present: bool,
) -> Relation {
    let index = RowIndex::new(other_keys, other.rows);
    let mut key = Vec::new();
    let rows: Vec<u32> = (0..kept.rows)
        .filter(|row| {
            key_of_row(kept_keys, *row, &mut key);
            index.rows(&key).is_empty() != present
        })
        .map(|row| row as u32)
        .collect();
    let gathered = kept.gather(&rows);
    Relation::new(gathered.columns, gathered.rows)
}

impl Join {
    /// The pairs of rows that match, and the rows that are kept without a match.
    fn pairs(
        &self,
        left: &Relation,
        right: &Relation,
        keys: &KeyColumns,
        context: &Context,
    ) -> Result<(Vec<u32>, Vec<u32>)> {
        let index = RowIndex::new(&keys.right, right.rows);
        let left_order: Vec<u32> = match self.kind {
            Kind::InnerUnique => group(&keys.left, left.rows).first_rows,
            _ => (0..left.rows as u32).collect(),
        };
        let keep_left = matches!(self.kind, Kind::LeftOuter | Kind::FullOuter);
        let keep_right = matches!(self.kind, Kind::RightOuter | Kind::FullOuter);
        let (mut left_rows, mut right_rows) = (Vec::new(), Vec::new());
        let mut matched = vec![false; right.rows];
        let mut key = Vec::new();
        for row in left_order {
            key_of_row(&keys.left, row as usize, &mut key);
            let found = index.rows(&key);
            for other in found {
                left_rows.push(row);
                right_rows.push(*other);
                if let Some(matched) = matched.get_mut(*other as usize) {
                    *matched = true;
                }
            }
            if found.is_empty() && keep_left {
                left_rows.push(row);
                right_rows.push(NO_ROW);
            }
            if left_rows.len().is_multiple_of(4096) || found.len() > 4096 {
                context.check_rows(left_rows.len())?;
            }
        }
        for (row, _) in matched.iter().enumerate().filter(|(_, matched)| keep_right && !**matched) {
            left_rows.push(NO_ROW);
            right_rows.push(row as u32);
        }
        Ok((left_rows, right_rows))
    }
}

/// The columns of both tables in these rows, without some columns of the right one.
pub(super) fn combined(
    left: &Relation,
    right: &Relation,
    left_rows: &[u32],
    right_rows: &[u32],
    without: &[String],
) -> Relation {
    let mut names = UniqueNames::default();
    let mut columns: Vec<NamedColumn> = Vec::new();
    for column in &left.columns {
        columns.push(NamedColumn::new(names.unique(&column.name), column.data.gather(left_rows)));
    }
    for column in right.columns.iter().filter(|column| !without.contains(&column.name)) {
        columns.push(NamedColumn::new(names.unique(&column.name), column.data.gather(right_rows)));
    }
    Relation::new(columns, left_rows.len())
}
