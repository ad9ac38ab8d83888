//! The commands, a line for each.

use super::cursor::Cursor;
use super::{
    Invocation, cancel, clear_table, create_table, drop_table, from_query, ingest_inline, ingestion_failures,
    ingestion_mapping, ingestion_resources, rename_table, show_database_principals, show_database_schema,
    show_databases, show_operations, show_requests, show_table_details, show_table_schema, show_tables, show_version,
    streaming_policy,
};
use crate::engine::result::ResultTable;
use crate::error::KustoError;

/// A management command.
pub struct Command {
    /// The words it begins with after its dot; a `*` is a name.
    pub words: &'static str,
    /// What it does, in a line.
    pub doc: &'static str,
    /// What the service calls it in its logs.
    pub(super) kind: &'static str,
    /// Runs it on what follows the words.
    pub(super) run: Run,
}

impl Command {
    /// Whether it leaves everything as it is. To stop what runs is no change.
    pub(super) fn reads(&self) -> bool {
        ["show ", "get ", "cancel "].iter().any(|verb| self.words.starts_with(verb))
    }
}

type Run = fn(&Invocation<'_>, Cursor<'_>) -> Result<ResultTable, KustoError>;

const fn command(words: &'static str, kind: &'static str, doc: &'static str, run: Run) -> Command {
    Command { words, doc, kind, run }
}

/// The commands. The first line that fits is taken, so the longer of two with the same beginning stands first.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    command("create table * ingestion * mapping", "MappingCreate", "Creates an ingestion mapping.", ingestion_mapping::create),
    command("create-or-alter table * ingestion * mapping", "MappingCreateOrAlter", "Creates or replaces an ingestion mapping.", ingestion_mapping::create_or_alter),
    command("show table * ingestion mappings", "MappingsShow", "Shows the ingestion mappings of a table.", ingestion_mapping::show),
    command("show table * ingestion * mappings", "MappingsShow", "Shows the ingestion mappings of a kind.", ingestion_mapping::show),
    command("drop table * ingestion * mapping", "MappingDrop", "Drops an ingestion mapping.", ingestion_mapping::drop),
    command("create table *", "TableCreate", "Creates a table that does not exist.", create_table::create),
    command("create-merge table *", "TableCreateMerge", "Creates a table, or adds the columns that it lacks.", create_table::create_merge),
    command("alter-merge table *", "TableAlterMerge", "Adds the columns that a table lacks.", create_table::alter_merge),
    command("drop table *", "TableDrop", "Drops a table; with ifexists it may be missing.", drop_table::drop),
    command("rename table *", "TableRename", "Gives a table another name.", rename_table::rename),
    command("clear table * data", "TableDataClear", "Removes all rows of a table.", clear_table::clear),
    command("set-or-append", "TableSetOrAppend", "Adds the rows of a query to a table, which it creates if need be; [async].", from_query::set_or_append),
    command("set-or-replace", "TableSetOrReplace", "Puts the rows of a query in place of a table's; [async].", from_query::set_or_replace),
    command("set", "TableSet", "Creates a table of the rows of a query; [async].", from_query::set),
    command("append", "TableAppend", "Adds the rows of a query to a table; [async].", from_query::append),
    command("ingest inline into table *", "DataIngestInline", "Adds the records that follow <|.", ingest_inline::ingest),
    command("ingest inline into *", "DataIngestInline", "Adds the records that follow <|.", ingest_inline::ingest),
    command("get ingestion resources", "IngestionResourcesGet", "Says where records for queued ingestion are laid down and announced.", ingestion_resources::get),
    command("get kusto identity token", "KustoIdentityTokenGet", "Gives the token by which an announcement says who made it.", ingestion_resources::identity_token),
    command("show ingestion failures", "IngestionFailuresShow", "Shows queued records that could not be ingested.", ingestion_failures::show),
    command("show operations", "OperationsShow", "Shows operations: those of some ids as they are, or the log of all.", show_operations::show),
    command("show operation", "OperationDetailsShow", "Shows what an operation with persistDetails came to.", show_operations::details),
    command("cancel operation", "OperationCancel", "Stops an operation.", cancel::operation),
    command("cancel query", "QueryCancel", "Stops the requests of a client request id.", cancel::query),
    command("show queries", "QueriesShow", "Shows the queries that ended.", show_requests::queries),
    command("show running queries", "RunningQueriesShow", "Shows the queries that run.", show_requests::running),
    command("show commands-and-queries", "CommandsAndQueriesShow", "Shows the commands and queries that ended.", show_requests::commands_and_queries),
    command("show commands", "CommandsShow", "Shows the commands that ended.", show_requests::commands),
    command("show tables details", "TablesDetailsShow", "Shows the tables with their sizes.", show_table_details::all),
    command("show tables", "TablesShow", "Shows the tables.", show_tables::show),
    command("show table * details", "TableDetailsShow", "Shows a table with its size.", show_table_details::one),
    command("show table * schema as json", "TableSchemaShowAsJson", "Shows the columns of a table as JSON.", show_table_schema::as_json),
    command("show table * schema as csl", "TableSchemaShowAsCsl", "Shows the columns of a table as KQL.", show_table_schema::as_csl),
    command("show table * cslschema", "TableSchemaShowAsCsl", "Shows the columns of a table as KQL.", show_table_schema::as_csl),
    command("show table * policy streamingingestion", "PolicyShow", "Shows whether a table takes streamed records.", streaming_policy::show),
    command("alter table * policy streamingingestion", "PolicyAlter", "Sets whether a table takes streamed records.", streaming_policy::alter),
    command("show database * policy streamingingestion", "PolicyShow", "Shows whether a database takes streamed records.", streaming_policy::show_database),
    command("alter database * policy streamingingestion", "PolicyAlter", "Sets whether a database takes streamed records.", streaming_policy::alter_database),
    command("show database schema as json", "DatabaseSchemaShowAsJson", "Shows the tables and columns of the database as JSON.", show_database_schema::as_json),
    command("show database schema", "DatabaseSchemaShow", "Shows the tables and columns of the database.", show_database_schema::show),
    command("show database * schema as json", "DatabaseSchemaShowAsJson", "Shows the tables and columns of a database as JSON.", show_database_schema::as_json),
    command("show database * schema", "DatabaseSchemaShow", "Shows the tables and columns of a database.", show_database_schema::show),
    command("show database * principals", "DatabasePrincipalsShow", "Shows who may do what in a database: everybody everything.", show_database_principals::show),
    command("show databases entities", "DatabasesEntitiesShow", "Shows the tables of all databases.", show_databases::entities),
    command("show databases", "DatabasesShow", "Shows the databases.", show_databases::show),
    command("show version", "VersionShow", "Shows which Kusto this is.", show_version::show),
];
