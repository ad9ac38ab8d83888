//! Literals: numbers, strings, typed literals and `dynamic(…)`.

use crate::engine::error::{EngineError, Result};
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::ExprKind;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::{parse, to_dynamic};
use crate::storage::dynamic::{Bag, Dynamic};
use crate::storage::time::{DateTime, TICKS_PER_DAY, Timespan};
use crate::storage::value::Value;
use kql::lexer::{Token, TokenKind};

impl Parser<'_> {
    /// Takes a literal; none where no literal starts here.
    pub(in crate::engine) fn literal(&mut self) -> Result<Option<ExprKind>> {
        let literal = match self.kind() {
            Some(TokenKind::String) => Some((self.strings()?.into(), ColumnType::String)),
            Some(TokenKind::Name) => self.named_literal()?,
            Some(_) => self.token_literal()?,
            None => None,
        };
        Ok(literal.map(|(value, column_type)| ExprKind::Literal(value, column_type)))
    }

    /// Takes a string; strings that follow each other are one.
    fn strings(&mut self) -> Result<String> {
        let mut text = self.string()?;
        while self.is(TokenKind::String) {
            text.push_str(&self.string()?);
        }
        Ok(text)
    }

    /// Takes `true`, `false` or `dynamic(…)`.
    fn named_literal(&mut self) -> Result<Option<(Value<'static>, ColumnType)>> {
        match self.text_ahead(0) {
            "true" | "false" | "True" | "False" | "TRUE" | "FALSE" => {
                let value = self.text_ahead(0).eq_ignore_ascii_case("true");
                self.advance();
                Ok(Some((Value::Bool(value), ColumnType::Bool)))
            }
            "dynamic" if self.kind_ahead(1) == Some(TokenKind::OpenParen) => {
                self.advance();
                self.advance();
                let value = self.dynamic()?;
                self.expect(TokenKind::CloseParen, "')'")?;
                Ok(Some((Value::from(value), ColumnType::Dynamic)))
            }
            _ => Ok(None),
        }
    }

    /// Takes a number, guid or typed literal.
    fn token_literal(&mut self) -> Result<Option<(Value<'static>, ColumnType)>> {
        let (Some(kind), Some(token)) = (self.kind(), self.peek()) else { return Ok(None) };
        let column_type = match kind {
            TokenKind::Long => ColumnType::Long,
            TokenKind::Real => ColumnType::Real,
            TokenKind::Timespan => ColumnType::Timespan,
            TokenKind::Guid => ColumnType::Guid,
            TokenKind::Typed(scalar) => ColumnType::from_name(scalar.name()).unwrap_or(ColumnType::String),
            _ => return Ok(None),
        };
        self.advance();
        let text = self.content_of(token);
        match value_of(text, column_type) {
            Some(value) => Ok(Some((value, column_type))),
            None => Err(invalid(token, text, column_type)),
        }
    }

    /// Takes the content of `dynamic(…)`: JSON, and literals of Kusto in place of JSON values.
    fn dynamic(&mut self) -> Result<Dynamic> {
        self.nested(|parser| match parser.kind() {
            Some(TokenKind::OpenBracket) => parser.dynamic_array(),
            Some(TokenKind::OpenBrace) => parser.dynamic_bag(),
            Some(TokenKind::Minus) => {
                parser.advance();
                Ok(negated(parser.dynamic()?))
            }
            Some(TokenKind::Name) if parser.text_ahead(0) == "null" => {
                parser.advance();
                Ok(Dynamic::Null)
            }
            _ => match parser.literal()? {
                Some(ExprKind::Literal(value, _)) => Ok(to_dynamic(&value)),
                _ => Err(parser.expected("a JSON value")),
            },
        })
    }

    fn dynamic_array(&mut self) -> Result<Dynamic> {
        self.advance();
        let mut values = Vec::new();
        while !self.accept(TokenKind::CloseBracket) {
            values.push(self.dynamic()?);
            if !self.accept(TokenKind::Comma) && !self.is(TokenKind::CloseBracket) {
                return Err(self.expected("',' or ']'"));
            }
        }
        Ok(Dynamic::array(values))
    }

    fn dynamic_bag(&mut self) -> Result<Dynamic> {
        self.advance();
        let mut bag = Bag::new();
        while !self.accept(TokenKind::CloseBrace) {
            let name = if self.is(TokenKind::Name) { self.name()? } else { self.string()? };
            self.expect(TokenKind::Colon, "':'")?;
            bag.insert(name.into(), self.dynamic()?);
            if !self.accept(TokenKind::Comma) && !self.is(TokenKind::CloseBrace) {
                return Err(self.expected("',' or '}'"));
            }
        }
        Ok(Dynamic::bag(bag))
    }
}

fn negated(value: Dynamic) -> Dynamic {
    match value {
        Dynamic::Long(value) => Dynamic::Long(value.wrapping_neg()),
        Dynamic::Real(value) => Dynamic::Real(-value),
        other => other,
    }
}

fn invalid(token: Token, text: &str, column_type: ColumnType) -> EngineError {
    let shown: String = text.chars().take(60).collect();
    EngineError::syntax(token.start, format!("'{shown}' is not a {column_type} literal"))
}

/// The value of the text of a literal; none where it is not one of its type.
pub(in crate::engine) fn value_of(text: &str, column_type: ColumnType) -> Option<Value<'static>> {
    let text = text.trim();
    if text == "null" || text.is_empty() {
        return Some(Value::Null);
    }
    let unquoted = text.trim_matches(['"', '\'']);
    let value = match column_type {
        ColumnType::Timespan => timespan(unquoted),
        ColumnType::DateTime if text.contains(',') => datetime_parts(text),
        ColumnType::Real => real(text),
        ColumnType::String => Value::from(text.to_owned()),
        _ => parse(unquoted, column_type).into_owned(),
    };
    (!value.is_null()).then_some(value)
}

/// `datetime(2020, 6, 14)`
fn datetime_parts(text: &str) -> Value<'static> {
    let parts: Option<Vec<u32>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    match parts.as_deref() {
        Some([year, month, day]) => {
            DateTime::from_date(year.cast_signed(), *month, *day).map_or(Value::Null, Value::DateTime)
        }
        _ => Value::Null,
    }
}

/// `timespan(2)` is two days.
fn timespan(text: &str) -> Value<'static> {
    match text.parse::<i64>() {
        Ok(days) => days.checked_mul(TICKS_PER_DAY).map_or(Value::Null, |ticks| Value::Timespan(Timespan(ticks))),
        Err(_) => parse(text, ColumnType::Timespan).into_owned(),
    }
}

fn real(text: &str) -> Value<'static> {
    match text {
        "+inf" | "inf" => Value::Real(f64::INFINITY),
        "-inf" => Value::Real(f64::NEG_INFINITY),
        _ => parse(text, ColumnType::Real).into_owned(),
    }
}
