//! The OpenAPI document and the custom connector: what is written down is what the functions say, and validators that were not written
//! here take it.

use runtime::action::Action;
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, time::Duration};
use tests::{
    api::Api,
    chromium,
    http::send,
    kusto::Kusto,
    openapi::{document, files, functions},
    python,
};

#[test]
fn what_is_written_down_is_what_the_functions_say() {
    for (path, text) in files() {
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert!(written == text, "{} is of other functions: run `make openapi`", path.display());
    }
}

#[test]
fn each_field_that_is_read_is_in_the_schema_and_no_other() {
    for function in functions() {
        let Some(request) = &function.request else { continue };
        let schema = request.schema();
        let written: BTreeSet<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let read: BTreeSet<&str> = request.names.iter().copied().collect();
        assert!(!read.is_empty());
        assert_eq!(written, read, "{}", function.action.name());
        assert_eq!(schema["additionalProperties"], false, "{}", function.action.name());
    }
}

#[test]
fn each_path_of_a_function_has_an_operation_of_its_own() {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let all = functions();
    for (path, item) in paths {
        let function = all.iter().find(|function| function.action.name() == item["x-function"]).unwrap();
        let own = path.split('/').nth(1) == Some(function.action.name());
        assert!(own || function.action.paths().contains(&path.as_str()), "{path}");
    }
    let count = |action: &Action| 1 + action.paths().len() + usize::from(action.takes_records());
    let of_the_functions: usize = all.iter().map(|function| count(&function.action)).sum();
    assert_eq!(paths.len(), of_the_functions);
    let ids = paths
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .filter_map(|one| one["operationId"].as_str());
    let ids: Vec<&str> = ids.collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
}

#[test]
fn validators_take_them() {
    let paths = files().map(|(path, _)| path);
    let versions: Value = python::run("check_openapi.py", &paths);
    assert_eq!(versions, serde_json::json!(["3.1", "2.0"]));
}

/// An API with everything that its functions need.
fn api(kusto: &Kusto) -> Api {
    let mail =
        [("MAIL_URL", "file:///tmp"), ("MAIL_FROM", "a@example.com"), ("MAIL_ALLOWED_RECIPIENTS", "@example.com")];
    Api::with_cluster(kusto.url(), &mail, Duration::from_secs(60))
}

#[test]
fn each_example_is_answered_as_the_document_says() {
    let kusto = Kusto::start(None);
    let api = api(&kusto);
    for (path, item) in document()["paths"].as_object().unwrap() {
        let example = &item["post"]["requestBody"]["content"]["application/json"]["example"];
        if !example.is_null() {
            let answer =
                send("POST", &api.at(path), &[("content-type", "application/json")], example.to_string().as_bytes());
            assert_eq!(answer.status, 200, "{path} {example}: {}", String::from_utf8_lossy(&answer.body));
        }
    }
}

/// Sends so many requests, and finds no server error and nothing that is not in the document.
fn fuzz(cases: &str, seed: &str) {
    let kusto = Kusto::start(None);
    let api = api(&kusto);
    let [(document, _), _] = files();
    let found = python::run("fuzz_openapi.py", &[document.to_str().unwrap(), &api.at(""), cases, seed]);
    assert_eq!(found["failures"], json!([]), "{:#}", found["statuses"]);
    assert!(found["sent"].as_u64().unwrap() >= cases.parse().unwrap(), "{found:#}");
    fs::write(chromium::artifacts().join(format!("openapi-{cases}.json")), format!("{found:#}")).unwrap();
    // Of every operation there were requests, and some of those that it takes.
    let statuses = found["statuses"].as_object().unwrap();
    let answered = |status: &str| statuses.keys().filter(|key| key.ends_with(status)).count();
    assert!(answered("200") > 5 && answered("400") > 5, "{statuses:#?}");
}

#[test]
fn no_request_meets_a_server_error_or_a_reply_that_is_not_in_the_document() {
    fuzz("500", "1");
}

#[test]
#[ignore = "takes long: make soak"]
fn soak_no_request_of_many_does() {
    fuzz("10000", "2");
}
