//! What a caller asks for.

use runtime::{
    command::Command,
    kusto::Target,
    request::{OnLimit, Options},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// An asynchronous management command, and where it runs.
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
    /// The command, with `async` after its verb, in which `{{name}}` stands for a parameter.
    #[serde(alias = "csl")]
    pub command: String,
    /// Its parameters by name: values, `{"type", "value"}`, or `{"name"}` for the name of a table or the like.
    #[serde(default)]
    pub parameters: Map<String, Value>,
    /// Client request properties; without a server timeout the cluster may work for an hour.
    #[serde(default)]
    pub options: Options,
    /// Whether to answer only when the operation has ended, or the deadline nears.
    #[serde(default)]
    pub wait: bool,
    /// The same key submits once, and gives the same operation.
    pub idempotency_key: Option<String>,
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
            on_limit: OnLimit::Error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Request;
    use serde_json::{Value, json};

    fn request(json: Value) -> Request {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn the_connectors_names_and_ours_are_the_same() {
        let connectors =
            request(json!({"cluster": "https://help.kusto.windows.net", "db": "Samples", "csl": ".x async"}));
        let command = connectors.command();
        assert_eq!((command.target.database, command.text), (Some("Samples"), ".x async"));
        let ours = request(
            json!({"connection": "soc", "database": "Samples", "command": ".x async", "wait": true, "idempotencyKey": "k"}),
        );
        assert_eq!(ours.command().target.connection, Some("soc"));
        assert!(ours.wait && !connectors.wait);
        assert_eq!((ours.idempotency_key.as_deref(), connectors.idempotency_key), (Some("k"), None));
    }
}
