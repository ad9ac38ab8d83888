//! What kind of statement a text is.

use crate::lexer::{TokenKind, tokens};

/// What a text asks of the service, which decides where it may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatementKind {
    /// Nothing but whitespace and comments.
    Empty,
    /// A query.
    Query,
    /// A management command: its first token is a dot.
    ManagementCommand,
}

/// The kind of `text`, decided as Microsoft's own parser does: by its first token, after whitespace, comments and
/// the lines of client directives.
pub fn statement_kind(text: &str) -> StatementKind {
    match tokens(text).find(|token| token.kind != TokenKind::Directive) {
        None => StatementKind::Empty,
        Some(token) if token.kind == TokenKind::Dot => StatementKind::ManagementCommand,
        Some(_) => StatementKind::Query,
    }
}

#[cfg(test)]
mod tests {
    use super::{StatementKind, statement_kind};

    /// U+0009 … U+FEFF: what may stand before the dot.
    const PREFIXES: [char; 24] = [
        '\u{9}', '\u{a}', '\u{c}', '\u{d}', '\u{20}', '\u{a0}', '\u{1680}', '\u{180e}', '\u{2000}', '\u{2001}',
        '\u{2002}', '\u{2003}', '\u{2004}', '\u{2005}', '\u{2006}', '\u{2007}', '\u{2008}', '\u{2009}', '\u{200a}',
        '\u{200b}', '\u{202f}', '\u{205f}', '\u{3000}', '\u{feff}',
    ];

    #[test]
    fn of_all_characters_only_these_may_stand_before_the_dot() {
        let accepted: Vec<char> = ('\0'..=char::MAX)
            .filter(|prefix| statement_kind(&format!("{prefix}.show tables")) == StatementKind::ManagementCommand)
            .collect();
        assert_eq!(accepted, PREFIXES);
    }

    #[test]
    fn of_all_characters_only_these_end_a_comment() {
        let ends: Vec<char> = ('\0'..=char::MAX)
            .filter(|end| statement_kind(&format!("// note{end}.show tables")) == StatementKind::ManagementCommand)
            .collect();
        assert_eq!(ends, ['\n', '\r', '\u{2028}', '\u{2029}']);
    }

    #[test]
    fn kinds() {
        use StatementKind::{Empty, ManagementCommand, Query};
        let table = [
            ("", Empty),
            (" \t\r\n", Empty),
            ("// only a comment", Empty),
            ("// one\n// two\n", Empty),
            ("T", Query),
            ("T | where a == '.drop'", Query),
            ("// c\nT", Query),
            ("T // .drop table T", Query),
            ("/* c */ .drop table T", Query),
            ("\u{b}.drop table T", Query),
            ("\u{ff0e}drop table T", Query),
            (";.drop table T", Query),
            ("..drop table T", Query),
            ("'\n.drop table T", Query),
            ("print ~~~\n.drop\n~~~", Query),
            (".show tables", ManagementCommand),
            ("  .show tables", ManagementCommand),
            ("\u{feff}\u{200b}// c\r\n\t.show tables", ManagementCommand),
            ("// 'quote\u{2028}.show tables", ManagementCommand),
            ("#connect x\n.show tables", ManagementCommand),
            (".", ManagementCommand),
        ];
        for (text, expected) in table {
            assert_eq!(statement_kind(text), expected, "{text:?}");
        }
    }
}
