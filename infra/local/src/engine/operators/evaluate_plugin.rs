//! `evaluate`: a plugin of the service.

use crate::engine::error::{EngineError, Result};
use crate::engine::operators::{Operator, OperatorEntry, Source, SourceEntry};
use crate::engine::plugins::{self, Plugin, PluginCall};
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::Argument;
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::cast;
use crate::storage::value::Value;
use kql::lexer::TokenKind;
use std::rc::Rc;

pub(super) const EVALUATE: OperatorEntry =
    OperatorEntry { name: "evaluate", doc: "A plugin, such as bag_unpack or pivot.", parse };

pub(super) const EVALUATE_SOURCE: SourceEntry = SourceEntry {
    name: "evaluate",
    doc: "A plugin that makes its own rows.",
    starts: |parser| parser.kind_ahead(1) == Some(TokenKind::Name),
    parse: |parser| Ok(Rc::new(plugin(parser)?)),
};

#[derive(Debug)]
struct Evaluate {
    plugin: &'static Plugin,
    arguments: Vec<Argument>,
    schema: Option<Schema>,
    offset: usize,
}

/// The columns that a query says the plugin gives.
#[derive(Debug)]
struct Schema {
    columns: Vec<(String, ColumnType)>,
    /// Whether the other columns of the input are kept.
    with_input: bool,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    Ok(Box::new(plugin(parser)?))
}

fn plugin(parser: &mut Parser<'_>) -> Result<Evaluate> {
    parser.properties(&[])?;
    let offset = parser.offset();
    let plugin = plugins::find(&parser.any_name()?).map_err(|error| error.at(offset))?;
    let arguments = parser.parenthesized(Parser::argument)?;
    let schema = if parser.accept(TokenKind::Colon) { Some(schema(parser)?) } else { None };
    Ok(Evaluate { plugin, arguments, schema, offset })
}

/// Takes `(name: type, …)` or `(*, name: type, …)`.
fn schema(parser: &mut Parser<'_>) -> Result<Schema> {
    let mut with_input = false;
    let columns = parser.parenthesized(|parser| {
        if parser.accept(TokenKind::Star) {
            with_input = true;
            return Ok(None);
        }
        let name = parser.name()?;
        parser.expect(TokenKind::Colon, "':' and a type")?;
        Ok(Some((name, parser.type_name()?)))
    })?;
    Ok(Schema { columns: columns.into_iter().flatten().collect(), with_input })
}

impl Operator for Evaluate {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let call = PluginCall { input: &input, arguments: &self.arguments, scope };
        let result = (self.plugin.run)(&call).map_err(|error: EngineError| error.at(self.offset))?;
        Ok(match &self.schema {
            Some(schema) => schema.of(&result, &input),
            None => result,
        })
    }

    fn answers_tables(&self) -> bool {
        self.plugin.name == "preview"
    }
}

impl Source for Evaluate {
    fn rows(&self, _: &Scope) -> Result<Relation> {
        let message = format!("the plugin '{}' needs a table before it: write table | evaluate …", self.plugin.name);
        Err(EngineError::semantic("SEM0219", message).at(self.offset))
    }
}

impl Schema {
    /// These columns of a result, each in its type; nulls where the result does not have it.
    fn of(&self, result: &Relation, input: &Relation) -> Relation {
        let is_listed = |name: &str| self.columns.iter().any(|(listed, _)| listed == name);
        let kept = |column: &&NamedColumn| {
            self.with_input && !is_listed(&column.name) && input.position(&column.name).is_some()
        };
        let listed = self.columns.iter().map(|(name, column_type)| {
            let found = result.columns.iter().find(|column| column.name == *name);
            let mut column = Column::new(*column_type, result.rows);
            for row in 0..result.rows {
                column.push(found.map_or(Value::Null, |found| cast(&found.data.value(row), *column_type).into_owned()));
            }
            NamedColumn::new(name.clone(), column)
        });
        Relation::new(result.columns.iter().filter(kept).cloned().chain(listed).collect(), result.rows)
    }
}
