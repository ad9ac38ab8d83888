//! `bag_unpack`: the properties of a bag as columns.

use crate::engine::error::{EngineError, Result};
use crate::engine::plugins::{Plugin, PluginCall};
use crate::engine::relation::{NamedColumn, Relation};
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::{cast, scalar};
use crate::storage::dynamic::{Bag, Dynamic};
use crate::storage::value::Value;
use std::collections::BTreeMap;

pub(super) const BAG_UNPACK: Plugin = Plugin {
    name: "bag_unpack",
    signature: "(bag, [OutputColumnPrefix], [columnsConflict], [ignoredProperties])",
    doc: "The properties of a bag as columns, in the order of their names.",
    run,
};

fn run(call: &PluginCall<'_>) -> Result<Relation> {
    let bags = call.column(0, "Column")?;
    let prefix =
        call.constant(1, "OutputColumnPrefix")?.map_or_else(String::new, |prefix| prefix.to_text().into_owned());
    let ignored = match call.constant(3, "ignoredProperties")? {
        Some(Value::Dynamic(Dynamic::Array(names))) => names.to_vec(),
        _ => Vec::new(),
    };
    let is_ignored =
        |name: &str| ignored.iter().any(|ignored| matches!(ignored, Dynamic::String(text) if **text == *name));
    let mut columns = call.input.columns.clone();
    let bags = columns.remove(bags);
    for (property, column_type) in types(&bags.data, call.input.rows) {
        let name = format!("{prefix}{property}");
        if is_ignored(&property) || !resolve_conflict(call, &mut columns, &name)? {
            continue;
        }
        let mut column = Column::new(column_type, call.input.rows);
        for row in 0..call.input.rows {
            let value = bag(&bags.data.value(row)).and_then(|bag| bag.get(property.as_str()).cloned());
            column.push(cast(&value.map_or(Value::Null, Value::from), column_type));
        }
        columns.push(NamedColumn::new(name, column));
    }
    Ok(call.input.with_columns(columns))
}

fn bag<'v>(value: &'v Value<'_>) -> Option<&'v Bag> {
    match value {
        Value::Dynamic(Dynamic::Bag(bag)) => Some(bag),
        _ => None,
    }
}

/// The properties of all bags with their types; dynamic where values differ in it.
fn types(bags: &Column, rows: usize) -> BTreeMap<String, ColumnType> {
    let mut types: BTreeMap<String, Option<ColumnType>> = BTreeMap::new();
    for row in 0..rows {
        for (name, value) in bag(&bags.value(row)).into_iter().flatten() {
            let found = scalar(value).column_type();
            let known = types.entry(name.to_string()).or_insert(found);
            *known = match (*known, found) {
                (Some(known), Some(found)) if known != found => Some(ColumnType::Dynamic),
                (known, found) => known.or(found),
            };
        }
    }
    types.into_iter().map(|(name, found)| (name, found.unwrap_or(ColumnType::Dynamic))).collect()
}

/// Whether a property becomes a column; one of the same name before it may go.
fn resolve_conflict(call: &PluginCall<'_>, columns: &mut Vec<NamedColumn>, name: &str) -> Result<bool> {
    let Some(index) = columns.iter().position(|column| column.name == name) else { return Ok(true) };
    let conflict = call.constant(2, "columnsConflict")?;
    match conflict.as_ref().map(Value::to_text).as_deref() {
        None | Some("error") => {
            let message = format!("bag_unpack: there is a column '{name}' already: give a prefix or columnsConflict");
            Err(EngineError::semantic("SEM0012", message))
        }
        Some("replace_source") => {
            columns.remove(index);
            Ok(true)
        }
        Some("keep_source") => Ok(false),
        Some(_) => Err(call.wrong("columnsConflict", "'error', 'replace_source' or 'keep_source'")),
    }
}
