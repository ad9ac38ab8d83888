//! What `join` and `lookup` share: the pairs of columns to compare, and which rows of two tables match.

use crate::engine::bind::suggest::did_you_mean;
use crate::engine::error::{EngineError, Result};
use crate::engine::keys::encode;
use crate::engine::relation::Relation;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::{Expr, ExprKind, JoinSide};
use crate::storage::column::Column;
use std::collections::HashMap;
use std::sync::Arc;

/// A column of each side that have to be equal, and where the query says so.
#[derive(Clone, Debug)]
pub(super) struct ColumnPair {
    pub(super) left: String,
    pub(super) right: String,
    offset: usize,
}

/// Takes `on a, $left.b == $right.c`.
pub(super) fn parse_on(parser: &mut Parser<'_>) -> Result<Vec<ColumnPair>> {
    parser.expect_word("on")?;
    let conditions = parser.list(Parser::scalar)?;
    let mut pairs = Vec::new();
    for condition in &conditions {
        pairs_of(condition, &mut pairs)?;
    }
    Ok(pairs)
}

fn pairs_of(condition: &Expr, pairs: &mut Vec<ColumnPair>) -> Result<()> {
    let offset = condition.offset;
    match &condition.kind {
        ExprKind::Name(name) => pairs.push(ColumnPair { left: name.clone(), right: name.clone(), offset }),
        ExprKind::And(conditions) => {
            for condition in conditions {
                pairs_of(condition, pairs)?;
            }
        }
        ExprKind::Binary("==", first, second) => match (side(first), side(second)) {
            (Some((JoinSide::Left, left)), Some((JoinSide::Right, right)))
            | (Some((JoinSide::Right, right)), Some((JoinSide::Left, left))) => {
                pairs.push(ColumnPair { left: left.to_owned(), right: right.to_owned(), offset });
            }
            _ => return Err(not_a_pair(offset)),
        },
        _ => return Err(not_a_pair(offset)),
    }
    Ok(())
}

fn not_a_pair(offset: usize) -> EngineError {
    EngineError::semantic("SEM0183", "a join needs a column, or $left.column == $right.column").at(offset)
}

fn side(expr: &Expr) -> Option<(JoinSide, &str)> {
    match &expr.kind {
        ExprKind::Member(value, name) => match value.kind {
            ExprKind::Side(side) => Some((side, name)),
            _ => None,
        },
        _ => None,
    }
}

/// The key columns of both sides, in the order of the pairs.
#[derive(Debug)]
pub(super) struct KeyColumns {
    pub(super) left: Vec<Arc<Column>>,
    pub(super) right: Vec<Arc<Column>>,
}

/// The columns that the pairs name; an error where one is not there or the types differ.
pub(super) fn key_columns(left: &Relation, right: &Relation, pairs: &[ColumnPair]) -> Result<KeyColumns> {
    let mut keys = KeyColumns { left: Vec::new(), right: Vec::new() };
    for pair in pairs {
        let (first, second) = (find(left, &pair.left, pair)?, find(right, &pair.right, pair)?);
        if first.column_type() != second.column_type() {
            let message = format!(
                "the columns '{}' of type {} and '{}' of type {} cannot be joined: convert one of them",
                pair.left,
                first.column_type(),
                pair.right,
                second.column_type()
            );
            return Err(EngineError::semantic("SEM0227", message).at(pair.offset));
        }
        keys.left.push(first);
        keys.right.push(second);
    }
    Ok(keys)
}

fn find(relation: &Relation, name: &str, pair: &ColumnPair) -> Result<Arc<Column>> {
    let found = relation.position(name).and_then(|index| relation.columns.get(index));
    found.map(|column| column.data.clone()).ok_or_else(|| {
        let nearest = did_you_mean(name, relation.columns.iter().map(|column| column.name.as_str()));
        EngineError::semantic(
            "SEM0100",
            format!("failed to resolve the column named '{name}' on its side of the join{nearest}"),
        )
        .at(pair.offset)
    })
}

/// The rows of a table by the values of some columns.
#[derive(Debug)]
pub(super) struct RowIndex {
    rows: HashMap<Vec<u8>, Vec<u32>>,
}

impl RowIndex {
    pub(super) fn new(columns: &[Arc<Column>], rows: usize) -> Self {
        let mut index: HashMap<Vec<u8>, Vec<u32>> = HashMap::new();
        let mut key = Vec::new();
        for row in 0..rows {
            key_of_row(columns, row, &mut key);
            match index.get_mut(key.as_slice()) {
                Some(found) => found.push(row as u32),
                None => drop(index.insert(key.clone(), vec![row as u32])),
            }
        }
        Self { rows: index }
    }

    /// The rows with these bytes as their key.
    pub(super) fn rows(&self, key: &[u8]) -> &[u32] {
        self.rows.get(key).map_or(&[], Vec::as_slice)
    }
}

/// Writes the bytes of the values of a row.
pub(super) fn key_of_row(columns: &[Arc<Column>], row: usize, key: &mut Vec<u8>) {
    key.clear();
    columns.iter().for_each(|column| encode(&column.value(row), key));
}
