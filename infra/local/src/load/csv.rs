//! CSV files with a header row.

use super::Loaded;
use super::infer::{Inferred, of_text};
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::parse;
use crate::storage::table::ColumnSchema;
use csv::{Reader, ReaderBuilder, StringRecord};

/// Reads a file, twice: for the types of the columns, and for their cells. An empty field is null; a record may have fewer
/// fields than the header, but not more.
pub(super) fn read(text: &str) -> Result<Loaded, String> {
    let names = names(reader(text).headers().map_err(|error| error.to_string())?);
    let (types, rows) = types(text, names.len())?;
    let mut columns: Vec<Column> = types.iter().map(|column_type| Column::new(*column_type, rows)).collect();
    each_record(text, |_, record| {
        for (index, column) in columns.iter_mut().enumerate() {
            let column_type = column.column_type();
            column.push(parse(record.get(index).unwrap_or_default(), column_type));
        }
        Ok(())
    })?;
    let schema = names.into_iter().zip(types).map(|(name, column_type)| ColumnSchema::new(name, column_type));
    Ok(schema.zip(columns).collect())
}

fn reader(text: &str) -> Reader<&[u8]> {
    ReaderBuilder::new().flexible(true).from_reader(text.as_bytes())
}

/// Calls `see` with the number of each record, from 1, and the record.
fn each_record(text: &str, mut see: impl FnMut(usize, &StringRecord) -> Result<(), String>) -> Result<(), String> {
    let (mut reader, mut record) = (reader(text), StringRecord::new());
    for number in 1.. {
        if !reader.read_record(&mut record).map_err(|error| error.to_string())? {
            break;
        }
        see(number, &record)?;
    }
    Ok(())
}

/// The types that all values of the columns have, and how many records there are.
fn types(text: &str, header: usize) -> Result<(Vec<ColumnType>, usize), String> {
    let mut inferred = vec![Inferred::default(); header];
    let mut rows = 0;
    each_record(text, |number, record| {
        if record.len() > header {
            return Err(format!("record {number} has {} fields, but the header has {header}", record.len()));
        }
        for (inferred, value) in inferred.iter_mut().zip(record).filter(|(_, value)| !value.is_empty()) {
            *inferred = inferred.and(of_text(value), ColumnType::String);
        }
        rows = number;
        Ok(())
    })?;
    Ok((inferred.into_iter().map(Inferred::column_type).collect(), rows))
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
