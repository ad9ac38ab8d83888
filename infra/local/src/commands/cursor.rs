//! Reads the text of a command from left to right.

use crate::error::KustoError;
use kql::lexer::{Token, TokenKind, Tokens, tokens};
use kql::string::unescape;
use uuid::Uuid;

/// What is left to read of a command. Tokens are read only as far as they are asked for, so that data that follows `<|`
/// is never taken for KQL.
#[derive(Clone)]
pub(super) struct Cursor<'t> {
    text: &'t str,
    rest: Tokens<'t>,
}

impl<'t> Cursor<'t> {
    /// After the dot that starts a command.
    pub(super) fn after_dot(text: &'t str) -> Result<Self, KustoError> {
        let mut cursor = Self { text, rest: tokens(text) };
        while cursor.take(TokenKind::Directive).is_some() {}
        cursor.expect(TokenKind::Dot, "a dot")?;
        Ok(cursor)
    }

    fn peek(&self) -> Option<Token> {
        self.rest.clone().next()
    }

    /// Takes the next token if it is of this kind.
    pub(super) fn take(&mut self, kind: TokenKind) -> Option<Token> {
        let token = self.peek().filter(|token| token.kind == kind)?;
        self.rest.next();
        Some(token)
    }

    /// Takes the next token, which must be of this kind; `what` says so where it is not.
    pub(super) fn expect(&mut self, kind: TokenKind, what: &str) -> Result<Token, KustoError> {
        self.take(kind).ok_or_else(|| self.expected(what))
    }

    /// The error that `what` should stand here.
    pub(super) fn expected(&self, what: &str) -> KustoError {
        let found = match self.peek() {
            None => "the end of the command".to_owned(),
            Some(token) => {
                format!("'{}' at position {}", token.text(self.text), self.text[..token.start].chars().count() + 1)
            }
        };
        KustoError::syntax(format!("{what} is expected in place of {found}"))
    }

    /// Takes a word of the language, in which parts that touch are joined by hyphens: `create-or-alter`.
    fn word(&mut self) -> Option<&'t str> {
        let first = self.take(TokenKind::Name)?;
        let mut end = first.end;
        loop {
            let mut ahead = self.clone();
            match (ahead.take(TokenKind::Minus), ahead.take(TokenKind::Name)) {
                (Some(hyphen), Some(part)) if hyphen.start == end && part.start == hyphen.end => end = part.end,
                _ => return self.text.get(first.start..end),
            }
            *self = ahead;
        }
    }

    /// Takes this word, in any letter case, if it comes next.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let mut ahead = self.clone();
        let found = ahead.word().is_some_and(|found| found.eq_ignore_ascii_case(word));
        if found {
            *self = ahead;
        }
        found
    }

    /// Takes these words, with a name where there is a `*`, and gives the names; none where something else stands here.
    pub(super) fn take_words(&mut self, words: &str) -> Option<Vec<String>> {
        let mut names = Vec::new();
        for word in words.split(' ') {
            match word {
                "*" => names.push(self.name().ok()?),
                _ => self.take_word(word).then_some(())?,
            }
        }
        Some(names)
    }

    /// The first words, at most three, to name an unknown command by.
    pub(super) fn first_words(&self) -> String {
        let mut ahead = self.clone();
        (0..3).map_while(|_| ahead.word()).collect::<Vec<_>>().join(" ")
    }

    /// Takes the name of an entity: `T`, `['T']`, `["T"]` or `"T"`.
    pub(super) fn name(&mut self) -> Result<String, KustoError> {
        if let Some(name) = self.take(TokenKind::Name) {
            return Ok(name.text(self.text).to_owned());
        }
        let bracket = self.take(TokenKind::OpenBracket);
        let name = self.string()?;
        if bracket.is_some() {
            self.expect(TokenKind::CloseBracket, "]")?;
        }
        Ok(name)
    }

    /// Takes a string.
    pub(super) fn string(&mut self) -> Result<String, KustoError> {
        let token = self.take(TokenKind::String).ok_or_else(|| self.expected("a name or a string"))?;
        unescape(token.text(self.text)).ok_or_else(|| self.expected("a string without unknown escapes"))
    }

    /// Takes one or more strings that follow each other and are one text.
    pub(super) fn strings(&mut self) -> Result<String, KustoError> {
        let mut text = self.string()?;
        while self.peek().is_some_and(|token| token.kind == TokenKind::String) {
            text.push_str(&self.string()?);
        }
        Ok(text)
    }

    /// Takes an id: bare, or in a string.
    pub(super) fn guid(&mut self) -> Result<Uuid, KustoError> {
        let wrong = self.expected("an id such as 74be27de-1e4e-49d9-b579-fe0b331d3642");
        let written = match self.peek().map(|token| token.kind) {
            Some(TokenKind::Guid | TokenKind::Typed(_)) => self.value(),
            _ => self.string(),
        };
        written.ok().and_then(|text| Uuid::try_parse(&text).ok()).ok_or(wrong)
    }

    /// Takes the word `async`, unless it is the name of what the command works on.
    pub(super) fn take_async(&mut self) -> bool {
        let mut ahead = self.clone();
        let found = ahead.take_word("async") && ahead.clone().name().is_ok() && !ahead.clone().take_word("with");
        if found {
            *self = ahead;
        }
        found
    }

    /// Takes a value of a property: a string as its text, a name, number or literal as written.
    pub(super) fn value(&mut self) -> Result<String, KustoError> {
        match self.peek() {
            Some(token)
                if matches!(token.kind, TokenKind::Name | TokenKind::Long | TokenKind::Guid | TokenKind::Typed(_)) =>
            {
                self.rest.next();
                Ok(token.content(self.text).to_owned())
            }
            _ => self.strings(),
        }
    }

    /// The text after the token taken last.
    pub(super) fn remaining(&self, last: Token) -> &'t str {
        self.text.get(last.end..).unwrap_or_default()
    }

    /// Whether nothing but a semicolon follows.
    pub(super) fn at_end(&self) -> bool {
        let mut ahead = self.clone();
        ahead.take(TokenKind::Semicolon);
        ahead.peek().is_none()
    }

    /// That nothing but a semicolon follows.
    pub(super) fn end(mut self) -> Result<(), KustoError> {
        self.take(TokenKind::Semicolon);
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.expected("the end of the command")),
        }
    }
}
