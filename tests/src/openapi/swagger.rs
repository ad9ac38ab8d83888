//! The Swagger 2.0 document that Power Platform and Logic Apps import as a custom connector: the connector's own operations, with the
//! fields of what a query answers offered to the designer.

use super::{Function, functions, request::CONNECTORS};
use serde_json::{Map, Value, json};

/// Where designers ask for the fields of what a query answers.
const SCHEMA_PATH: &str = "/ListKustoResultsSchema";

/// What a designer shows of each operation: path, operation, title, what it answers.
const OPERATIONS: [(&str, &str, &str, &str); 6] = [
    ("/ListKustoResults/false", "ListKustoResults", "Run KQL query", "Rows"),
    (SCHEMA_PATH, "ListKustoResultsSchema", "The columns of a KQL query", "Schema"),
    ("/ListKustoShowCommandResults", "ListKustoShowCommandResults", "Run show management command", "ShownRows"),
    (
        "/RunKustoAndVisualizeResults/false",
        "RunKustoAndVisualizeResults",
        "Run KQL query and render a chart",
        "VisualizeResults",
    ),
    (
        "/RunKustoAndVisualizeResults/true",
        "RunControlCommandAndVisualizeResults",
        "Run management command and render a chart",
        "VisualizeResults",
    ),
    (
        "/RunAsyncControlCommandAndWait",
        "RunAsyncControlCommandAndWait",
        "Run async management command",
        "OperationResults",
    ),
];

/// The fields of a request that a designer shows, and whether at once.
const FIELDS: [(&str, &str, &str); 8] = [
    ("cluster", "Cluster URL", "important"),
    ("db", "Database name", "important"),
    ("csl", "Query or command", "important"),
    ("chartType", "Chart type", "important"),
    ("parameters", "Parameters", "important"),
    ("onLimit", "On limit", "advanced"),
    ("title", "Title", "advanced"),
    ("wait", "Wait", "advanced"),
];

/// The document.
pub fn document() -> Value {
    let functions = functions();
    json!({
        "swagger": "2.0",
        "info": {
            "title": "Kusto actions",
            "description": "Queries and management commands of Azure Data Explorer, and their charts. Set host to that of your API before you import this.",
            "version": "1.0",
        },
        "host": "api.example.com",
        "basePath": "/",
        "schemes": ["https"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "paths": OPERATIONS.map(|operation| path(&functions, operation)).into_iter().collect::<Map<_, _>>(),
        "definitions": definitions(),
        "securityDefinitions": {"entra": {
            "type": "oauth2",
            "flow": "accessCode",
            "authorizationUrl": "https://login.microsoftonline.com/common/oauth2/authorize",
            "tokenUrl": "https://login.microsoftonline.com/common/oauth2/token",
            "scopes": {},
        }},
        "security": [{"entra": []}],
    })
}

fn path(functions: &[Function], (path, id, summary, reply): (&str, &str, &str, &str)) -> (String, Value) {
    let function = functions.iter().find(|function| function.action.paths().contains(&path));
    let function = function.expect("each path of the connector has a function");
    let mut parameters = vec![json!({"name": "body", "in": "body", "required": true, "schema": body(function)})];
    let mut responses = json!({
        "200": {"description": "The reply", "schema": {"$ref": format!("#/definitions/{reply}")}},
        "default": {"description": "An error", "schema": {"$ref": "#/definitions/Error"}},
    });
    if path != SCHEMA_PATH {
        parameters.push(json!({
            "name": "Prefer", "in": "header", "required": false, "type": "string", "enum": ["respond-async"],
            "x-ms-summary": "Prefer", "x-ms-visibility": "advanced",
            "description": "respond-async: for what takes longer than 30 seconds",
        }));
        responses["202"] = json!({"description": "It is being made: see Location and Retry-After"});
    }
    let visibility = if path == SCHEMA_PATH { "internal" } else { "important" };
    let operation = json!({
        "operationId": id,
        "summary": summary,
        "description": format!("{summary}."),
        "x-ms-visibility": visibility,
        "parameters": parameters,
        "responses": responses,
    });
    (path.to_owned(), json!({"post": operation}))
}

/// The body of a request, with the connector's names.
fn body(function: &Function) -> Value {
    let schema = function.request.as_ref().map(super::Request::schema).unwrap_or_default();
    let mut properties = Map::new();
    for (name, summary, visibility) in FIELDS {
        let ours = CONNECTORS.iter().find(|(alias, ours)| *alias == name && schema["properties"].get(ours).is_some());
        let Some(field) = schema["properties"].get(ours.map_or(name, |(_, ours)| ours)) else { continue };
        let mut property = plain(name, field);
        property["x-ms-summary"] = json!(summary);
        property["x-ms-visibility"] = json!(visibility);
        properties.insert(name.to_owned(), property);
    }
    json!({"type": "object", "required": ["cluster", "db", "csl"], "properties": properties})
}

/// A field as Swagger 2.0 can say it: one type, no null.
fn plain(name: &str, field: &Value) -> Value {
    let mut property = json!({"description": field["description"], "type": "string"});
    match name {
        "chartType" => property["enum"] = json!(["Html Table", "Pie Chart", "Time Chart", "Bar Chart"]),
        "onLimit" => property["enum"] = json!(["error", "truncate"]),
        "parameters" => property["type"] = json!("object"),
        "wait" => property["type"] = json!("boolean"),
        _ => {}
    }
    property
}

fn definitions() -> Value {
    let titled = |kind: &str, title: &str| json!({"type": kind, "x-ms-summary": title});
    let rows = |item: Value| {
        let properties = json!({
            "value": {"type": "array", "items": item, "x-ms-summary": "Rows"},
            "rowCount": titled("integer", "Row count"),
            "completeness": titled("string", "Completeness"),
            "clientRequestId": titled("string", "Client request id"),
        });
        json!({"type": "object", "properties": properties})
    };
    let asked = |reference: &str, from: &dyn Fn(&str) -> Value| {
        let parameters: Map<_, _> =
            ["cluster", "db", "csl"].map(|name| (name.to_owned(), from(name))).into_iter().collect();
        json!({"operationId": "ListKustoResultsSchema", "parameters": parameters, reference: "schema"})
    };
    // Old designers read the one, new ones the other.
    let row = json!({
        "type": "object",
        "x-ms-dynamic-schema": asked("value-path", &|name| json!({"parameter": name})),
        "x-ms-dynamic-properties": asked("itemValuePath", &|name| json!({"parameterReference": format!("body/{name}")})),
    });
    json!({
        "Rows": rows(row),
        "ShownRows": rows(json!({"type": "object"})),
        "Schema": {"type": "object", "properties": {"schema": {"type": "object"}}},
        "VisualizeResults": {"type": "object", "properties": {
            "body": {"type": "string", "format": "byte", "x-ms-summary": "Body"},
            "bodyHtml": titled("string", "Body HTML"),
            "attachmentContent": {"type": "string", "format": "byte", "x-ms-summary": "Attachment content"},
            "attachmentName": titled("string", "Attachment name"),
            "kustoDeepLink": titled("string", "Link to the query"),
            "rowCount": titled("integer", "Row count"),
        }},
        "OperationResults": {"type": "object", "properties": {
            "operationId": titled("string", "Operation id"),
            "state": titled("string", "State"),
            "status": titled("string", "Status"),
        }},
        "Error": {"type": "object", "properties": {
            "code": titled("string", "Code"),
            "message": titled("string", "Message"),
            "retryable": titled("boolean", "Retryable"),
        }},
    })
}
