//! Rows built from records, value by value.

use crate::error::KustoError;
use crate::ingest::format::Format;
use crate::ingest::mapping::{MappedColumn, Mapping, Source};
use crate::ingest::value::from_json;
use crate::ingest::{csv, json};
use crate::storage::column::Column;
use crate::storage::convert::parse;
use crate::storage::dynamic::Dynamic;
use crate::storage::table::ColumnSchema;
use crate::storage::value::Value;

/// What is to be ingested.
#[derive(Clone, Copy, Debug)]
pub struct Records<'d> {
    /// The records, in UTF-8.
    pub data: &'d [u8],
    /// How they are written.
    pub format: Format,
    /// What goes where; none for the same names (JSON) or the same order (CSV).
    pub mapping: Option<&'d Mapping>,
    /// Whether the first record is a header.
    pub ignore_first: bool,
}

impl Records<'_> {
    /// The records as columns of a table with this schema. Nothing is ingested where one record cannot be read.
    ///
    /// # Errors
    /// Where the records are not of their format, the mapping does not fit the table, or there is no record.
    pub fn read(&self, schema: &[ColumnSchema]) -> Result<Vec<Column>, KustoError> {
        let implied = match self.format {
            Format::Csv => Mapping::in_order(schema),
            Format::Json | Format::MultiJson => Mapping::identity(schema),
        };
        let mut rows = Rows::new(schema, self.mapping.unwrap_or(&implied).of(schema)?);
        match self.format {
            Format::Csv => csv::read(self.data, self.ignore_first, &mut rows)?,
            Format::Json => json::read_lines(self.data, &mut rows)?,
            Format::MultiJson => json::read_values(self.data, &mut rows)?,
        }
        if rows.count == 0 {
            return Err(KustoError::ingestion(
                "BadRequest_NoRecordsOrWrongFormat",
                "the request has no records: send at least one",
            ));
        }
        Ok(rows.columns)
    }
}

/// Rows of a table as they grow.
pub struct Rows<'m> {
    sources: Vec<Option<&'m MappedColumn>>,
    columns: Vec<Column>,
    count: usize,
}

impl<'m> Rows<'m> {
    fn new(schema: &[ColumnSchema], sources: Vec<Option<&'m MappedColumn>>) -> Self {
        let columns = schema.iter().map(|column| Column::new(column.column_type, 0)).collect();
        Self { sources, columns, count: 0 }
    }

    /// Adds a JSON record.
    pub fn push_json(&mut self, record: &Dynamic) {
        self.push(|mapped, column| match (&mapped.source, mapped.transform) {
            (Source::Path(path), Some(transform)) => transform.apply(path.find(record)),
            (Source::Path(path), None) => from_json(path.find(record), column.column_type()),
            _ => Value::Null,
        });
    }

    /// Adds a CSV record; fields that it does not have are null, fields beyond the columns are left out.
    pub fn push_csv(&mut self, record: &::csv::StringRecord) {
        self.push(|mapped, column| match (&mapped.source, mapped.transform) {
            (Source::Ordinal(index), Some(transform)) => {
                transform.apply(&Dynamic::String(record.get(*index).unwrap_or_default().into()))
            }
            (Source::Ordinal(index), None) => parse(record.get(*index).unwrap_or_default(), column.column_type()),
            _ => Value::Null,
        });
    }

    fn push<'v>(&mut self, value: impl Fn(&'m MappedColumn, &Column) -> Value<'v>) {
        for (source, column) in self.sources.iter().zip(&mut self.columns) {
            let cell = match source {
                None => Value::Null,
                Some(MappedColumn { source: Source::Constant(text), .. }) => parse(text, column.column_type()),
                Some(mapped) => value(mapped, column),
            };
            column.push(cell);
        }
        self.count += 1;
    }
}
