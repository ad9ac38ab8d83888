//! Parameters of every type through the query action: the text that is sent does not depend on them, and what is no value of its type is
//! not sent at all.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::{
    cloud::{self, CLUSTER},
    kusto::Kusto,
    network::Network,
};

use crate::connections::{query, secret_at_hand};

/// What would be more than a value if it were pasted into a query.
const HOSTILE: [&str; 60] = [
    "'",
    "\"",
    "''",
    "\"\"",
    "\\",
    "\\'",
    "\\\"",
    "\\\\'",
    "`",
    "```",
    "~~~",
    "``` | take 0 ```",
    "' or true //",
    "' or '1' == '1",
    "\" or \"1\" == \"1",
    "x' | union Secrets | where '' == '",
    "x\" | union Secrets | where \"\" == \"",
    "x'; .drop table T //",
    "x'); .drop table T; (",
    "x\n.drop table T",
    "x\r.drop table T",
    "x\u{2028}.drop table T",
    "x\u{2029}| union Secrets",
    "x\u{85}| union Secrets",
    "\u{b}\u{c}| take 0",
    "\u{0}",
    "\u{0}' //",
    "\u{7f}",
    "\u{1b}[2J",
    "\u{feff}",
    "\u{202e}'",
    "\u{200b}'",
    "＇ or 1 == 1",
    "ʼ or 1 == 1",
    "//",
    "// '",
    "/* ' */",
    "#connect cluster('evil')",
    "--",
    "-- '\nselect 1",
    "; set notruncation; T",
    "'; set notruncation; //",
    "let p = 1; p",
    "declare query_parameters(p:string = 'x'); p",
    "{{p}}",
    "${p}",
    "%27",
    "&#39;",
    "\\u0027 or true",
    "\\x27 or true",
    "dynamic({\"a\":1})",
    "dynamic(null)",
    "null",
    "now()",
    "ago(1d)",
    "datetime(2020-01-01) or true",
    "1 or 1",
    "externaldata(a:string)['https://evil.example']",
    "cluster('evil').database('d').T",
    "Zoë 主机 😀 e\u{301}",
];

const TYPES: [&str; 10] =
    ["bool", "datetime", "decimal", "dynamic", "guid", "int", "long", "real", "string", "timespan"];

/// Whether the text is a value of the type all the same.
fn is_value(type_name: &str) -> bool {
    matches!(type_name, "string" | "dynamic")
}

#[test]
fn the_text_of_the_query_is_the_same_for_all() {
    let network = Network::new(cloud::well);
    let function = query(&secret_at_hand(), &network);
    for type_name in TYPES {
        let declared = format!("declare query_parameters(p:{type_name}); T | where a == p");
        for (text, wrap) in [(declared.as_str(), false), ("T | where a == p", true)] {
            network.forget();
            let mut refused = 0;
            for hostile in HOSTILE {
                let value = if wrap { json!({"type": type_name, "value": hostile}) } else { json!(hostile) };
                match function.invoke(&json!({"query": text, "parameters": {"p": value}})) {
                    tests::lambda::Outcome::Reply(_) => assert!(is_value(type_name), "{type_name}: {hostile:?}"),
                    tests::lambda::Outcome::Error(error, message) => {
                        assert!(
                            !is_value(type_name) && error == "BadRequest",
                            "{type_name} {hostile:?}: {error} {message}"
                        );
                        assert!(message.starts_with("parameter `p`: "), "{message}");
                        refused += 1;
                    }
                }
            }
            let sent: Vec<Value> = network
                .requests()
                .iter()
                .filter(|seen| seen.target == "/v2/rest/query")
                .map(|seen| serde_json::from_str(&seen.body).unwrap())
                .collect();
            assert_eq!(sent.len() + refused, HOSTILE.len(), "{type_name}");
            let texts: BTreeSet<_> = sent.iter().map(|body| body["csl"].as_str().unwrap()).collect();
            assert_eq!(texts.len(), usize::from(is_value(type_name)), "{type_name}: {texts:?}");
            if !is_value(type_name) {
                assert!(network.requests().iter().all(|seen| seen.host != CLUSTER), "{type_name}");
            }
        }
    }
}

#[test]
fn a_text_comes_back_as_it_was_given() {
    let kusto = Kusto::start(None);
    let function = kusto.function("query", &[]);
    // Every character of the basic plane, and some beyond.
    let blocks = (0..0x1_0000_u32).step_by(0x1000);
    let every = blocks.map(|begin| (begin..begin + 0x1000).filter_map(char::from_u32).collect::<String>());
    let beyond = "😀\u{10ffff}\u{1d11e}".to_owned();
    for text in every.chain([beyond]).chain(HOSTILE.map(str::to_owned)) {
        if text.is_empty() {
            continue;
        }
        let by_type = json!({
            "query": "print s = s, d = tostring(d.x), n = strlen(s)",
            "parameters": {"s": text, "d": {"type": "dynamic", "value": {"x": text}}},
        });
        let row = function.invoke(&by_type).reply()["value"][0].take();
        assert_eq!((row["s"].as_str(), row["d"].as_str()), (Some(text.as_str()), Some(text.as_str())), "{text:.40?}");
    }
}

#[test]
fn what_is_no_name_or_no_type_is_refused_and_nothing_is_sent() {
    let network = Network::new(cloud::well);
    let function = query(&secret_at_hand(), &network);
    // Of them `null` is a name.
    for name in HOSTILE.iter().filter(|name| **name != "null").chain(&[
        "",
        " ",
        "1a",
        "a b",
        "a-b",
        "a.b",
        "p:string); T //",
        "ä",
    ]) {
        let error = function.invoke(&json!({"query": "T", "parameters": {*name: 1}})).error();
        assert!(error.starts_with("BadRequest: parameter "), "{name:?}: {error}");
    }
    for type_name in ["text", "String", "string)", "dynamic, q:string", "", " long", "table"] {
        let parameter = json!({"type": type_name, "value": "1"});
        let error = function.invoke(&json!({"query": "T", "parameters": {"p": parameter}})).error();
        assert!(error.starts_with("BadRequest: parameter `p` has the unknown type "), "{type_name:?}: {error}");
    }
    assert_eq!(network.asked(), Vec::<String>::new());
}
