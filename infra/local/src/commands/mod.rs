//! Management commands: a file for each subject, and a line for each command in [`registry`].

mod cancel;
mod clear_table;
mod create_table;
mod cursor;
mod drop_table;
mod from_query;
mod ingest_inline;
mod ingestion_failures;
mod ingestion_mapping;
mod ingestion_resources;
pub(crate) mod piped;
mod properties;
pub mod registry;
mod rename_table;
mod schema;
mod show_database_principals;
mod show_database_schema;
mod show_databases;
mod show_operations;
mod show_requests;
mod show_table_details;
mod show_table_schema;
mod show_tables;
mod show_version;
mod streaming_policy;

use crate::engine::result::ResultTable;
use crate::entities;
use crate::error::KustoError;
use crate::node::Node;
use crate::node::request::Request;
use cursor::Cursor;
use registry::{COMMANDS, Command};
use std::sync::Arc;

/// What a command works on.
struct Invocation<'a> {
    node: &'a Arc<Node>,
    request: &'a Request,
    /// The name of the database that the request is for.
    database: &'a str,
    /// The command, as the service calls it.
    kind: &'static str,
    /// The names that stand where its words have a `*`.
    names: Vec<String>,
}

impl Invocation<'_> {
    /// The first of the names: that of the table.
    fn table(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }
}

/// What a command answers.
pub enum Answer {
    /// The one table of a command.
    Table(Box<ResultTable>),
    /// What a query over a command's table gives, `.show tables | count`: answered as a query is.
    Query(Vec<ResultTable>),
}

/// Runs the management command of a request, which is in the log of requests meanwhile and after.
///
/// # Errors
/// Where the command is unknown or wrong, or what it names does not exist; nothing is changed then.
pub fn run(node: &Arc<Node>, request: &Request) -> Result<Answer, KustoError> {
    entities::database(&node.store.snapshot(), &request.database)?;
    let (command, ..) = find(&request.text)?;
    if request.read_only && !command.reads() {
        let message = format!("the command .{} changes something, which a read-only request may not", command.words);
        return Err(KustoError::bad_request(message));
    }
    node.requests.track(command.kind, request, || execute(node, request))
}

fn execute(node: &Arc<Node>, request: &Request) -> Result<Answer, KustoError> {
    let (text, query) = piped::split(&request.text);
    let (command, cursor, names) = find(text)?;
    let invocation = Invocation { node, request, database: &request.database, kind: command.kind, names };
    let table = (command.run)(&invocation, cursor)?;
    match query {
        None => Ok(Answer::Table(Box::new(table))),
        Some(query) => piped::query(&invocation, table, text, query).map(Answer::Query),
    }
}

/// The command that a text begins with, what follows its words, and the names among them. The first line that fits is taken.
fn find(text: &str) -> Result<(&'static Command, Cursor<'_>, Vec<String>), KustoError> {
    let after_dot = Cursor::after_dot(text)?;
    let fits = |command: &'static Command| {
        let mut cursor = after_dot.clone();
        let names = cursor.take_words(command.words)?;
        Some((command, cursor, names))
    };
    COMMANDS.iter().find_map(fits).ok_or_else(|| {
        let known = COMMANDS.iter().map(|command| format!(".{}", command.words)).collect::<Vec<_>>().join(", ");
        KustoError::syntax(format!(
            "the command .{} is not supported by the embedded Kusto: it knows {known}",
            after_dot.first_words(),
        ))
    })
}

#[cfg(test)]
mod operation_tests;
#[cfg(test)]
mod tests;
