//! `.show database D schema [as json]`; without a name it is that of the request.

use super::cursor::Cursor;
use super::{Invocation, schema};
use crate::answer;
use crate::engine::result::ResultTable;
use crate::entities::database;
use crate::error::KustoError;
use crate::storage::column_type::ColumnType::{Bool, String as Text};
use crate::storage::table::{ColumnSchema, Table};
use crate::storage::value::Value;
use serde_json::{Map, json};

/// A row for the database, for each table and for each column.
pub(super) fn show(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    cursor.end()?;
    let catalog = invocation.node.store.snapshot();
    let name = name(invocation);
    let mut rows = vec![row([name, "", "", ""], "v1.0")];
    for table in database(&catalog, name)?.tables() {
        rows.push(row([name, table.name(), "", ""], ""));
        let column = |column: &ColumnSchema| {
            let column_type = column.column_type.dotnet_name();
            row([name, table.name(), &column.name, column_type], "")
        };
        rows.extend(table.schema().iter().map(column));
    }
    let columns = [
        ("DatabaseName", Text),
        ("TableName", Text),
        ("ColumnName", Text),
        ("ColumnType", Text),
        ("IsDefaultTable", Bool),
        ("IsDefaultColumn", Bool),
        ("PrettyName", Text),
        ("Version", Text),
    ];
    Ok(answer::table(columns, rows))
}

/// All of it in one JSON text.
pub(super) fn as_json(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    cursor.end()?;
    let catalog = invocation.node.store.snapshot();
    let name = name(invocation);
    let entry = |table: &Table| (table.name().to_owned(), schema::json_value(table));
    let tables: Map<_, _> = database(&catalog, name)?.tables().map(entry).collect();
    let found = json!({"Name": name, "Tables": tables, "MajorVersion": 1, "MinorVersion": 0, "Functions": {}});
    let schema = json!({"Databases": {name: found}}).to_string();
    Ok(answer::table([("DatabaseSchema", Text)], [[Value::from(schema)]]))
}

fn name<'a>(invocation: &'a Invocation<'_>) -> &'a str {
    invocation.names.first().map_or(invocation.database, String::as_str)
}

fn row(names: [&str; 4], version: &'static str) -> [Value<'static>; 8] {
    let in_table = !names[1].is_empty();
    let [database, table, column, column_type] = names.map(|name| Value::from(name.to_owned()));
    let no = Value::Bool(false);
    [database, table, column, column_type, Value::Bool(in_table), no, Value::from(""), Value::from(version)]
}
