//! TROUBLESHOOTING.md names everything that can go wrong, and nothing else.

use crate::check_connection::STEPS;
use std::{collections::BTreeSet, fs};
use tests::binaries::root;

fn page() -> String {
    read("TROUBLESHOOTING.md")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Whether the section of a step has a line whose first words, between backticks, are part of this message.
pub(crate) fn has_line(step: &str, message: &str) -> bool {
    let page = page();
    let section = page.split("\n### `").find_map(|section| section.strip_prefix(&format!("{step}`\n"))).unwrap();
    let phrases = section.lines().filter(|line| line.starts_with("| `")).map(|line| line.split(" | ").next().unwrap());
    phrases.flat_map(|cell| cell.split('`').skip(1).step_by(2)).any(|phrase| message.contains(phrase))
}

/// The names of the variants of `name` in a source file.
fn variants(path: &str, name: &str) -> Vec<String> {
    let source = read(path);
    let body = source.split(&format!("pub enum {name} {{\n")).nth(1).unwrap().split("\n}").next().unwrap().to_owned();
    let names = body.lines().map(str::trim).filter(|line| line.starts_with(char::is_uppercase));
    names.map(|line| line.trim_end_matches(',').to_owned()).collect()
}

/// The texts between quotes in `source`.
fn literals(source: &str) -> impl Iterator<Item = &str> {
    source.split('"').skip(1).step_by(2)
}

#[test]
fn each_error_type_and_each_step_has_its_heading() {
    let error_types = variants("shared/runtime/src/error.rs", "ErrorType");
    let steps = variants("functions/check-connection/src/step.rs", "Name");
    assert_eq!(steps.iter().map(|name| name.to_lowercase()).collect::<Vec<_>>(), STEPS);
    let known: BTreeSet<String> = error_types.into_iter().chain(STEPS.map(str::to_owned)).collect();
    let page = page();
    let headings = page.lines().filter_map(|line| line.strip_prefix("### `"));
    let headings: BTreeSet<String> = headings.map(|heading| heading.trim_end_matches('`').to_owned()).collect();
    assert_eq!(headings, known);
}

#[test]
fn each_sentence_of_an_error_is_there() {
    let page = page().replace('\n', " ");
    let client = read("shared/kusto-client/src/error.rs");
    let sentences = client.split("fn sentence(").nth(1).unwrap().split("\n    }\n").next().unwrap();
    let mut count = 0;
    for sentence in literals(sentences) {
        assert!(page.contains(sentence), "{sentence}");
        count += 1;
    }
    assert_eq!(count, variants("shared/kusto-client/src/error.rs", "ErrorKind").len());
}

#[test]
fn each_number_of_entra_is_there() {
    let source = read("shared/auth/src/authorization_error.rs");
    let advice = source.split("fn advice(").nth(1).unwrap();
    let is_number = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let numbers: Vec<&str> = literals(advice).filter(is_number).collect();
    assert!(numbers.len() > 10, "{numbers:?}");
    for number in numbers {
        assert!(has_line("token", &format!("(AADSTS{number})")), "{number}");
    }
}

#[test]
fn each_reason_that_there_is_no_token_is_there() {
    for file in ["authorization_error", "managed_identity", "azure_cli"] {
        let source = read(&format!("shared/auth/src/{file}.rs"));
        for error in source.split("#[error(").skip(1).filter(|error| !error.starts_with("transparent")) {
            let text = literals(error).next().unwrap();
            assert!(has_line("token", text), "{text}");
        }
    }
}

#[test]
fn each_failure_of_the_network_is_there() {
    let source = read("shared/auth/src/http.rs");
    let errors = source.split("pub enum HttpError").nth(1).unwrap().split("\n}").next().unwrap();
    for error in errors.split("#[error(").skip(1) {
        let text = literals(error).next().unwrap();
        // No connection that is configured speaks plain http with another machine.
        let found = ["dns", "connect", "tls", "query"].iter().any(|step| has_line(step, text))
            || text.starts_with("plain http");
        assert!(found, "{text}");
    }
}

#[test]
fn each_refusal_of_the_data_lake_is_there() {
    let page = page();
    let section = page.split("\n## Refusals of the data lake\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let source = read("shared/kusto-client/src/lake.rs");
    let known = source.split("const KNOWN").nth(1).unwrap().split("\n];").next().unwrap();
    let mut count = 0;
    for words in known.split("&[").skip(1).flat_map(|list| literals(list.split(']').next().unwrap())) {
        assert!(section.contains(&format!("`{words}`")), "{words}");
        count += 1;
    }
    assert!(count >= 14, "{count}");
}
