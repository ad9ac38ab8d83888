//! `getschema`: the columns as rows.

use crate::engine::error::{EngineError, Result};
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::storage::column::Column;

pub(super) const GETSCHEMA: OperatorEntry =
    OperatorEntry { name: "getschema", doc: "The names and types of the columns, a row for each.", parse };

#[derive(Debug)]
struct GetSchema;

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    let offset = parser.offset();
    match parser.properties(&["kind"])?.first() {
        None => Ok(Box::new(GetSchema)),
        Some((_, kind)) => Err(EngineError::not_supported(format!("getschema of kind {kind}")).at(offset)),
    }
}

impl Operator for GetSchema {
    fn apply(&self, input: Relation, _: &Scope) -> Result<Relation> {
        let schema = input.schema();
        let ordinals: Vec<i32> = (0..schema.len() as i32).collect();
        let columns = vec![
            NamedColumn::new("ColumnName", Column::String(schema.iter().map(|(name, _)| name.as_str()).collect())),
            NamedColumn::new("ColumnOrdinal", Column::Int(ordinals.into())),
            NamedColumn::new(
                "DataType",
                Column::String(schema.iter().map(|(_, column_type)| column_type.dotnet_name()).collect()),
            ),
            NamedColumn::new(
                "ColumnType",
                Column::String(schema.iter().map(|(_, column_type)| column_type.name()).collect()),
            ),
        ];
        Ok(Relation::new(columns, schema.len()))
    }
}
