use super::fill;
use crate::command::command_verb;
use crate::lexer::{TokenKind, tokens};
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use serde_json::{Map, Value, json};

fn filled(command: &str, parameters: &Value) -> Result<String, String> {
    let parameters: Map<String, Value> = parameters.as_object().cloned().expect("an object");
    fill(command, &parameters).map_err(|error| error.to_string())
}

#[test]
fn names_and_literals() {
    for (command, parameters, expected) in [
        (".show tables", json!({}), ".show tables"),
        (".drop table {{t}}", json!({"t": {"name": "T"}}), ".drop table ['T']"),
        (".drop table {{ t }} ifexists", json!({"t": {"name": "it's"}}), r".drop table ['it\'s'] ifexists"),
        (
            ".alter column {{t}}.{{c}} type=long",
            json!({"t": {"name": "T"}, "c": {"name": "C"}}),
            ".alter column ['T'].['C'] type=long",
        ),
        (
            ".show tables | where TableName == {{n}}",
            json!({"n": "a\"b"}),
            r#".show tables | where TableName == "a\"b""#,
        ),
        (
            ".show queries | where StartedOn > {{d}}",
            json!({"d": {"type": "datetime", "value": "2024-05-01"}}),
            ".show queries | where StartedOn > datetime(2024-05-01T00:00:00Z)",
        ),
        (
            ".show t | where a in ({{a}},{{b}}, {{a}})",
            json!({"a": 1, "b": true}),
            ".show t | where a in (long(1),bool(true), long(1))",
        ),
        (".show t | where a == {{o}}", json!({"o": {"name": 5}}), r#".show t | where a == dynamic({"name":5})"#),
        (
            ".show t | where a == {{o}}",
            json!({"o": {"name": "T", "more": 1}}),
            r#".show t | where a == dynamic({"more":1,"name":"T"})"#,
        ),
        (
            ".show t | where a == {{o}}",
            json!({"o": {"type": "dynamic", "value": {"name": "T"}}}),
            r#".show t | where a == dynamic({"name":"T"})"#,
        ),
        (".create function f() {{{t}} | count}", json!({"t": {"name": "T"}}), ".create function f() {['T'] | count}"),
        (
            ".ingest inline into table {{t}} <| {{a}},'{{b}}'",
            json!({"t": {"name": "T"}}),
            ".ingest inline into table ['T'] <| {{a}},'{{b}}'",
        ),
        (
            ".show t | where a == '{{' or b == '{{a b}}' // {{}}",
            json!({}),
            ".show t | where a == '{{' or b == '{{a b}}' // {{}}",
        ),
        (
            ".show t | where a == dynamic({\"b\":{\"c\":1}})",
            json!({}),
            ".show t | where a == dynamic({\"b\":{\"c\":1}})",
        ),
    ] {
        assert_eq!(filled(command, &parameters), Ok(expected.to_owned()), "{command}");
    }
}

#[test]
fn mistakes() {
    let inside = |line: usize, column: usize| {
        format!(
            "`{{{{` in line {line}, column {column} stands inside a string, a comment or a literal: put the placeholder outside, its value brings its own quotes"
        )
    };
    let touches = |column: usize| {
        format!("placeholder `{{{{x}}}}` in line 1, column {column} touches what stands before it: put a blank between")
    };
    let x = json!({"x": "v"});
    for (command, parameters, expected) in [
        (
            ".drop table {{t}}",
            json!({}),
            "placeholder `{{t}}` in line 1, column 13 has no value: give one in `parameters`".to_owned(),
        ),
        (
            ".drop table\n  {{T}}",
            json!({"T ": 1, "t": 1}),
            "parameter `T ` has no placeholder: remove it, or write {{T }} where its value belongs".to_owned(),
        ),
        (
            ".show tables",
            x.clone(),
            "parameter `x` has no placeholder: remove it, or write {{x}} where its value belongs".to_owned(),
        ),
        (".show t | where a == '{{x}}'", x.clone(), inside(1, 23)),
        (".show t | where a == '{{unknown}}'", json!({}), inside(1, 23)),
        (".show t\n// {{x}}\n| where a == {{x}}", x.clone(), inside(2, 4)),
        (".show t | where a == ```\n{{ x }}```", x.clone(), inside(2, 1)),
        (".show t | where a == datetime({{x}})", x.clone(), inside(1, 31)),
        ("#connect {{x}}\n.show t", x.clone(), inside(1, 10)),
        (".show t | where a == '{{x}}", x.clone(), inside(1, 23)),
        (".show t | where a == h{{x}}", x.clone(), touches(23)),
        (".show t | where a == @{{x}}", x.clone(), touches(23)),
        (".show t | where a == 'b'{{x}}", x.clone(), touches(25)),
        (".show t | where a == 1{{x}}", x.clone(), touches(23)),
        (".show t | where a in~{{x}}", x.clone(), touches(22)),
        (
            ".drop table {{t}}",
            json!({"t": null}),
            r#"parameter `t` is null and has no type: give one, as {"type": "string", "value": null}"#.to_owned(),
        ),
        (
            ".drop table {{t}}",
            json!({"t": {"type": "guid", "value": "x"}}),
            r#"parameter `t`: the value is no guid: give text such as "74be27de-1e4e-49d9-b579-fe0b331d3642""#
                .to_owned(),
        ),
    ] {
        assert_eq!(filled(command, &parameters), Err(expected), "{command}");
    }
}

#[test]
fn a_filled_verb_is_none() {
    let command = filled(".{{v}} table T", &json!({"v": {"name": "drop"}})).expect("a filled command");
    assert_eq!(command, ".['drop'] table T");
    assert!(command_verb(&command).is_err());
}

#[test]
fn long_hostile_texts_take_linear_time() {
    for piece in ["{{", "{{a", "{{ ", "}}", "'{{a}}", "{{x}}"] {
        let _ = filled(&piece.repeat(1_000_000 / piece.len()), &json!({"x": 1}));
    }
}

fn kinds(text: &str) -> Vec<TokenKind> {
    tokens(text).map(|token| token.kind).collect()
}

proptest! {
    #[test]
    fn no_value_changes_what_the_command_is(one in any::<String>(), other in any::<String>()) {
        let command = ".drop table {{t}} // '\n| where a == {{s}} or b in ({{s}},{{s}}){{t}}";
        let fill = |text: &str| filled(command, &json!({"t": {"name": text}, "s": text})).expect("a filled command");
        prop_assert_eq!(kinds(&fill(&one)), kinds(&fill(&other)));
    }

    #[test]
    fn any_command_is_filled_or_refused(command in "[{}x'@h\n /`.|]{0,40}", text in any::<String>()) {
        if let Ok(filled) = filled(&command, &json!({"x": text})) {
            let plain = command.replace("{{x}}", " \"\" ");
            prop_assert!(command.contains("{{x}}") || command.contains("x}}"));
            prop_assert_eq!(kinds(&filled).len(), kinds(&plain).len(), "{} -> {}", command, filled);
        }
    }
}
