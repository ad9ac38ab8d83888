//! The pattern of `parse`: texts, columns and `*`, as a regular expression.

use crate::engine::error::{EngineError, Result};
use crate::engine::syntax::parser::Parser;
use crate::storage::column_type::ColumnType;
use kql::lexer::TokenKind;
use regex::{Regex, RegexBuilder};

/// How a pattern is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mode {
    /// Texts stand for themselves; a value that is not of its type spoils the row.
    Simple,
    /// Texts stand for themselves; a value that is not of its type is null.
    Relaxed,
    /// Texts are regular expressions.
    Regex,
}

/// A piece of a pattern.
#[derive(Debug)]
pub(super) enum Piece {
    Text(String),
    Column(String, ColumnType),
    Star,
}

/// A pattern as read from the query.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) mode: Mode,
    flags: String,
    pub(super) pieces: Vec<Piece>,
    offset: usize,
}

impl Pattern {
    /// Takes the pieces up to the end of the operator.
    pub(super) fn parse(parser: &mut Parser<'_>, mode: Mode, flags: String) -> Result<Self> {
        let offset = parser.offset();
        let mut pieces = Vec::new();
        loop {
            if parser.accept(TokenKind::Star) {
                pieces.push(Piece::Star);
            } else if parser.is(TokenKind::String) {
                pieces.push(Piece::Text(parser.string()?));
            } else if parser.at_name() {
                let name = parser.name()?;
                let column_type =
                    if parser.accept(TokenKind::Colon) { parser.type_name()? } else { ColumnType::String };
                pieces.push(Piece::Column(name, column_type));
            } else {
                break;
            }
        }
        let adjacent = |pair: &[Piece]| matches!(pair, [Piece::Column(..), Piece::Column(..)]);
        if pieces.windows(2).any(adjacent) {
            return Err(EngineError::syntax(offset, "two columns of parse need a text between them"));
        }
        if pieces.is_empty() {
            Err(parser.expected("a text, a column or '*'"))
        } else {
            Ok(Self { mode, flags, pieces, offset })
        }
    }

    /// The columns that it reads.
    pub(super) fn columns(&self) -> impl Iterator<Item = (&str, ColumnType)> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Column(name, column_type) => Some((name.as_str(), *column_type)),
            _ => None,
        })
    }

    /// The regular expression, with a group for each column.
    pub(super) fn regex(&self) -> Result<Regex> {
        let mut text = String::from("^");
        let last = self.pieces.len() - 1;
        for (index, piece) in self.pieces.iter().enumerate() {
            match piece {
                Piece::Text(literal) if self.mode == Mode::Regex => text.push_str(&format!("(?:{literal})")),
                Piece::Text(literal) => text.push_str(&regex::escape(literal)),
                Piece::Star => text.push_str(".*?"),
                Piece::Column(_, column_type) if self.mode == Mode::Regex => {
                    text.push_str(&format!("(?P<column{index}>{})", expression(*column_type)));
                }
                Piece::Column(_, column_type) if column_type.is_numeric() && self.is_star(index + 1) => {
                    text.push_str(&format!("(?P<column{index}>{})", expression(*column_type)));
                }
                Piece::Column(_, _) if index == last => text.push_str(&format!("(?P<column{index}>.*)")),
                Piece::Column(_, _) => text.push_str(&format!("(?P<column{index}>.*?)")),
            }
        }
        if !matches!(self.pieces.last(), Some(Piece::Text(_))) {
            text.push('$');
        }
        let invalid =
            |_| EngineError::semantic("SEM0420", "the pattern of parse is not a regular expression").at(self.offset);
        let flag = |flag: char| self.flags.contains(flag);
        let simple = self.mode != Mode::Regex;
        let mut builder = RegexBuilder::new(&text);
        builder
            .case_insensitive(flag('i'))
            .multi_line(flag('m'))
            .dot_matches_new_line(simple || flag('s'))
            .swap_greed(flag('U'));
        builder.build().map_err(invalid)
    }

    fn is_star(&self, index: usize) -> bool {
        matches!(self.pieces.get(index), Some(Piece::Star))
    }

    /// The names of the groups of the columns.
    pub(super) fn groups(&self) -> Vec<String> {
        let columns = self.pieces.iter().enumerate().filter(|(_, piece)| matches!(piece, Piece::Column(_, _)));
        columns.map(|(index, _)| format!("column{index}")).collect()
    }
}

/// What the text of a value of a type looks like, where texts are regular expressions.
fn expression(column_type: ColumnType) -> &'static str {
    match column_type {
        ColumnType::Int | ColumnType::Long => r"[\-\+]?\d+",
        ColumnType::Real | ColumnType::Decimal => r"[\-\+]?\d*\.?\d+(?:[eE][\-\+]?\d+)?",
        _ => ".*",
    }
}
