//! What a caller asks for.

use crate::probe::Probe;
use report::document::Format;
use runtime::{
    error::ActionError,
    kusto::{Query, Target},
    request::{OnLimit, Options, Properties},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A query, where it runs, and how its rows are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// The name of a connection; may be left out where there is only one.
    pub connection: Option<String>,
    /// The URL of a configured cluster, in place of the connection's name.
    pub cluster: Option<String>,
    /// The database; may be left out where the connection has exactly one.
    #[serde(alias = "db")]
    pub database: Option<String>,
    /// The KQL query.
    #[serde(alias = "csl")]
    pub query: String,
    /// Its parameters by name: values, or `{"type", "value"}`.
    #[serde(default)]
    pub parameters: Map<String, Value>,
    /// Client request properties.
    #[serde(default)]
    pub options: Options,
    /// The service's own form of options and parameters, in place of those two.
    pub properties: Option<Properties>,
    /// What to do with more rows than are allowed.
    #[serde(default)]
    pub on_limit: OnLimit,
    /// `json` where it is left out; over HTTP what `Accept` names.
    pub format: Option<Format>,
    /// Whether only the columns are wanted.
    #[serde(default)]
    pub schema_only: bool,
    /// What to look at where nothing is found, to tell that nothing matched from what is not there yet.
    pub probe: Option<Probe>,
}

impl Request {
    /// The query.
    ///
    /// # Errors
    /// `BadRequest` where options or parameters are given in both forms.
    pub fn query(&self) -> Result<Query<'_>, ActionError> {
        let (parameters, options) = match &self.properties {
            None => (&self.parameters, &self.options),
            Some(properties) if self.parameters.is_empty() && self.options == Options::default() => {
                (&properties.parameters, &properties.options)
            }
            Some(_) => {
                return Err(ActionError::bad_request(
                    "`properties` stands in place of `parameters` and `options`: give one or the other",
                ));
            }
        };
        let (on_limit, schema_only) = (self.on_limit, self.schema_only);
        Ok(Query { target: self.target(), text: &self.query, parameters, options, on_limit, schema_only })
    }

    /// Where it runs.
    pub(crate) fn target(&self) -> Target<'_> {
        Target {
            connection: self.connection.as_deref(),
            cluster: self.cluster.as_deref(),
            database: self.database.as_deref(),
        }
    }
}
