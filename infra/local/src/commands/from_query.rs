//! `.set | .append | .set-or-append | .set-or-replace [async] T [with (…)] <| query or .show command`

use super::cursor::Cursor;
use super::properties::Properties;
use super::{Answer, Invocation, execute};
use crate::answer;
use crate::engine;
use crate::engine::result::ResultTable;
use crate::entities::database;
use crate::error::KustoError;
use crate::ingest::query_result::{Appended, Mode, QueryResult};
use crate::node::Node;
use crate::node::operations::State;
use crate::node::request::Request;
use crate::storage::column_type::ColumnType::{Guid, Long, Real};
use crate::storage::value::Value;
use kql::lexer::TokenKind;
use kql::statement::{StatementKind, statement_kind};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The last three change nothing here.
const PROPERTIES: [&str; 10] = [
    "tags",
    "ingestIfNotExists",
    "extend_schema",
    "recreate_schema",
    "folder",
    "docstring",
    "persistDetails",
    "creationTime",
    "distributed",
    "policy_ingestiontime",
];
/// The longest that an asynchronous command may take, as in the service.
const LONGEST: Duration = Duration::from_secs(3600);

/// Creates a table of the rows.
pub(super) fn set(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    start(invocation, cursor, Mode::Set)
}

/// Adds the rows to a table.
pub(super) fn append(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    start(invocation, cursor, Mode::Append)
}

/// Adds the rows to a table, or creates one of them.
pub(super) fn set_or_append(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    start(invocation, cursor, Mode::SetOrAppend)
}

/// Puts the rows in place of those of a table, or creates one of them.
pub(super) fn set_or_replace(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    start(invocation, cursor, Mode::SetOrReplace)
}

/// A command under way.
struct Ingestion {
    node: Arc<Node>,
    /// The request whose text is the query alone.
    request: Request,
    id: Uuid,
    into: QueryResult,
    keep_details: bool,
}

fn start(invocation: &Invocation<'_>, mut cursor: Cursor<'_>, mode: Mode) -> Result<ResultTable, KustoError> {
    let is_async = cursor.take_async();
    let table = cursor.name()?;
    let properties = Properties::take(&mut cursor, &PROPERTIES)?;
    let bar = cursor.expect(TokenKind::LessBar, "<|")?;
    let into = into(invocation.database, table, mode, &properties)?;
    into.check(database(&invocation.node.store.snapshot(), invocation.database)?)?;
    let request = Request { text: cursor.remaining(bar).to_owned(), ..invocation.request.clone() };
    let id = invocation.node.operations.begin(invocation.kind, &request);
    let keep_details = properties.flag("persistDetails");
    let ingestion = Ingestion { node: invocation.node.clone(), request, id, into, keep_details };
    if !is_async {
        ingestion.enter(State::InProgress, String::new());
        return ingestion.run().map(|appended| extents(appended.as_ref()));
    }
    thread::Builder::new()
        .name("operation".to_owned())
        .spawn(move || ingestion.run_alone())
        .map_err(|_| KustoError::internal("the process has no thread for the operation"))?;
    Ok(answer::table([("OperationId", Guid)], [[Value::Guid(id)]]))
}

fn into(database: &str, table: String, mode: Mode, properties: &Properties) -> Result<QueryResult, KustoError> {
    Ok(QueryResult {
        database: database.to_owned(),
        table,
        mode,
        extend_schema: properties.flag("extend_schema"),
        recreate_schema: properties.flag("recreate_schema"),
        folder: properties.get("folder").map(str::to_owned),
        docstring: properties.get("docstring").map(str::to_owned),
        tags: properties.texts("tags")?,
        unless_ingested_by: properties.texts("ingestIfNotExists")?,
    })
}

impl Ingestion {
    /// Runs after the request was answered, with a time of its own.
    fn run_alone(mut self) {
        self.request = Request { started: Instant::now(), timeout: LONGEST, ..self.request };
        let simulated = self.request.simulated.operation.clone();
        self.enter(State::InProgress, String::new());
        match (self.request.wait(simulated.runs), simulated.ends) {
            (Ok(()), Some((state, status))) => self.enter(state, status),
            // What it ends with is in the log.
            (Ok(()), None) => drop(self.run()),
            (Err(error), _) => self.fail(&error),
        }
    }

    /// Runs the query and ingests what it gives; none where that was ingested before.
    fn run(&self) -> Result<Option<Appended>, KustoError> {
        let outcome = self.rows().and_then(|rows| self.into.ingest(&self.node.store, rows));
        match &outcome {
            Err(error) => self.fail(error),
            Ok(None) => self.enter(State::Skipped, "ingestIfNotExists names a tag that is there".to_owned()),
            Ok(appended) => {
                if self.keep_details {
                    self.node.operations.keep_details(self.id, extents(appended.as_ref()));
                }
                self.enter(State::Completed, String::new());
            }
        }
        outcome
    }

    /// The first result of the query, or the answer of the command.
    fn rows(&self) -> Result<ResultTable, KustoError> {
        let tables = match statement_kind(&self.request.text) {
            StatementKind::ManagementCommand => self.shown()?,
            _ => {
                let catalog = self.node.store.snapshot();
                let Request { text, database, .. } = &self.request;
                engine::run::run(text, &catalog, database, &BTreeMap::new(), self.request.bounds())?.tables
            }
        };
        match self.request.cancellation.reason() {
            Some(reason) => Err(KustoError::cancelled(&reason)),
            None => tables.into_iter().next().ok_or_else(|| KustoError::internal("the query gave no table")),
        }
    }

    fn shown(&self) -> Result<Vec<ResultTable>, KustoError> {
        let (command, ..) = super::find(&self.request.text)?;
        if !command.words.starts_with("show ") {
            return Err(KustoError::syntax(format!(".{} does not give rows: only .show commands do", command.words)));
        }
        Ok(match execute(&self.node, &self.request)? {
            Answer::Table(table) => vec![*table],
            Answer::Query(tables) => tables,
        })
    }

    fn fail(&self, error: &KustoError) {
        let cancelled = self.request.cancellation.reason().is_some();
        self.enter(if cancelled { State::Canceled } else { State::Failed }, error.to_string());
    }

    fn enter(&self, state: State, status: String) {
        self.node.operations.update(self.id, state, status);
    }
}

/// The extent that was made, with its size as it is in memory, where nothing is compressed and nothing indexed.
fn extents(appended: Option<&Appended>) -> ResultTable {
    let columns = [
        ("ExtentId", Guid),
        ("OriginalSize", Real),
        ("ExtentSize", Real),
        ("CompressedSize", Real),
        ("IndexSize", Real),
        ("RowCount", Long),
    ];
    let rows = appended.map(|appended| {
        let size = Value::Real(appended.size as f64);
        let rows = Value::Long(i64::try_from(appended.rows).unwrap_or(i64::MAX));
        [Value::Guid(appended.id), size.clone(), size.clone(), size, Value::Real(0.0), rows]
    });
    answer::table(columns, rows)
}
