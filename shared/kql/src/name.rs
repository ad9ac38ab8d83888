//! Names in KQL: which need no quotes, and how to quote the others.

use crate::string::quote_with;

/// Whether `name` is a plain identifier, `^[A-Za-z_][A-Za-z0-9_]*$`: what a query parameter may be called.
pub fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The name of a database, table, column or mapping, quoted as `['…']`: it stays a name whatever it holds, also where
/// it is a keyword.
pub fn quote(name: &str) -> String {
    format!("[{}]", quote_with('\'', name))
}

#[cfg(test)]
mod tests {
    use super::{is_identifier, quote};
    use crate::lexer::{TokenKind, tokens};
    use crate::string::unescape;
    use proptest::prelude::{any, proptest};

    #[test]
    fn identifiers() {
        for name in ["a", "_", "A9_b", "where"] {
            assert!(is_identifier(name), "{name}");
        }
        for name in ["", "9a", "a b", "a-b", "é", "a\n", "$a", "a'", "['a']"] {
            assert!(!is_identifier(name), "{name}");
        }
    }

    #[test]
    fn quoted_names() {
        assert_eq!(quote("my table"), "['my table']");
        assert_eq!(quote("it's"), r"['it\'s']");
        assert_eq!(quote("']; .drop table T //"), r"['\']; .drop table T //']");
        assert_eq!(quote("a\\\nb"), r"['a\\\nb']");
    }

    proptest! {
        #[test]
        fn any_name_is_one_string_in_brackets(name in any::<String>()) {
            let quoted = quote(&name);
            let found: Vec<_> = tokens(&quoted).collect();
            let kinds: Vec<_> = found.iter().map(|token| token.kind).collect();
            assert_eq!(kinds, [TokenKind::OpenBracket, TokenKind::String, TokenKind::CloseBracket]);
            assert_eq!(unescape(found[1].text(&quoted)), Some(name));
        }
    }
}
