//! `union`: the rows of several tables, one after the other.

use crate::engine::bind::names::UniqueNames;
use crate::engine::error::{EngineError, Result};
use crate::engine::operators::{Operator, OperatorEntry, Source, SourceEntry};
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::{Expr, ExprKind};
use crate::storage::catalog::Database;
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::value::Value;
use kql::lexer::TokenKind;
use std::rc::Rc;
use std::sync::Arc;

pub(super) const UNION: OperatorEntry = OperatorEntry {
    name: "union",
    doc: "The rows of this and other tables.",
    parse: |parser| Ok(Box::new(parse(parser)?)),
};
pub(super) const UNION_SOURCE: SourceEntry = SourceEntry {
    name: "union",
    doc: "The rows of several tables.",
    starts: |parser| matches!(parser.kind_ahead(1), Some(TokenKind::Name | TokenKind::OpenParen | TokenKind::Star)),
    parse: |parser| Ok(Rc::new(parse(parser)?)),
};

#[derive(Debug)]
struct Union {
    tables: Vec<Member>,
    /// Only the columns that all tables have.
    inner: bool,
    /// The column that says where a row is from.
    source_column: Option<String>,
    /// Tables that are not there are left out.
    fuzzy: bool,
}

/// A table of a union, or all tables whose names begin so.
#[derive(Debug)]
pub(super) enum Member {
    Table(Expr),
    Prefix(String),
}

fn parse(parser: &mut Parser<'_>) -> Result<Union> {
    let properties = parser.properties(&["kind", "withsource", "with_source", "isfuzzy"])?;
    let value = |name: &str| properties.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone());
    Ok(Union {
        inner: value("kind").is_some_and(|kind| kind == "inner"),
        source_column: value("withsource").or_else(|| value("with_source")),
        fuzzy: value("isfuzzy").is_some_and(|fuzzy| fuzzy.eq_ignore_ascii_case("true")),
        tables: parser.list(member)?,
    })
}

/// Takes a table, or the beginning of a name and `*`.
pub(super) fn member(parser: &mut Parser<'_>) -> Result<Member> {
    if parser.accept(TokenKind::Star) {
        return Ok(Member::Prefix(String::new()));
    }
    if parser.is(TokenKind::Name) && parser.kind_ahead(1) == Some(TokenKind::Star) && parser.touches_ahead(0) {
        let prefix = parser.name()?;
        parser.advance();
        return Ok(Member::Prefix(prefix));
    }
    Ok(Member::Table(parser.postfix()?))
}

impl Operator for Union {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        self.of(Some(input), scope)
    }
}

impl Source for Union {
    fn rows(&self, scope: &Scope) -> Result<Relation> {
        self.of(None, scope)
    }
}

impl Union {
    fn of(&self, first: Option<Relation>, scope: &Scope) -> Result<Relation> {
        let mut tables: Vec<Relation> = first.into_iter().collect();
        for member in &self.tables {
            tables.extend(member.resolve(self.fuzzy, scope)?);
        }
        scope.context.check_rows(tables.iter().map(|table| table.rows).sum())?;
        let schema = if self.inner { shared(&tables) } else { all(&tables) };
        Ok(stack(&tables, &schema, self.source_column.as_deref().map(|name| (name, "union_arg"))))
    }
}

impl Member {
    /// Its tables; where it is `fuzzy`, none for one that is not there.
    pub(super) fn resolve(&self, fuzzy: bool, scope: &Scope) -> Result<Vec<Relation>> {
        match self {
            Self::Table(expr) if fuzzy && is_missing(expr, scope) => Ok(Vec::new()),
            Self::Table(expr) => Ok(vec![scope.relation(expr)?]),
            Self::Prefix(prefix) => {
                let database = scope.context.current_database();
                let stored = database.into_iter().flat_map(Database::tables).map(|table| table.name().to_owned());
                let names = scope.views().into_iter().chain(stored).filter(|name| name.starts_with(prefix.as_str()));
                let tables = names.map(|name| scope.relation_named(&name)).collect::<Result<Vec<_>>>()?;
                if tables.is_empty() && !fuzzy {
                    return Err(EngineError::semantic(
                        "SEM0100",
                        format!("there is no table whose name begins with '{prefix}'"),
                    ));
                }
                Ok(tables)
            }
        }
    }
}

/// Tables that are united as they come, so that many small ones take no more room than one.
#[derive(Debug, Default)]
pub(super) struct Pile {
    /// One after the other, those with the same columns in one.
    tables: Vec<Relation>,
    rows: usize,
}

impl Pile {
    /// Adds the rows of a table; an error where there are too many.
    pub(super) fn add(&mut self, table: Relation, scope: &Scope) -> Result<()> {
        self.rows += table.rows;
        scope.context.check_rows(self.rows)?;
        match self.tables.last_mut().filter(|last| has_same_columns(last, &table)) {
            Some(last) => {
                for (column, added) in last.columns.iter_mut().zip(&table.columns) {
                    Arc::make_mut(&mut column.data).append(&added.data);
                }
                last.rows += table.rows;
            }
            None => self.tables.push(table),
        }
        Ok(())
    }

    /// All rows.
    pub(super) fn united(self) -> Relation {
        united(&self.tables, None)
    }
}

fn has_same_columns(first: &Relation, second: &Relation) -> bool {
    let same = |(first, second): (&NamedColumn, &NamedColumn)| {
        first.name == second.name && first.data.column_type() == second.data.column_type()
    };
    first.columns.len() == second.columns.len() && first.columns.iter().zip(&second.columns).all(same)
}

/// All rows of all tables, with all their columns; and the name of each row's table in a column of the name `source.0`,
/// for a table without a name `source.1` and its place.
pub(super) fn united(tables: &[Relation], source: Option<(&str, &str)>) -> Relation {
    stack(tables, &all(tables), source)
}

fn stack(tables: &[Relation], schema: &[UnionColumn], source: Option<(&str, &str)>) -> Relation {
    let mut names = UniqueNames::default();
    let mut columns = Vec::new();
    if let Some((name, unnamed)) = source {
        columns.push(NamedColumn::new(names.unique(name), sources(tables, unnamed)));
    }
    for column in schema {
        columns.push(NamedColumn::new(names.unique(&column.shown), stacked(tables, column)));
    }
    Relation::new(columns, tables.iter().map(|table| table.rows).sum())
}

/// Whether a tabular expression begins with the name of a table that is not there.
fn is_missing(expr: &Expr, scope: &Scope) -> bool {
    match &expr.kind {
        ExprKind::Pipeline(pipeline) => is_missing(&pipeline.source, scope),
        ExprKind::Name(name) => scope.lookup(name).is_none() && !scope.is_table(expr),
        _ => false,
    }
}

/// A column of a union: the name in its tables, its type, and the name it is shown by.
struct UnionColumn {
    name: String,
    column_type: ColumnType,
    shown: String,
}

/// All columns of all tables. Columns of one name and several types are shown by name and type.
fn all(tables: &[Relation]) -> Vec<UnionColumn> {
    let mut schema: Vec<(String, ColumnType)> = Vec::new();
    for column in tables.iter().flat_map(Relation::schema) {
        if schema.contains(&column) {
            continue;
        }
        // Columns of one name stand together.
        let at = schema.iter().rposition(|(name, _)| *name == column.0).map_or(schema.len(), |index| index + 1);
        schema.insert(at, column);
    }
    named(&schema)
}

/// The columns whose names all tables have.
fn shared(tables: &[Relation]) -> Vec<UnionColumn> {
    let everywhere = |column: &UnionColumn| tables.iter().all(|table| table.position(&column.name).is_some());
    all(tables).into_iter().filter(everywhere).collect()
}

fn named(schema: &[(String, ColumnType)]) -> Vec<UnionColumn> {
    let ambiguous = |name: &str| schema.iter().filter(|(found, _)| found == name).count() > 1;
    let shown = |name: &str, column_type: ColumnType| {
        if ambiguous(name) { format!("{name}_{column_type}") } else { name.to_owned() }
    };
    schema
        .iter()
        .map(|(name, column_type)| UnionColumn {
            name: name.clone(),
            column_type: *column_type,
            shown: shown(name, *column_type),
        })
        .collect()
}

/// The cells of a column of all tables; null where a table does not have it.
fn stacked(tables: &[Relation], wanted: &UnionColumn) -> Column {
    let mut column = Column::new(wanted.column_type, tables.iter().map(|table| table.rows).sum());
    for table in tables {
        let found = table.position(&wanted.name).and_then(|index| table.columns.get(index));
        match found.filter(|found| found.data.column_type() == wanted.column_type) {
            Some(found) => column.append(&found.data),
            None => (0..table.rows).for_each(|_| column.push(Value::Null)),
        }
    }
    column
}

/// For each row the name of its table, or its place.
fn sources(tables: &[Relation], unnamed: &str) -> Column {
    let mut column = Column::new(ColumnType::String, 0);
    for (index, table) in tables.iter().enumerate() {
        let name = table.name.clone().unwrap_or_else(|| format!("{unnamed}{index}"));
        (0..table.rows).for_each(|_| column.push(Value::from(name.as_str())));
    }
    column
}
