//! `infra/aws/template.yaml` as CloudFormation gets it: whole, nothing open, no role that may more than it must, and limits on everything.

mod access;
mod deployed;
mod findings;
mod later;
mod operated;
mod packed;
mod parts;
mod routes;

use serde_json::{Map, Value};
use std::{fs, sync::OnceLock};
use tests::{binaries::root, python};

/// What becomes of the template.
fn template() -> &'static Value {
    static RENDERED: OnceLock<Value> = OnceLock::new();
    RENDERED.get_or_init(|| python::run("render_template.py", &[root().join("infra/aws/template.yaml")]))
}

fn resources(template: &Value) -> &Map<String, Value> {
    template["Resources"].as_object().unwrap()
}

/// The resources of a type: the name, and the properties.
fn of_type<'t>(template: &'t Value, kind: &str) -> impl Iterator<Item = (&'t str, &'t Value)> {
    let found = resources(template).iter().filter(move |(_, resource)| resource["Type"] == kind);
    found.map(|(name, resource)| (name.as_str(), &resource["Properties"]))
}

/// The functions: the name of the folder, and the properties.
fn functions(template: &Value) -> impl Iterator<Item = (String, &Value)> {
    of_type(template, "AWS::Lambda::Function").map(|(name, properties)| (kebab(name), properties))
}

/// `query-chart` of `QueryChartFunction`.
fn kebab(resource: &str) -> String {
    let words = resource.trim_end_matches("Function").char_indices().flat_map(|(index, letter)| {
        let dash = (index > 0 && letter.is_ascii_uppercase()).then_some('-');
        dash.into_iter().chain([letter.to_ascii_lowercase()])
    });
    words.collect()
}

/// The names of the folders of functions.
fn folders() -> Vec<String> {
    let folders = fs::read_dir(root().join("functions")).unwrap().map(|folder| folder.unwrap().file_name());
    let mut names: Vec<String> = folders.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

/// The resource that a value refers to: `QueryLog` of `{"Ref": "QueryLog"}` and of `{"Fn::GetAtt": ["QueryLog", "Arn"]}`.
fn referred(value: &Value) -> &str {
    value["Ref"].as_str().or(value["Fn::GetAtt"][0].as_str()).unwrap_or_default()
}

/// The values of an array, or the one value.
fn each(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |values| values.iter().collect())
}
