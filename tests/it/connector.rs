//! The wire contract of Microsoft's Azure Data Explorer connector: its paths, its requests and its replies, field by field, so that a client
//! that was generated for it works with another base URL.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use tests::{events, kusto::Kusto, lambda::Function};

/// A call of the connector: its path, its function here, and the statement.
struct Call {
    path: &'static str,
    function: &'static str,
    statement: &'static str,
    chart_type: Option<&'static str>,
}

const CSV: &str = "Service,Count,When\ncheckout,120,2026-11-20T06:00:00Z\nsearch,300,2026-11-20T06:05:00Z\n";

const QUERY: Call = Call {
    path: "/ListKustoResults/false",
    function: "query",
    statement: "Requests | sort by Count asc",
    chart_type: None,
};

const CHART: Call = Call {
    path: "/RunKustoAndVisualizeResults/false",
    function: "query-chart",
    statement: "Requests | project Service, Count",
    chart_type: Some("Pie Chart"),
};

fn kusto() -> Kusto {
    Kusto::with_tables(&[("Requests", CSV)])
}

impl Call {
    /// The body as the connector's clients write it: these fields and no others.
    fn body(&self, kusto: &Kusto) -> Value {
        let mut body = json!({"cluster": kusto.url(), "db": "NetDefaultDB", "csl": self.statement});
        if let Some(chart_type) = self.chart_type {
            body["chartType"] = json!(chart_type);
        }
        body
    }

    fn start(&self, kusto: &Kusto) -> Function {
        let file = format!(
            "[[connection]]\nname = \"local\"\ncluster = \"{}\"\ndatabases = [\"NetDefaultDB\"]\ncredential = {{ kind = \"none\" }}\n\
             commands = [\"show\", \"set-or-append\"]\n",
            kusto.url()
        );
        Function::start(self.function, &[("KUSTO_CONNECTIONS", &file), ("HTTP_AUTHORIZER", "none")])
    }

    /// The HTTP reply to `body` at the path, with these further headers.
    fn post(&self, function: &Function, headers: &[(&str, &str)], body: &Value) -> Value {
        let mut event = events::http_request("POST", headers, &body.to_string());
        event["rawPath"] = json!(self.path);
        function.invoke(&event).reply()
    }

    /// The body of a reply with status 200 and JSON in it.
    fn answer(&self) -> Value {
        let kusto = kusto();
        let reply = self.post(&self.start(&kusto), &[], &self.body(&kusto));
        assert_eq!(
            (&reply["statusCode"], &reply["headers"]["content-type"]),
            (&json!(200), &json!("application/json"))
        );
        serde_json::from_str(reply["body"].as_str().unwrap()).unwrap()
    }
}

fn text<'a>(reply: &'a Value, field: &str) -> &'a str {
    reply[field].as_str().unwrap_or_else(|| panic!("{field} is no text in {reply}"))
}

/// What is in `field`, which is base64.
fn bytes(reply: &Value, field: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(text(reply, field)).unwrap()
}

#[test]
fn run_kql_query_answers_value_with_a_flat_object_for_each_row() {
    let reply = QUERY.answer();
    assert_eq!(
        reply["value"],
        json!([
            {"Service": "checkout", "Count": 120, "When": "2026-11-20T06:00:00Z"},
            {"Service": "search", "Count": 300, "When": "2026-11-20T06:05:00Z"},
        ])
    );
}

#[test]
fn run_show_management_command_answers_the_same() {
    let call = Call {
        path: "/ListKustoShowCommandResults",
        function: "show-command",
        statement: ".show tables | project TableName",
        chart_type: None,
    };
    assert_eq!(call.answer()["value"], json!([{"TableName": "Requests"}]));
}

/// The five fields of `VisualizeResults`, for a chart of this function.
fn is_a_chart(call: &Call) {
    let reply = call.answer();
    for field in ["body", "attachmentContent"] {
        assert!(bytes(&reply, field).starts_with(b"\x89PNG\r\n\x1a\n"), "{field} is the picture");
    }
    let html = text(&reply, "bodyHtml");
    assert!(
        html.contains("<img ") && html.contains("src=\"data:image/png;base64,") && !html.contains("cid:"),
        "{html}"
    );
    assert!(text(&reply, "attachmentName").ends_with(".png"));
    // A cluster on this machine has no web UI.
    assert_eq!(text(&reply, "kustoDeepLink"), "");
}

/// The same for `Html Table`.
fn is_a_table(call: &Call) {
    let reply = call.answer();
    assert_eq!(bytes(&reply, "body"), text(&reply, "bodyHtml").as_bytes());
    assert!(text(&reply, "bodyHtml").contains("<table"));
    let csv = String::from_utf8(bytes(&reply, "attachmentContent")).unwrap();
    assert!(csv.lines().count() > 1 && csv.starts_with('"'), "{csv}");
    assert!(text(&reply, "attachmentName").ends_with(".csv"));
    // A cluster on this machine has no web UI.
    assert_eq!(text(&reply, "kustoDeepLink"), "");
}

#[test]
fn run_kql_query_and_render_a_chart_answers_visualize_results() {
    is_a_table(&Call { chart_type: Some("Html Table"), ..CHART });
    let time = "Requests | project When, Count";
    for (chart_type, statement) in
        [("Pie Chart", CHART.statement), ("Time Chart", time), ("Bar Chart", CHART.statement)]
    {
        is_a_chart(&Call { chart_type: Some(chart_type), statement, ..CHART });
    }
}

#[test]
fn run_management_command_and_render_a_chart_answers_visualize_results() {
    let command = Call { path: "/RunKustoAndVisualizeResults/true", function: "command-chart", ..CHART };
    is_a_table(&Call { statement: ".show tables", chart_type: Some("Html Table"), ..command });
    let statement = ".show tables | project TableName, Count = 1";
    is_a_chart(&Call { statement, chart_type: Some("Bar Chart"), ..command });
}

#[test]
fn run_async_management_command_answers_the_operation() {
    let call = Call {
        path: "/RunAsyncControlCommandAndWait",
        function: "async-command",
        statement: ".set-or-append async Copy <| Requests",
        chart_type: None,
    };
    let reply = call.answer();
    let id = text(&reply, "operationId");
    assert!(id.len() == 36 && id.split('-').map(str::len).eq([8, 4, 4, 4, 12]), "{id}");
    assert!(["Pending", "Scheduled", "InProgress", "Completed"].contains(&text(&reply, "state")), "{reply}");
    assert!(reply["status"].is_string(), "{reply}");
}

#[test]
fn the_schema_of_a_query_is_an_object_that_a_designer_reads() {
    let reply = Call { path: "/ListKustoResultsSchema", ..QUERY }.answer();
    assert_eq!(reply["value"], json!([]));
    assert_eq!(
        reply["schema"],
        json!({"type": "object", "properties": {
            "Service": {"type": "string"},
            "Count": {"type": "integer", "format": "int64"},
            "When": {"type": "string", "format": "date-time"},
        }})
    );
    assert!(QUERY.answer().get("schema").is_none());
}

#[test]
fn a_required_field_that_is_missing_is_an_error_of_the_contract() {
    let kusto = kusto();
    for call in [&QUERY, &CHART] {
        let mut body = call.body(&kusto);
        body.as_object_mut().unwrap().remove("csl");
        let reply = call.post(&call.start(&kusto), &[], &body);
        let error: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
        assert_eq!((&reply["statusCode"], &error["code"]), (&json!(400), &json!("BadRequest")));
        assert_eq!((&error["error"]["code"], &error["error"]["message"]), (&error["code"], &error["message"]));
        assert_eq!(error["retryable"], false);
        assert!(text(&error, "message").contains("missing field"), "{error}");
    }
}

#[test]
fn a_chart_type_that_there_is_not_is_an_error_that_lists_those_there_are() {
    let kusto = kusto();
    let call = Call { chart_type: Some("Funnel"), ..CHART };
    let reply = call.post(&call.start(&kusto), &[], &call.body(&kusto));
    assert_eq!(reply["statusCode"], 400);
    for chart_type in ["Html Table", "Pie Chart", "Time Chart", "Bar Chart"] {
        assert!(text(&reply, "body").contains(chart_type), "{reply}");
    }
}

#[test]
fn accept_chooses_one_document() {
    let kusto = kusto();
    let (query, chart) = (QUERY.start(&kusto), CHART.start(&kusto));
    let (rows, picture) = (QUERY.body(&kusto), CHART.body(&kusto));
    let table = Call { chart_type: Some("Html Table"), ..CHART }.body(&kusto);
    for (call, function, body, accept, content_type, start) in [
        (&QUERY, &query, &rows, "text/csv", "text/csv; charset=utf-8", "\"Service\",\"Count\",\"When\"\r\n"),
        (&QUERY, &query, &rows, "application/jsonl", "application/x-ndjson", "{\"Service\":\"checkout\""),
        (&QUERY, &query, &rows, "text/html", "text/html; charset=utf-8", "<table"),
        (&QUERY, &query, &rows, "text/plain", "text/plain; charset=utf-8", "Service"),
        (&QUERY, &query, &rows, "text/csv;q=0.1, application/*", "application/json", "{\"value\":"),
        (&CHART, &chart, &picture, "image/png", "image/png", "iVBORw0KGgo"),
        (&CHART, &chart, &picture, "image/svg+xml", "image/svg+xml", "<svg "),
        (&CHART, &chart, &picture, "text/html", "text/html; charset=utf-8", "<"),
        (&CHART, &chart, &table, "text/html", "text/html; charset=utf-8", "<table"),
        (&CHART, &chart, &picture, "text/plain", "text/plain; charset=utf-8", ""),
    ] {
        let reply = call.post(function, &[("accept", accept)], body);
        assert_eq!(
            (&reply["statusCode"], &reply["headers"]["content-type"]),
            (&json!(200), &json!(content_type)),
            "{accept}"
        );
        assert!(text(&reply, "body").contains(start) && !text(&reply, "body").is_empty(), "{accept}: {reply}");
        assert_eq!(reply["isBase64Encoded"], accept == "image/png");
    }
    for (call, function, body, accept) in [
        (&QUERY, &query, &rows, "image/png"),
        (&QUERY, &query, &rows, "application/xml, text/csv;q=0"),
        (&CHART, &chart, &picture, "text/csv"),
        (&CHART, &chart, &table, "image/png"),
        (&CHART, &chart, &table, "image/svg+xml"),
    ] {
        let reply = call.post(function, &[("accept", accept)], body);
        assert_eq!(
            (&reply["statusCode"], &reply["headers"]["content-type"]),
            (&json!(406), &json!("application/json")),
            "{accept}"
        );
        assert!(text(&reply, "body").contains("there is application/json"), "{accept}: {reply}");
    }
}
