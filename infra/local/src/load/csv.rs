//! CSV files with a header row.

use super::Loaded;
use super::infer::{Inferred, of_text};
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::parse;
use crate::storage::table::ColumnSchema;
use csv::{ReaderBuilder, StringRecord};

/// Reads a file. An empty field is null; a record may have fewer fields than the header, but not more.
pub(super) fn read(text: &str) -> Result<Loaded, String> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let names = names(reader.headers().map_err(|error| error.to_string())?);
    let records = reader.records().collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
    if let Some((index, record)) = records.iter().enumerate().find(|(_, record)| record.len() > names.len()) {
        let (fields, header) = (record.len(), names.len());
        return Err(format!("record {} has {fields} fields, but the header has {header}", index + 1));
    }
    Ok(names.into_iter().enumerate().map(|(index, name)| column(name, index, &records)).collect())
}

/// The names of the header; one that is empty or stands there already gets a number.
fn names(header: &StringRecord) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (index, name) in header.iter().enumerate() {
        let name = name.trim();
        let name = if name.is_empty() || names.iter().any(|earlier| earlier == name) {
            format!("{}{}", if name.is_empty() { "Column" } else { name }, index + 1)
        } else {
            name.to_owned()
        };
        names.push(name);
    }
    names
}

fn column(name: String, index: usize, records: &[StringRecord]) -> (ColumnSchema, Column) {
    let cell = |record| StringRecord::get(record, index).unwrap_or_default();
    let values = records.iter().map(cell).filter(|text| !text.is_empty());
    let inferred = values.fold(Inferred::default(), |inferred, text| inferred.and(of_text(text), ColumnType::String));
    let column_type = inferred.column_type();
    let mut column = Column::new(column_type, records.len());
    records.iter().for_each(|record| column.push(parse(cell(record), column_type)));
    (ColumnSchema::new(name, column_type), column)
}
