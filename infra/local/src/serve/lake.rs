//! The Microsoft Sentinel data lake, at `/lake/kql`: the same tables, behind what the lake refuses and how often it answers.
//!
//! `default` is the database NetDefaultDB, and a workspace is the database of its name. The words are those of "Troubleshoot KQL queries for
//! the Microsoft Sentinel data lake" (Microsoft Learn); under which statuses they come is documented nowhere, and guessed here.

use super::body;
use super::envelope::Caller;
use super::statement::{LIMIT, Written};
use crate::commands::piped;
use crate::error::KustoError;
use crate::node::Node;
use crate::node::rate::Rejected;
use crate::storage::catalog::DEFAULT_DATABASE;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, RETRY_AFTER};
use axum::middleware::Next;
use axum::response::Response;
use kql::lexer::{TokenKind, tokens};
use kql::statement::{StatementKind, statement_kind};
use std::sync::Arc;

/// What it calls the database that no workspace has.
const DEFAULT: &str = "default";

/// Commands that it knows, and what each is here. Whether the lake takes a query behind them is documented nowhere: here it does.
const COMMANDS: [(&str, &str); 4] = [
    (".show version", ".show version"),
    (".show databases", ".show databases"),
    (
        ".show databases entities",
        ".show databases entities | extend DatabaseName = iff(DatabaseName == 'NetDefaultDB', 'default', DatabaseName)",
    ),
    (".show database", ".show databases | where IsCurrent"),
];

/// Rejects a request that is one too many or asks what the lake does not support, and lets the node answer the others.
pub(super) async fn around(
    State(node): State<Arc<Node>>,
    Extension(caller): Extension<Caller>,
    request: Request,
    next: Next,
) -> Response {
    let _place = match node.lake.take() {
        Ok(place) => place,
        Err(rejected) => return too_many(rejected, &caller),
    };
    let (mut parts, body) = request.into_parts();
    let read = body::read(&parts.headers, body, LIMIT).await;
    match read.and_then(|body| translated(&node, &body)) {
        Ok(body) => {
            parts.headers.remove(CONTENT_ENCODING);
            parts.headers.remove(CONTENT_LENGTH);
            next.run(Request::from_parts(parts, Body::from(body))).await
        }
        Err(error) => body::reply(&caller.ids, Err(error)),
    }
}

fn too_many(rejected: Rejected, caller: &Caller) -> Response {
    let seconds = rejected.whole_seconds();
    let message = format!("Rate limit is exceeded. Try again in {seconds} seconds.");
    let error = KustoError {
        status: 429,
        code: "TooManyRequests".into(),
        permanent: false,
        ..KustoError::bad_request(message)
    };
    let mut response = body::reply(&caller.ids, Err(error));
    response.headers_mut().insert(RETRY_AFTER, seconds.into());
    response
}

/// The request as the node knows it.
fn translated(node: &Node, body: &[u8]) -> Result<Vec<u8>, KustoError> {
    let mut written = Written::of(body)?;
    let text = written.csl.take().unwrap_or_default();
    let text = if statement_kind(&text) == StatementKind::ManagementCommand {
        let (command, query) = piped::split(&text);
        let command = command.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let known = COMMANDS.iter().find(|(known, _)| *known == command);
        let (_, here) = known.ok_or_else(|| KustoError::bad_request("Unexpected control command"))?;
        format!("{here} {}", query.unwrap_or_default())
    } else {
        refuse(&text)?;
        text
    };
    let database = written.db.unwrap_or_default();
    let database = if database == DEFAULT { DEFAULT_DATABASE.to_owned() } else { database };
    if node.store.snapshot().database(&database).is_none() {
        return Err(KustoError::bad_request(
            "Client does not have access to any workspaces or client provided invalid workspace(s) in the scope.",
        ));
    }
    let properties = written.properties;
    Ok(serde_json::json!({"db": database, "csl": text, "properties": properties}).to_string().into_bytes())
}

/// Refuses a function that the lake does not have.
fn refuse(text: &str) -> Result<(), KustoError> {
    let tokens: Vec<_> = tokens(text).collect();
    let called = tokens.windows(2).filter(|pair| pair[1].kind == TokenKind::OpenParen).map(|pair| pair[0].text(text));
    for name in called.map(str::to_lowercase) {
        match name.as_str() {
            "adx" | "arg" | "ingestion_time" => {
                return Err(KustoError::bad_request(format!(
                    "Unsupported function. Modify your query to remove functions that are not supported in the data lake: {name}()."
                )));
            }
            "externaldata" | "external_data" => {
                return Err(KustoError::bad_request(
                    "The query called an external URL. Calling an external URL is not supported for queries in Lake.",
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::node::Node;
    use crate::node::rate::{Gate, Rate};
    use crate::serve::tests::Endpoint;
    use serde_json::json;

    const QUERY: &str = "/lake/kql/v2/rest/query";
    const COMMAND: &str = "/lake/kql/v1/rest/mgmt";

    #[tokio::test]
    async fn what_the_lake_refuses_it_refuses_in_its_words() {
        let endpoint = Endpoint::start_with(Node::default(), &[".set T <| print x = 1"], None).await;
        for (path, database, text, expected) in [
            (QUERY, "default", "T", None),
            (COMMAND, "default", ".show  Databases entities", None),
            (COMMAND, "default", ".show database", None),
            (COMMAND, "default", ".show databases entities | where EntityName == 'T'", None),
            (COMMAND, "default", ".show version", None),
            (COMMAND, "default", ".show tables", Some("Unexpected control command")),
            (COMMAND, "default", ".drop table T", Some("Unexpected control command")),
            (
                QUERY,
                "default",
                "T | extend ingestion_time()",
                Some("not supported in the data lake: ingestion_time()."),
            ),
            (QUERY, "default", "print 'arg(x)' // adx('x')", None),
            (QUERY, "default", "externaldata(a:string)['https://x.example']", Some("called an external URL")),
            (QUERY, "workspace1", "T", Some("Client does not have access to any workspaces")),
        ] {
            let reply = endpoint.post(path, &json!({"db": database, "csl": text})).await;
            let message = reply.json()["error"]["@message"].as_str().map(str::to_owned);
            assert_eq!(reply.status == 200, expected.is_none(), "{text}: {message:?}");
            assert!(expected.is_none_or(|part| message.is_some_and(|message| message.contains(part))), "{text}");
        }
    }

    #[tokio::test]
    async fn one_too_many_is_told_when_to_come_back() {
        let lake = Gate::new(Rate { requests: 1, ..Rate::default() });
        let endpoint = Endpoint::start_with(Node { lake, ..Node::default() }, &[], None).await;
        let query = json!({"db": "default", "csl": "print 1"});
        assert_eq!(endpoint.post(QUERY, &query).await.status, 200);
        let rejected = endpoint.post(QUERY, &query).await;
        let after: u64 = rejected.header("retry-after").parse().expect("seconds");
        assert!(rejected.status == 429 && (58..=60).contains(&after), "{after}");
        let message = format!("Rate limit is exceeded. Try again in {after} seconds.");
        assert_eq!(rejected.json()["error"]["@message"], json!(message));
        // The cluster beside it is another one.
        assert_eq!(endpoint.post("/v2/rest/query", &json!({"csl": "print 1"})).await.status, 200);
    }
}
