//! What is wrong with a request, without repeating its values: they may be somebody's secret in the wrong field.

use crate::{error::ActionError, shape::shortened};

/// `BadRequest` for what serde says of the field at `path`.
///
/// Serde's own words hold the value: ``invalid type: string "…", expected u64``, ``unknown variant `…`, expected one of …``.
pub(crate) fn wrong(path: &str, error: &serde_json::Error) -> ActionError {
    let said = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let problem = said.strip_suffix(&position).unwrap_or(&said);
    let expected = problem.rsplit_once(", expected ").map_or("another", |(_, expected)| readable(expected));
    let problem = if let Some(value) = problem.strip_prefix("invalid type: ") {
        format!("`{path}` is {}, expected {expected}", kind(value))
    } else if ["invalid value: ", "unknown variant `"].iter().any(|start| problem.starts_with(start)) {
        format!("`{path}` has a value that it cannot have, expected {expected}")
    } else if let Some(field) = problem.strip_prefix("duplicate field ") {
        // The name is ours, whichever of its spellings the caller has used: `db` beside `database` is two of `database`.
        format!("{field} is there twice, perhaps in two spellings; leave one of them out")
    } else {
        with_short_name(&said)
    };
    ActionError::bad_request(format!("the request is wrong: {problem}"))
}

/// What kind of JSON serde shows: `sequence`, `string "…"`, ``integer `5` ``.
fn kind(value: &str) -> &str {
    match value.split(['"', '`', ',']).next().unwrap_or_default().trim_end() {
        "string" => "a string",
        "boolean" => "a boolean",
        "integer" | "floating point number" => "a number",
        "sequence" => "an array",
        "map" => "an object",
        kind => kind,
    }
}

/// What was expected, in words that do not come from Rust.
fn readable(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number that is not negative",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "a map" => "an object",
        "a sequence" => "an array",
        expected => expected,
    }
}

/// What serde says, with the name cut that a caller chose: ``unknown field `…`, expected …`` holds it however long it is.
fn with_short_name(said: &str) -> String {
    match said.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`')) {
        Some((name, rest)) => format!("unknown field `{}`{rest}", shortened(name)),
        None => said.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::action::Action;
    use crate::request::{OnLimit, Options};

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Request {
        query: String,
        #[serde(default)]
        options: Options,
        #[serde(default)]
        on_limit: OnLimit,
        #[serde(default)]
        schema_only: bool,
    }

    #[track_caller]
    fn check(json: &str, expected: &str) {
        let error = Action::new("query").read::<Request>(json).unwrap_err();
        assert_eq!((error.error_type.name(), error.message.as_str()), ("BadRequest", expected));
    }

    #[test]
    fn mistakes_are_named_and_values_are_not_repeated() {
        check(
            r#"{"query": "T", "schemaOnly": "canary, expected u8"}"#,
            "the request is wrong: `schemaOnly` is a string, expected a boolean",
        );
        check(
            r#"{"query": "T", "options": {"truncationMaxRecords": "canary"}}"#,
            "the request is wrong: `options.truncationMaxRecords` is a string, expected a whole number that is not negative",
        );
        check(
            r#"{"query": "T", "options": {"truncationMaxRecords": -7654321}}"#,
            "the request is wrong: `options.truncationMaxRecords` has a value that it cannot have, expected a whole number that is not negative",
        );
        check(r#"{"query": {"canary": 1}}"#, "the request is wrong: `query` is an object, expected a string");
        check(r#"{"query": null}"#, "the request is wrong: `query` is null, expected a string");
        check(
            r#"{"query": "T", "onLimit": "canary`, expected x"}"#,
            "the request is wrong: `onLimit` has a value that it cannot have, expected `error` or `truncate`",
        );
        check(
            r#"{"qery": "T"}"#,
            "the request is wrong: unknown field `qery`, expected one of `query`, `options`, `onLimit`, `schemaOnly` at line 1 column 7",
        );
        check(
            r#"{"query": "T", "options": {"serverTimeout": "1m", "servertimeout": "1m"}}"#,
            "the request is wrong: `serverTimeout` is there twice, perhaps in two spellings; leave one of them out",
        );
        check("{}", "the request is wrong: missing field `query` at line 1 column 2");
        let long = format!(r#"{{"{}": 1}}"#, "q".repeat(1000));
        let error = Action::new("query").read::<Request>(&long).unwrap_err().message;
        assert!(
            error.starts_with(&format!("the request is wrong: unknown field `{}…`, expected", "q".repeat(64))),
            "{error}"
        );
    }
}
