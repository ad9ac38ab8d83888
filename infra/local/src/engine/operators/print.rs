//! `print`: one row of computed values.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::names::UniqueNames;
use crate::engine::error::{EngineError, Result};
use crate::engine::evaluate::column;
use crate::engine::operators::computed::{ColumnName, columns};
use crate::engine::operators::{Source, SourceEntry};
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::NamedExpr;
use kql::lexer::TokenKind;
use std::rc::Rc;

pub(super) const PRINT: SourceEntry = SourceEntry { name: "print", doc: "One row of computed values.", starts, parse };

#[derive(Debug)]
struct Print {
    values: Vec<NamedExpr>,
}

fn starts(parser: &Parser<'_>) -> bool {
    !matches!(
        parser.kind_ahead(1),
        None | Some(
            TokenKind::Comma
                | TokenKind::CloseParen
                | TokenKind::Bar
                | TokenKind::Equal
                | TokenKind::EqualEqual
                | TokenKind::Semicolon
                | TokenKind::Dot
        )
    )
}

fn parse(parser: &mut Parser<'_>) -> Result<Rc<dyn Source>> {
    Ok(Rc::new(Print { values: parser.list(Parser::named)? }))
}

impl Source for Print {
    fn rows(&self, scope: &Scope) -> Result<Relation> {
        let row = Relation::new(Vec::new(), 1);
        let binder = Binder::without_columns(scope);
        let mut names = UniqueNames::default();
        let mut result = Vec::new();
        for named in &self.values {
            let columns = columns(&binder, named)?;
            let several = columns.len() > 1;
            for (name, bound) in columns {
                let name = match name {
                    ColumnName::Given(name) if !named.names.is_empty() && names.take(&name) => name,
                    ColumnName::Given(name) if !named.names.is_empty() => {
                        let message = format!("a column with the name '{name}' is there twice: give one another name");
                        return Err(EngineError::semantic("SEM0012", message).at(named.value.offset));
                    }
                    ColumnName::Own(name) if several => names.unique(&name),
                    _ => names.unique(&format!("print_{}", result.len())),
                };
                result.push(NamedColumn::new(name, column(&bound, &row, &scope.context)?));
            }
        }
        Ok(Relation::new(result, 1))
    }
}
