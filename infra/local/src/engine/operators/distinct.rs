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
        if let Some(column) = chosen.columns.iter().find(|column| column.data.column_type() == ColumnType::Dynamic) {
            let message = format!(
                "rows cannot be distinct by the dynamic column '{}': convert it, as with tostring()",
                column.name
            );
            return Err(EngineError::semantic("SEM0026", message));
        }
        let data: Vec<_> = chosen.columns.iter().map(|column| column.data.clone()).collect();
        let groups = group(&data, chosen.rows);
        let distinct = chosen.gather(&groups.first_rows);
        Ok(Relation::new(distinct.columns, distinct.rows))
    }
}
