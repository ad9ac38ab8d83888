//! Statements: `let`, `set`, `declare query_parameters`, and queries.

use crate::engine::error::{EngineError, Result};
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::{Expr, Function, LetValue, Parameter, ParameterKind, Pattern, Statement};
use kql::lexer::TokenKind;
use std::rc::Rc;

/// Statements of KQL that this engine does not run.
const REFUSED: &[&str] = &["alias", "restrict"];

/// The statements of a query.
pub(in crate::engine) fn parse(text: &str) -> Result<Vec<Statement>> {
    let mut parser = Parser::new(text)?;
    let statements = parser.statements()?;
    match parser.kind() {
        None => Ok(statements),
        Some(_) => Err(parser.expected("'|', ';' or the end of the query")),
    }
}

impl Parser<'_> {
    /// Takes statements separated by semicolons.
    fn statements(&mut self) -> Result<Vec<Statement>> {
        let mut statements = Vec::new();
        loop {
            while self.accept(TokenKind::Semicolon) {}
            if self.kind().is_none() || self.is(TokenKind::CloseBrace) {
                return Ok(statements);
            }
            statements.push(self.statement()?);
            if !self.is(TokenKind::Semicolon) {
                return Ok(statements);
            }
        }
    }

    fn statement(&mut self) -> Result<Statement> {
        let names_follow = self.kind_ahead(1) == Some(TokenKind::Name);
        match self.text_ahead(0) {
            "let" => self.let_statement(),
            "set" if names_follow => self.set_statement(),
            "declare" if names_follow => self.declare_statement(),
            word if names_follow && REFUSED.contains(&word) => {
                Err(EngineError::not_supported(format!("the statement '{word}'")).at(self.offset()))
            }
            _ => Ok(Statement::Query(self.query()?)),
        }
    }

    fn let_statement(&mut self) -> Result<Statement> {
        self.advance();
        let offset = self.offset();
        let name = self.name()?;
        self.expect(TokenKind::Equal, "'='")?;
        let view = self.is_word("view") && self.kind_ahead(1) == Some(TokenKind::OpenParen);
        if view {
            self.advance();
        }
        let value = if view || self.at_function() { self.function(view)? } else { LetValue::Expr(self.query()?) };
        Ok(Statement::Let(name, value, offset))
    }

    /// Whether the parentheses that open here are followed by a body in braces.
    fn at_function(&self) -> bool {
        if !self.is(TokenKind::OpenParen) {
            return false;
        }
        let mut depth = 0_usize;
        for ahead in 0.. {
            match self.kind_ahead(ahead) {
                Some(TokenKind::OpenParen) => depth += 1,
                Some(TokenKind::CloseParen) if depth == 1 => {
                    return self.kind_ahead(ahead + 1) == Some(TokenKind::OpenBrace);
                }
                Some(TokenKind::CloseParen) => depth -= 1,
                Some(_) => {}
                None => return false,
            }
        }
        false
    }

    fn function(&mut self, is_view: bool) -> Result<LetValue> {
        let parameters = self.parenthesized(Self::parameter)?;
        self.expect(TokenKind::OpenBrace, "'{'")?;
        let mut statements = self.nested(Self::statements)?;
        self.expect(TokenKind::CloseBrace, "'}'")?;
        let result = match statements.pop() {
            Some(Statement::Query(result)) => Some(result),
            Some(other) => {
                statements.push(other);
                None
            }
            None => None,
        };
        Ok(LetValue::Function(Rc::new(Function { parameters, is_view, statements, result })))
    }

    fn parameter(&mut self) -> Result<Parameter> {
        let name = self.name()?;
        self.expect(TokenKind::Colon, "':' and a type")?;
        if self.is(TokenKind::OpenParen) {
            return Ok(Parameter { name, kind: ParameterKind::Table(self.table_schema()?) });
        }
        let column_type = self.type_name()?;
        let default = if self.accept(TokenKind::Equal) { Some(self.scalar()?) } else { None };
        Ok(Parameter { name, kind: ParameterKind::Scalar(column_type, default) })
    }

    /// Takes `(name: type, …)` or `(*)`.
    fn table_schema(&mut self) -> Result<Vec<(String, crate::storage::column_type::ColumnType)>> {
        if self.kind_ahead(1) == Some(TokenKind::Star) {
            self.advance();
            self.advance();
            self.expect(TokenKind::CloseParen, "')'")?;
            return Ok(Vec::new());
        }
        self.schema()
    }

    /// Takes `set name` or `set name = value`.
    fn set_statement(&mut self) -> Result<Statement> {
        self.advance();
        let name = self.hyphenated()?;
        let value = if self.accept(TokenKind::Equal) { Some(self.scalar()?) } else { None };
        Ok(Statement::Set(name, value))
    }

    fn declare_statement(&mut self) -> Result<Statement> {
        self.advance();
        let offset = self.offset();
        match self.any_name()?.as_str() {
            "query_parameters" => Ok(Statement::Parameters(self.parenthesized(Self::parameter)?)),
            "pattern" => Ok(Statement::Pattern(Rc::new(self.pattern()?))),
            other => Err(EngineError::not_supported(format!("'declare {other}'")).at(offset)),
        }
    }

    /// Takes `name`, or `name = (key: string)[path: string] { mappings }`.
    fn pattern(&mut self) -> Result<Pattern> {
        let name = self.name()?;
        let mut tables = Vec::new();
        if self.accept(TokenKind::Equal) {
            self.schema()?;
            if self.accept(TokenKind::OpenBracket) {
                self.name()?;
                self.expect(TokenKind::Colon, "':' and a type")?;
                self.type_name()?;
                self.expect(TokenKind::CloseBracket, "']'")?;
            }
            self.expect(TokenKind::OpenBrace, "'{'")?;
            while !self.accept(TokenKind::CloseBrace) {
                tables.push(self.nested(Self::mapping)?);
                while self.accept(TokenKind::Semicolon) {}
            }
        }
        Ok(Pattern { name, tables })
    }

    /// Takes `("a", "b").["c"] = { table }`.
    fn mapping(&mut self) -> Result<(Vec<String>, Option<String>, Expr)> {
        let keys = self.parenthesized(Self::string)?;
        let path = if self.accept(TokenKind::Dot) { Some(self.any_name()?) } else { None };
        self.expect(TokenKind::Equal, "'='")?;
        self.expect(TokenKind::OpenBrace, "'{'")?;
        let table = self.query()?;
        self.accept(TokenKind::Semicolon);
        self.expect(TokenKind::CloseBrace, "'}'")?;
        Ok((keys, path, table))
    }
}
