//! The actions that run management commands: what they answer, and what they refuse before anything is sent.

mod embedded;
mod once;
mod operations;
mod stalls;
mod submissions;

use serde_json::{Value, json};
use tests::{
    cluster::{Answer, Cluster},
    events,
    kusto::Kusto,
    lambda::Function,
};

/// A function with connections of these names to these clusters.
pub(crate) fn function(name: &str, clusters: &[(&str, &str)]) -> Function {
    let connections: String = clusters.iter().map(|(name, url)| connection(name, url, "db")).collect();
    Function::start(name, &[("KUSTO_CONNECTIONS", &connections), ("HTTP_AUTHORIZER", "none")])
}

/// A connection of the connection file, which allows every verb that the tests use.
fn connection(name: &str, url: &str, database: &str) -> String {
    format!(
        "[[connection]]\nname = \"{name}\"\ncluster = \"{url}\"\ndatabases = [\"{database}\"]\ncredential = {{ kind = \"none\" }}\n\
         commands = [\"show\", \"append\", \"set-or-append\"]\n"
    )
}

const ACTIONS: [&str; 3] = ["show-command", "async-command", "command-chart"];

#[test]
fn what_is_refused_is_named_and_nothing_is_sent() {
    let cluster = Cluster::scripted(|_| Answer::new(500, "", ""));
    let everywhere = [
        (json!({}), "BadRequest: the request is wrong: missing field `command`"),
        (json!({"command": "// nothing"}), "BadRequest: `command` is empty: write one, such as `.show tables`"),
        (json!({"command": "T | count"}), "BadRequest: `command` is a query (its first character is no dot)"),
        (json!({"csl": ".show tables", "qery": 1}), "BadRequest: the request is wrong: unknown field `qery`"),
        (
            json!({"command": ".show tables\n.show databases"}),
            "BadRequest: `command`: a second management command starts in line 2, column 1",
        ),
        (
            json!({"command": ".show tables", "db": "Other"}),
            "Forbidden: connection `local` does not allow database \"Other\"",
        ),
        (
            json!({"command": ".show database Other schema"}),
            "Forbidden: `database \"Other\"` in line 1, column 16 is refused: add the database to the connection's",
        ),
        (
            json!({"command": ".show tables", "cluster": "https://help.kusto.windows.net"}),
            "Forbidden: no connection is configured for cluster",
        ),
        (
            json!({"command": ".show tables | where cluster('x').database('y').T"}),
            "Forbidden: `cluster` in line 1, column 22 is refused",
        ),
        (json!({"command": ".show table {{t}} details"}), "BadRequest: `command`: placeholder `{{t}}` in line 1"),
    ];
    let own = [
        (
            "show-command",
            json!({"command": ".append async T <| U"}),
            "BadRequest: `.append` is no show command: this action runs `.show` only",
        ),
        ("show-command", json!({"command": ".drop table T"}), "BadRequest: `.drop` is no show command"),
        ("show-command", json!({"command": ".show operations 42"}), "BadRequest: `command`: \"42\" is no operation id"),
        (
            "show-command",
            json!({"command": ".show operations {{id}}", "parameters": {"id": "1 | count"}}),
            "BadRequest: `command`: \"\\\"1 | count\\\"\" is no operation id",
        ),
        (
            "show-command",
            json!({"command": ".show tables", "format": "html", "onLimit": "truncate"}),
            "BadRequest: `onLimit` \"truncate\" is for rows",
        ),
        (
            "async-command",
            json!({"command": ".show tables"}),
            "BadRequest: `.show` answers its rows: run it with show-command",
        ),
        (
            "async-command",
            json!({"command": ".set-or-append T <| U"}),
            "BadRequest: the command is not asynchronous: write `async` after its verb, `.set-or-append async …`",
        ),
        (
            "async-command",
            json!({"command": ".drop async table T"}),
            "Forbidden: connection `local` does not allow .drop: add \"drop\" to its `commands` in the connection file",
        ),
        (
            "async-command",
            json!({"command": ".append async T <| externaldata(a:string)['https://x']"}),
            "Forbidden: `externaldata` in line 1, column 20 is refused",
        ),
        (
            "async-command",
            json!({"command": ".append async T <| U", "idempotencyKey": "k"}),
            "BadRequest: an idempotency key needs a store: set STORE_URL to s3://bucket/prefix or file:///folder",
        ),
        ("command-chart", json!({"command": ".drop table T"}), "Forbidden: connection `local` does not allow .drop"),
        ("command-chart", json!({"command": ".show tables", "chartType": "Funnel"}), "BadRequest: "),
    ];
    for action in ACTIONS {
        let function = function(action, &[("local", cluster.url())]);
        let own = own.iter().filter(|(name, ..)| *name == action).map(|(_, request, start)| (request, start));
        for (request, start) in everywhere.iter().map(|(request, start)| (request, start)).chain(own) {
            let error = function.invoke(request).error();
            assert!(error.starts_with(start), "{action}: {request}: {error}");
        }
    }
    for action in ["query", "query-chart"] {
        let error = function(action, &[("local", cluster.url())]).invoke(&json!({"query": ".show tables"})).error();
        assert!(error.starts_with("BadRequest: `query` is a management command"), "{action}: {error}");
    }
    assert_eq!(cluster.connections(), 0);
}

/// Two tables, and the functions that show them.
fn setup() -> (Kusto, Function, Function) {
    let kusto = Kusto::with_tables(&[("Requests", "n,s\n1,one\n2,two\n"), ("Users", "id\n7\n")]);
    let show = kusto.function("show-command", &[("HTTP_AUTHORIZER", "none")]);
    let chart = kusto.function("command-chart", &[("HTTP_AUTHORIZER", "none")]);
    (kusto, show, chart)
}

#[test]
fn a_show_command_answers_rows_as_a_query_does() {
    let (kusto, show, _) = setup();
    let direct = show.invoke(&json!({"command": ".show tables"})).reply();
    let rows = direct["value"].as_array().unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row["TableName"].as_str().unwrap()).collect();
    assert_eq!((names, &direct["rowCount"]), (vec!["Requests", "Users"], &json!(2)));
    assert_eq!(direct["columns"][0], json!({"name": "TableName", "type": "string"}));
    assert_eq!((&direct["completeness"], &direct["contractVersion"]), (&json!("complete"), &json!(1)));
    assert!(direct["clientRequestId"].as_str().unwrap().contains("show-command;") && direct.get("operation").is_none());

    let connectors = json!({"cluster": kusto.url(), "db": "NetDefaultDB", "csl": ".show tables"}).to_string();
    let http = show.invoke(&events::http(&connectors)).reply();
    let body: Value = serde_json::from_str(http["body"].as_str().unwrap()).unwrap();
    assert_eq!((&http["statusCode"], &body["value"]), (&json!(200), &direct["value"]));

    let csv = show.invoke(&json!({"command": ".show tables", "format": "csv"})).reply();
    assert!(csv["content"].as_str().unwrap().starts_with("\"TableName\","), "{csv}");
    let html = show.invoke(&events::http_request("POST", &[("accept", "text/html")], &connectors)).reply();
    assert_eq!(html["headers"]["content-type"], "text/html; charset=utf-8");

    let request = json!({"command": ".show table {{t}} cslschema", "parameters": {"t": {"name": "Requests"}}});
    let schema = show.invoke(&request).reply();
    assert_eq!((&schema["rowCount"], &schema["value"][0]["TableName"]), (&json!(1), &json!("Requests")));
}

#[test]
fn a_show_command_can_only_read() {
    let cluster = Cluster::scripted(|_| Answer::table(&[("a", "string")], &[json!(["x"])]));
    for action in ["show-command", "command-chart"] {
        function(action, &[("local", cluster.url())]).invoke(&json!({"command": ".show tables"})).reply();
        let seen = cluster.requests().pop().unwrap();
        assert_eq!((seen.header("x-ms-readonly"), seen.option("request_readonly")), ("true", json!(true)), "{action}");
    }
    let append = json!({"command": ".append T <| U"});
    function("command-chart", &[("local", cluster.url())]).invoke(&append).reply();
    let seen = cluster.requests().pop().unwrap();
    assert_eq!((seen.header("x-ms-readonly"), seen.option("request_readonly")), ("", Value::Null));
    assert_eq!(seen.option("request_external_data_disabled"), true);
}

#[test]
fn more_than_the_limit_is_an_error_or_said_to_be_cut() {
    let rows: Vec<Value> = (0..2000).map(|n| json!([n, "some text"])).collect();
    let cluster = Cluster::scripted(move |_| Answer::table(&[("n", "long"), ("s", "string")], &rows));
    let settings = [("KUSTO_CLUSTER", cluster.url()), ("KUSTO_DATABASE", "db"), ("INLINE_LIMIT", "20000")];
    let show = Function::start("show-command", &settings);
    let error = show.invoke(&json!({"command": ".show x"})).error();
    assert!(error.starts_with("LimitExceeded: the reply has more bytes than the 20000"), "{error}");
    let cut = show.invoke(&json!({"command": ".show x", "onLimit": "truncate"})).reply();
    assert_eq!(
        (&cut["completeness"], cut["value"].as_array().unwrap().len()),
        (&json!("truncated"), cut["rowCount"].as_u64().unwrap() as usize)
    );
    let limited = json!({"command": ".show x", "options": {"truncationMaxRecords": 10}, "onLimit": "truncate"});
    assert_eq!(show.invoke(&limited).reply()["rowCount"], 10);
}

#[test]
fn a_command_is_shown_as_table_and_as_chart() {
    let (kusto, _, chart) = setup();
    let table = chart.invoke(&json!({"command": ".show tables", "chartType": "Html Table", "title": "Tables"})).reply();
    assert!(table["bodyHtml"].as_str().unwrap().contains("Users"), "{table}");
    assert_eq!((&table["attachments"][0]["contentType"], &table["rowCount"]), (&json!("text/csv"), &json!(2)));
    assert!(table["attachmentName"].as_str().unwrap().starts_with("tables-"), "{table}");

    let connectors =
        json!({"cluster": kusto.url(), "db": "NetDefaultDB", "csl": ".show tables", "chartType": "Html Table"});
    let http = crate::chart::over_http(&chart, &connectors);
    assert!(http["body"].is_string() && http["attachmentContent"].is_string() && http.get("attachments").is_none());

    // A cluster whose command has something to draw: states of operations and how often each is.
    let rows = [json!(["Completed", 7]), json!(["Failed", 2])];
    let cluster = Cluster::scripted(move |_| Answer::table(&[("State", "string"), ("Count", "long")], &rows));
    let chart = function("command-chart", &[("local", cluster.url())]);
    for (chart_type, sentence) in [
        ("Pie Chart", "Pie chart: Count by State: Completed 77.8%, Failed 22.2%."),
        ("Bar Chart", "Bar chart: Count by State: 2 categories, highest Completed with 7, lowest Failed with 2."),
    ] {
        let command = ".show operations | summarize Count = count() by State";
        let reply = chart.invoke(&json!({"command": command, "chartType": chart_type, "attach": ["svg"]})).reply();
        assert!(reply["bodyText"].as_str().unwrap().starts_with(sentence), "{reply:.600}");
        let types: Vec<&Value> =
            reply["attachments"].as_array().unwrap().iter().map(|file| &file["contentType"]).collect();
        // The picture, that for narrow screens, and the one that was asked for.
        assert_eq!(types, ["image/png", "image/png", "image/svg+xml"]);
    }
}
