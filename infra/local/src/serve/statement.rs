//! What a request asks: a database, a text, options and parameters.

use super::body;
use crate::error::KustoError;
use crate::storage::catalog::DEFAULT_DATABASE;
use axum::body::Body;
use axum::http::HeaderMap;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The text of a statement may have data in it, `.ingest inline`, so it may be large.
pub(super) const LIMIT: usize = 64 << 20;

/// A statement with all that came with it.
#[derive(Debug)]
pub(super) struct Statement {
    /// The database.
    pub(super) database: String,
    /// The query or command.
    pub(super) text: String,
    /// What came in `properties`.
    pub(super) properties: Properties,
}

/// Client request properties.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Properties {
    /// Options by name.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub(super) options: Map<String, Value>,
    /// Query parameters by name, each a KQL literal in a string, or plain JSON.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub(super) parameters: Map<String, Value>,
}

impl Properties {
    /// The parameters as the text of their literals; a value that is plain JSON, as Python's client sends it, as its JSON.
    pub(super) fn literals(&self) -> BTreeMap<String, String> {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        self.parameters.iter().map(|(name, value)| (name.clone(), text(value))).collect()
    }
}

fn null_is_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A request as it is written: as JSON, or in the query of a URL.
#[derive(Debug, Deserialize)]
pub(super) struct Written {
    /// The database.
    pub(super) db: Option<String>,
    /// The query or command.
    pub(super) csl: Option<String>,
    /// An object, or its JSON in a string; Microsoft's Python client sends the latter.
    pub(super) properties: Option<Value>,
}

impl Written {
    /// What a body says.
    pub(super) fn of(body: &[u8]) -> Result<Self, KustoError> {
        serde_json::from_slice(body).map_err(|error| {
            KustoError::bad_request(format!("the body is no request: {error}: send {{\"db\": …, \"csl\": …}}"))
        })
    }
}

/// Reads a statement from the body of a request.
pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Statement, KustoError> {
    let bytes = body::read(headers, body, LIMIT).await?;
    Written::of(&bytes)?.try_into()
}

impl TryFrom<Written> for Statement {
    type Error = KustoError;

    fn try_from(written: Written) -> Result<Self, KustoError> {
        let properties = match written.properties {
            None | Some(Value::Null) => Ok(Properties::default()),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(Properties::default()),
            Some(Value::String(text)) => serde_json::from_str(&text),
            Some(object) => serde_json::from_value(object),
        };
        Ok(Self {
            database: written.db.filter(|name| !name.is_empty()).unwrap_or_else(|| DEFAULT_DATABASE.to_owned()),
            text: written
                .csl
                .ok_or_else(|| KustoError::bad_request("the request has no csl: put the query or command there"))?,
            properties: properties
                .map_err(|error| KustoError::bad_request(format!("the properties cannot be read: {error}")))?,
        })
    }
}
