//! An operation: a path with its methods, as one function answers it.

use super::{Function, request_name, statuses};
use serde_json::{Map, Value, json};

/// The connector's name of the operation at a path, and what it does.
const CONNECTORS: [(&str, &str, &str); 7] = [
    ("/ListKustoResults/false", "ListKustoResults", "Run KQL query"),
    ("/ListKustoResultsSchema", "ListKustoResultsSchema", "The columns of a KQL query"),
    ("/ListKustoShowCommandResults", "ListKustoShowCommandResults", "Run show management command"),
    ("/RunKustoAndVisualizeResults/false", "RunKustoAndVisualizeResults", "Run KQL query and render a chart"),
    (
        "/RunKustoAndVisualizeResults/true",
        "RunControlCommandAndVisualizeResults",
        "Run management command and render a chart",
    ),
    ("/RunAsyncControlCommandAndWait", "RunAsyncControlCommandAndWait", "Run async management command"),
    ("/mcp/KustoQueryManagement", "KustoQueryManagement", "Kusto Query MCP server"),
];

/// What a function does, by its name, and a request that does it.
const OWN: [(&str, &str, &str); 10] = [
    ("query", "Run KQL query", r#"{"query": "print x = 1"}"#),
    (
        "query-chart",
        "Run KQL query and render a chart",
        r#"{"query": "range x from 1 to 3 step 1", "chartType": "Bar Chart"}"#,
    ),
    ("show-command", "Run show management command", r#"{"command": ".show tables"}"#),
    (
        "command-chart",
        "Run management command and render a chart",
        r#"{"command": ".show tables", "chartType": "Html Table"}"#,
    ),
    (
        "async-command",
        "Run async management command",
        r#"{"command": ".set-or-append async Copy <| print x = 1", "wait": true}"#,
    ),
    (
        "email",
        "Send an email (V2)",
        r#"{"to": "soc@example.com", "subject": "Hello", "body": "<p>Hello</p>", "dryRun": true}"#,
    ),
    (
        "ingest",
        "Export records into a table",
        r#"{"table": "Events", "createTable": true, "schema": {"n": "long"}, "records": [{"n": 1}]}"#,
    ),
    ("check-connection", "Check connections, step by step", "{}"),
    ("result", "Fetch a result, or cancel it", ""),
    ("mcp", "Kusto Query MCP server", r#"{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}"#),
];

/// A path that a function answers.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) path: String,
    id: String,
    summary: &'static str,
    example: Value,
}

impl Operation {
    /// All paths of a function: its own first, then the connector's.
    pub(super) fn all(function: &Function) -> Vec<Self> {
        let name = function.action.name();
        let (_, summary, example) = OWN.iter().find(|(own, ..)| *own == name).expect("each function has a line");
        let example: Value = serde_json::from_str(example).unwrap_or_default();
        let path = if function.action.is_fetched() { format!("/{name}/{{id}}") } else { format!("/{name}") };
        let own = Self { path, id: in_capitals(name), summary, example: example.clone() };
        let connectors = function.action.paths().iter().map(|path| {
            let known = CONNECTORS.iter().find(|(known, ..)| known == path);
            let (_, id, summary) = known.expect("each path of the connector has a line");
            Self { path: (*path).to_owned(), id: (*id).to_owned(), summary, example: connectors_form(&example) }
        });
        std::iter::once(own).chain(connectors).collect()
    }

    pub(super) fn path_item(&self, function: &Function) -> Value {
        match function.request {
            None if function.action.takes_calls() => {
                json!({"x-function": function.action.name(), "post": self.call(function)})
            }
            Some(_) => json!({"x-function": function.action.name(), "post": self.post(function)}),
            None => json!({
                "x-function": function.action.name(),
                "parameters": [{"$ref": "#/components/parameters/Id"}],
                "get": fetch(),
                "delete": cancel(),
            }),
        }
    }

    fn post(&self, function: &Function) -> Value {
        let mut parameters = vec![reference("parameters", "Prefer")];
        if ["async-command", "email", "ingest"].contains(&function.action.name()) {
            parameters.push(reference("parameters", "IdempotencyKey"));
        }
        if function.action.name() != "email" {
            parameters.push(reference("parameters", "KustoAuthorization"));
        }
        let mut responses = errors();
        responses.insert("200".to_owned(), json!({"description": "The reply", "content": self.content(function)}));
        responses.insert("202".to_owned(), promised());
        let schema = reference("schemas", &request_name(&function.action));
        json!({
            "operationId": self.id,
            "summary": self.summary,
            "tags": [function.action.name()],
            "parameters": parameters,
            "requestBody": {
                "required": true,
                "content": {"application/json": {"schema": schema, "example": self.example}},
            },
            "responses": responses,
        })
    }

    /// A call in another protocol, whose errors are its own, as far as it is that protocol's.
    fn call(&self, function: &Function) -> Value {
        let mut responses = errors();
        let reply = reference("schemas", "McpReply");
        let json = |schema: Value| json!({"application/json": {"schema": schema}});
        let either = json(json!({"anyOf": [reply, reference("schemas", "Error")]}));
        responses.insert("200".to_owned(), json!({"description": "The reply", "content": json(reply)}));
        responses.insert("202".to_owned(), json!({"description": "A notification, which has no reply"}));
        for status in ["400", "413"] {
            let description = "No message of the protocol, or no call that can carry one";
            responses.insert(status.to_owned(), json!({"description": description, "content": either}));
        }
        let schema = reference("schemas", &request_name(&function.action));
        json!({
            "operationId": self.id,
            "summary": self.summary,
            "tags": [function.action.name()],
            "parameters": [reference("parameters", "KustoAuthorization")],
            "requestBody": {
                "required": true,
                "content": {"application/json": {"schema": schema, "example": self.example}},
            },
            "responses": responses,
        })
    }

    /// The reply in each media type.
    fn content(&self, function: &Function) -> Value {
        let one = |media_type: &&str| {
            let schema = match *media_type {
                "application/json" => reference("schemas", reply_of(function.action.name())),
                media_type if media_type.starts_with("text/") || media_type.contains("ndjson") => {
                    json!({"type": "string"})
                }
                _ => json!({}),
            };
            ((*media_type).to_owned(), json!({"schema": schema}))
        };
        // The others are names of the same.
        let names = ["application/jsonl", "application/json-lines"];
        function.action.media_types().iter().filter(|name| !names.contains(name)).map(one).collect()
    }
}

/// A message of the Model Context Protocol from a client.
pub(super) fn message() -> Value {
    json!({
        "type": "object",
        "description": "A message of the Model Context Protocol, without sessions",
        "properties": {
            "jsonrpc": {"const": "2.0"}, "id": {"type": ["string", "integer"]}, "method": {"type": "string"}, "params": {"type": "object"},
        },
        "required": ["jsonrpc", "method"],
    })
}

fn reply_of(function: &str) -> &'static str {
    match function {
        "query" | "show-command" => "Rows",
        "query-chart" | "command-chart" => "VisualizeResults",
        "async-command" => "Submission",
        "email" => "Mail",
        "ingest" => "Ingestion",
        _ => "Check",
    }
}

/// `query-chart` as `QueryChart`.
pub(super) fn in_capitals(name: &str) -> String {
    let word =
        |word: &str| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect::<String>();
    name.split('-').map(word).collect()
}

/// The same request with the connector's names.
fn connectors_form(example: &Value) -> Value {
    let text = example.to_string();
    let text = text.replace("\"query\":", "\"csl\":").replace("\"command\":", "\"csl\":");
    serde_json::from_str(&text).unwrap_or_default()
}

fn reference(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}

fn errors() -> Map<String, Value> {
    statuses().into_iter().map(|status| (status.to_string(), reference("responses", &status.to_string()))).collect()
}

fn promised() -> Value {
    json!({
        "description": "It is being made: fetch it from Location after Retry-After seconds",
        "headers": {"Location": reference("headers", "Location"), "Retry-After": reference("headers", "RetryAfter")},
        "content": {"application/json": {"schema": reference("schemas", "Pending")}},
    })
}

/// The path at which a function takes a body that is records, as webhooks send them, and what it answers there.
pub(super) fn records(function: &Function) -> (String, Value) {
    let name = function.action.name();
    let mut responses = errors();
    let reply = json!({"application/json": {"schema": reference("schemas", reply_of(name))}});
    responses.insert("200".to_owned(), json!({"description": "The reply", "content": reply}));
    let post = json!({
        "operationId": format!("{}Records", in_capitals(name)),
        "summary": "Export the records of the body to the destinations that are set",
        "tags": [name],
        "parameters": [reference("parameters", "IdempotencyKey"), reference("parameters", "KustoAuthorization")],
        "requestBody": {
            "required": true,
            "content": {
                "application/json": {"schema": {"type": ["array", "object"]}},
                "application/x-ndjson": {"schema": {"type": "string"}},
            },
        },
        "responses": responses,
    });
    (format!("/{name}/records"), json!({"x-function": name, "post": post}))
}

fn fetch() -> Value {
    let mut responses = errors();
    responses.insert(
        "200".to_owned(),
        json!({"description": "The result, with the media type it was made in", "content": {"*/*": {"schema": {}}}}),
    );
    responses.insert("202".to_owned(), promised());
    responses.insert(
        "303".to_owned(),
        json!({
            "description": "It is too large for a reply: for 15 minutes it is at Location",
            "headers": {"Location": reference("headers", "Location")},
            "content": {"application/json": {"schema": reference("schemas", "Elsewhere")}},
        }),
    );
    json!({"operationId": "FetchResult", "summary": "Fetch a result", "tags": ["result"], "responses": responses})
}

fn cancel() -> Value {
    let mut responses = errors();
    responses.insert(
        "200".to_owned(),
        json!({
            "description": "Nobody gets it any more, and a query that makes it is cancelled on the cluster",
            "content": {"application/json": {"schema": reference("schemas", "Cancelled")}},
        }),
    );
    json!({"operationId": "CancelResult", "summary": "Cancel a result", "tags": ["result"], "responses": responses})
}

/// Parameters of operations.
pub(super) fn parameters() -> Value {
    let text = |pattern: &str| json!({"type": "string", "pattern": pattern});
    json!({
        "Prefer": {
            "name": "Prefer", "in": "header", "schema": {"type": "string", "examples": ["respond-async"]},
            "description": "`respond-async`: answer with 202 and Location at once",
        },
        "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 256},
            "description": "The same key with the same request gives the first outcome",
        },
        "KustoAuthorization": {
            "name": "X-Kusto-Authorization", "in": "header", "schema": text("^Bearer [^ ]+$"),
            "description": "The caller's own token for the cluster, for connections that take it",
        },
        "Id": {
            "name": "id", "in": "path", "required": true, "schema": text("^[0-9a-f]{32}$"),
            "description": "The last part of Location, or of `resultUrl`",
        },
    })
}

/// Headers of replies.
pub(super) fn headers() -> Value {
    let header =
        |schema: Value, description: &str| json!({"schema": schema, "description": description, "required": true});
    json!({
        "Location": header(json!({"type": "string", "format": "uri"}), "Where the result is"),
        "RetryAfter": {"schema": {"type": "integer", "minimum": 0}, "description": "Seconds"},
        "Allow": header(json!({"type": "string"}), "The methods of this path"),
    })
}
