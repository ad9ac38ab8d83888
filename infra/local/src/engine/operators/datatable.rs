//! `datatable`: rows written out in the query.

use crate::engine::bind::binder::Binder;
use crate::engine::error::{EngineError, Result};
use crate::engine::operators::{Source, SourceEntry};
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::{Expr, ExprKind};
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::cast;
use crate::storage::value::Value;
use kql::lexer::TokenKind;
use std::rc::Rc;

pub(super) const DATATABLE: SourceEntry = SourceEntry {
    name: "datatable",
    doc: "Rows written out in the query.",
    starts: |parser| parser.kind_ahead(1) == Some(TokenKind::OpenParen),
    parse,
};

#[derive(Debug)]
struct Datatable {
    schema: Vec<(String, ColumnType)>,
    cells: Vec<Expr>,
    offset: usize,
}

fn parse(parser: &mut Parser<'_>) -> Result<Rc<dyn Source>> {
    let offset = parser.offset();
    let schema = parser.schema()?;
    parser.expect(TokenKind::OpenBracket, "'['")?;
    let mut cells = Vec::new();
    while !parser.accept(TokenKind::CloseBracket) {
        cells.push(cell(parser)?);
        if !parser.accept(TokenKind::Comma) && !parser.is(TokenKind::CloseBracket) {
            return Err(parser.expected("',' or ']'"));
        }
    }
    Ok(Rc::new(Datatable { schema, cells, offset }))
}

/// Takes a literal, with or without a sign.
fn cell(parser: &mut Parser<'_>) -> Result<Expr> {
    let offset = parser.offset();
    let negative = parser.is(TokenKind::Minus);
    if negative || parser.is(TokenKind::Plus) {
        parser.advance();
    }
    let error = parser.expected("a literal");
    let kind = parser.literal()?.ok_or(error)?;
    Ok(if negative {
        Expr { kind: ExprKind::Minus(Box::new(Expr { kind, offset })), offset }
    } else {
        Expr { kind, offset }
    })
}

impl Source for Datatable {
    fn rows(&self, scope: &Scope) -> Result<Relation> {
        let width = self.schema.len();
        if width == 0 || !self.cells.len().is_multiple_of(width) {
            let message = format!(
                "datatable has {width} columns, but {} values: each row needs a value for each column",
                self.cells.len()
            );
            return Err(EngineError::semantic("SEM0016", message).at(self.offset));
        }
        let rows = self.cells.len() / width;
        let binder = Binder::without_columns(scope);
        let mut columns: Vec<Column> =
            self.schema.iter().map(|(_, column_type)| Column::new(*column_type, rows)).collect();
        for row in self.cells.chunks_exact(width) {
            for (column, cell) in columns.iter_mut().zip(row) {
                let column_type = column.column_type();
                column.push(cell_value(&binder, cell, column_type)?);
            }
        }
        let named = self.schema.iter().zip(columns).map(|((name, _), column)| NamedColumn::new(name.clone(), column));
        Ok(Relation::new(named.collect(), rows))
    }
}

/// The value of a cell in the type of its column.
fn cell_value(binder: &Binder<'_>, cell: &Expr, column_type: ColumnType) -> Result<Value<'static>> {
    let (value, found) = binder.constant(cell)?;
    let converted = cast(&value, column_type).into_owned();
    if converted.is_null() && !value.is_null() && found != ColumnType::Dynamic && found != ColumnType::String {
        let message = format!("a value of type {found} cannot stand in a column of type {column_type}");
        return Err(EngineError::semantic("SEM0016", message).at(cell.offset));
    }
    Ok(converted)
}
