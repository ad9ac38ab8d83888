use super::{Bound, ParameterError, bind};
use proptest::prelude::{any, prop_assert_eq, proptest};
use serde_json::{Map, Value, json};

fn map(parameters: &Value) -> Map<String, Value> {
    parameters.as_object().cloned().expect("an object")
}

fn bound(query: &str, parameters: &Value) -> Result<Bound, ParameterError> {
    bind(query, &map(parameters))
}

/// Checks the text and the literals that `parameters` bind to.
#[track_caller]
fn check(query: &str, parameters: &Value, text: &str, literals: &[(&str, &str)]) {
    let bound = bound(query, parameters).expect("parameters that fit");
    let found: Vec<(&str, &str)> =
        bound.parameters.iter().map(|(name, literal)| (name.as_str(), literal.as_str())).collect();
    assert_eq!((bound.text.as_str(), &found[..]), (text, literals));
}

#[test]
fn without_parameters_the_text_stays() {
    check("T", &json!({}), "T", &[]);
    check(".show tables", &json!({}), ".show tables", &[]);
}

#[test]
fn the_json_gives_the_type_where_nothing_else_does() {
    check(
        "T",
        &json!({"s": "it's", "l": 5, "r": 0.5, "b": true, "a": [1], "o": {"k": 1}, "big": 1e18}),
        "declare query_parameters(a:dynamic, b:bool, big:real, l:long, o:dynamic, r:real, s:string);\nT",
        &[
            ("a", "dynamic([1])"),
            ("b", "bool(true)"),
            ("big", "real(1e18)"),
            ("l", "long(5)"),
            ("o", r#"dynamic({"k":1})"#),
            ("r", "real(0.5)"),
            ("s", "\"it's\""),
        ],
    );
}

#[test]
fn the_type_beside_the_value_comes_before_the_json() {
    check(
        "T",
        &json!({"d": {"type": "datetime", "value": "2024-05-01"}, "n": {"type": "long", "value": null}}),
        "declare query_parameters(d:datetime, n:long);\nT",
        &[("d", "datetime(2024-05-01T00:00:00Z)"), ("n", "long(null)")],
    );
    check(
        "T",
        &json!({"o": {"type": "x", "value": 1, "more": 2}}),
        "declare query_parameters(o:dynamic);\nT",
        &[("o", r#"dynamic({"more":2,"type":"x","value":1})"#)],
    );
}

#[test]
fn the_declaration_of_the_query_comes_first() {
    let query = "#directive\nset best_effort;\n// c\ndeclare query_parameters(n:int, ['d']:date = datetime(2020-01-01), x:dynamic = dynamic([1, 2]));\nT";
    check(
        query,
        &json!({"n": "7", "d": "2024-05-01"}),
        query,
        &[("d", "datetime(2024-05-01T00:00:00Z)"), ("n", "int(7)")],
    );
    check(query, &json!({"n": {"type": "int", "value": 7}}), query, &[("n", "int(7)")]);
}

#[test]
fn a_declaration_elsewhere_is_none() {
    for query in [
        "print 'declare query_parameters(n:int);'",
        "// declare query_parameters(n:int);\nT",
        "T | declare query_parameters(n:int)",
    ] {
        check(query, &json!({"s": ""}), &format!("declare query_parameters(s:string);\n{query}"), &[("s", "\"\"")]);
    }
}

#[test]
fn errors_name_the_parameter_and_the_remedy() {
    let declares = "declare query_parameters(n:long, d:datetime = datetime(null)); T";
    for (query, parameters, expected) in [
        (
            "T",
            json!({"a b": 1}),
            r#"parameter "a b" has a name that KQL does not allow: use letters, digits and _, and no digit first"#,
        ),
        (
            declares,
            json!({"n": 1, "m": 1}),
            "parameter `m` is not declared by the query: remove it or add it to declare query_parameters",
        ),
        (declares, json!({}), "parameter `n` has no value: the query declares it without a default, so give one"),
        (
            declares,
            json!({"n": 1.5}),
            "parameter `n`: the value is no long: give a whole number from -9223372036854775808 to 9223372036854775807",
        ),
        (
            declares,
            json!({"n": {"type": "int", "value": 1}}),
            "parameter `n` is given as int, but the query declares it as long: use the same type",
        ),
        (
            "T",
            json!({"n": null}),
            r#"parameter `n` is null and has no type: give one, as {"type": "string", "value": null}"#,
        ),
        (
            "T",
            json!({"n": {"type": "text", "value": 1}}),
            r#"parameter `n` has the unknown type "text": use bool, datetime, decimal, dynamic, guid, int, long, real, string or timespan"#,
        ),
        (
            "declare query_parameters(n:varchar); T",
            json!({}),
            r#"parameter `n` has the unknown type "varchar": use bool, datetime, decimal, dynamic, guid, int, long, real, string or timespan"#,
        ),
        (".show tables", json!({"n": 1}), "a management command takes no parameters: remove them, or send a query"),
    ] {
        assert_eq!(bound(query, &parameters).map_err(|error| error.to_string()), Err(expected.to_owned()));
    }
}

#[test]
fn whole_numbers_never_become_doubles() {
    for text in ["9223372036854775808", "18446744073709551616", "-9223372036854775809", "1e30"] {
        let parameters: Value = serde_json::from_str(&format!("{{\"n\":{text}}}")).expect("JSON");
        assert_eq!(bound("T", &parameters), Err(ParameterError::TooLarge { name: "n".to_owned() }), "{text}");
    }
}

#[test]
fn declarations_that_cannot_be_read() {
    for list in [
        "",
        "(",
        "()",
        "(n)",
        "(n:)",
        "(n:long",
        "(n:long m:int)",
        "(n:long =",
        "(n:long = ;",
        "(n:long = ]",
        "(1:long)",
        "(['a:long)",
    ] {
        let query = format!("declare query_parameters{list}");
        assert_eq!(bound(&query, &json!({})), Err(ParameterError::BadDeclaration), "{query}");
    }
}

proptest! {
    #[test]
    fn the_text_does_not_depend_on_values(query in any::<String>(), one in any::<String>(), other in any::<String>()) {
        let text = |value: &str| bound(&query, &json!({"p": value, "q": [value]})).map(|bound| bound.text);
        prop_assert_eq!(text(&one), text(&other));
    }

    #[test]
    fn any_name_is_bound_or_refused(name in any::<String>()) {
        let accepted = bound("T", &json!({ name.clone(): 1 })).is_ok();
        prop_assert_eq!(accepted, crate::name::is_identifier(&name));
    }
}
