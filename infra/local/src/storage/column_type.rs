//! The ten scalar types of Kusto and their names.

use std::fmt;

/// A Kusto scalar type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ColumnType {
    /// `true`, `false` or null.
    Bool,
    /// A 32-bit integer.
    Int,
    /// A 64-bit integer.
    Long,
    /// A double.
    Real,
    /// A decimal number.
    Decimal,
    /// An instant, in ticks of 100 ns.
    DateTime,
    /// A duration, in ticks of 100 ns.
    Timespan,
    /// A 128-bit identifier.
    Guid,
    /// Text, never null.
    String,
    /// Any JSON value.
    Dynamic,
}

impl ColumnType {
    /// All types.
    pub const ALL: [Self; 10] = [
        Self::Bool,
        Self::Int,
        Self::Long,
        Self::Real,
        Self::Decimal,
        Self::DateTime,
        Self::Timespan,
        Self::Guid,
        Self::String,
        Self::Dynamic,
    ];

    /// The Kusto name, as in `datatable(n:long)`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Long => "long",
            Self::Real => "real",
            Self::Decimal => "decimal",
            Self::DateTime => "datetime",
            Self::Timespan => "timespan",
            Self::Guid => "guid",
            Self::String => "string",
            Self::Dynamic => "dynamic",
        }
    }

    /// The .NET name that v1 answers and `getschema` show, such as `System.Int64`.
    pub fn dotnet_name(self) -> &'static str {
        match self {
            Self::Bool => "System.SByte",
            Self::Int => "System.Int32",
            Self::Long => "System.Int64",
            Self::Real => "System.Double",
            Self::Decimal => "System.Data.SqlTypes.SqlDecimal",
            Self::DateTime => "System.DateTime",
            Self::Timespan => "System.TimeSpan",
            Self::Guid => "System.Guid",
            Self::String => "System.String",
            Self::Dynamic => "System.Object",
        }
    }

    /// The type that KQL or .NET calls `name`, in any letter case; none where the name is unknown.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().trim_start_matches("system.") {
            "bool" | "boolean" | "sbyte" => Self::Bool,
            "int" | "int32" => Self::Int,
            "long" | "int64" => Self::Long,
            "real" | "double" | "float" | "single" => Self::Real,
            "decimal" | "sqldecimal" | "data.sqltypes.sqldecimal" => Self::Decimal,
            "datetime" | "date" => Self::DateTime,
            "timespan" | "time" => Self::Timespan,
            "guid" | "uuid" | "uniqueid" => Self::Guid,
            "string" => Self::String,
            "dynamic" | "object" => Self::Dynamic,
            _ => return None,
        })
    }

    /// Whether it is int, long, real or decimal.
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Int | Self::Long | Self::Real | Self::Decimal)
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::ColumnType;

    #[test]
    fn every_name_leads_back_to_its_type() {
        for column_type in ColumnType::ALL {
            assert_eq!(ColumnType::from_name(column_type.name()), Some(column_type));
            assert_eq!(ColumnType::from_name(column_type.dotnet_name()), Some(column_type));
        }
        assert_eq!(ColumnType::from_name("double"), Some(ColumnType::Real));
        assert_eq!(ColumnType::from_name("varchar"), None);
    }
}
