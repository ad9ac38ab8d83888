//! Files of JSON lines.

use super::Loaded;
use super::infer::{Inferred, of_written};
use crate::ingest::value::from_json;
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::dynamic::{Bag, Dynamic};
use crate::storage::table::ColumnSchema;
use indexmap::IndexMap;
use std::sync::Arc;

/// Reads a file of one object per line; blank lines are left out. Columns stand in the order in which they first appear.
pub(super) fn read(text: &str) -> Result<Loaded, String> {
    let mut records: Vec<Arc<Bag>> = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match Dynamic::from_json(line) {
            Ok(Dynamic::Bag(record)) => records.push(record),
            Ok(_) => return Err(format!("line {} is no JSON object", index + 1)),
            Err(error) => return Err(format!("line {} is no JSON: {error}", index + 1)),
        }
    }
    let mut types: IndexMap<Arc<str>, Inferred> = IndexMap::new();
    for (name, value) in records.iter().flat_map(|record| record.iter()) {
        let inferred = types.entry(name.clone()).or_default();
        if let Some(found) = type_of(value) {
            *inferred = inferred.and(found, ColumnType::Dynamic);
        }
    }
    Ok(types.into_iter().map(|(name, inferred)| column(&name, inferred.column_type(), &records)).collect())
}

fn type_of(value: &Dynamic) -> Option<ColumnType> {
    Some(match value {
        Dynamic::Null => return None,
        Dynamic::Bool(_) => ColumnType::Bool,
        Dynamic::Long(_) => ColumnType::Long,
        Dynamic::String(text) => of_written(text),
        Dynamic::Array(_) | Dynamic::Bag(_) => ColumnType::Dynamic,
        _ => ColumnType::Real,
    })
}

fn column(name: &str, column_type: ColumnType, records: &[Arc<Bag>]) -> (ColumnSchema, Column) {
    let mut column = Column::new(column_type, records.len());
    for record in records {
        column.push(from_json(record.get(name).unwrap_or(&Dynamic::Null), column_type));
    }
    (ColumnSchema::new(name, column_type), column)
}
