//! Calls of every function, ready to be pasted into a shell.

use serde_json::{Value, json};

/// A query that has something to show as soon as this machine was sampled.
const QUERY: &str = "MachineSamples | summarize avg(Value) by bin(Timestamp, 1s), Metric";

/// A command that takes its time.
const COPY: &str = ".set-or-append async FirstSamples <| MachineSamples | take 10";

/// Where agents call.
const AGENTS: &str = "mcp/KustoQueryManagement";

/// What the calls need to know.
#[derive(Debug)]
pub(crate) struct Addresses<'a> {
    /// Of the functions.
    pub(crate) functions: &'a str,
    /// Of the API in front of them.
    pub(crate) api: &'a str,
    /// Of the cluster, as the connection file has it.
    pub(crate) cluster: &'a str,
    /// The name of the connection.
    pub(crate) connection: &'a str,
    /// The database.
    pub(crate) database: &'a str,
    /// Whether HTTP events are answered.
    pub(crate) http: bool,
}

/// A direct call of each function, the connector's form of `query` over HTTP, and what an agent asks first.
pub(crate) fn calls(addresses: &Addresses) -> String {
    let Addresses { connection, database, .. } = addresses;
    let sample =
        json!({"Timestamp": "2026-11-20T06:00:00Z", "Metric": "Manual", "Instance": "", "Value": 1.5, "Unit": "count"});
    let chart = "MachineSamples | where Metric == \"CPU\" | summarize avg(Value) by bin(Timestamp, 1s), Instance";
    let requests = [
        ("query", json!({"connection": connection, "database": database, "query": QUERY})),
        (
            "query-chart",
            json!({"connection": connection, "database": database, "query": chart, "chartType": "Time Chart"}),
        ),
        ("show-command", json!({"connection": connection, "database": database, "command": ".show tables"})),
        (
            "command-chart",
            json!({"connection": connection, "database": database, "command": ".show tables", "chartType": "Html Table"}),
        ),
        ("async-command", json!({"connection": connection, "database": database, "command": COPY, "wait": true})),
        (
            "ingest",
            json!({"connection": connection, "database": database, "table": "MachineSamples", "mapping": "ingest", "records": [sample]}),
        ),
        (
            "check-connection",
            json!({"connection": connection, "database": database, "table": "MachineSamples", "mapping": "ingest"}),
        ),
        ("email", json!({"to": "somebody@example.com", "subject": "Hello", "body": "<p>Hello</p>", "dryRun": true})),
    ];
    let mut text = "\nEach function, called directly, as a schedule or a state machine does:\n".to_owned();
    for (function, request) in requests {
        text += &format!("\n{}\n", direct(addresses.functions, function, &request));
    }
    if addresses.http {
        let request = json!({"cluster": addresses.cluster, "db": database, "csl": QUERY});
        text += "\nThe connector's form over HTTP, as a playbook does:\n";
        text += &format!("\n{}\n", http(addresses.api, "ListKustoResults/false", &request));
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
        text += &format!(
            "\nThe same as tools for an agent: give its MCP client {}/{AGENTS} (streamable HTTP), which asks:\n",
            addresses.api
        );
        text += &format!("\n{}\n", http(addresses.api, AGENTS, &request));
    }
    text
}

fn direct(functions: &str, function: &str, request: &Value) -> String {
    format!("curl -sS -w '\\n' {functions}/2015-03-31/functions/{function}/invocations -d '{request}'")
}

fn http(api: &str, path: &str, request: &Value) -> String {
    format!("curl -sSi -w '\\n' {api}/{path} -H 'content-type: application/json' -d '{request}'")
}

#[cfg(test)]
mod tests {
    use super::{Addresses, calls};

    const ADDRESSES: Addresses = Addresses {
        functions: "http://127.0.0.1:9000",
        api: "http://127.0.0.1:9001",
        cluster: "http://127.0.0.1:8080",
        connection: "demo",
        database: "NetDefaultDB",
        http: true,
    };

    #[test]
    fn each_call_survives_the_shell() {
        let text = calls(&ADDRESSES);
        let calls: Vec<&str> = text.lines().filter(|line| line.starts_with("curl")).collect();
        assert_eq!(calls.len(), 10);
        for call in calls {
            // What is between the last two single quotes is the body, so it must hold none.
            let body = call.strip_suffix('\'').unwrap().rsplit('\'').next().unwrap();
            assert!(serde_json::from_str::<serde_json::Value>(body).unwrap().is_object(), "{call}");
        }
    }

    #[test]
    fn without_http_there_is_no_http_call() {
        let text = calls(&Addresses { http: false, ..ADDRESSES });
        assert!(!text.contains("ListKustoResults") && !text.contains("mcp"), "{text}");
    }
}
