//! The tokens of a text that can mean something to the service, and the names among them.

use crate::lexer::{LexError, Token, TokenKind, tokens};
use crate::string::unescape;
use std::borrow::Cow;

/// Tokens by their index. Left out are client directives and the characters that the language does not have, so that
/// nothing hides behind a character which another reader takes for a blank.
pub(crate) struct Words<'t> {
    text: &'t str,
    tokens: Vec<Token>,
}

/// A name, and where it ends.
pub(crate) struct Name<'t> {
    /// What it names, without quotes.
    pub(crate) name: Cow<'t, str>,
    /// The index of the token after it.
    pub(crate) next: usize,
}

impl<'t> Words<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        Self { text, tokens: tokens(text).flat_map(|token| meaning(text, token)).collect() }
    }

    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(crate) fn token(&self, index: usize) -> Option<&Token> {
        self.tokens.get(index)
    }

    pub(crate) fn kind(&self, index: usize) -> Option<TokenKind> {
        self.token(index).map(|token| token.kind)
    }

    /// What is written at `index`; empty after the last token.
    pub(crate) fn written(&self, index: usize) -> &'t str {
        self.token(index).map(|token| token.text(self.text)).unwrap_or_default()
    }

    /// Whether the token at `index` is the bare word `word`, in whatever letter case.
    pub(crate) fn is_word(&self, index: usize, word: &str) -> bool {
        self.kind(index) == Some(TokenKind::Name) && self.written(index).eq_ignore_ascii_case(word)
    }

    /// Whether nothing, not even a blank, stands before the token at `index` and after the one before it.
    pub(crate) fn touches_previous(&self, index: usize) -> bool {
        self.gap(index).is_some_and(str::is_empty)
    }

    /// Whether a line break stands between the token at `index` and the one before it.
    pub(crate) fn starts_line(&self, index: usize) -> bool {
        self.gap(index).is_some_and(|gap| gap.contains(['\n', '\r']))
    }

    /// What stands between the token at `index` and the one before it.
    fn gap(&self, index: usize) -> Option<&'t str> {
        let previous = self.token(index.checked_sub(1)?)?;
        self.text.get(previous.end..self.token(index)?.start)
    }

    /// The name at `index`, in any of the ways in which it can be written: `T`, `['T']`, `['T' "T"]` in pieces, `{T}`.
    pub(crate) fn name(&self, index: usize) -> Option<Name<'t>> {
        match self.kind(index)? {
            TokenKind::Name => Some(Name { name: Cow::Borrowed(self.written(index)), next: index + 1 }),
            TokenKind::OpenBracket => self.bracketed(index + 1),
            TokenKind::OpenBrace => self.braced(index + 1),
            _ => None,
        }
    }

    fn bracketed(&self, start: usize) -> Option<Name<'t>> {
        let is_string = |index: &usize| self.kind(*index) == Some(TokenKind::String);
        let pieces = (start..).take_while(is_string).map(|index| unescape(self.written(index)));
        let pieces: Vec<String> = pieces.collect::<Option<_>>()?;
        let end = start + pieces.len();
        let closed = end > start && self.kind(end) == Some(TokenKind::CloseBracket);
        closed.then(|| Name { name: Cow::Owned(pieces.concat()), next: end + 1 })
    }

    fn braced(&self, index: usize) -> Option<Name<'t>> {
        let kinds = (self.kind(index), self.kind(index + 1));
        (kinds == (Some(TokenKind::Name), Some(TokenKind::CloseBrace)))
            .then(|| Name { name: Cow::Borrowed(self.written(index)), next: index + 2 })
    }

    /// The name at `index` where it is called: where a parenthesis follows.
    pub(crate) fn called(&self, index: usize) -> Option<Name<'t>> {
        self.name(index).filter(|name| self.kind(name.next) == Some(TokenKind::OpenParen))
    }
}

/// The tokens that `token` stands for.
fn meaning(text: &str, token: Token) -> Vec<Token> {
    match token.kind {
        TokenKind::Directive | TokenKind::Error(LexError::UnexpectedCharacter) => Vec::new(),
        TokenKind::Typed(_) | TokenKind::Error(LexError::UnterminatedLiteral) => with_content(text, token),
        _ => vec![token],
    }
}

/// A typed literal, and the tokens of its raw text. No literal holds a call, so one that seems to is looked into, and
/// cut at its parentheses: what stands between them is never taken for a further typed literal.
fn with_content(text: &str, token: Token) -> Vec<Token> {
    let written = token.text(text);
    let mut pieces = written.strip_suffix(')').unwrap_or(written).split('(');
    let mut start = token.start + pieces.next().map_or(0, str::len);
    let mut found = vec![token];
    for (index, piece) in pieces.enumerate() {
        if index > 0 {
            found.push(Token { kind: TokenKind::OpenParen, start, end: start + 1 });
        }
        start += 1;
        found.extend(tokens(piece).map(|inner| Token { start: inner.start + start, end: inner.end + start, ..inner }));
        start += piece.len();
    }
    found
}

/// The line and the column of the byte at `offset`, from 1; columns count characters.
pub(crate) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |position| position + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::{Words, line_and_column};

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let called = Words::of(text).called(0).map(|name| name.name.into_owned());
        assert_eq!(called.as_deref(), expected, "{text}");
    }

    #[test]
    fn a_name_is_called_however_it_is_written() {
        for text in [
            "cluster('x')",
            "cluster // c\n ('x')",
            "['cluster']('x')",
            "[ \"cluster\" ] ('x')",
            "[@'cluster'](",
            "[h'cluster'](",
            "[```cluster```](",
            r"['cl\u0075ster'](",
            "['clu' \"ster\"](",
            "['clu''ster'](",
            "{cluster}(",
            "cluster\u{85}(",
            "#directive\ncluster(",
        ] {
            check(text, Some("cluster"));
        }
        for text in ["cluster", "cluster.x(", "'cluster'(", "[cluster](", "{'cluster'}(", "['cluster', 'x'](", "["] {
            check(text, None);
        }
    }

    #[test]
    fn what_a_typed_literal_holds_is_seen() {
        for text in ["time(cluster('x')", "time(cluster('x'\n)", "x + long( cluster ('y')"] {
            let words = Words::of(text);
            let found = (0..words.len()).find_map(|index| words.called(index).map(|name| (index, name.name)));
            let found = found.map(|(index, name)| (words.written(index), name.into_owned()));
            assert_eq!(found, Some(("cluster", "cluster".to_owned())), "{text}");
        }
        assert!(Words::of("long(int(cluster('x')").called(3).is_some());
        check("long(cluster)", None);
    }

    #[test]
    fn places() {
        for (offset, expected) in [(0, (1, 1)), (2, (1, 3)), (4, (2, 1)), (7, (2, 2)), (99, (3, 1))] {
            assert_eq!(line_and_column("ab\r\n主b\n", offset), expected, "{offset}");
        }
    }
}
