//! `reduce`: texts grouped by the pattern that they have in common.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::operators::cast;
use crate::engine::error::{EngineError, Result};
use crate::engine::evaluate::column;
use crate::engine::operators::extend::put;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::Expr;
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::to_real;
use crate::storage::value::Value;
use indexmap::IndexMap;
use kql::lexer::TokenKind;
use std::collections::HashMap;
use std::sync::Arc;

pub(super) const REDUCE: OperatorEntry =
    OperatorEntry { name: "reduce", doc: "Texts grouped by the pattern that they have in common.", parse };

/// The share of the texts that a term has to be in to be part of a pattern, unless the query says so.
const THRESHOLD: f64 = 0.1;

/// What the service calls the pattern of texts that have none.
const OTHERS: &str = "others";

#[derive(Debug)]
struct Reduce {
    text: Expr,
    threshold: Option<Expr>,
    characters: Option<Expr>,
    /// Whether the rows are kept, each with its pattern.
    keeps_rows: bool,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    let offset = parser.offset();
    let keeps_rows = match parser.properties(&["kind"])?.iter().find(|(name, _)| name == "kind") {
        None => false,
        Some((_, kind)) if kind == "source" => true,
        Some((_, kind)) => {
            return Err(EngineError::syntax(offset, format!("reduce has no kind '{kind}': it is source or left out")));
        }
    };
    parser.expect_word("by")?;
    let mut reduce = Reduce { text: parser.scalar()?, threshold: None, characters: None, keeps_rows };
    if parser.accept_word("with") {
        parser.list(|parser| {
            let at = parser.offset();
            let name = parser.any_name()?;
            parser.expect(TokenKind::Equal, "'='")?;
            match name.as_str() {
                "threshold" => reduce.threshold = Some(parser.scalar()?),
                "characters" => reduce.characters = Some(parser.scalar()?),
                _ => return Err(EngineError::syntax(at, format!("reduce has no property '{name}'"))),
            }
            Ok(())
        })?;
    }
    Ok(Box::new(reduce))
}

impl Operator for Reduce {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let bound = cast(Binder::over(scope, &input).bind(&self.text)?, ColumnType::String);
        let texts = column(&bound, &input, &scope.context)?;
        let constant = |expr: &Option<Expr>| match expr {
            Some(expr) => Binder::without_columns(scope).constant(expr).map(|(value, _)| Some(value)),
            None => Ok(None),
        };
        let threshold = constant(&self.threshold)?.as_ref().and_then(to_real).unwrap_or(THRESHOLD);
        let characters = constant(&self.characters)?.map_or_else(String::new, |value| value.to_text().into_owned());
        let texts: Vec<Value<'_>> = (0..input.rows).map(|row| texts.value(row)).collect();
        let texts: Vec<std::borrow::Cow<'_, str>> = texts.iter().map(Value::to_text).collect();
        let patterns = patterns(&texts, threshold, &characters);
        Ok(if self.keeps_rows { with_pattern(&input, &patterns) } else { grouped(&texts, &patterns) })
    }
}

fn with_pattern(input: &Relation, patterns: &[String]) -> Relation {
    let mut result = input.with_columns(input.columns.clone());
    put(&mut result, "Pattern".to_owned(), Arc::new(Column::String(patterns.iter().map(String::as_str).collect())));
    result
}

/// How many texts have each pattern, and the first of them; the most frequent first.
fn grouped(texts: &[std::borrow::Cow<'_, str>], patterns: &[String]) -> Relation {
    let mut groups: IndexMap<&str, (i64, &str)> = IndexMap::new();
    for (text, pattern) in texts.iter().zip(patterns) {
        groups.entry(pattern).or_insert((0, if pattern == OTHERS { "" } else { text })).0 += 1;
    }
    groups.sort_by(|_, first, _, second| second.0.cmp(&first.0));
    let counts: Vec<i64> = groups.values().map(|(count, _)| *count).collect();
    let columns = vec![
        NamedColumn::new("Pattern", Column::String(groups.keys().copied().collect())),
        NamedColumn::new("Count", Column::Long(counts.into())),
        NamedColumn::new("Representative", Column::String(groups.values().map(|(_, text)| *text).collect())),
    ];
    Relation::new(columns, groups.len())
}

/// A piece of a text: a term, or what separates terms.
#[derive(Clone, Copy)]
enum Piece<'t> {
    Term(&'t str),
    Separator(&'t str),
}

/// The pieces of a text. Terms are of letters and digits; `characters` separate them too.
fn pieces<'t>(text: &'t str, characters: &str) -> Vec<Piece<'t>> {
    let in_term = |character: char| character.is_alphanumeric() && !characters.contains(character);
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_term = in_term(first);
        let (piece, behind) = rest.split_at(rest.find(|character| in_term(character) != is_term).unwrap_or(rest.len()));
        pieces.push(if is_term { Piece::Term(piece) } else { Piece::Separator(piece) });
        rest = behind;
    }
    pieces
}

/// The pattern of each text: `*` stands for terms that too few texts have at their place, and for numbers.
fn patterns(texts: &[std::borrow::Cow<'_, str>], threshold: f64, characters: &str) -> Vec<String> {
    let texts: Vec<Vec<Piece<'_>>> = texts.iter().map(|text| pieces(text, characters)).collect();
    let mut seen: HashMap<(usize, &str), usize> = HashMap::new();
    for pieces in &texts {
        for (place, piece) in pieces.iter().enumerate() {
            if let Piece::Term(term) = piece {
                *seen.entry((place, term)).or_default() += 1;
            }
        }
    }
    let enough = (threshold * texts.len() as f64).max(2.0);
    let is_kept = |place: usize, term: &str| {
        !term.chars().all(|character| character.is_ascii_digit())
            && seen.get(&(place, term)).is_some_and(|count| *count as f64 >= enough)
    };
    texts.iter().map(|pieces| pattern(pieces, characters, is_kept)).collect()
}

fn pattern(pieces: &[Piece<'_>], characters: &str, is_kept: impl Fn(usize, &str) -> bool) -> String {
    let kept = |(place, piece): (usize, &Piece<'_>)| matches!(piece, Piece::Term(term) if is_kept(place, term));
    if !pieces.iter().enumerate().any(kept) {
        return OTHERS.to_owned();
    }
    let mut pattern = String::new();
    for (place, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Term(term) if is_kept(place, term) => pattern.push_str(term),
            Piece::Separator(separator) if !separator.chars().all(|character| characters.contains(character)) => {
                pattern.push_str(separator);
            }
            // A separator that the query names is part of the wildcard that follows.
            _ if !pattern.ends_with('*') => pattern.push('*'),
            _ => {}
        }
    }
    pattern
}
