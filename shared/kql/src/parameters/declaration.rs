//! What a query itself says of its parameters: `declare query_parameters(n:long, d:datetime = datetime(2020-01-01));`

use super::ParameterError;
use crate::lexer::{Token, TokenKind, tokens};
use crate::scalar_type::ScalarType;
use crate::string::unescape;
use std::collections::BTreeMap;

/// One declared parameter.
pub(super) struct Declaration {
    /// Its type.
    pub(super) scalar_type: ScalarType,
    /// Whether the query can run without a value for it.
    pub(super) has_default: bool,
}

/// The parameters that `query` declares, by name; none where it has no declaration.
pub(super) fn declared(query: &str) -> Result<Option<BTreeMap<String, Declaration>>, ParameterError> {
    let tokens: Vec<Token> = tokens(query).filter(|token| token.kind != TokenKind::Directive).collect();
    let mut found = None;
    for (index, token) in tokens.iter().enumerate() {
        let rest = &tokens[index + 1..];
        let starts_statement = index == 0 || tokens[index - 1].kind == TokenKind::Semicolon;
        if starts_statement && token.text(query) == "declare" && word(rest, query) == "query_parameters" {
            let parameters = Parameters { query, rest: &rest[1..] };
            found.get_or_insert_with(BTreeMap::new).extend(parameters.read().ok_or(ParameterError::BadDeclaration)??);
        }
    }
    Ok(found)
}

fn word<'t>(tokens: &[Token], query: &'t str) -> &'t str {
    tokens.first().map(|token| token.text(query)).unwrap_or_default()
}

/// Reads the list in parentheses.
struct Parameters<'q> {
    query: &'q str,
    rest: &'q [Token],
}

impl Parameters<'_> {
    fn read(mut self) -> Option<Result<Vec<(String, Declaration)>, ParameterError>> {
        self.take(TokenKind::OpenParen)?;
        let mut parameters = Vec::new();
        loop {
            let name = self.name()?;
            self.take(TokenKind::Colon)?;
            let type_name = self.take(TokenKind::Name)?.text(self.query);
            let Some(scalar_type) = ScalarType::from_name(type_name) else {
                return Some(Err(ParameterError::UnknownType { name, type_name: type_name.to_owned() }));
            };
            let has_default = self.take(TokenKind::Equal).is_some();
            let end = if has_default { self.after_default()? } else { self.next()?.kind };
            parameters.push((name, Declaration { scalar_type, has_default }));
            match end {
                TokenKind::Comma => {}
                TokenKind::CloseParen => return Some(Ok(parameters)),
                _ => return None,
            }
        }
    }

    fn next(&mut self) -> Option<Token> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn take(&mut self, kind: TokenKind) -> Option<Token> {
        self.rest.first().is_some_and(|token| token.kind == kind).then(|| self.next())?
    }

    fn name(&mut self) -> Option<String> {
        if let Some(name) = self.take(TokenKind::Name) {
            return Some(name.text(self.query).to_owned());
        }
        self.take(TokenKind::OpenBracket)?;
        let name = unescape(self.take(TokenKind::String)?.text(self.query))?;
        self.take(TokenKind::CloseBracket)?;
        Some(name)
    }

    /// Skips a default value, and says what ends it: a comma or the closing parenthesis of the list.
    fn after_default(&mut self) -> Option<TokenKind> {
        let mut depth = 0_usize;
        loop {
            match self.next()?.kind {
                end @ (TokenKind::Comma | TokenKind::CloseParen) if depth == 0 => return Some(end),
                TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => depth += 1,
                TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                    depth = depth.checked_sub(1)?;
                }
                TokenKind::Semicolon => return None,
                _ => {}
            }
        }
    }
}
