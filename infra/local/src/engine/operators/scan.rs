//! `scan`: sequences of rows that follow each other as steps say.

use crate::engine::error::{EngineError, Result};
use crate::engine::operators::scan_state::Scanner;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::Expr;
use crate::storage::column_type::ColumnType;
use kql::lexer::TokenKind;

pub(super) const SCAN: OperatorEntry =
    OperatorEntry { name: "scan", doc: "Sequences of rows that follow each other as steps say.", parse };

/// What the query says.
#[derive(Debug)]
pub(super) struct Scan {
    /// The column of the number of the sequence.
    pub(super) match_id: Option<String>,
    /// Columns that steps assign to: name, type and the value before.
    pub(super) declared: Vec<(String, ColumnType, Option<Expr>)>,
    pub(super) steps: Vec<Step>,
}

/// A step of a sequence.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) name: String,
    pub(super) output: Output,
    pub(super) condition: Expr,
    pub(super) assignments: Vec<(String, Expr)>,
    pub(super) offset: usize,
}

/// Which of the rows that match a step again and again are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Output {
    All,
    Last,
    None,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    let properties = parser.properties(&["with_match_id"])?;
    let match_id = properties.into_iter().find(|(name, _)| name == "with_match_id").map(|(_, name)| name);
    let declared = if parser.accept_word("declare") { parser.parenthesized(declaration)? } else { Vec::new() };
    parser.expect_word("with")?;
    parser.expect(TokenKind::OpenParen, "'('")?;
    let mut steps = Vec::new();
    while !parser.accept(TokenKind::CloseParen) {
        steps.push(step(parser)?);
        if !parser.accept(TokenKind::Semicolon) && !parser.is(TokenKind::CloseParen) {
            return Err(parser.expected("';' or ')'"));
        }
    }
    if steps.is_empty() {
        return Err(parser.expected("a step before ')'"));
    }
    Ok(Box::new(Scan { match_id, declared, steps }))
}

/// Takes `name: type [= value]`.
fn declaration(parser: &mut Parser<'_>) -> Result<(String, ColumnType, Option<Expr>)> {
    let name = parser.name()?;
    parser.expect(TokenKind::Colon, "':' and a type")?;
    let column_type = parser.type_name()?;
    let default = if parser.accept(TokenKind::Equal) { Some(parser.scalar()?) } else { None };
    Ok((name, column_type, default))
}

/// Takes `step name [output = all | last | none]: condition [=> column = value, …]`.
fn step(parser: &mut Parser<'_>) -> Result<Step> {
    let offset = parser.offset();
    parser.expect_word("step")?;
    let name = parser.name()?;
    let properties = parser.properties(&["output"])?;
    let output = match properties.first().map(|(_, value)| value.as_str()) {
        None | Some("all") => Output::All,
        Some("last") => Output::Last,
        Some("none") => Output::None,
        Some(other) => {
            let message = format!("a step has no output '{other}': use all, last or none");
            return Err(EngineError::syntax(offset, message));
        }
    };
    parser.expect(TokenKind::Colon, "':' and a condition")?;
    let condition = parser.scalar()?;
    let mut assignments = Vec::new();
    if parser.accept(TokenKind::FatArrow) {
        assignments = parser.list(|parser| {
            let column = parser.name()?;
            parser.expect(TokenKind::Equal, "'='")?;
            Ok((column, parser.scalar()?))
        })?;
    }
    Ok(Step { name, output, condition, assignments, offset })
}

impl Operator for Scan {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let mut scanner = Scanner::new(self, &input, scope)?;
        for row in 0..input.rows {
            scope.context.check()?;
            scanner.take(row)?;
        }
        scanner.finish()
    }
}
