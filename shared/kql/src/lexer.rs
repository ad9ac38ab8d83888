//! KQL text as tokens: where strings, comments, names and operators begin and end.
//!
//! The rules are those of Microsoft's own parser (npm `@kusto/language-service-next`), which was asked the same texts.
//! Keywords are names: a parser knows from its place whether `count` is a word of the language, and joins
//! `project` `-` `away`, `!` `in` and `in` `~` where the spans touch.

mod number;
mod quoted;
mod trivia;

use crate::scalar_type::ScalarType;
pub(crate) use number::unit_nanoseconds;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A name or keyword: `T`, `where`, `true`, `$left`, `3xx`. A name in brackets, `['my table']`, is bracket, string, bracket.
    Name,
    /// A string in any of its forms, prefix and quotes included; [`crate::string::unescape`] reads it.
    String,
    /// A whole number, decimal or `0x…`.
    Long,
    /// A number with a point or an exponent.
    Real,
    /// A number with a unit of time: `1.5h`, `7ticks`.
    Timespan,
    /// An identifier without `guid(…)` around it: `74be27de-1e4e-49d9-b579-fe0b331d3642`.
    Guid,
    /// A literal whose type is written out, `datetime(2020-01-01 10:00)`: one token, because what the parentheses hold is
    /// raw text up to the first `)` on the line. [`Token::content`] gives that text. Only a parenthesis that touches the
    /// name makes one; `dynamic(…)`, `string(…)` and the other names of types are ordinary names and calls.
    Typed(ScalarType),
    /// A line that starts with `#`, which clients understand and the service does not.
    Directive,
    /// `(`
    OpenParen,
    /// `)`
    CloseParen,
    /// `[`
    OpenBracket,
    /// `]`
    CloseBracket,
    /// `{`
    OpenBrace,
    /// `}`
    CloseBrace,
    /// `|`
    Bar,
    /// `.`
    Dot,
    /// `..`
    DotDot,
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// `:`
    Colon,
    /// `?`
    Question,
    /// `@`
    At,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `%`
    Percent,
    /// `~`, as in `in~`
    Tilde,
    /// `!`, as in `!contains`
    Bang,
    /// `!=`
    BangEqual,
    /// `!~`
    BangTilde,
    /// `=`
    Equal,
    /// `==`
    EqualEqual,
    /// `=~`
    EqualTilde,
    /// `=>`
    FatArrow,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `<|`
    LessBar,
    /// `<>`
    NotEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// Text that is no KQL: a string or a typed literal without its end, or a character the language does not have.
    Error(LexError),
}

/// Why a piece of text is no token of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum LexError {
    /// A string ends at a line break, an unknown escape or the end of the text.
    #[error("the string has no end: close its quotes, and escape line breaks and backslashes in it")]
    UnterminatedString,
    /// `datetime(` and its like end at a line break or the end of the text.
    #[error("the literal has no end: close its parenthesis on the same line")]
    UnterminatedLiteral,
    /// A character that stands nowhere in KQL outside strings and comments.
    #[error("the character is not part of the language: quote it or remove it")]
    UnexpectedCharacter,
}

/// A token and where it stands, in bytes of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// The offset of its first byte.
    pub start: usize,
    /// The offset after its last byte.
    pub end: usize,
}

impl Token {
    /// The token as written in `text`, the text it was read from; empty for any other text too short for it.
    pub fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// What the parentheses of a [`TokenKind::Typed`] token hold, trimmed; the whole token for every other kind.
    pub fn content<'t>(&self, text: &'t str) -> &'t str {
        let written = self.text(text);
        match (self.kind, written.find('(')) {
            (TokenKind::Typed(_), Some(open)) => written[open + 1..].strip_suffix(')').unwrap_or_default().trim(),
            _ => written,
        }
    }
}

/// The tokens of a text in order; what lies between them is whitespace and comments.
#[derive(Clone, Debug)]
pub struct Tokens<'t> {
    text: &'t str,
    position: usize,
}

/// Reads `text` from its start. Takes time linear in its length and accepts any text.
pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, position: 0 }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let start = self.position + trivia::length(&self.text[self.position..]);
        let (kind, length) = first_token(&self.text[start..])?;
        self.position = start + length;
        Some(Token { kind, start, end: self.position })
    }
}

/// The kind and length in bytes of the token at the start of `text`; none at its end.
fn first_token(text: &str) -> Option<(TokenKind, usize)> {
    let first = text.chars().next()?;
    Some(match first {
        '0'..='9' => guid(text).or_else(|| number::scan(text)).unwrap_or((TokenKind::Name, name_length(text))),
        'a'..='z' | 'A'..='Z' | '_' | '$' => word(text),
        '#' => (TokenKind::Directive, trivia::line_length(text)),
        _ => quoted::scan(text).unwrap_or_else(|| punctuation(text, first)),
    })
}

/// A token that starts like a name.
fn word(text: &str) -> (TokenKind, usize) {
    let length = name_length(text);
    let (name, rest) = text.split_at(length);
    if rest.starts_with('(')
        && let Some(scalar_type) = literal_type(name)
    {
        return typed(scalar_type, text, length);
    }
    if matches!(name, "h" | "H")
        && let Some((kind, quoted)) = quoted::scan(rest)
    {
        return (kind, length + quoted);
    }
    guid(text).unwrap_or((TokenKind::Name, length))
}

fn name_length(text: &str) -> usize {
    1 + text.bytes().skip(1).take_while(|byte| is_name_byte(*byte)).count()
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The types whose literals are raw text in parentheses, by the names that start one.
fn literal_type(name: &str) -> Option<ScalarType> {
    let other = matches!(name, "boolean" | "dynamic" | "string" | "uniqueid" | "uuid");
    if other { None } else { ScalarType::from_name(name) }
}

/// A typed literal whose name takes `name` bytes of `text`.
fn typed(scalar_type: ScalarType, text: &str, name: usize) -> (TokenKind, usize) {
    let end = text[name..].find(|character| character == ')' || trivia::is_line_break(character));
    let end = end.map_or(text.len(), |length| name + length);
    if text[end..].starts_with(')') {
        return (TokenKind::Typed(scalar_type), end + 1);
    }
    (TokenKind::Error(LexError::UnterminatedLiteral), end)
}

/// A bare identifier of 8-4-4-4-12 hexadecimal digits.
fn guid(text: &str) -> Option<(TokenKind, usize)> {
    const LENGTH: usize = 36;
    let candidate = text.as_bytes().get(..LENGTH)?;
    let fits = candidate.iter().enumerate().all(|(index, byte)| match index {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    fits.then_some((TokenKind::Guid, LENGTH))
}

fn punctuation(text: &str, first: char) -> (TokenKind, usize) {
    let second = text.as_bytes().get(1).copied().unwrap_or_default();
    let pair = match (first, second) {
        ('.', b'.') => TokenKind::DotDot,
        ('!', b'=') => TokenKind::BangEqual,
        ('!', b'~') => TokenKind::BangTilde,
        ('=', b'=') => TokenKind::EqualEqual,
        ('=', b'~') => TokenKind::EqualTilde,
        ('=', b'>') => TokenKind::FatArrow,
        ('<', b'=') => TokenKind::LessEqual,
        ('<', b'|') => TokenKind::LessBar,
        ('<', b'>') => TokenKind::NotEqual,
        ('>', b'=') => TokenKind::GreaterEqual,
        _ => return (single(first), first.len_utf8()),
    };
    (pair, 2)
}

fn single(character: char) -> TokenKind {
    match character {
        '(' => TokenKind::OpenParen,
        ')' => TokenKind::CloseParen,
        '[' => TokenKind::OpenBracket,
        ']' => TokenKind::CloseBracket,
        '{' => TokenKind::OpenBrace,
        '}' => TokenKind::CloseBrace,
        '|' => TokenKind::Bar,
        '.' => TokenKind::Dot,
        ',' => TokenKind::Comma,
        ';' => TokenKind::Semicolon,
        ':' => TokenKind::Colon,
        '?' => TokenKind::Question,
        '@' => TokenKind::At,
        '+' => TokenKind::Plus,
        '-' => TokenKind::Minus,
        '*' => TokenKind::Star,
        '/' => TokenKind::Slash,
        '%' => TokenKind::Percent,
        '~' => TokenKind::Tilde,
        '!' => TokenKind::Bang,
        '=' => TokenKind::Equal,
        '<' => TokenKind::Less,
        '>' => TokenKind::Greater,
        _ => TokenKind::Error(LexError::UnexpectedCharacter),
    }
}

#[cfg(test)]
mod tests;
