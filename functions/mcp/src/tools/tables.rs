//! What there is to query: the tables of a database, and the columns of one.

use super::{query, show};
use crate::excerpt::MOST_ROWS;
use auth::cluster_kind::ClusterKind;
use kql::name::quote;
use runtime::{
    context::Context,
    error::ActionError,
    kusto::{Kusto, Target},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Map;

pub(crate) const LIST: &str = "Lists the tables of a database with their folders and descriptions. Begin here.";

pub(crate) const SCHEMA: &str =
    "Answers the names and types of a table's columns, in order. Look at them before you write a query.";

/// Where to look.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Database {
    /// The name of a connection; may be left out where there is only one.
    connection: Option<String>,
    /// The database; may be left out where the connection has exactly one.
    database: Option<String>,
}

/// What to look at.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Table {
    /// The name of a connection; may be left out where there is only one.
    connection: Option<String>,
    /// The database; may be left out where the connection has exactly one.
    database: Option<String>,
    /// The name of a table or a view, as it is: no quotes, no query.
    table: String,
}

pub(super) async fn list(
    context: &Context<Kusto>,
    Database { connection, database }: Database,
) -> Result<String, ActionError> {
    let target = Target { connection: connection.as_deref(), cluster: None, database: database.as_deref() };
    let command = match context.client.connection(target, &context.invocation)?.kind() {
        // The lake knows no other command that names tables.
        ClusterKind::DataLake => ".show databases entities",
        _ => ".show tables | project TableName, Folder, DocString",
    };
    show::rows(context, target, command, &Map::new(), Some(MOST_ROWS)).await
}

pub(super) async fn schema(
    context: &Context<Kusto>,
    Table { connection, database, table }: Table,
) -> Result<String, ActionError> {
    if table.trim().is_empty() {
        return Err(ActionError::bad_request("`table` is empty: list_tables has the names"));
    }
    let target = Target { connection: connection.as_deref(), cluster: None, database: database.as_deref() };
    // Whatever it is called, it is one name.
    let text = format!("{}\n| getschema\n| project ColumnName, ColumnType", quote(&table));
    query::rows(context, target, &text, &Map::new(), Some(MOST_ROWS)).await
}
