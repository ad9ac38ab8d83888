//! Where records go, as the settings say it: any number of tables, each with what is done to a record on its way.

use crate::{
    Ingest,
    batches::BATCH_LIMIT,
    fit::{Columns, Others},
    table::{Schema, VERBS, is_entity_name},
    transform::Transform,
};
use kql::scalar_type::ScalarType;
use kusto_client::{
    connection::{Connection, Connections, Database},
    toml_reader::{FileError, Table, read_tables, required_name},
};
use runtime::{context::Context, error::ActionError, kusto::Target};
use std::time::Duration;
use tokio::sync::OnceCell;

const KEYS: [&str; 11] = [
    "name",
    "connection",
    "database",
    "table",
    "mapping",
    "schema",
    "other_fields",
    "create_table",
    "ingestion",
    "transform",
    "transform_seconds",
];

/// The mapping of a table whose schema is declared: each column is the field of its name.
pub const OUR_MAPPING: &str = "ingest";

/// The most bytes of records in a command, below the 2,000,000 characters that a text has ("Query limits" of the Kusto documentation).
const INLINE_LIMIT: usize = 1_000_000;

/// How long a transform may work on one record, unless the destination says more.
const TRANSFORM_SECONDS: u64 = 2;
const MOST_TRANSFORM_SECONDS: u64 = 60;

/// A table that records go to.
#[derive(Debug)]
pub struct Destination {
    /// Its name: letters, digits, `-` and `_`.
    pub name: String,
    connection: Option<String>,
    database: Option<String>,
    /// The table.
    pub table: String,
    /// What the table is like.
    pub shape: Shape,
    /// What is done to each record.
    pub transform: Option<Transform>,
    /// How they get into the table.
    pub method: Method,
    /// That the table was made by this process.
    pub made: OnceCell<()>,
}

/// What is known of a table.
#[derive(Debug)]
pub enum Shape {
    /// Its ingestion mapping of this name says what goes where.
    Mapped(String),
    /// Its columns are fields of the records.
    Declared {
        /// The columns, in order.
        schema: Schema,
        /// The same, to check records.
        columns: Columns,
        /// Whether the table is made where it is not there.
        create: bool,
    },
}

/// How records get into a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Streaming ingestion: at once, at least once.
    Streaming,
    /// `.ingest inline` with `ingest-by` tags: at once, exactly once.
    Inline,
    /// Queued ingestion: within minutes, at least once.
    Queued,
    /// Queued ingestion with `ingest-by` tags: soon, exactly once.
    QueuedOnce,
}

impl Method {
    /// The most bytes of one request.
    pub fn limit(self) -> usize {
        match self {
            Self::Streaming | Self::Queued | Self::QueuedOnce => BATCH_LIMIT,
            Self::Inline => INLINE_LIMIT,
        }
    }

    /// The verbs of the commands that make a table for it: what is queued needs no streaming policy, which a cluster may not allow.
    pub fn verbs(self) -> &'static [&'static str] {
        match self {
            Self::Streaming | Self::Inline => &VERBS,
            Self::Queued | Self::QueuedOnce => &VERBS[..2],
        }
    }

    /// What holds when the same is delivered again.
    pub fn delivery(self) -> &'static str {
        match self {
            Self::Streaming | Self::Queued => "at-least-once",
            Self::Inline | Self::QueuedOnce => "exactly-once",
        }
    }
}

impl Destination {
    /// Its database, where the caller may use it.
    ///
    /// # Errors
    /// Why the caller may not; nothing was contacted.
    pub fn database<'c>(&self, context: &'c Context<Ingest>) -> Result<Database<'c>, ActionError> {
        context.client.kusto.database(self.target(), &context.invocation)
    }

    fn target(&self) -> Target<'_> {
        Target { connection: self.connection.as_deref(), cluster: None, database: self.database.as_deref() }
    }

    /// The ingestion mapping.
    pub fn mapping(&self) -> &str {
        match &self.shape {
            Shape::Mapped(mapping) => mapping,
            Shape::Declared { .. } => OUR_MAPPING,
        }
    }
}

/// The destinations of a file of `[[destination]]` tables, over these connections.
///
/// # Errors
/// All its mistakes, each with line and key.
pub fn read(text: &str, connections: &Connections) -> Result<Vec<Destination>, FileError> {
    let mut names = Vec::new();
    read_tables("destination file", "destination", text, |table| read_destination(table, &mut names, connections))
}

fn read_destination(table: &Table<'_, '_>, names: &mut Vec<String>, connections: &Connections) -> Option<Destination> {
    table.only(&KEYS);
    let name = required_name(table, names).filter(|name| is_plain(table, name));
    let method = read_method(table);
    let shape = read_shape(table);
    let transform = read_transform(table);
    let into = table.required_text("table").filter(|name| is_name(table, "table", name));
    let (connection, database) = (table.text("connection"), table.text("database"));
    if let Some(found) = read_connection(table, connection, connections) {
        check_connection(table, found, database, shape.as_ref(), method);
    }
    Some(Destination {
        name: name?.to_owned(),
        connection: connection.map(str::to_owned),
        database: database.map(str::to_owned),
        table: into?.to_owned(),
        shape: shape?,
        transform: transform?,
        method: method?,
        made: OnceCell::new(),
    })
}

/// Rejected records are kept under the destination's name.
fn is_plain(table: &Table<'_, '_>, name: &str) -> bool {
    let plain = name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if !plain {
        table.mistake("name", "must be made of letters, digits, - and _, at most 64");
    }
    plain
}

fn is_name(table: &Table<'_, '_>, key: &str, name: &str) -> bool {
    let fits = is_entity_name(name);
    if !fits {
        table.mistake(key, "is no name: use letters, digits, and _ - . or blanks between them");
    }
    fits
}

fn read_method(table: &Table<'_, '_>) -> Option<Method> {
    match table.text("ingestion") {
        None if table.has("ingestion") => None,
        None | Some("streaming") => Some(Method::Streaming),
        Some("inline") => Some(Method::Inline),
        Some("queued") => Some(Method::Queued),
        Some("queued-once") => Some(Method::QueuedOnce),
        Some(_) => {
            table.mistake(
                "ingestion",
                "must be \"streaming\" or \"queued\" (at least once), or \"queued-once\" or \"inline\" (exactly once; \"inline\" for small data)",
            );
            None
        }
    }
}

fn read_shape(table: &Table<'_, '_>) -> Option<Shape> {
    let create = table.flag("create_table").unwrap_or_default();
    let others = match table.text("other_fields") {
        None | Some("reject") => Others::Reject,
        Some("ignore") => Others::Ignore,
        Some(_) => {
            table.mistake("other_fields", "must be \"reject\" or \"ignore\"");
            Others::Reject
        }
    };
    match (table.text("mapping"), table.has("schema")) {
        (Some(_), true) => {
            table.mistake("mapping", "says what goes where, and so does `schema`; leave one of them out");
            None
        }
        (Some(mapping), false) => {
            for key in ["create_table", "other_fields"].into_iter().filter(|key| table.has(key)) {
                table.mistake(key, "needs `schema`: the columns and their types");
            }
            is_name(table, "mapping", mapping).then(|| Shape::Mapped(mapping.to_owned()))
        }
        (None, true) => {
            let schema = read_schema(table)?;
            let columns = Columns::new(&schema, others);
            Some(Shape::Declared { schema, columns, create })
        }
        (None, false) => {
            table.mistake("schema", "is missing: declare the columns, or name a `mapping` that the table has");
            None
        }
    }
}

fn read_schema(table: &Table<'_, '_>) -> Option<Schema> {
    let declared = table.table("schema")?;
    let columns = declared.entries().into_iter().map(|(name, type_name)| {
        let scalar_type = ScalarType::from_name(type_name);
        if scalar_type.is_none() {
            declared.mistake(name, "has a type that is none of Kusto's, such as string, long, real, datetime, dynamic");
        }
        Some((name.to_owned(), scalar_type?))
    });
    // All of them are read, so that all mistakes are found.
    let columns: Vec<_> = columns.collect();
    let columns = columns.into_iter().collect::<Option<_>>()?;
    Schema::new(columns).map_err(|error| table.mistake("schema", format!("cannot be: {error}"))).ok()
}

/// None where it is wrong; nothing in it where there is none.
fn read_transform(table: &Table<'_, '_>) -> Option<Option<Transform>> {
    let seconds =
        table.number("transform_seconds", "must be a whole number from 1 to 60", |_| None).unwrap_or(TRANSFORM_SECONDS);
    if !(1..=MOST_TRANSFORM_SECONDS).contains(&seconds) {
        table.mistake("transform_seconds", "must be a whole number from 1 to 60");
    }
    let Some(program) = table.text("transform") else { return (!table.has("transform")).then_some(None) };
    let transform = Transform::new(program.to_owned(), BATCH_LIMIT, Duration::from_secs(seconds));
    transform
        .map(Some)
        .map_err(|error| table.mistake("transform", format!("is no jq program that runs here: {error}")))
        .ok()
}

fn read_connection<'c>(
    table: &Table<'_, '_>,
    name: Option<&str>,
    connections: &'c Connections,
) -> Option<&'c Connection> {
    connections
        .select(name, None, |_| true)
        .map_err(|error| table.mistake("connection", format!("cannot be used: {error}")))
        .ok()
}

/// Whether the connection allows what the destination takes: it is not for the first record to find out.
fn check_connection(
    table: &Table<'_, '_>,
    connection: &Connection,
    database: Option<&str>,
    shape: Option<&Shape>,
    method: Option<Method>,
) {
    if connection.takes_caller_token() {
        table.mistake("connection", "takes the caller's own token, and a queue has none; name one with a credential");
    }
    if let Err(error) = connection.database(database) {
        table.mistake("database", format!("cannot be used: {error}"));
    }
    let lacks = |verb: &&str| !connection.allows_command(verb);
    let creating = method
        .unwrap_or(Method::Streaming)
        .verbs()
        .iter()
        .filter(|_| matches!(shape, Some(Shape::Declared { create: true, .. })));
    for verb in creating.filter(|verb| lacks(verb)) {
        table.mistake("create_table", format!("takes .{verb}: add \"{verb}\" to the `commands` of the connection"));
    }
    if method == Some(Method::Inline) && lacks(&"ingest") {
        table.mistake(
            "ingestion",
            "is \"inline\" and takes .ingest: add \"ingest\" to the `commands` of the connection",
        );
    }
}

#[cfg(test)]
mod tests;
