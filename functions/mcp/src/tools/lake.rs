//! The tables of a database of the data lake, which knows no command that shows those of one alone.

use super::show;
use crate::excerpt::Excerpt;
use kusto_protocol::{
    cell::Row,
    column::{Column, ColumnType},
    sink::{LimitReached, NamedCells, Selected, Sink, TableHeader},
};
use runtime::{
    context::Context,
    error::ActionError,
    kusto::{Kusto, Target},
};
use serde_json::{Map, json};

/// The tables of all databases, and what else is in them.
const COMMAND: &str = ".show databases entities";

const FEWER: &str = "call show_command with `.show databases entities | where DatabaseName == \"...\" and EntityName contains \"...\" \
    | project EntityName, Folder, DocString`";

/// Of what the lake answers the columns that are looked at (".show databases entities", Microsoft Learn).
const ASKED: [&str; 5] = ["DatabaseName", "EntityType", "EntityName", "Folder", "DocString"];

/// What a reader gets, as of every cluster.
const COLUMNS: [&str; 3] = ["TableName", "Folder", "DocString"];

/// The tables of the database that is meant, by their names.
pub(super) async fn tables(
    context: &Context<Kusto>,
    target: Target<'_>,
    excerpt: Excerpt,
) -> Result<String, ActionError> {
    let database = context.client.database(target, &context.invocation)?;
    let mut entities = Selected::columns(&ASKED);
    let answer = show::answer(context, target, COMMAND, &Map::new(), &mut entities).await?;
    let mut excerpt = excerpt.or_else(FEWER);
    let tables = of_database(entities.into_rows(), database.name());
    // It cuts what is too much.
    write(&tables, &mut excerpt).map_err(|_| ActionError::internal())?;
    excerpt.finish(context, &answer).await
}

/// The tables among the entities of all databases that are in this one, sorted.
fn of_database(entities: Vec<NamedCells>, database: &str) -> Vec<[String; 3]> {
    let is = |entity: &NamedCells, column, value: &str| entity.get(column).is_some_and(|cell| cell == value);
    let tables = entities.into_iter().filter(|one| is(one, "DatabaseName", database) && is(one, "EntityType", "Table"));
    let cells = |mut table: NamedCells| {
        ["EntityName", "Folder", "DocString"].map(|column| table.remove(column).unwrap_or_default())
    };
    let mut tables: Vec<_> = tables.map(cells).collect();
    tables.sort();
    tables
}

fn write(tables: &[[String; 3]], sink: &mut Excerpt) -> Result<(), LimitReached> {
    let columns = COLUMNS.map(|name| Column::new(name, ColumnType::String)).to_vec();
    let header = TableHeader { name: "Tables".to_owned(), columns };
    sink.table(&header)?;
    tables.iter().try_for_each(|table| {
        let cells = table.each_ref().map(|cell| json!(cell).to_string());
        sink.row(&Row::new(&header.columns, &cells.each_ref().map(String::as_str)))
    })
}
