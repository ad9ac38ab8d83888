//! `find`: the rows of tables for which a condition holds, in columns that all tables share.

use crate::engine::bind::binder::Binder;
use crate::engine::error::{EngineError, Result};
use crate::engine::operators::text_predicate::{names, predicate};
use crate::engine::operators::union::{Member, member, united};
use crate::engine::operators::r#where::matching;
use crate::engine::operators::{Source, SourceEntry};
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::Expr;
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::{cast, to_dynamic};
use crate::storage::dynamic::{Bag, Dynamic};
use crate::storage::value::Value;
use kql::lexer::TokenKind;
use std::rc::Rc;

pub(super) const FIND: SourceEntry = SourceEntry {
    name: "find",
    doc: "The rows of tables for which a condition holds.",
    starts: |parser| matches!(parser.kind_ahead(1), Some(TokenKind::String | TokenKind::Name | TokenKind::Star)),
    parse,
};

/// The column of the properties that have no column of their own.
const REST: &str = "pack_";

#[derive(Debug)]
struct Find {
    source_column: String,
    /// The tables of `in (…)`.
    tables: Option<Vec<Member>>,
    condition: Expr,
    columns: Columns,
}

/// Which columns are answered.
#[derive(Debug)]
enum Columns {
    /// Those that the condition names, and those that all tables have; the others in a property bag.
    Smart,
    /// These, converted to a type; perhaps the others in a property bag.
    Named { columns: Vec<(String, Option<ColumnType>)>, with_rest: bool },
}

fn parse(parser: &mut Parser<'_>) -> Result<Rc<dyn Source>> {
    let properties = parser.properties(&["withsource", "with_source", "datascope"])?;
    let source_column = properties.into_iter().find(|(name, _)| name.starts_with("with")).map(|(_, name)| name);
    let tables = if parser.accept_word("in") { Some(parser.parenthesized(member)?) } else { None };
    parser.accept_word("where");
    let condition = predicate(parser.scalar()?, false);
    let columns = columns(parser)?;
    Ok(Rc::new(Find {
        source_column: source_column.unwrap_or_else(|| "source_".to_owned()),
        tables,
        condition,
        columns,
    }))
}

/// Takes `project-smart`, or `project name:type, …, pack_all()`.
fn columns(parser: &mut Parser<'_>) -> Result<Columns> {
    if !parser.is_word("project") {
        return Ok(Columns::Smart);
    }
    let offset = parser.offset();
    match parser.hyphenated()?.as_str() {
        "project-smart" => return Ok(Columns::Smart),
        "project" => {}
        other => {
            return Err(EngineError::syntax(offset, format!("find has no '{other}': use project or project-smart")));
        }
    }
    let mut with_rest = false;
    let listed = parser.list(|parser| {
        if parser.is_word("pack_all") && parser.kind_ahead(1) == Some(TokenKind::OpenParen) {
            parser.advance();
            parser.parenthesized(Parser::scalar)?;
            with_rest = true;
            return Ok(None);
        }
        let name = parser.name()?;
        let column_type = if parser.accept(TokenKind::Colon) { Some(parser.type_name()?) } else { None };
        Ok(Some((name, column_type)))
    })?;
    Ok(Columns::Named { columns: listed.into_iter().flatten().collect(), with_rest })
}

impl Source for Find {
    fn rows(&self, scope: &Scope) -> Result<Relation> {
        let tables = self.found(scope)?;
        let all = united(&tables, Some((&self.source_column, "union_arg")));
        let (shown, with_rest) = match &self.columns {
            Columns::Named { columns, with_rest } => (columns.clone(), *with_rest),
            Columns::Smart => (self.smart(&tables, &all), true),
        };
        let source = all.columns.first().cloned();
        let rest: Vec<&NamedColumn> =
            all.columns.iter().skip(1).filter(|column| !is_shown(&shown, &column.name)).collect();
        let rest = (with_rest && !(rest.is_empty() && matches!(self.columns, Columns::Smart)))
            .then(|| packed(&rest, all.rows));
        let columns = shown.iter().map(|(name, column_type)| chosen(&all, name, *column_type));
        Ok(Relation::new(source.into_iter().chain(columns).chain(rest).collect(), all.rows))
    }
}

fn is_shown(shown: &[(String, Option<ColumnType>)], name: &str) -> bool {
    shown.iter().any(|(found, _)| found == name)
}

/// A column, in another type where one is given; nulls where there is none.
fn chosen(all: &Relation, name: &str, column_type: Option<ColumnType>) -> NamedColumn {
    match (all.columns.iter().find(|column| column.name == name), column_type) {
        (Some(found), None) => found.clone(),
        (found, column_type) => {
            let mut column = Column::new(column_type.unwrap_or(ColumnType::String), all.rows);
            for row in 0..all.rows {
                let value = found.map_or(Value::Null, |found| found.data.value(row));
                let column_type = column.column_type();
                column.push(cast(&value, column_type));
            }
            NamedColumn::new(name, column)
        }
    }
}

/// The columns in a property bag, without those that are null or empty.
fn packed(columns: &[&NamedColumn], rows: usize) -> NamedColumn {
    let mut packed = Column::new(ColumnType::Dynamic, rows);
    for row in 0..rows {
        let cells = columns.iter().map(|column| (column.name.as_str().into(), column.data.value(row)));
        let bag: Bag = cells
            .filter(|(_, value)| !value.to_text().is_empty())
            .map(|(name, value)| (name, to_dynamic(&value)))
            .collect();
        packed.push(Value::Dynamic(Dynamic::bag(bag)));
    }
    NamedColumn::new(REST, packed)
}

impl Find {
    /// The rows of each table for which the condition holds. Tables without any of its columns are left out.
    fn found(&self, scope: &Scope) -> Result<Vec<Relation>> {
        let everything = [Member::Prefix(String::new())];
        let mut tables = Vec::new();
        for member in self.tables.as_deref().unwrap_or(&everything) {
            tables.extend(member.resolve(false, scope)?);
        }
        let (named, any_column) = names(&self.condition);
        let known = united(&tables.iter().map(|table| table.first(0)).collect::<Vec<_>>(), None);
        let mut found = Vec::new();
        for table in tables {
            if !any_column && !named.iter().any(|name| table.position(name).is_some()) && !named.is_empty() {
                continue;
            }
            // What the table does not have is null in it.
            let mut searched = table.clone();
            for column in known.columns.iter().filter(|column| named.contains(&column.name)) {
                if table.position(&column.name).is_none() {
                    let nulls = Column::repeat(column.data.column_type(), &Value::Null, table.rows);
                    searched.columns.push(NamedColumn::new(column.name.clone(), nulls));
                }
            }
            let condition = Binder::over(scope, &searched).condition(&self.condition)?;
            let mut rows = table.gather(&matching(&condition, &searched, scope)?);
            rows.name = table.name;
            found.push(rows);
        }
        Ok(found)
    }

    /// The columns that the condition names, or that all tables have.
    fn smart(&self, tables: &[Relation], all: &Relation) -> Vec<(String, Option<ColumnType>)> {
        let (named, _) = names(&self.condition);
        let everywhere = |name: &str| tables.iter().all(|table| table.position(name).is_some());
        let columns = all.columns.iter().skip(1).map(|column| &column.name);
        columns.filter(|name| named.contains(name) || everywhere(name)).map(|name| (name.clone(), None)).collect()
    }
}
