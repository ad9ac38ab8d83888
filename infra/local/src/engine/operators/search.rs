//! `search`: the rows of tables in which a text stands, or for which a condition holds.

use crate::engine::bind::binder::Binder;
use crate::engine::error::{EngineError, Result};
use crate::engine::operators::text_predicate::predicate;
use crate::engine::operators::union::{Member, member, united};
use crate::engine::operators::r#where::matching;
use crate::engine::operators::{Operator, OperatorEntry, Source, SourceEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::Expr;
use kql::lexer::TokenKind;
use std::rc::Rc;

pub(super) const SEARCH: OperatorEntry = OperatorEntry {
    name: "search",
    doc: "The rows in which a text stands, or for which a condition holds.",
    parse: |parser| Ok(Box::new(parse(parser)?)),
};
pub(super) const SEARCH_SOURCE: SourceEntry = SourceEntry {
    name: "search",
    doc: "The rows of tables in which a text stands, or for which a condition holds.",
    starts: |parser| {
        matches!(
            parser.kind_ahead(1),
            Some(TokenKind::String | TokenKind::Name | TokenKind::OpenParen | TokenKind::Star)
        )
    },
    parse: |parser| Ok(Rc::new(parse(parser)?)),
};

#[derive(Debug)]
struct Search {
    /// The tables of `in (…)`.
    tables: Option<Vec<Member>>,
    condition: Expr,
}

fn parse(parser: &mut Parser<'_>) -> Result<Search> {
    let offset = parser.offset();
    let properties = parser.properties(&["kind"])?;
    let case_sensitive = match properties.iter().find(|(name, _)| name == "kind").map(|(_, kind)| kind.as_str()) {
        None | Some("default" | "case_insensitive") => false,
        Some("case_sensitive") => true,
        Some(other) => {
            let message = format!("there is no search of kind '{other}': use case_sensitive or case_insensitive");
            return Err(EngineError::syntax(offset, message));
        }
    };
    let tables = if parser.accept_word("in") { Some(parser.parenthesized(member)?) } else { None };
    Ok(Search { tables, condition: predicate(parser.scalar()?, case_sensitive) })
}

impl Operator for Search {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        self.of(&[input], scope)
    }
}

impl Source for Search {
    fn rows(&self, scope: &Scope) -> Result<Relation> {
        let everything = [Member::Prefix(String::new())];
        let mut tables = Vec::new();
        for member in self.tables.as_deref().unwrap_or(&everything) {
            tables.extend(member.resolve(false, scope)?);
        }
        self.of(&tables, scope)
    }
}

impl Search {
    fn of(&self, tables: &[Relation], scope: &Scope) -> Result<Relation> {
        let all = united(tables, Some(("$table", "search_arg")));
        let mut searched = all.clone();
        // The name of its table does not make a row one in which a text stands.
        searched.columns.retain(|column| column.name != "$table");
        let condition = Binder::over(scope, &searched).condition(&self.condition)?;
        Ok(all.gather(&matching(&condition, &searched, scope)?))
    }
}
