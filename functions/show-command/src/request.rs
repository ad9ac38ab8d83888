//! What a caller asks for.

use report::document::Format;
use runtime::{
    command::Command,
    kusto::Target,
    request::{OnLimit, Options},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A show command, where it runs, and how its rows are wanted.
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
    /// The command, `.show …`, in which `{{name}}` stands for a parameter.
    #[serde(alias = "csl")]
    pub command: String,
    /// Its parameters by name: values, `{"type", "value"}`, or `{"name"}` for the name of a table or the like.
    #[serde(default)]
    pub parameters: Map<String, Value>,
    /// Client request properties.
    #[serde(default)]
    pub options: Options,
    /// What to do with more rows than are allowed.
    #[serde(default)]
    pub on_limit: OnLimit,
    /// `json` where it is left out; over HTTP what `Accept` names.
    pub format: Option<Format>,
}

impl Request {
    /// The command.
    pub fn command(&self) -> Command<'_> {
        Command {
            target: Target {
                connection: self.connection.as_deref(),
                cluster: self.cluster.as_deref(),
                database: self.database.as_deref(),
            },
            text: &self.command,
            parameters: &self.parameters,
            options: &self.options,
            on_limit: self.on_limit,
        }
    }
}
