//! Management commands: one file for each, named after it, and one line for each in [`COMMANDS`].

mod create_table;
mod cursor;
mod drop_table;
mod ingest_inline;
mod ingestion_mapping;
mod properties;
mod schema;
mod show_databases;
mod show_table_schema;
mod show_tables;
mod show_version;
mod streaming_policy;

use crate::engine::result::ResultTable;
use crate::entities;
use crate::error::KustoError;
use crate::storage::store::Store;
use cursor::Cursor;

/// What a command works on.
struct Invocation<'a> {
    store: &'a Store,
    database: &'a str,
    /// The names that stand where its line in [`COMMANDS`] has a `*`.
    names: Vec<String>,
}

impl Invocation<'_> {
    /// The first of the names: that of the table.
    fn table(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }
}

type Run = fn(&Invocation<'_>, Cursor<'_>) -> Result<ResultTable, KustoError>;

/// The commands: the words they start with, and what runs them on what follows. The first line that fits is taken.
const COMMANDS: &[(&str, Run)] = &[
    ("create table * ingestion * mapping", ingestion_mapping::create),
    ("create-or-alter table * ingestion * mapping", ingestion_mapping::create_or_alter),
    ("show table * ingestion mappings", ingestion_mapping::show),
    ("show table * ingestion * mappings", ingestion_mapping::show),
    ("create table *", create_table::create),
    ("create-merge table *", create_table::create_merge),
    ("drop table *", drop_table::drop),
    ("show tables", show_tables::show),
    ("show table * schema as json", show_table_schema::as_json),
    ("show table * cslschema", show_table_schema::as_csl),
    ("show table * policy streamingingestion", streaming_policy::show),
    ("alter table * policy streamingingestion", streaming_policy::alter),
    ("show databases", show_databases::show),
    ("show version", show_version::show),
    ("ingest inline into table *", ingest_inline::ingest),
    ("ingest inline into *", ingest_inline::ingest),
];

/// Runs the management command `text` on a database.
///
/// # Errors
/// Where the command is unknown or wrong, or what it names does not exist; nothing is changed then.
pub fn run(store: &Store, database: &str, text: &str) -> Result<ResultTable, KustoError> {
    entities::database(&store.snapshot(), database)?;
    let after_dot = Cursor::after_dot(text)?;
    for (words, run) in COMMANDS {
        let mut cursor = after_dot.clone();
        if let Some(names) = cursor.take_words(words) {
            return run(&Invocation { store, database, names }, cursor);
        }
    }
    Err(KustoError::syntax(format!(
        "the command .{} is not supported by the embedded Kusto: it knows {}",
        after_dot.first_words(),
        known_commands()
    )))
}

fn known_commands() -> String {
    COMMANDS.iter().map(|(words, _)| format!(".{words}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
