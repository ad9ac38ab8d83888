//! The pictures in the README of the flows, which are drawn from their files.

use super::{flows, read};
use serde_json::{Map, Value};
use std::{fmt::Write, fs};
use tests::binaries::root;

/// The states as a Mermaid diagram.
fn picture(definition: &Value) -> String {
    let mut lines = String::from("stateDiagram-v2\n");
    machine(definition, "    ", &mut lines);
    lines
}

fn machine(definition: &Value, indent: &str, lines: &mut String) {
    let states: &Map<String, Value> = definition["States"].as_object().unwrap();
    for (name, state) in states {
        let id = id(name);
        match state.get("ItemProcessor") {
            None => writeln!(lines, "{indent}state \"{name}\" as {id}").unwrap(),
            Some(processor) => {
                writeln!(lines, "{indent}state \"{name}\" as {id} {{").unwrap();
                machine(processor, &format!("{indent}    "), lines);
                writeln!(lines, "{indent}}}").unwrap();
            }
        }
    }
    writeln!(lines, "{indent}[*] --> {}", id(definition["StartAt"].as_str().unwrap())).unwrap();
    for (name, state) in states {
        for (target, label) in arrows(state) {
            writeln!(lines, "{indent}{} --> {target}{label}", id(name)).unwrap();
        }
    }
}

/// The arrows from a state, each with what stands beside it.
fn arrows(state: &Value) -> Vec<(String, String)> {
    let ends = state["End"] == true || state["Type"] == "Succeed" || state["Type"] == "Fail";
    let mut arrows: Vec<(String, String)> = ends.then(|| ("[*]".to_owned(), String::new())).into_iter().collect();
    let choices = state["Choices"].as_array().into_iter().flatten().map(|choice| &choice["Next"]);
    let plain = choices.chain([&state["Next"], &state["Default"]]).filter_map(Value::as_str);
    arrows.extend(plain.map(|name| (id(name), String::new())));
    for (index, catcher) in state["Catch"].as_array().into_iter().flatten().enumerate() {
        let errors: Vec<&str> = catcher["ErrorEquals"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let label = match (errors[..] == ["States.ALL"], index) {
            (true, 0) => "any error".to_owned(),
            (true, _) => "any other error".to_owned(),
            (false, _) => errors.join(", "),
        };
        arrows.push((id(catcher["Next"].as_str().unwrap()), format!(" : {label}")));
    }
    arrows
}

fn id(name: &str) -> String {
    let letters = name.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == ' ');
    letters.collect::<String>().to_lowercase().replace(' ', "_")
}

/// The README with the pictures as the files have them: in each flow's section, the block of Mermaid.
fn drawn(readme: &str) -> String {
    let mut drawn = readme.to_owned();
    for flow in flows() {
        let definition: Value = serde_json::from_str(&read(&format!("{flow}.asl.json"))).unwrap();
        let section =
            drawn.find(&format!("\n## `{flow}`\n")).unwrap_or_else(|| panic!("the README has no section `{flow}`"));
        let start = section + drawn[section..].find("```mermaid\n").unwrap() + "```mermaid\n".len();
        let end = start + drawn[start..].find("```").unwrap();
        drawn.replace_range(start..end, &picture(&definition));
    }
    drawn
}

#[test]
fn the_pictures_are_those_of_the_files() {
    let readme = read("README.md");
    let drawn = drawn(&readme);
    let place = root().join("target/flows.md");
    fs::write(&place, &drawn).unwrap();
    assert!(readme == drawn, "the pictures are stale: cp target/flows.md infra/aws/flows/README.md");
}
