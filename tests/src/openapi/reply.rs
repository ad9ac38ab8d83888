//! The schemas of replies.

use runtime::error::ErrorType;
use serde_json::{Map, Value, json};

/// All of them, by name.
pub(super) fn schemas() -> Map<String, Value> {
    let schemas = [
        ("Rows", rows()),
        ("VisualizeResults", visualize_results()),
        ("Submission", submission()),
        ("Mail", mail()),
        ("Ingestion", ingestion()),
        ("Check", check()),
        ("Error", error()),
        ("Pending", pending()),
        ("Elsewhere", elsewhere()),
        ("McpReply", mcp_reply()),
        ("Cancelled", object(json!({"status": integer(), "state": {"const": "cancelled"}}), &["status", "state"])),
    ];
    schemas.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

/// A reply of the Model Context Protocol: a result, or an error.
fn mcp_reply() -> Value {
    let error =
        object(json!({"code": {"type": "integer"}, "message": {"type": "string"}, "data": {}}), &["code", "message"]);
    let id = json!({"type": ["string", "integer"]});
    object(json!({"jsonrpc": {"const": "2.0"}, "id": id, "result": {"type": "object"}, "error": error}), &["jsonrpc"])
}

#[expect(clippy::needless_pass_by_value, reason = "schemas are built where they are used")]
fn object(properties: Value, required: &[&str]) -> Value {
    json!({"type": "object", "properties": properties, "required": required})
}

fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

fn integer() -> Value {
    json!({"type": "integer", "minimum": 0})
}

/// `first` with the fields of `second`.
fn merged(first: Value, second: Value) -> Value {
    match (first, second) {
        (Value::Object(first), Value::Object(second)) => Value::Object(first.into_iter().chain(second).collect()),
        (first, _) => first,
    }
}

fn columns() -> Value {
    let types = ["bool", "datetime", "decimal", "dynamic", "guid", "int", "long", "real", "string", "timespan"];
    let column = object(json!({"name": {"type": "string"}, "type": {"enum": types}}), &["name", "type"]);
    json!({"type": "array", "items": column})
}

/// What every reply with a result says of it.
fn metadata() -> Value {
    json!({
        "columns": columns(),
        "completeness": {"enum": ["complete", "truncated"]},
        "rowCount": integer(),
        "totalRowCount": merged(integer(), json!({"description": "Of all tables, where there are several"})),
        "stats": object(json!({
            "executionTimeSeconds": {"type": "number"}, "cpuTimeSeconds": {"type": "number"},
            "memoryPeakBytes": integer(), "rowsScanned": integer(),
        }), &[]),
        "visualization": {"type": "object", "description": "What the query's render asked for"},
        "clientRequestId": text("To find it in .show queries"),
        "activityId": text("To find it in a support case"),
        "contractVersion": integer(),
        "resultUrl": text("Where the reply is whole, if it was too large for the call"),
        "resultBytes": integer(),
        "contentType": {"type": "string"},
    })
}

const ALWAYS: [&str; 5] = ["columns", "completeness", "rowCount", "clientRequestId", "contractVersion"];

fn rows() -> Value {
    let value = json!({"type": "array", "items": {"type": "object"}, "description": "A flat object for each row"});
    let table = object(json!({"name": {"type": "string"}, "columns": columns(), "value": value}), &["name", "value"]);
    let own = json!({
        "value": value,
        "tables": {"type": "array", "items": table, "description": "Further tables"},
        "schema": {"type": "object", "description": "With schemaOnly: a row as JSON schema"},
        "operation": object(operation(), &["operationId", "state", "status"]),
    });
    object(merged(own, metadata()), &ALWAYS)
}

fn visualize_results() -> Value {
    let file = json!({
        "name": {"type": "string"}, "contentType": {"type": "string"}, "contentId": {"type": "string"},
        "content": text("base64"), "url": text("Where it is in the store, in place of content"),
    });
    let own = json!({
        "body": text("base64: the PNG of a chart, the HTML of a table"),
        "bodyHtml": text("HTML to put into a mail"),
        "bodyText": text("The same for those who read text"),
        "attachmentContent": text("base64: the PNG of a chart, the CSV of a table"),
        "attachmentName": {"type": "string"},
        "kustoDeepLink": text("Opens it in the web UI; empty for a cluster on this machine"),
        "attachments": {"type": "array", "items": object(file, &["name", "contentType"])},
        "notes": {"type": "array", "items": {"type": "string"}, "description": "What the picture does not show"},
    });
    let required = [&ALWAYS[..], &["attachmentName", "kustoDeepLink"]].concat();
    object(merged(own, metadata()), &required)
}

fn operation() -> Value {
    json!({
        "operationId": {"type": "string", "format": "uuid"},
        "state": text("As .show operations has it, or Pending"),
        "status": text("What the cluster says of it"),
        "isTerminal": {"type": "boolean"},
        "succeeded": {"type": "boolean"},
        "startedOn": {"type": "string", "format": "date-time"},
        "duration": text("A timespan"),
    })
}

fn submission() -> Value {
    let own = json!({
        "note": text("Why it could not be looked at"),
        "clientRequestId": {"type": "string"}, "activityId": {"type": "string"}, "contractVersion": integer(),
    });
    object(merged(own, operation()), &["operationId", "state", "status", "clientRequestId", "contractVersion"])
}

fn mail() -> Value {
    let fields = json!({
        "sent": {"type": "boolean"}, "reason": text("Why it was not sent"), "messageId": {"type": "string"},
        "providerId": {"type": "string"}, "subject": {"type": "string"}, "recipients": integer(),
        "transport": {"type": "string"}, "rowCount": integer(), "message": text("The message, of a dry run"),
        "contractVersion": integer(),
    });
    object(fields, &["sent", "messageId", "subject", "recipients", "transport", "contractVersion"])
}

fn ingestion() -> Value {
    let fields = json!({
        "database": {"type": "string"}, "table": {"type": "string"}, "received": integer(), "ingested": integer(),
        "rejected": integer(), "delivery": {"type": "string"},
        "clientRequestIds": {"type": "array", "items": {"type": "string"}}, "contractVersion": integer(),
    });
    object(
        fields,
        &["database", "table", "received", "ingested", "rejected", "delivery", "clientRequestIds", "contractVersion"],
    )
}

fn check() -> Value {
    let step = json!({
        "step": {"type": "string"}, "status": {"enum": ["ok", "failed", "skipped"]}, "message": {"type": "string"},
        "remedy": text("What to do"), "detail": {},
    });
    let connection = json!({
        "name": {"type": "string"}, "cluster": {"type": "string"}, "database": {"type": "string"},
        "steps": {"type": "array", "items": object(step, &["step", "status", "message"])},
    });
    let connections = json!({"type": "array", "items": object(connection, &["name", "cluster", "database", "steps"])});
    let fields = json!({"ok": {"type": "boolean"}, "connections": connections, "contractVersion": integer()});
    object(fields, &["ok", "connections", "contractVersion"])
}

fn error() -> Value {
    let code = json!({"enum": ErrorType::ALL.map(ErrorType::name)});
    let fields = json!({
        "code": code, "message": text("What, why, and what to do"),
        "retryable": {"type": "boolean", "description": "Whether the same request may be sent again"},
        "error": object(json!({"code": code, "message": {"type": "string"}}), &["code", "message"]),
        "retryAfter": merged(integer(), json!({"description": "Seconds"})),
        "kusto": {"type": "object", "description": "The error in the service's own words"},
        "clientRequestId": {"type": "string"}, "activityId": {"type": "string"},
    });
    object(fields, &["code", "message", "retryable", "error"])
}

fn pending() -> Value {
    let fields = json!({
        "status": {"const": 202}, "state": {"const": "pending"}, "id": {"type": "string"},
        "location": {"type": "string", "format": "uri"}, "retryAfter": integer(),
    });
    object(fields, &["status", "state", "location", "retryAfter"])
}

fn elsewhere() -> Value {
    let fields = json!({
        "status": integer(), "contentType": {"type": "string"}, "resultBytes": integer(),
        "url": {"type": "string", "format": "uri"},
    });
    object(fields, &["status", "contentType", "resultBytes", "url"])
}
