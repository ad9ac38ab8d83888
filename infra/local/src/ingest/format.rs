//! Data formats of ingestion.

use crate::error::KustoError;

/// How records are written. Each is also a kind of ingestion mapping, `MultiJson` that of `Json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values without a header row.
    Csv,
    /// One JSON object per line.
    Json,
    /// JSON objects, one after the other or in arrays, over any number of lines.
    MultiJson,
}

impl Format {
    /// The format of this name, in any letter case; none where it is unknown or not supported here.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "csv" => Self::Csv,
            "json" => Self::Json,
            "multijson" => Self::MultiJson,
            _ => return None,
        })
    }

    /// The same, or the service's error that there is no such format.
    ///
    /// # Errors
    /// Where it is unknown or not supported here.
    pub fn parse(name: &str) -> Result<Self, KustoError> {
        Self::from_name(name).ok_or_else(|| {
            let message = format!("the format {name} is not supported: use csv, json or multijson");
            KustoError::ingestion("BadRequest_FormatNotSupported", message)
        })
    }

    /// The kind of mapping that fits the format.
    pub fn mapping_kind(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json | Self::MultiJson => "json",
        }
    }
}
