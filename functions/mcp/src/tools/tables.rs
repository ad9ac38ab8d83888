//! What there is to query: the tables of a database, and the columns of one.

use super::{lake, query, show, target};
use crate::excerpt::{Excerpt, MOST_ROWS};
use auth::cluster_kind::ClusterKind;
use kql::name::quote;
use runtime::{context::Context, error::ActionError, kusto::Kusto};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Map;

pub(crate) const LIST: &str =
    "Lists the tables of a database by their names, with their folders and descriptions. Begin here.";

pub(crate) const SCHEMA: &str =
    "Answers the names and types of a table's columns, in order. Look at them before you write a query.";

const FEWER_TABLES: &str =
    "call show_command with `.show tables | where TableName contains \"...\" | project TableName, Folder, DocString`";

const FEWER_COLUMNS: &str = "call query with the table's name in `T | getschema | where ColumnName contains \"...\"`";

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
    let target = target(&connection, &database);
    let excerpt = Excerpt::new(context, Some(MOST_ROWS))?;
    match context.client.connection(target, &context.invocation)?.kind() {
        ClusterKind::DataLake => lake::tables(context, target, excerpt).await,
        _ => {
            let command = ".show tables | project TableName, Folder, DocString | sort by TableName asc";
            show::rows(context, target, command, &Map::new(), excerpt.or_else(FEWER_TABLES)).await
        }
    }
}

pub(super) async fn schema(
    context: &Context<Kusto>,
    Table { connection, database, table }: Table,
) -> Result<String, ActionError> {
    if table.trim().is_empty() {
        return Err(ActionError::bad_request("`table` is empty: list_tables has the names"));
    }
    // Whatever it is called, it is one name.
    let text = format!("{}\n| getschema\n| project ColumnName, ColumnType", quote(&table));
    let excerpt = Excerpt::new(context, Some(MOST_ROWS))?.or_else(FEWER_COLUMNS);
    query::rows(context, target(&connection, &database), &text, &Map::new(), excerpt).await
}
