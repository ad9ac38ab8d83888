//! Values that want to be more than values, as parameters of every type.

use super::{ParameterError, bind};
use crate::lexer::{TokenKind, tokens};
use crate::string::unescape;
use serde_json::{Map, Value, json};

const HOSTILE: [&str; 48] = [
    "' | union Secrets //",
    "\" | union Secrets //",
    "\\' | union Secrets //",
    "\\\" | union Secrets //",
    "\\",
    "\\\\",
    "'",
    "\"",
    "''",
    "\"\"\"",
    "```",
    "~~~",
    "``` | union Secrets ```",
    "'; set notruncation; T //",
    "\"; set notruncation; T //",
    "); .drop table T ifexists; (",
    "\n.drop table T",
    "\r\n.drop table T",
    "\u{2028}.drop table T",
    "\u{85}| union Secrets",
    "//",
    "// '\n| union Secrets",
    "/* ' */",
    "#connect cluster('evil')",
    "--\nselect 1",
    "\u{0}",
    "\u{0}' | union Secrets",
    "\u{7f}\u{b}\u{1b}[2J",
    "\u{feff}'",
    "\u{202e}' | noinu",
    "＇ or 1==1",
    "h'secret'",
    "@'c:\\temp\\'",
    "@\"a\"\"b\"",
    "null",
    "now()",
    "dynamic({\"a\":1})",
    "dynamic(['x', 'y'])",
    "datetime(2020-01-01)); T //",
    "long(1)",
    "1; T",
    "1) | union Secrets //",
    "true or true",
    "let x = 1; x",
    "{{other}}",
    "externaldata(a:string)['https://evil.example']",
    "cluster('evil').database('d').T",
    "Zoë 主机 😀' //",
];

const TYPES: [&str; 10] =
    ["bool", "datetime", "decimal", "dynamic", "guid", "int", "long", "real", "string", "timespan"];

fn bound(query: &str, value: &Value) -> Result<(String, String), ParameterError> {
    let parameters = Map::from_iter([("p".to_owned(), value.clone())]);
    let bound = bind(query, &parameters)?;
    Ok((bound.text, bound.parameters["p"].clone()))
}

#[test]
fn the_text_is_the_same_for_all_and_the_literal_is_one_value() {
    for type_name in TYPES {
        let declared = format!("declare query_parameters(p:{type_name}); T | where a == p");
        let undeclared = "T | where a == p";
        for hostile in HOSTILE {
            let results = [
                (bound(&declared, &json!(hostile)), declared.clone()),
                (
                    bound(undeclared, &json!({"type": type_name, "value": hostile})),
                    format!("declare query_parameters(p:{type_name});\n{undeclared}"),
                ),
            ];
            for (result, text) in results {
                if !matches!(type_name, "string" | "dynamic") {
                    assert!(matches!(result, Err(ParameterError::Value { .. })), "{type_name}: {hostile:?}");
                    continue;
                }
                let (sent, literal) = result.expect("a literal");
                assert_eq!(sent, text);
                check_literal(&literal, hostile);
            }
        }
    }
}

/// Checks that `literal` is a string, alone or in `dynamic(…)`, that means `value`.
fn check_literal(literal: &str, value: &str) {
    use TokenKind::{CloseParen, Name, OpenParen, String};
    let found: Vec<_> = tokens(literal).collect();
    let kinds: Vec<TokenKind> = found.iter().map(|token| token.kind).collect();
    let string = match kinds[..] {
        [String] => found[0],
        [Name, OpenParen, String, CloseParen] => found[2],
        _ => panic!("{literal} is more than one value"),
    };
    assert_eq!(unescape(string.text(literal)).as_deref(), Some(value), "{literal}");
}
