//! `distinct`: the different combinations of some columns.

use crate::engine::error::{EngineError, Result};
use crate::engine::keys::group;
use crate::engine::operators::project::projected;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::NamedExpr;
use crate::storage::column_type::ColumnType;
use kql::lexer::TokenKind;

pub(super) const DISTINCT: OperatorEntry =
    OperatorEntry { name: "distinct", doc: "The different combinations of some columns, or of all with *.", parse };

#[derive(Debug)]
struct Distinct {
    /// None for all columns.
    columns: Option<Vec<NamedExpr>>,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    parser.properties(&[])?;
    let columns = if parser.accept(TokenKind::Star) { None } else { Some(parser.list(Parser::named)?) };
    Ok(Box::new(Distinct { columns }))
}

impl Operator for Distinct {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let chosen = match &self.columns {
            Some(columns) => projected(&input, columns, scope)?,
            None => input,
        };
        refuse_dynamic(&chosen)?;
        let data: Vec<_> = chosen.columns.iter().map(|column| column.data.clone()).collect();
        let groups = group(&data, chosen.rows);
        let distinct = chosen.gather(&groups.first_rows);
        Ok(Relation::new(distinct.columns, distinct.rows))
    }
}

/// An error where a column is dynamic: its values cannot be told apart.
pub(super) fn refuse_dynamic(relation: &Relation) -> Result<()> {
    let dynamic = relation.columns.iter().find(|column| column.data.column_type() == ColumnType::Dynamic);
    match dynamic {
        None => Ok(()),
        Some(column) => {
            let message = format!(
                "rows cannot be distinct by the dynamic column '{}': convert it, as with tostring()",
                column.name
            );
            Err(EngineError::semantic("SEM0026", message))
        }
    }
}
