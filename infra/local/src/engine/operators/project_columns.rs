//! `project-away`, `project-keep`, `project-reorder`: columns chosen by name, with `*` for any part of it.

use crate::engine::bind::suggest::did_you_mean;
use crate::engine::error::{EngineError, Result};
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use kql::lexer::TokenKind;
use std::cmp::Ordering;

pub(super) const PROJECT_AWAY: OperatorEntry =
    OperatorEntry { name: "project-away", doc: "All columns but these.", parse: |parser| parse(parser, Choice::Away) };
pub(super) const PROJECT_KEEP: OperatorEntry = OperatorEntry {
    name: "project-keep",
    doc: "Only these columns, in the order in which they were.",
    parse: |parser| parse(parser, Choice::Keep),
};
pub(super) const PROJECT_REORDER: OperatorEntry = OperatorEntry {
    name: "project-reorder",
    doc: "These columns first, then all others.",
    parse: |parser| parse(parser, Choice::Reorder),
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Choice {
    Away,
    Keep,
    Reorder,
}

#[derive(Debug)]
struct ChooseColumns {
    choice: Choice,
    patterns: Vec<Pattern>,
}

/// A name in which `*` stands for any characters, and the order of the columns that it chooses.
#[derive(Debug)]
pub(super) struct Pattern {
    text: String,
    order: Option<String>,
    offset: usize,
}

fn parse(parser: &mut Parser<'_>, choice: Choice) -> Result<Box<dyn Operator>> {
    Ok(Box::new(ChooseColumns { choice, patterns: parser.list(pattern)? }))
}

/// Takes a name with or without `*`, and an order behind it.
pub(super) fn pattern(parser: &mut Parser<'_>) -> Result<Pattern> {
    let offset = parser.offset();
    let mut text = String::new();
    loop {
        let touches = parser.touches_ahead(0);
        if parser.accept(TokenKind::Star) {
            text.push('*');
        } else if parser.at_name() {
            text.push_str(&parser.name()?);
        } else if text.is_empty() {
            return Err(parser.expected("the name of a column"));
        } else {
            break;
        }
        if !touches {
            break;
        }
    }
    let ordered =
        ["asc", "desc", "granny-asc", "granny-desc"].contains(&parser.text_ahead(0)) || parser.is_word("granny");
    Ok(Pattern { text, order: if ordered { Some(parser.hyphenated()?) } else { None }, offset })
}

impl Pattern {
    /// Whether it has a `*`.
    fn is_wild(&self) -> bool {
        self.text.contains('*')
    }

    /// Whether it chooses a column.
    pub(super) fn matches(&self, name: &str) -> bool {
        matches(&self.text, name)
    }

    /// The indexes of the columns that it chooses, in its order.
    fn chosen(&self, input: &Relation) -> Result<Vec<usize>> {
        let name = |index: &usize| input.columns.get(*index).map_or("", |column| column.name.as_str());
        let mut chosen: Vec<usize> = (0..input.columns.len()).filter(|index| self.matches(name(index))).collect();
        if chosen.is_empty() && !self.is_wild() {
            let nearest = did_you_mean(&self.text, input.columns.iter().map(|column| column.name.as_str()));
            let message = format!("failed to resolve the column named '{}'{nearest}", self.text);
            return Err(EngineError::semantic("SEM0100", message).at(self.offset));
        }
        match self.order.as_deref() {
            Some("asc") => chosen.sort_by(|one, other| name(one).cmp(name(other))),
            Some("desc") => chosen.sort_by(|one, other| name(other).cmp(name(one))),
            Some("granny-asc") => chosen.sort_by(|one, other| by_numbers(name(one), name(other))),
            Some("granny-desc") => chosen.sort_by(|one, other| by_numbers(name(other), name(one))),
            _ => {}
        }
        Ok(chosen)
    }
}

/// Whether a name is that of a pattern, in which `*` stands for any characters.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The order of names in which a run of digits counts as its number.
fn by_numbers(one: &str, other: &str) -> Ordering {
    let split = |name: &str| {
        let at = name.find(|character: char| character.is_ascii_digit()).unwrap_or(name.len());
        let end = name[at..].find(|character: char| !character.is_ascii_digit()).map_or(name.len(), |end| at + end);
        (name[..at].to_owned(), name[at..end].parse::<u64>().unwrap_or(0), name[end..].to_owned())
    };
    split(one).cmp(&split(other))
}

impl Operator for ChooseColumns {
    fn apply(&self, input: Relation, _: &Scope) -> Result<Relation> {
        let mut chosen: Vec<usize> = Vec::new();
        for pattern in &self.patterns {
            let added: Vec<usize> =
                pattern.chosen(&input)?.into_iter().filter(|index| !chosen.contains(index)).collect();
            chosen.extend(added);
        }
        let others = (0..input.columns.len()).filter(|index| !chosen.contains(index));
        let kept: Vec<usize> = match self.choice {
            Choice::Away => others.collect(),
            Choice::Reorder => chosen.iter().copied().chain(others).collect(),
            Choice::Keep => (0..input.columns.len()).filter(|index| chosen.contains(index)).collect(),
        };
        let columns: Vec<NamedColumn> = kept.iter().filter_map(|index| input.columns.get(*index).cloned()).collect();
        Ok(input.with_columns(columns))
    }
}
