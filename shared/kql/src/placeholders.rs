//! `{{name}}` in management commands, which have no parameters: filled with a quoted literal or a quoted name, so that
//! no value changes what the command is.
//!
//! Fill first; then ask for the verb and for refusals of the filled text.

use crate::command::records_start;
use crate::lexer::{Token, TokenKind, tokens};
use crate::name;
use crate::parameters::{self, ParameterError};
use crate::words::line_and_column;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Why placeholders cannot be filled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceholderError {
    /// No parameter has its name.
    #[error("placeholder `{{{{{name}}}}}` in line {line}, column {column} has no value: give one in `parameters`")]
    Unknown {
        /// The name.
        name: String,
        /// Its line, from 1.
        line: usize,
        /// Its column, from 1.
        column: usize,
    },
    /// It would become part of a string, a comment or a literal.
    #[error(
        "`{{{{` in line {line}, column {column} stands inside a string, a comment or a literal: put the placeholder outside, its value brings its own quotes"
    )]
    Inside {
        /// Its line, from 1.
        line: usize,
        /// Its column, from 1.
        column: usize,
    },
    /// It would grow together with what stands before it.
    #[error(
        "placeholder `{{{{{name}}}}}` in line {line}, column {column} touches what stands before it: put a blank between"
    )]
    Touches {
        /// The name.
        name: String,
        /// Its line, from 1.
        line: usize,
        /// Its column, from 1.
        column: usize,
    },
    /// A parameter that no placeholder names.
    #[error("parameter `{name}` has no placeholder: remove it, or write {{{{{name}}}}} where its value belongs")]
    Unused {
        /// The parameter.
        name: String,
    },
    /// A value that is none of its type.
    #[error(transparent)]
    Value(#[from] ParameterError),
}

/// `command` with each `{{name}}` replaced by the parameter of that name: `{"name": "T"}` becomes a quoted name, `['T']`;
/// everything else a literal, typed as [`parameters::bind`] does. The records of `.ingest inline` stay as they are.
///
/// # Errors
/// [`PlaceholderError`], for placeholders without a parameter, parameters without a placeholder, and values that are none.
pub fn fill(command: &str, parameters: &Map<String, Value>) -> Result<String, PlaceholderError> {
    let (text, records) = command.split_at(records_start(command).unwrap_or(command.len()));
    let placeholders = placeholders(text)?;
    let used: BTreeSet<&str> = placeholders.iter().map(|placeholder| placeholder.name).collect();
    if let Some(name) = parameters.keys().find(|name| !used.contains(name.as_str())) {
        return Err(PlaceholderError::Unused { name: name.clone() });
    }
    let mut filled = String::with_capacity(command.len());
    let mut position = 0;
    for Placeholder { name, start, end } in placeholders {
        let unknown = || {
            let (line, column) = line_and_column(text, start);
            PlaceholderError::Unknown { name: name.to_owned(), line, column }
        };
        filled.push_str(&text[position..start]);
        filled.push_str(&quoted(name, parameters.get(name).ok_or_else(unknown)?)?);
        position = end;
    }
    Ok(filled + &text[position..] + records)
}

/// What stands for a parameter in the text.
fn quoted(name: &str, given: &Value) -> Result<String, ParameterError> {
    match given {
        Value::Object(object) if object.len() == 1 => match object.get("name") {
            Some(Value::String(entity)) => Ok(name::quote(entity)),
            _ => parameters::literal(name, given),
        },
        _ => parameters::literal(name, given),
    }
}

/// `{{name}}`, and the bytes it takes.
struct Placeholder<'t> {
    name: &'t str,
    start: usize,
    end: usize,
}

/// The placeholders of a text, in order.
fn placeholders(text: &str) -> Result<Vec<Placeholder<'_>>, PlaceholderError> {
    let tokens: Vec<Token> = tokens(text).collect();
    let mut found: Vec<Placeholder<'_>> = Vec::new();
    let mut position = 0;
    for (index, window) in tokens.windows(LENGTH).enumerate() {
        let Some(placeholder) = placeholder(text, window) else { continue };
        refuse_inside(text, position, placeholder.start)?;
        let touched =
            index.checked_sub(1).map(|previous| tokens[previous]).filter(|token| token.end == placeholder.start);
        if touched.is_some_and(|token| !separates(token.kind)) {
            let (line, column) = line_and_column(text, placeholder.start);
            return Err(PlaceholderError::Touches { name: placeholder.name.to_owned(), line, column });
        }
        position = placeholder.end;
        found.push(placeholder);
    }
    refuse_inside(text, position, text.len())?;
    Ok(found)
}

/// Two braces, a name, two braces.
const LENGTH: usize = 5;

fn placeholder<'t>(text: &'t str, tokens: &[Token]) -> Option<Placeholder<'t>> {
    use TokenKind::{CloseBrace, Name, OpenBrace};
    let [open, inner_open, name, inner_close, close] = tokens else { return None };
    let kinds = [open.kind, inner_open.kind, name.kind, inner_close.kind, close.kind];
    let together = open.end == inner_open.start && inner_close.end == close.start;
    let named = name::is_identifier(name.text(text));
    (kinds == [OpenBrace, OpenBrace, Name, CloseBrace, CloseBrace] && together && named).then(|| Placeholder {
        name: name.text(text),
        start: open.start,
        end: close.end,
    })
}

/// Whether a quoted value may follow a token of this kind directly: it is neither a prefix of strings nor the start of a
/// longer token.
fn separates(kind: TokenKind) -> bool {
    use TokenKind::{At, Directive, Error, Guid, Long, Name, Real, String, Tilde, Timespan, Typed};
    !matches!(kind, At | Directive | Error(_) | Guid | Long | Name | Real | String | Tilde | Timespan | Typed(_))
}

/// Refuses what looks like a placeholder but is none: it can only stand where no token starts.
fn refuse_inside(text: &str, start: usize, end: usize) -> Result<(), PlaceholderError> {
    let looks = |(index, mark): &(usize, &str)| {
        let content = text[start + index + mark.len()..end].trim_start();
        let rest = content.trim_start_matches(|character: char| character.is_ascii_alphanumeric() || character == '_');
        name::is_identifier(&content[..content.len() - rest.len()]) && rest.trim_start().starts_with("}}")
    };
    match text[start..end].match_indices("{{").find(looks) {
        None => Ok(()),
        Some((index, _)) => {
            let (line, column) = line_and_column(text, start + index);
            Err(PlaceholderError::Inside { line, column })
        }
    }
}

#[cfg(test)]
mod tests;
