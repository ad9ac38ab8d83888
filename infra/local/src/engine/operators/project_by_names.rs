//! `project-by-names`: columns whose names are in the query, or in an array.

use crate::engine::bind::binder::Binder;
use crate::engine::error::Result;
use crate::engine::operators::project_columns::matches;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::Expr;
use crate::storage::convert::scalar;
use crate::storage::dynamic::Dynamic;
use crate::storage::value::Value;

pub(super) const PROJECT_BY_NAMES: OperatorEntry = OperatorEntry {
    name: "project-by-names",
    doc: "The columns whose names a text or an array gives, with * for any part; those that are not there do not matter.",
    parse,
};

#[derive(Debug)]
struct ProjectByNames {
    names: Vec<Expr>,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    Ok(Box::new(ProjectByNames { names: parser.list(Parser::scalar)? }))
}

impl Operator for ProjectByNames {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let binder = Binder::without_columns(scope);
        let mut patterns = Vec::new();
        for names in &self.names {
            match binder.constant(names)?.0 {
                Value::Dynamic(Dynamic::Array(names)) => {
                    patterns.extend(names.iter().map(|name| scalar(name).to_text().into_owned()));
                }
                name => patterns.push(name.to_text().into_owned()),
            }
        }
        let mut chosen: Vec<usize> = Vec::new();
        for pattern in &patterns {
            for (index, column) in input.columns.iter().enumerate() {
                if matches(pattern, &column.name) && !chosen.contains(&index) {
                    chosen.push(index);
                }
            }
        }
        let columns = chosen.into_iter().filter_map(|index| input.columns.get(index).cloned());
        Ok(input.with_columns(columns.collect()))
    }
}
