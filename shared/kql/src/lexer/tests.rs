use super::{LexError, TokenKind, tokens, trivia};
use crate::scalar_type::ScalarType;
use proptest::prelude::{ProptestConfig, any, prop, proptest};

/// Checks the tokens of `text`, each given as its kind and what is written.
#[track_caller]
fn check(text: &str, expected: &[(TokenKind, &str)]) {
    let found: Vec<(TokenKind, &str)> = tokens(text).map(|token| (token.kind, token.text(text))).collect();
    assert_eq!(found, expected, "{text:?}");
}

const BROKEN: TokenKind = TokenKind::Error(LexError::UnterminatedString);
const UNKNOWN: TokenKind = TokenKind::Error(LexError::UnexpectedCharacter);

#[test]
fn a_query() {
    use TokenKind::{Bang, Bar, Colon, EqualEqual, Long, Minus, Name, Semicolon, String, Tilde};
    check(
        "let n:long; T | where A == 'x' // y\n| mv-expand B !in~ 3",
        &[
            (Name, "let"),
            (Name, "n"),
            (Colon, ":"),
            (Name, "long"),
            (Semicolon, ";"),
            (Name, "T"),
            (Bar, "|"),
            (Name, "where"),
            (Name, "A"),
            (EqualEqual, "=="),
            (String, "'x'"),
            (Bar, "|"),
            (Name, "mv"),
            (Minus, "-"),
            (Name, "expand"),
            (Name, "B"),
            (Bang, "!"),
            (Name, "in"),
            (Tilde, "~"),
            (Long, "3"),
        ],
    );
}

#[test]
fn strings() {
    for text in [
        "''",
        r#""a""#,
        r"'it\'s'",
        r#"'"'"#,
        "@'c:\\'",
        "@'it''s'",
        r#"@"a""b""#,
        "```a\n''b```",
        "~~~a\n`b~~~",
        "h'a'",
        "H\"a\"",
        "h@'a'",
        "H```a```",
        "h~~~a~~~",
        "@```a```",
        r"'\u0041\U00000041\x41\101\0'",
        "'主机 😀'",
        "``````",
    ] {
        check(text, &[(TokenKind::String, text)]);
    }
}

#[test]
fn strings_without_an_end() {
    use TokenKind::{Bar, Name, Slash};
    check("'a\n| b", &[(BROKEN, "'a"), (Bar, "|"), (Name, "b")]);
    check("\"a\u{2029}b", &[(BROKEN, "\"a\u{2029}b")]);
    check("@'a\rb", &[(BROKEN, "@'a"), (Name, "b")]);
    check("'a\\", &[(BROKEN, "'a"), (UNKNOWN, "\\")]);
    check(r"'a\qb", &[(BROKEN, "'a"), (UNKNOWN, "\\"), (Name, "qb")]);
    check("```a\n/", &[(BROKEN, "```a\n/")]);
    check("~~~~", &[(BROKEN, "~~~~")]);
    check("`a` /", &[(UNKNOWN, "`"), (Name, "a"), (UNKNOWN, "`"), (Slash, "/")]);
}

#[test]
fn numbers() {
    use TokenKind::{Dot, DotDot, Guid, Long, Name, Real, Timespan};
    for (text, kind) in [
        ("0", Long),
        ("123", Long),
        ("0x1F", Long),
        ("0XfF", Long),
        ("1.5", Real),
        ("1.", Real),
        ("1e5", Real),
        ("1.5E-7", Real),
        ("1.e+5", Real),
        ("1d", Timespan),
        ("1.5h", Timespan),
        ("30min", Timespan),
        ("4s", Timespan),
        ("5ms", Timespan),
        ("6microsecond", Timespan),
        ("7tick", Timespan),
        ("74be27de-1e4e-49d9-b579-fe0b331d3642", Guid),
        ("abcdefab-1e4e-49d9-b579-fe0b331d3642", Guid),
        ("3xx", Name),
        ("1dd", Name),
        ("0x", Name),
        ("0xg", Name),
        ("1e4e", Name),
    ] {
        check(text, &[(kind, text)]);
    }
    check("1..3", &[(Long, "1"), (DotDot, ".."), (Long, "3")]);
    check("1...3", &[(Real, "1."), (DotDot, ".."), (Long, "3")]);
    check("1.to", &[(Long, "1"), (Dot, "."), (Name, "to")]);
    check("1.5x", &[(Long, "1"), (Dot, "."), (Name, "5x")]);
    check("5m.x", &[(Timespan, "5m"), (Dot, "."), (Name, "x")]);
}

#[test]
fn typed_literals_hold_raw_text() {
    for (text, scalar_type, content) in [
        ("datetime(2020-01-01 10:00)", ScalarType::DateTime, "2020-01-01 10:00"),
        ("date( 2020-01-01 )", ScalarType::DateTime, "2020-01-01"),
        ("guid(74be27de-1e4e-49d9-b579-fe0b331d3642)", ScalarType::Guid, "74be27de-1e4e-49d9-b579-fe0b331d3642"),
        ("timespan(1.02:03)", ScalarType::Timespan, "1.02:03"),
        ("time(-1d)", ScalarType::Timespan, "-1d"),
        ("long(null)", ScalarType::Long, "null"),
        ("int64(1)", ScalarType::Long, "1"),
        ("int(1)", ScalarType::Int, "1"),
        ("real(+inf)", ScalarType::Real, "+inf"),
        ("double(1)", ScalarType::Real, "1"),
        ("decimal(1.0)", ScalarType::Decimal, "1.0"),
        ("bool(true)", ScalarType::Bool, "true"),
        ("datetime('//')", ScalarType::DateTime, "'//'"),
        ("int()", ScalarType::Int, ""),
    ] {
        check(text, &[(TokenKind::Typed(scalar_type), text)]);
        assert_eq!(tokens(text).next().map(|token| token.content(text)), Some(content));
    }
}

#[test]
fn other_calls_are_names_and_parentheses() {
    use TokenKind::{CloseParen, Long, Name, OpenParen};
    for name in ["dynamic", "string", "uuid", "Datetime", "todatetime"] {
        check(&format!("{name}(1)"), &[(Name, name), (OpenParen, "("), (Long, "1"), (CloseParen, ")")]);
    }
    check("long (1)", &[(Name, "long"), (OpenParen, "("), (Long, "1"), (CloseParen, ")")]);
    check("datetime(1\n)", &[(TokenKind::Error(LexError::UnterminatedLiteral), "datetime(1"), (CloseParen, ")")]);
}

#[test]
fn punctuation_takes_the_longest() {
    let text = "( ) [ ] { } | . .. , ; : ? @ + - * / % ~ ! != !~ = == =~ => < <= <| <> > >= #x";
    let found: Vec<&str> = tokens(text).map(|token| token.text(text)).collect();
    assert_eq!(found.join(" "), text);
    assert!(tokens(text).all(|token| !matches!(token.kind, TokenKind::Error(_))));
    check("#a 'b\nc", &[(TokenKind::Directive, "#a 'b"), (TokenKind::Name, "c")]);
    check("&", &[(UNKNOWN, "&")]);
    check("é", &[(UNKNOWN, "é")]);
    check("['a b']", &[(TokenKind::OpenBracket, "["), (TokenKind::String, "'a b'"), (TokenKind::CloseBracket, "]")]);
}

#[test]
fn long_hostile_texts_take_linear_time() {
    for piece in ["datetime(", "long(1)", "'", "```", "~~~ ", "h", "//", "\\", "1.", "0x", "a-", "@", "#", "\u{2028}"] {
        let text = piece.repeat(1_000_000 / piece.len());
        assert!(tokens(&text).count() <= text.len());
    }
}

/// Checks what holds for every text: tokens are in order and not empty, and only whitespace and comments lie between.
fn check_spans(text: &str) {
    let mut position = 0;
    for token in tokens(text) {
        assert!(token.start >= position && token.end > token.start, "{text:?}");
        let gap = &text[position..token.start];
        assert_eq!(trivia::length(gap), gap.len(), "{text:?}");
        position = token.end;
    }
    assert_eq!(trivia::length(&text[position..]), text.len() - position, "{text:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn spans_cover_any_text(text in any::<String>()) {
        check_spans(&text);
    }

    #[test]
    fn spans_cover_any_text_like_kql(pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..40)) {
        check_spans(&pieces.concat());
    }
}

const PIECES: [&str; 44] = [
    "'",
    "\"",
    "```",
    "~~~",
    "`",
    "~",
    "@",
    "h",
    "H",
    "\\",
    "\\u00e",
    "\\'",
    "\n",
    "\r",
    "\u{2028}",
    "\u{85}",
    " ",
    "//",
    "/",
    "#",
    "datetime(",
    "long(",
    ")",
    "(",
    "[",
    "]",
    "1",
    ".",
    "e5",
    "0x",
    "d",
    "ms",
    "-",
    "!",
    "=",
    "<",
    "|",
    ";",
    "T",
    "_",
    "é",
    "\u{feff}",
    "\0",
    "74be27de-1e4e-49d9-b579-fe0b331d3642",
];
