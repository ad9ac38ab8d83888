//! The routes of the API are those of the OpenAPI document, with the same functions behind them.

use super::{kebab, of_type, template};
use serde_json::Value;
use std::collections::BTreeSet;
use tests::openapi::document;

/// What is an operation among the fields of a path, and the method that it is for.
const METHODS: [(&str, &str); 4] =
    [("get", "GET"), ("post", "POST"), ("delete", "DELETE"), ("x-amazon-apigateway-any-method", ANY)];

const ANY: &str = "ANY";

/// Takes any method, to answer 405 to all but POST: its clients try GET.
const OF_ANY_METHOD: &str = "mcp";

/// A method, a path, and the function behind them.
type Route = (String, String, String);

/// The operations of a document's paths, with what `function` says is behind each.
fn routes(paths: &Value, function: impl Fn(&Value, &Value) -> String) -> BTreeSet<Route> {
    let items = paths.as_object().unwrap().iter();
    let operations = items.flat_map(|(path, item)| {
        METHODS.iter().filter_map(move |(field, method)| Some((path, item, *method, item.get(*field)?)))
    });
    let route = |(path, item, method, operation): (&String, &Value, &str, &Value)| {
        let function = function(item, operation);
        let method = if (method, &*function) == (ANY, OF_ANY_METHOD) { "POST" } else { method };
        (method.to_owned(), path.clone(), function)
    };
    operations.map(route).collect()
}

#[test]
fn they_are_those_of_the_document() {
    let written = document();
    let written = routes(&written["paths"], |item, _| item["x-function"].as_str().unwrap().to_owned());
    let (_, api) = of_type(template(), "AWS::ApiGatewayV2::Api").next().unwrap();
    let deployed = routes(&api["Body"]["paths"], |_, operation| {
        let integration = operation["x-amazon-apigateway-integration"]["uri"].to_string();
        let (_, function) = integration.split_once("/functions/${").unwrap();
        kebab(function.split("Aliaslive").next().unwrap())
    });
    let difference =
        |one: &BTreeSet<Route>, other: &BTreeSet<Route>| -> Vec<Route> { one.difference(other).cloned().collect() };
    assert_eq!(difference(&deployed, &written), [], "deployed, and not in infra/openapi.json");
    assert_eq!(difference(&written, &deployed), [], "in infra/openapi.json, and not deployed");
    assert!(deployed.len() > 15);
}
