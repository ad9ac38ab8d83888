//! Ingestion mappings: which part of a record goes into which column.

use crate::error::KustoError;
use crate::ingest::format::Format;
use crate::ingest::path::Path;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::parse;
use crate::storage::dynamic::Dynamic;
use crate::storage::table::{ColumnSchema, Table};
use crate::storage::time::{DateTime, TICKS_PER_SECOND, Timespan, UNIX_EPOCH};
use crate::storage::value::Value;
use serde::Deserialize;

/// A mapping, read from its JSON.
#[derive(Clone, Debug)]
pub struct Mapping(pub Vec<MappedColumn>);

/// Where the values of one column come from.
#[derive(Clone, Debug)]
pub struct MappedColumn {
    /// The column's name.
    pub name: String,
    /// The place in the record.
    pub source: Source,
    /// What is done to the value.
    pub transform: Option<Transform>,
}

/// A place in a record.
#[derive(Clone, Debug)]
pub enum Source {
    /// A path in a JSON record.
    Path(Path),
    /// A field of a CSV record, from 0.
    Ordinal(usize),
    /// The same text for every record.
    Constant(String),
}

/// A conversion of numbers, each from units since 1970 to `datetime`. Ticks of 100 ns per unit, as a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transform {
    multiply: i64,
    divide: i64,
}

/// A column as users write it: in the current form with `Properties`, or the older one without.
#[derive(Deserialize)]
struct Written {
    #[serde(alias = "Column", alias = "columnName", alias = "Name", alias = "name")]
    column: String,
    #[serde(alias = "properties", rename = "Properties")]
    properties: Option<Properties>,
    #[serde(flatten)]
    older: Properties,
}

#[derive(Default, Deserialize)]
struct Properties {
    #[serde(alias = "path", rename = "Path")]
    path: Option<String>,
    #[serde(alias = "ordinal", rename = "Ordinal")]
    ordinal: Option<serde_json::Value>,
    #[serde(alias = "constValue", alias = "constantValue", rename = "ConstValue")]
    constant: Option<String>,
    #[serde(alias = "transform", rename = "Transform")]
    transform: Option<String>,
}

impl Mapping {
    /// Reads a mapping of `kind`, `json` or `csv`.
    ///
    /// # Errors
    /// Where it is no JSON array of columns, or asks for what is not supported here; the message names the column.
    pub fn parse(kind: &str, text: &str) -> Result<Self, KustoError> {
        let written: Vec<Written> = serde_json::from_str(text).map_err(|error| {
            invalid(format!(
                "the mapping cannot be read ({error}): write [{{\"column\": \"a\", \"Properties\": {{…}}}}]"
            ))
        })?;
        written.into_iter().map(|column| mapped(kind, column)).collect::<Result<_, _>>().map(Self)
    }

    /// The mapping of this name that was created for the table.
    ///
    /// # Errors
    /// Where there is none for the format.
    pub fn stored(table: &Table, format: Format, name: &str) -> Result<Self, KustoError> {
        let key = (format.mapping_kind().to_owned(), name.to_owned());
        let mapping = table.settings.mappings.get(&key).ok_or_else(|| {
            let (kind, table) = (format.mapping_kind(), table.name());
            let message = format!(
                "table '{table}' has no {kind} mapping '{name}': create it with .create table ingestion {kind} mapping"
            );
            KustoError::ingestion("BadRequest_MappingReferenceWasNotFound", message)
        })?;
        Self::parse(format.mapping_kind(), &mapping.text)
    }

    /// The mapping that properties of an ingestion give: its `text`, or else the `name` of one of the table; none where they give none.
    ///
    /// # Errors
    /// Where it is wrong, or the table has none of this name.
    pub fn given(
        table: &Table,
        format: Format,
        text: Option<&str>,
        name: Option<&str>,
    ) -> Result<Option<Self>, KustoError> {
        match text {
            Some(text) => Self::parse(format.mapping_kind(), text).map(Some),
            None => name.map(|name| Self::stored(table, format, name)).transpose(),
        }
    }

    /// The mapping of a JSON record whose fields are called as the columns are.
    pub fn identity(schema: &[ColumnSchema]) -> Self {
        Self(schema.iter().map(|column| from(&column.name, Source::Path(Path::field(&column.name)))).collect())
    }

    /// The mapping of a CSV record whose fields stand in the order of the columns.
    pub fn in_order(schema: &[ColumnSchema]) -> Self {
        Self(schema.iter().enumerate().map(|(index, column)| from(&column.name, Source::Ordinal(index))).collect())
    }

    /// For each column of the table what fills it, if anything.
    ///
    /// # Errors
    /// Where the mapping has a column that the table does not have.
    pub fn of<'m>(&'m self, schema: &[ColumnSchema]) -> Result<Vec<Option<&'m MappedColumn>>, KustoError> {
        if let Some(unknown) = self.0.iter().find(|mapped| schema.iter().all(|column| column.name != mapped.name)) {
            return Err(invalid(format!("the mapping has a column '{}' that the table does not have", unknown.name)));
        }
        Ok(schema.iter().map(|column| self.0.iter().find(|mapped| mapped.name == column.name)).collect())
    }
}

fn from(column: &str, source: Source) -> MappedColumn {
    MappedColumn { name: column.to_owned(), source, transform: None }
}

fn invalid(message: String) -> KustoError {
    KustoError::ingestion("BadRequest_InvalidMapping", message)
}

fn mapped(kind: &str, written: Written) -> Result<MappedColumn, KustoError> {
    let properties = written.properties.unwrap_or(written.older);
    let column = written.column;
    let source = match (properties.constant, kind) {
        (Some(constant), _) => Some(Source::Constant(constant)),
        (None, "csv") => properties.ordinal.as_ref().and_then(ordinal).map(Source::Ordinal),
        (None, _) => Path::parse(&properties.path.unwrap_or_else(|| format!("$['{column}']"))).map(Source::Path),
    };
    let wanted = if kind == "csv" { "Ordinal, a number from 0" } else { "Path, such as $.a.b[0] or $['a b']" };
    let source = source.ok_or_else(|| invalid(format!("the mapping of column '{column}' needs a {wanted}")))?;
    let transform = properties.transform.filter(|name| !name.is_empty() && name != "None");
    let transform = transform.map(|name| {
        Transform::from_name(&name).ok_or_else(|| {
            invalid(format!("the transform {name} of column '{column}' is not supported by the embedded Kusto"))
        })
    });
    Ok(MappedColumn { name: column, source, transform: transform.transpose()? })
}

/// A number, or its text.
fn ordinal(value: &serde_json::Value) -> Option<usize> {
    match value {
        serde_json::Value::String(text) => text.parse().ok(),
        _ => usize::try_from(value.as_u64()?).ok(),
    }
}

impl Transform {
    fn from_name(name: &str) -> Option<Self> {
        let (multiply, divide) = match name.to_ascii_lowercase().as_str() {
            "datetimefromunixseconds" => (TICKS_PER_SECOND, 1),
            "datetimefromunixmilliseconds" => (10_000, 1),
            "datetimefromunixmicroseconds" => (10, 1),
            "datetimefromunixnanoseconds" => (1, 100),
            _ => return None,
        };
        Some(Self { multiply, divide })
    }

    /// The instant that `value`, a whole number or its text, says; null where it says none.
    pub fn apply(self, value: &Dynamic) -> Value<'static> {
        let text = Value::from(value.clone()).to_text().into_owned();
        let Value::Long(units) = parse(&text, ColumnType::Long) else { return Value::Null };
        let ticks = units.checked_mul(self.multiply).map(|ticks| ticks.div_euclid(self.divide));
        let instant: Option<DateTime> = ticks.and_then(|ticks| UNIX_EPOCH.checked_add(Timespan(ticks)));
        instant.map_or(Value::Null, Value::DateTime)
    }
}

#[cfg(test)]
mod tests {
    use super::{Mapping, Source, Transform};
    use crate::storage::column_type::ColumnType;
    use crate::storage::dynamic::Dynamic;
    use crate::storage::table::ColumnSchema;

    #[test]
    fn mappings_in_either_form() {
        let text = r#"[
            {"column": "a", "datatype": "long", "Properties": {"Path": "$.x.a"}},
            {"column": "b", "path": "$['b b']", "transform": "DateTimeFromUnixSeconds"},
            {"Name": "c", "Properties": {"ConstValue": "k"}},
            {"column": "d"}
        ]"#;
        let mapping = Mapping::parse("json", text).expect("a mapping");
        let names: Vec<&str> = mapping.0.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c", "d"]);
        assert!(
            mapping.0[1].transform.is_some() && matches!(&mapping.0[2].source, Source::Constant(text) if text == "k")
        );
        let csv = Mapping::parse("csv", r#"[{"column":"a","Properties":{"Ordinal":"1"}},{"column":"b","Ordinal":0}]"#);
        assert!(matches!(csv.expect("a mapping").0[..], [ref a, ref b]
            if matches!((&a.source, &b.source), (Source::Ordinal(1), Source::Ordinal(0)))));
    }

    #[test]
    fn bad_mappings_are_named() {
        for (kind, text, expected) in [
            ("json", "{}", "the mapping cannot be read"),
            ("json", r#"[{"column":"a","path":"a"}]"#, "column 'a' needs a Path"),
            ("csv", r#"[{"column":"a"}]"#, "column 'a' needs a Ordinal"),
            (
                "json",
                r#"[{"column":"a","path":"$","transform":"SourceLocation"}]"#,
                "SourceLocation of column 'a' is not supported",
            ),
        ] {
            let error = Mapping::parse(kind, text).expect_err(text);
            assert!(error.message.contains(expected), "{}", error.message);
        }
        let mapping = Mapping::parse("json", r#"[{"column":"b"}]"#).expect("a mapping");
        let error = mapping.of(&[ColumnSchema::new("a", ColumnType::Long)]).expect_err("b is no column");
        assert!(error.message.contains("'b'"), "{}", error.message);
    }

    #[test]
    fn unix_times_become_instants() {
        for (name, value, expected) in [
            ("DateTimeFromUnixSeconds", "1", "1970-01-01T00:00:01.0000000Z"),
            ("DateTimeFromUnixMilliseconds", "\"1500\"", "1970-01-01T00:00:01.5000000Z"),
            ("DateTimeFromUnixMicroseconds", "-1", "1969-12-31T23:59:59.9999990Z"),
            ("DateTimeFromUnixNanoseconds", "250", "1970-01-01T00:00:00.0000002Z"),
            ("DateTimeFromUnixSeconds", "9223372036854775807", ""),
            ("DateTimeFromUnixSeconds", "\"x\"", ""),
        ] {
            let transform = Transform::from_name(name).expect(name);
            assert_eq!(transform.apply(&Dynamic::from_json(value).expect("JSON")).to_string(), expected);
        }
    }
}
