//! `parse-kv`: columns read from the keys and values that a text lists.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::operators::cast;
use crate::engine::error::{EngineError, Result};
use crate::engine::evaluate::evaluate;
use crate::engine::operators::extend::put;
use crate::engine::operators::key_values::{Quoting, Style};
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::Expr;
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::convert;
use kql::lexer::TokenKind;
use regex::Regex;
use std::sync::Arc;

pub(super) const PARSE_KV: OperatorEntry =
    OperatorEntry { name: "parse-kv", doc: "Columns read from the keys and values that a text lists.", parse };

#[derive(Debug)]
struct ParseKv {
    text: Expr,
    keys: Vec<(String, ColumnType)>,
    style: Style,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    let text = parser.scalar()?;
    parser.expect_word("as")?;
    let keys = parser.schema()?;
    let style = if parser.accept_word("with") { style(parser)? } else { Style::Words(Quoting::default()) };
    Ok(Box::new(ParseKv { text, keys, style }))
}

/// Takes `(pair_delimiter=…, kv_delimiter=…, quote=…, escape=…, greedy=…)` or `(regex=…)`.
fn style(parser: &mut Parser<'_>) -> Result<Style> {
    let offset = parser.offset();
    let mut quoting = Quoting::default();
    let (mut pair, mut key_value, mut regex, mut greedy) = (None, None, None, false);
    parser.parenthesized(|parser| {
        let at = parser.offset();
        let name = parser.any_name()?;
        parser.expect(TokenKind::Equal, "'='")?;
        match name.as_str() {
            "pair_delimiter" => pair = Some(parser.string()?),
            "kv_delimiter" => key_value = Some(parser.string()?),
            "quote" => quoting.quote(&parser.string()?),
            "escape" => quoting.escapes.extend(parser.string()?.chars()),
            "regex" => regex = Some(parser.string()?),
            "greedy" => greedy = parser.advance().is_some_and(|word| parser.content_of(word) == "true"),
            _ => return Err(EngineError::syntax(at, format!("parse-kv has no property '{name}'"))),
        }
        Ok(())
    })?;
    match (pair, key_value, regex) {
        (None, None, Some(pattern)) => match Regex::new(&pattern) {
            Ok(regex) if regex.captures_len() == 3 => Ok(Style::Regex(regex)),
            _ => {
                Err(EngineError::semantic("SEM0420", "parse-kv needs a regular expression with two groups").at(offset))
            }
        },
        (Some(pair), Some(key_value), None) if !pair.is_empty() && !key_value.is_empty() => {
            Ok(Style::Delimited { pair, key_value, quoting, greedy })
        }
        (None, None, None) => Ok(Style::Words(quoting)),
        _ => Err(EngineError::syntax(
            offset,
            "parse-kv needs pair_delimiter and kv_delimiter, or regex, or none of them",
        )),
    }
}

impl Operator for ParseKv {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let bound = cast(Binder::over(scope, &input).bind(&self.text)?, ColumnType::String);
        let texts = evaluate(&bound, &input, &scope.context)?;
        let keys: Vec<&str> = self.keys.iter().map(|(name, _)| name.as_str()).collect();
        let mut columns: Vec<Column> =
            self.keys.iter().map(|(_, column_type)| Column::new(*column_type, input.rows)).collect();
        for row in 0..input.rows {
            let text = texts.value(row);
            let pairs = self.style.pairs(&text.to_text(), &keys);
            for (key, column) in keys.iter().zip(&mut columns) {
                let value = pairs.iter().find(|(found, _)| found == key).map_or("", |(_, value)| value);
                let column_type = column.column_type();
                column.push(convert::parse(value, column_type));
            }
        }
        let mut result = input.with_columns(input.columns.clone());
        for ((name, _), column) in self.keys.iter().zip(columns) {
            put(&mut result, name.clone(), Arc::new(column));
        }
        Ok(result)
    }
}
