//! What is on the page, and its template.

use super::Asked;
use super::outcome::{Outcome, duration};
use crate::commands::registry::{COMMANDS, Command};
use crate::error::KustoError;
use crate::node::Node;
use crate::node::{operations, requests};
use crate::storage::catalog::Database;
use crate::storage::table::{ColumnSchema, Table};
use crate::storage::time::DateTime;
use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kql::string::quote;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::sync::LazyLock;

/// The only style that the page may have.
const STYLE: &str = include_str!("../../../templates/page.css");
/// Requests and operations that are listed.
const LISTED: usize = 25;

/// Nothing is loaded, nothing runs, and nobody puts the page into a page of theirs.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; img-src data:; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
});

/// All that is on the page.
#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct Content {
    style: &'static str,
    databases: Vec<DatabaseEntry>,
    query: String,
    outcome: Option<Result<Outcome, KustoError>>,
    requests: Vec<RequestEntry>,
    operations: Vec<operations::Record>,
    commands: &'static [Command],
}

struct DatabaseEntry {
    name: String,
    /// Whether it is the one that is asked.
    chosen: bool,
    tables: Vec<TableEntry>,
}

struct TableEntry {
    name: String,
    rows: usize,
    schema: Vec<ColumnSchema>,
    /// To its first rows.
    link: String,
}

struct RequestEntry {
    record: requests::Record,
    /// To the same again.
    link: String,
    took: String,
}

impl Content {
    /// The page as it is now.
    pub(super) fn new(node: &Node, asked: Asked, outcome: Option<Result<Outcome, KustoError>>) -> Self {
        let catalog = node.store.snapshot();
        let entry = |(name, database)| DatabaseEntry::new(name, database, asked.database());
        Self {
            style: STYLE,
            databases: catalog.databases().map(entry).collect(),
            outcome,
            requests: node.requests.records().into_iter().rev().take(LISTED).map(RequestEntry::new).collect(),
            operations: latest(node.operations.records()),
            commands: COMMANDS,
            query: asked.query,
        }
    }

    /// The page as a reply. It is 200 even where the statement failed: the page is what was asked for.
    pub(super) fn response(&self) -> Response {
        let Ok(html) = self.render() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
        let headers = [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CONTENT_SECURITY_POLICY, POLICY.as_str()),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            // Without it a form would not say where it is from.
            (REFERRER_POLICY, "same-origin"),
            (CACHE_CONTROL, "no-store"),
        ];
        (headers, html).into_response()
    }

    /// Lines of the box: as many as the statement has, as far as they leave room for more.
    fn lines(&self) -> usize {
        self.query.lines().count().clamp(5, 20)
    }
}

/// The last record of each operation, the newest first.
fn latest(records: Vec<operations::Record>) -> Vec<operations::Record> {
    let mut seen = HashSet::new();
    records.into_iter().rev().filter(|record| seen.insert(record.id)).take(LISTED).collect()
}

impl DatabaseEntry {
    fn new(name: &str, database: &Database, asked: &str) -> Self {
        let tables = database.tables().map(|table| TableEntry::new(name, table)).collect();
        Self { name: name.to_owned(), chosen: name == asked, tables }
    }
}

impl TableEntry {
    fn new(database: &str, table: &Table) -> Self {
        Self {
            name: table.name().to_owned(),
            rows: table.rows(),
            schema: table.schema().to_vec(),
            link: link(database, &format!("[{}]\n| take 10", quote(table.name()))),
        }
    }
}

impl RequestEntry {
    fn new(record: requests::Record) -> Self {
        let took = if record.is_running() { String::new() } else { duration(record.updated.since(record.started)) };
        Self { link: link(&record.database, &record.text), took, record }
    }
}

/// The page with this statement in it.
fn link(database: &str, query: &str) -> String {
    let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    format!("/?db={}&query={}", encoded(database), encoded(query))
}

/// A time to the second.
fn second(time: &DateTime) -> String {
    time.to_string().chars().take(19).map(|character| if character == 'T' { ' ' } else { character }).collect()
}
