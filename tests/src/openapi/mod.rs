//! The OpenAPI document of all functions, made of what the functions say of themselves and of the types of their requests; and of it the
//! Swagger document of a custom connector. `make openapi` writes both down.

mod operation;
mod reply;
pub mod request;
pub mod swagger;

use crate::binaries::root;
use operation::Operation;
use request::Request;
use runtime::{
    action::Action,
    error::{ErrorType, HttpMistake, Methods},
    reply::CONTRACT_VERSION,
};
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, path::PathBuf};

/// A function: what it says of itself, and what it is asked.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name, paths and media types.
    pub action: Action,
    /// Its request; none where it is asked by its path, or in another protocol.
    pub request: Option<Request>,
}

/// All functions.
pub fn functions() -> Vec<Function> {
    let function = |action, request| Function { action, request: Some(request) };
    vec![
        function(query::ACTION, Request::of::<query::request::Request>()),
        function(query_chart::ACTION, Request::of::<query_chart::request::Request>()),
        function(show_command::ACTION, Request::of::<show_command::request::Request>()),
        function(command_chart::ACTION, Request::of::<command_chart::request::Request>()),
        function(async_command::ACTION, Request::of::<async_command::request::Request>()),
        function(email::ACTION, Request::of::<email::request::Request>()),
        function(ingest::ACTION, Request::of::<ingest::Request>()),
        function(check_connection::ACTION, Request::of::<check_connection::Request>()),
        Function { action: result::ACTION, request: None },
        Function { action: mcp::ACTION, request: None },
    ]
}

/// The files that are written down, and what is in them.
pub fn files() -> [(PathBuf, String); 2] {
    let text = |document: &Value| format!("{document:#}\n");
    [
        (root().join("infra/openapi.json"), text(&document())),
        (root().join("infra/azure/connector.swagger.json"), text(&swagger::document())),
    ]
}

/// The OpenAPI document.
pub fn document() -> Value {
    let functions = functions();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Kusto actions",
            "version": CONTRACT_VERSION.to_string(),
            "description": "The actions of Microsoft's Azure Data Explorer connector, each a function. The connector's own paths and field \
                            names are answered beside ours. Written by `make openapi`.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The API in front of the functions"}],
        "security": [{"entra": []}],
        "paths": paths(&functions),
        "components": {
            "securitySchemes": {"entra": {
                "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                "description": "A token of Entra for the application that the JWT authorizer names",
            }},
            "parameters": operation::parameters(),
            "headers": operation::headers(),
            "responses": errors(),
            "schemas": schemas(&functions),
        },
    })
}

fn paths(functions: &[Function]) -> Value {
    let mut paths = Map::new();
    for function in functions {
        for operation in Operation::all(function) {
            paths.insert(operation.path.clone(), operation.path_item(function));
        }
        if function.action.takes_records() {
            let (path, item) = operation::records(function);
            paths.insert(path, item);
        }
    }
    Value::Object(paths)
}

fn schemas(functions: &[Function]) -> Value {
    let mut schemas = reply::schemas();
    for function in functions {
        if let Some(request) = &function.request {
            schemas.insert(request_name(&function.action), request.schema());
        }
        if function.action.takes_calls() {
            schemas.insert(request_name(&function.action), operation::message());
        }
    }
    Value::Object(schemas)
}

/// The name of the schema of an action's requests: `QueryChartRequest`.
fn request_name(action: &Action) -> String {
    format!("{}Request", operation::in_capitals(action.name()))
}

/// Every status of an error.
fn statuses() -> BTreeSet<u16> {
    let mistakes = [HttpMistake::Method(Methods::Post), HttpMistake::NotAcceptable, HttpMistake::MediaType];
    let mistakes = mistakes.map(|mistake| runtime::error::ActionError::bad_request("").over_http(mistake).status());
    ErrorType::ALL.iter().map(|error_type| error_type.status()).chain(mistakes).collect()
}

/// The replies that are errors, by their status.
fn errors() -> Value {
    let response = |status: u16| {
        let names: Vec<&str> =
            ErrorType::ALL.iter().filter(|one| one.status() == status).map(|one| one.name()).collect();
        let names = if names.is_empty() { vec![ErrorType::BadRequest.name()] } else { names };
        let mut response = json!({
            "description": names.join(", "),
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        });
        match status {
            405 => response["headers"] = json!({"Allow": {"$ref": "#/components/headers/Allow"}}),
            429 => response["headers"] = json!({"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}),
            _ => {}
        }
        (status.to_string(), response)
    };
    Value::Object(statuses().into_iter().map(response).collect())
}
