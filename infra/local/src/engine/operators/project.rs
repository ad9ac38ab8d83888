//! `project`: only these columns, computed anew.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::names::UniqueNames;
use crate::engine::error::{EngineError, Result};
use crate::engine::evaluate::column;
use crate::engine::operators::computed::{ColumnName, columns};
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::NamedExpr;

pub(super) const PROJECT: OperatorEntry =
    OperatorEntry { name: "project", doc: "Only these columns, computed anew.", parse };

#[derive(Debug)]
struct Project {
    columns: Vec<NamedExpr>,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    Ok(Box::new(Project { columns: parser.list(Parser::named)? }))
}

impl Operator for Project {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        projected(&input, &self.columns, scope)
    }
}

/// These columns of the input.
pub(super) fn projected(input: &Relation, named: &[NamedExpr], scope: &Scope) -> Result<Relation> {
    let binder = Binder::over(scope, input);
    let mut names = UniqueNames::default();
    let mut result = Vec::new();
    for named in named {
        for (name, bound) in columns(&binder, named)? {
            let name = match name {
                ColumnName::Given(name) if names.take(&name) => name,
                ColumnName::Given(name) => {
                    let message = format!("a column with the name '{name}' is there twice: give one another name");
                    return Err(EngineError::semantic("SEM0012", message).at(named.value.offset));
                }
                ColumnName::Own(name) => names.unique(&name),
                ColumnName::None => names.unnamed(),
            };
            result.push(NamedColumn::new(name, column(&bound, input, &scope.context)?));
        }
    }
    Ok(input.with_columns(result))
}
