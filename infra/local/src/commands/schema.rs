//! The columns of a table in a command, and how answers write them.

use super::cursor::Cursor;
use crate::answer;
use crate::engine::result::ResultTable;
use crate::error::KustoError;
use crate::storage::column_type::ColumnType;
use crate::storage::table::{ColumnSchema, Table};
use crate::storage::value::Value;
use kql::lexer::TokenKind;
use serde_json::json;

/// Takes `(name:type, …)`.
pub(super) fn take(cursor: &mut Cursor<'_>) -> Result<Vec<ColumnSchema>, KustoError> {
    cursor.expect(TokenKind::OpenParen, "(")?;
    let mut columns: Vec<ColumnSchema> = Vec::new();
    loop {
        let name = cursor.name()?;
        cursor.expect(TokenKind::Colon, ":")?;
        let type_name = cursor.name()?;
        let column_type = ColumnType::from_name(&type_name).ok_or_else(|| {
            let known = ColumnType::ALL.map(ColumnType::name).join(", ");
            KustoError::syntax(format!("column {name} has the unknown type {type_name}: use one of {known}"))
        })?;
        if columns.iter().any(|column| column.name == name) {
            return Err(KustoError::syntax(format!("column {name} stands twice: give each name once")));
        }
        columns.push(ColumnSchema::new(name, column_type));
        if cursor.take(TokenKind::Comma).is_none() {
            cursor.expect(TokenKind::CloseParen, ", or )")?;
            return Ok(columns);
        }
    }
}

/// The columns as the text of their JSON.
pub(super) fn json(table: &Table) -> String {
    json_value(table).to_string()
}

/// The columns as JSON, with their names in .NET and KQL.
pub(super) fn json_value(table: &Table) -> serde_json::Value {
    let columns = table.schema().iter().map(|column| {
        json!({"Name": column.name, "Type": column.column_type.dotnet_name(), "CslType": column.column_type.name()})
    });
    json!({"Name": table.name(), "OrderedColumns": columns.collect::<Vec<_>>()})
}

/// The columns as KQL writes them: `a:string,b:long`.
pub(super) fn csl(table: &Table) -> String {
    let column = |column: &ColumnSchema| match kql::name::is_identifier(&column.name) {
        true => format!("{}:{}", column.name, column.column_type),
        false => format!("{}:{}", kql::name::quote(&column.name), column.column_type),
    };
    table.schema().iter().map(column).collect::<Vec<_>>().join(",")
}

/// What commands about one table answer: its name, its columns as `schema`, and where it is.
pub(super) fn answer(database: &str, table: &Table, schema: String) -> ResultTable {
    let columns = ["TableName", "Schema", "DatabaseName", "Folder", "DocString"].map(|name| (name, ColumnType::String));
    let settings = &table.settings;
    answer::table(
        columns,
        [[
            Value::from(table.name()),
            Value::from(schema),
            Value::from(database),
            Value::from(settings.folder.as_str()),
            Value::from(settings.docstring.as_str()),
        ]],
    )
}
