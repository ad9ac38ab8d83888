//! The columns as a JSON schema of a row, from which designers of Logic Apps and Power Automate offer the fields of what comes.

use kusto_protocol::column::{Column, ColumnType};
use serde_json::{Map, Value, json};

/// The schema of a row with these columns.
pub(crate) fn of_row(columns: &[Column]) -> Value {
    let properties: Map<String, Value> =
        columns.iter().map(|column| (column.name.clone(), of_value(column.column_type))).collect();
    json!({"type": "object", "properties": properties})
}

/// What a value of this type is in a reply. A real can be `NaN` too, which designers have no type for.
fn of_value(column_type: ColumnType) -> Value {
    match column_type {
        ColumnType::Bool => json!({"type": "boolean"}),
        ColumnType::Int => json!({"type": "integer", "format": "int32"}),
        ColumnType::Long => json!({"type": "integer", "format": "int64"}),
        ColumnType::Real => json!({"type": "number", "format": "double"}),
        ColumnType::DateTime => json!({"type": "string", "format": "date-time"}),
        ColumnType::Guid => json!({"type": "string", "format": "uuid"}),
        ColumnType::Decimal | ColumnType::String | ColumnType::Timespan => json!({"type": "string"}),
        ColumnType::Dynamic => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::of_row;
    use kusto_protocol::column::{Column, ColumnType};

    #[test]
    fn each_column_has_the_type_that_a_designer_offers() {
        let types = ["bool", "int", "long", "real", "decimal", "datetime", "timespan", "guid", "string", "dynamic"];
        let columns: Vec<Column> =
            types.iter().map(|name| Column::new(*name, ColumnType::from_name(name).unwrap())).collect();
        insta::assert_snapshot!(serde_json::to_string_pretty(&of_row(&columns)).unwrap());
    }
}
