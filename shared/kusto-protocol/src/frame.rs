//! The properties of one frame of v2 or one table of v1.

use crate::{
    column::{Column, ColumnType},
    error::{Problem, ServiceError},
    limits::{MAX_ALL_COLUMNS, MAX_COLUMNS},
    property::Property,
    sink::{LimitReached, TableHeader},
};
use serde::{
    Deserialize, Deserializer as _,
    de::{SeqAccess, Visitor},
};
use std::fmt;

/// What is known of a frame so far; its properties come in any order.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    pub(crate) frame_type: Option<String>,
    /// The JSON text, which is only ever compared.
    pub(crate) table_id: Option<String>,
    pub(crate) table_kind: Option<String>,
    pub(crate) table_name: Option<String>,
    pub(crate) columns: Option<Vec<Column>>,
    pub(crate) fragment_type: Option<String>,
    pub(crate) row_count: Option<u64>,
    pub(crate) has_errors: bool,
    pub(crate) cancelled: bool,
    pub(crate) error: Option<Box<ServiceError>>,
}

#[derive(Deserialize)]
struct WireColumn {
    #[serde(rename = "ColumnName")]
    name: Option<String>,
    #[serde(rename = "ColumnType")]
    column_type: Option<String>,
    /// The .NET type, all that older answers of v1 have.
    #[serde(rename = "DataType")]
    data_type: Option<String>,
}

impl Frame {
    /// Takes a property.
    pub(crate) fn set(&mut self, property: Property, json: &str) -> Result<(), Problem> {
        match property {
            Property::FrameType => self.frame_type = read(json)?,
            Property::TableId => self.table_id = Some(json.to_owned()),
            Property::TableKind => self.table_kind = read(json)?,
            Property::TableName => self.table_name = read(json)?,
            Property::Columns => self.columns = Some(columns(json)?),
            Property::TableFragmentType => self.fragment_type = read(json)?,
            Property::RowCount => self.row_count = read(json)?,
            Property::HasErrors => self.has_errors = is_set(json),
            Property::Cancelled => self.cancelled = is_set(json),
            Property::OneApiErrors | Property::Error | Property::Exceptions => {
                self.error = self.error.take().or_else(|| ServiceError::from_property(json).map(Box::new));
            }
            Property::Rows | Property::Tables if json == "null" => {}
            Property::Rows | Property::Tables => return Err(Problem::Malformed("the rows are not a list")),
        }
        Ok(())
    }

    /// The header of the table that the frame describes; `all` counts the columns of all tables.
    pub(crate) fn header(&mut self, all: &mut usize) -> Result<TableHeader, Problem> {
        let columns = self.columns.take().ok_or(Problem::Malformed("a table has no columns"))?;
        *all += columns.len();
        if *all > MAX_ALL_COLUMNS {
            return Err(LimitReached { limit: MAX_ALL_COLUMNS as u64, unit: "columns in all tables" }.into());
        }
        Ok(TableHeader { name: self.table_name.take().unwrap_or_default(), columns })
    }
}

/// A property that is there says yes unless it says no: half an answer must not look whole because of an odd spelling.
fn is_set(json: &str) -> bool {
    !matches!(json, "false" | "null" | "0")
}

fn read<'de, T: Deserialize<'de>>(json: &'de str) -> Result<Option<T>, Problem> {
    serde_json::from_str(json).map_err(|_| Problem::Malformed("a property has a value of the wrong kind"))
}

fn columns(json: &str) -> Result<Vec<Column>, Problem> {
    let mut too_many = false;
    let columns = serde_json::Deserializer::from_str(json).deserialize_seq(Columns { too_many: &mut too_many });
    if too_many {
        return Err(Problem::Limit(LimitReached { limit: MAX_COLUMNS as u64, unit: "columns" }));
    }
    columns.map_err(|_| Problem::Malformed("the columns of a table cannot be read"))
}

/// Reads columns, and stops at the first that is too many: the shortest takes three bytes, and fifty here.
struct Columns<'a> {
    too_many: &'a mut bool,
}

impl<'de> Visitor<'de> for Columns<'_> {
    type Value = Vec<Column>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of columns")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut wire: A) -> Result<Vec<Column>, A::Error> {
        let mut columns = Vec::new();
        while let Some(next) = wire.next_element()? {
            if columns.len() == MAX_COLUMNS {
                *self.too_many = true;
                break;
            }
            columns.push(column(next));
        }
        Ok(columns)
    }
}

fn column(wire: WireColumn) -> Column {
    let type_name = wire.column_type.filter(|name| !name.is_empty()).or(wire.data_type).unwrap_or_default();
    Column::new(wire.name.unwrap_or_default(), ColumnType::from_name(&type_name).unwrap_or(ColumnType::Dynamic))
}

#[cfg(test)]
mod tests {
    use super::columns;
    use crate::column::ColumnType::{self, Dynamic, Int, Long, String, Timespan};

    #[test]
    fn reads_column_types_of_both_versions() {
        #[track_caller]
        fn check(column: &str, expected: ColumnType) {
            assert_eq!(columns(&format!("[{column}]")).unwrap()[0].column_type, expected, "{column}");
        }
        check(r#"{"ColumnName":"a","ColumnType":"long"}"#, Long);
        check(r#"{"ColumnName":"a","DataType":"Int32","ColumnType":"int"}"#, Int);
        check(r#"{"ColumnName":"a","DataType":"TimeSpan"}"#, Timespan);
        check(r#"{"ColumnName":"a","DataType":"System.String","ColumnType":""}"#, String);
        check(r#"{"ColumnName":"a","ColumnType":"geography"}"#, Dynamic);
        check(r#"{"ColumnName":"a","New":[1]}"#, Dynamic);
        assert!(columns(r#"{"ColumnName":"a"}"#).is_err());
    }
}
