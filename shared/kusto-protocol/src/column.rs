//! Columns and their Kusto types.

use serde::{Deserialize, Serialize};

/// A Kusto scalar type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// `true`, `false` or null.
    Bool,
    /// An instant, in ticks of 100 ns.
    DateTime,
    /// Any JSON value.
    Dynamic,
    /// A 128-bit identifier.
    Guid,
    /// A 32-bit integer.
    Int,
    /// A 64-bit integer.
    Long,
    /// A double.
    Real,
    /// Text, never null.
    String,
    /// A duration, in ticks of 100 ns.
    Timespan,
    /// A 128-bit decimal.
    Decimal,
}

impl ColumnType {
    /// The Kusto name, as in `declare query_parameters(n:long)`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::DateTime => "datetime",
            Self::Dynamic => "dynamic",
            Self::Guid => "guid",
            Self::Int => "int",
            Self::Long => "long",
            Self::Real => "real",
            Self::String => "string",
            Self::Timespan => "timespan",
            Self::Decimal => "decimal",
        }
    }

    /// The type that the wire, KQL or .NET calls `name`, in any letter case; none where the name is unknown.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().trim_start_matches("system.") {
            "bool" | "boolean" | "sbyte" => Self::Bool,
            "datetime" | "date" => Self::DateTime,
            "dynamic" | "object" => Self::Dynamic,
            "guid" | "uuid" | "uniqueid" => Self::Guid,
            "int" | "int32" => Self::Int,
            "long" | "int64" => Self::Long,
            "real" | "double" | "float" | "single" => Self::Real,
            "string" => Self::String,
            "timespan" | "time" => Self::Timespan,
            "decimal" | "sqldecimal" => Self::Decimal,
            _ => return None,
        })
    }

    /// Whether values can be measured along an axis as they are: int, long, real and decimal.
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Int | Self::Long | Self::Real | Self::Decimal)
    }
}

/// A column of a table: its name and type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The name, not necessarily unique in its table.
    pub name: String,
    /// The Kusto type; a name on the wire that is unknown here is read as `dynamic`.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
}

impl Column {
    /// A column of this name and type.
    pub fn new(name: impl Into<String>, column_type: ColumnType) -> Self {
        Self { name: name.into(), column_type }
    }
}
