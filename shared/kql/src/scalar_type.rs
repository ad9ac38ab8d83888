//! The scalar types of KQL.

use std::fmt;

/// A KQL scalar type, as `declare query_parameters(n:long)` and `long(1)` name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScalarType {
    /// `true`, `false` or null.
    Bool,
    /// An instant in UTC, 0001 to 9999, in ticks of 100 ns.
    DateTime,
    /// A 128-bit decimal.
    Decimal,
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
    /// A duration in ticks of 100 ns.
    Timespan,
}

impl ScalarType {
    /// The name KQL prefers for the type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::DateTime => "datetime",
            Self::Decimal => "decimal",
            Self::Dynamic => "dynamic",
            Self::Guid => "guid",
            Self::Int => "int",
            Self::Long => "long",
            Self::Real => "real",
            Self::String => "string",
            Self::Timespan => "timespan",
        }
    }

    /// The type that KQL text calls `name`; none where KQL has no such type. KQL is case-sensitive here.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "bool" | "boolean" => Self::Bool,
            "date" | "datetime" => Self::DateTime,
            "decimal" => Self::Decimal,
            "dynamic" => Self::Dynamic,
            "guid" | "uniqueid" | "uuid" => Self::Guid,
            "int" | "int32" => Self::Int,
            "int64" | "long" => Self::Long,
            "double" | "real" => Self::Real,
            "string" => Self::String,
            "time" | "timespan" => Self::Timespan,
            _ => return None,
        })
    }
}

impl fmt::Display for ScalarType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
