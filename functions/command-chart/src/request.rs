//! What a caller asks for.

use report::visual::look::{Attach, Wish};
use runtime::{
    command::Command,
    kusto::Target,
    request::{OnLimit, Options},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A management command, where it runs, and how its result is shown.
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
    /// The command, in which `{{name}}` stands for a parameter.
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
    /// `Html Table`, `Pie Chart`, `Time Chart`, `Bar Chart`, or a visualization of Kusto; the `render` of the command wins over it.
    pub chart_type: Option<String>,
    /// The title, where the `render` of the command gives none.
    pub title: Option<String>,
    /// The time zone of the time axis, by its IANA name; UTC where it is left out.
    pub timezone: Option<String>,
    /// Rows of the result that follow a chart as a table, 0 to 100.
    #[serde(default)]
    pub table_rows: usize,
    /// What is attached beside the picture.
    #[serde(default)]
    pub attach: Vec<Attach>,
    /// The same key runs a command that changes something once, and gives the same answer.
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
            on_limit: self.on_limit,
        }
    }

    /// How the result is to be shown.
    pub fn wish(&self) -> Wish<'_> {
        Wish {
            chart_type: self.chart_type.as_deref(),
            title: self.title.as_deref(),
            timezone: self.timezone.as_deref(),
            table_rows: self.table_rows,
            attach: &self.attach,
        }
    }
}
