//! `extend`: further columns; one with the name of another takes its place.

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

pub(super) const EXTEND: OperatorEntry =
    OperatorEntry { name: "extend", doc: "Further columns, or others in the place of some.", parse };

#[derive(Debug)]
struct Extend {
    columns: Vec<NamedExpr>,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    Ok(Box::new(Extend { columns: parser.list(Parser::named)? }))
}

impl Operator for Extend {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        extended(&input, &self.columns, scope)
    }
}

/// The input with these columns added or replaced.
pub(super) fn extended(input: &Relation, named: &[NamedExpr], scope: &Scope) -> Result<Relation> {
    let binder = Binder::over(scope, input);
    let mut given = UniqueNames::default();
    let mut unnamed = UniqueNames::new(input.columns.iter().map(|column| column.name.as_str()));
    let mut result = input.with_columns(input.columns.clone());
    for named in named {
        // Of a function of several columns only those that are named are added.
        let wanted = if named.names.len() > 1 { named.names.len() } else { usize::MAX };
        for (name, bound) in columns(&binder, named)?.into_iter().take(wanted) {
            let name = match name {
                ColumnName::Given(name) if !given.take(&name) => {
                    let message = format!("a column with the name '{name}' is there twice: give one another name");
                    return Err(EngineError::semantic("SEM0012", message).at(named.value.offset));
                }
                ColumnName::Given(name) => name,
                ColumnName::Own(name) => given.unique(&name),
                ColumnName::None => unnamed.unnamed(),
            };
            let data = column(&bound, input, &scope.context)?;
            put(&mut result, name, data);
        }
    }
    Ok(result)
}

/// Adds a column, or puts it into the place of the one of its name.
pub(super) fn put(relation: &mut Relation, name: String, data: std::sync::Arc<crate::storage::column::Column>) {
    match relation.columns.iter_mut().find(|column| column.name == name) {
        Some(column) => column.data = data,
        None => relation.columns.push(NamedColumn { name, data }),
    }
}
