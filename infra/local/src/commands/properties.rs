//! Properties of a command: `with (docstring="…", folder="…")`.

use super::cursor::Cursor;
use crate::error::KustoError;
use kql::lexer::TokenKind;

/// The properties of a command, in the order written.
pub(super) struct Properties(Vec<(String, String)>);

impl Properties {
    /// Takes the properties, if there are any.
    ///
    /// # Errors
    /// Where the list is wrong, or has a property that is none of `known`.
    pub(super) fn take(cursor: &mut Cursor<'_>, known: &[&str]) -> Result<Self, KustoError> {
        let mut properties = Vec::new();
        if cursor.take_word("with") {
            cursor.expect(TokenKind::OpenParen, "(")?;
            while cursor.take(TokenKind::CloseParen).is_none() {
                let name = cursor.name()?;
                if !known.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
                    let message = format!("the property {name} is not supported here: use {}", known.join(", "));
                    return Err(KustoError::syntax(message));
                }
                cursor.expect(TokenKind::Equal, "=")?;
                properties.push((name, cursor.value()?));
                cursor.take(TokenKind::Comma);
            }
        }
        Ok(Self(properties))
    }

    /// The value of a property.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether a property is `true`.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// A property that is a JSON array of texts; empty where it is not there.
    ///
    /// # Errors
    /// Where it is something else.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, KustoError> {
        let text = self.get(name).unwrap_or("[]");
        serde_json::from_str(text)
            .map_err(|_| KustoError::syntax(format!("the property {name} is no JSON array: write '[\"…\"]'")))
    }
}
