//! The cursor over the tokens of a query, and the small words of the grammar.

use crate::engine::error::{EngineError, Result};
use crate::storage::column_type::ColumnType;
use kql::lexer::{Token, TokenKind, tokens};
use kql::string::unescape;

/// How deep expressions, tables and functions may be nested in each other.
const MAX_DEPTH: usize = 400;

/// Words that are names only in brackets, as Microsoft's own parser has it.
const RESERVED: &[&str] = &[
    "and",
    "asc",
    "between",
    "contains_cs",
    "cycles",
    "date",
    "datetime",
    "decimal",
    "desc",
    "double",
    "dynamic",
    "endswith",
    "external_data",
    "false",
    "first",
    "flags",
    "has_all",
    "has_any",
    "has_cs",
    "hasprefix",
    "hassuffix",
    "int",
    "int32",
    "int64",
    "isfuzzy",
    "last",
    "like",
    "long",
    "nooptimization",
    "or",
    "project",
    "real",
    "relaxed",
    "simple",
    "startswith",
    "string",
    "time",
    "timespan",
    "true",
    "union",
];
/// Words that can be given as names, but not read as names within an expression.
const BETWEEN_EXPRESSIONS: &[&str] = &[
    "as",
    "by",
    "contains",
    "datatable",
    "externaldata",
    "find",
    "has",
    "in",
    "invoke",
    "of",
    "print",
    "sample",
    "search",
    "set",
    "title",
    "to",
    "where",
];

/// Reads a query from its first token to its last.
#[derive(Debug)]
pub(in crate::engine) struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    /// A parser at the start of `text`; an error where a piece of it is no token.
    pub(in crate::engine) fn new(text: &'t str) -> Result<Self> {
        let tokens: Vec<Token> = tokens(text).filter(|token| token.kind != TokenKind::Directive).collect();
        for token in &tokens {
            if let TokenKind::Error(error) = token.kind {
                return Err(EngineError::syntax(token.start, error.to_string()));
            }
        }
        Ok(Self { text, tokens, at: 0, depth: 0 })
    }

    /// The kind of the token `ahead` of the next one; none behind the last.
    pub(in crate::engine) fn kind_ahead(&self, ahead: usize) -> Option<TokenKind> {
        self.tokens.get(self.at + ahead).map(|token| token.kind)
    }

    /// The kind of the next token.
    pub(in crate::engine) fn kind(&self) -> Option<TokenKind> {
        self.kind_ahead(0)
    }

    /// The next token.
    pub(in crate::engine) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    /// Whether the next token is of this kind.
    pub(in crate::engine) fn is(&self, kind: TokenKind) -> bool {
        self.kind() == Some(kind)
    }

    /// The token `ahead` of the next one, as written.
    pub(in crate::engine) fn text_ahead(&self, ahead: usize) -> &'t str {
        self.tokens.get(self.at + ahead).map_or("", |token| token.text(self.text))
    }

    /// Where the next token starts, in bytes.
    pub(in crate::engine) fn offset(&self) -> usize {
        self.tokens.get(self.at).map_or(self.text.len(), |token| token.start)
    }

    /// Whether the next two tokens touch.
    pub(in crate::engine) fn touches_ahead(&self, ahead: usize) -> bool {
        match (self.tokens.get(self.at + ahead), self.tokens.get(self.at + ahead + 1)) {
            (Some(first), Some(second)) => first.end == second.start,
            _ => false,
        }
    }

    /// Takes the next token.
    pub(in crate::engine) fn advance(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).copied();
        self.at += 1;
        token
    }

    /// Takes so many tokens.
    pub(in crate::engine) fn skip(&mut self, count: usize) {
        self.at += count;
    }

    /// Takes the next token if it is of this kind.
    pub(in crate::engine) fn accept(&mut self, kind: TokenKind) -> bool {
        let found = self.is(kind);
        self.at += usize::from(found);
        found
    }

    /// Takes the next token, which has to be of this kind.
    pub(in crate::engine) fn expect(&mut self, kind: TokenKind, what: &str) -> Result<Token> {
        if self.is(kind)
            && let Some(token) = self.advance()
        {
            return Ok(token);
        }
        Err(self.expected(what))
    }

    /// The error that something else stands here than `what`.
    pub(in crate::engine) fn expected(&self, what: &str) -> EngineError {
        let found = match self.tokens.get(self.at) {
            Some(token) if token.kind == TokenKind::String => "a string".to_owned(),
            Some(token) => format!("'{}'", token.text(self.text).chars().take(40).collect::<String>()),
            None => "the end of the query".to_owned(),
        };
        EngineError::syntax(self.offset(), format!("expected {what}, found {found}"))
    }

    /// Whether the next token is this word.
    pub(in crate::engine) fn is_word(&self, word: &str) -> bool {
        self.is(TokenKind::Name) && self.text_ahead(0) == word
    }

    /// Takes the next token if it is this word.
    pub(in crate::engine) fn accept_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    /// Takes the next token, which has to be this word.
    pub(in crate::engine) fn expect_word(&mut self, word: &str) -> Result<()> {
        if self.accept_word(word) { Ok(()) } else { Err(self.expected(&format!("'{word}'"))) }
    }

    /// Takes words joined by touching hyphens, as in `project-away`.
    pub(in crate::engine) fn hyphenated(&mut self) -> Result<String> {
        let mut word = self.expect(TokenKind::Name, "the name of an operator")?.text(self.text).to_owned();
        while self.is(TokenKind::Minus)
            && self.at > 0
            && self.tokens.get(self.at - 1).is_some_and(|before| before.end == self.offset())
            && self.touches_ahead(0)
            && self.kind_ahead(1) == Some(TokenKind::Name)
        {
            word.push('-');
            word.push_str(self.text_ahead(1));
            self.at += 2;
        }
        Ok(word)
    }

    /// Whether a name starts here: a word, or a string in brackets.
    pub(in crate::engine) fn at_name(&self) -> bool {
        self.is(TokenKind::Name) || self.at_bracketed_name()
    }

    fn at_bracketed_name(&self) -> bool {
        self.is(TokenKind::OpenBracket)
            && self.kind_ahead(1) == Some(TokenKind::String)
            && self.kind_ahead(2) == Some(TokenKind::CloseBracket)
    }

    /// Takes a name: a string in brackets, or a word that the language does not keep for itself.
    pub(in crate::engine) fn name(&mut self) -> Result<String> {
        if self.is(TokenKind::Name) && RESERVED.contains(&self.text_ahead(0)) {
            return Err(self.reserved());
        }
        self.any_name()
    }

    /// Takes the name of something that is there: not one of the words that stand between expressions either.
    pub(in crate::engine) fn reference(&mut self) -> Result<String> {
        if self.is(TokenKind::Name) && BETWEEN_EXPRESSIONS.contains(&self.text_ahead(0)) {
            return Err(self.reserved());
        }
        self.name()
    }

    /// Takes a name where any word is one: behind a dot, or before the parentheses of a call.
    pub(in crate::engine) fn any_name(&mut self) -> Result<String> {
        if self.at_bracketed_name() {
            self.at += 1;
            let name = self.string()?;
            self.at += 1;
            return Ok(name);
        }
        Ok(self.expect(TokenKind::Name, "a name")?.text(self.text).to_owned())
    }

    fn reserved(&self) -> EngineError {
        let word = self.text_ahead(0);
        EngineError::syntax(self.offset(), format!("'{word}' is a word of the language: write the name as ['{word}']"))
    }

    /// Takes a string and gives what it stands for.
    pub(in crate::engine) fn string(&mut self) -> Result<String> {
        let token = self.expect(TokenKind::String, "a string")?;
        unescape(token.text(self.text)).ok_or_else(|| EngineError::syntax(token.start, "the string is not complete"))
    }

    /// Takes the name of a type.
    pub(in crate::engine) fn type_name(&mut self) -> Result<ColumnType> {
        let error = self.expected("the name of a type, such as long or string");
        let token = self.expect(TokenKind::Name, "the name of a type")?;
        ColumnType::from_name(token.text(self.text)).ok_or(error)
    }

    /// Takes `name = value` pairs that tune an operator, such as `kind=inner` or `hint.strategy=shuffle`.
    pub(in crate::engine) fn properties(&mut self, known: &[&str]) -> Result<Vec<(String, String)>> {
        let mut properties = Vec::new();
        while let Some(length) = self.property_name_length() {
            let key: String = (0..length).map(|ahead| self.text_ahead(ahead)).collect();
            if !known.contains(&key.as_str()) && !key.starts_with("hint.") {
                break;
            }
            self.at += length + 1;
            let value = match self.kind() {
                Some(TokenKind::String) => self.string()?,
                _ => self.advance().map(|token| token.text(self.text).to_owned()).unwrap_or_default(),
            };
            properties.push((key, value));
        }
        Ok(properties)
    }

    /// How many tokens the name of a property takes; none where no property starts here.
    fn property_name_length(&self) -> Option<usize> {
        let dotted = self.kind_ahead(1) == Some(TokenKind::Dot);
        let length = if dotted { 3 } else { 1 };
        (self.is(TokenKind::Name) && self.kind_ahead(length) == Some(TokenKind::Equal)).then_some(length)
    }

    /// Takes items separated by commas.
    pub(in crate::engine) fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.accept(TokenKind::Comma) {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// Takes `(`, items separated by commas, `)`.
    pub(in crate::engine) fn parenthesized<T>(&mut self, item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        self.expect(TokenKind::OpenParen, "'('")?;
        if self.accept(TokenKind::CloseParen) {
            return Ok(Vec::new());
        }
        let items = self.list(item)?;
        self.expect(TokenKind::CloseParen, "')' or ','")?;
        Ok(items)
    }

    /// Takes `(name: type, …)`.
    pub(in crate::engine) fn schema(&mut self) -> Result<Vec<(String, ColumnType)>> {
        self.parenthesized(|parser| {
            let name = parser.name()?;
            parser.expect(TokenKind::Colon, "':' and a type")?;
            Ok((name, parser.type_name()?))
        })
    }

    /// Reads something that is nested; an error where it is nested too deep.
    pub(in crate::engine) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MAX_DEPTH {
            let message = format!("the query is nested deeper than {MAX_DEPTH} levels: flatten it");
            return Err(EngineError::syntax(self.offset(), message));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Whether a tabular expression is read that is not part of another.
    pub(in crate::engine) fn at_top(&self) -> bool {
        self.depth == 1
    }

    /// What the parentheses of a typed literal hold.
    pub(in crate::engine) fn content_of(&self, token: Token) -> &'t str {
        token.content(self.text)
    }
}
