//! Rows of a `.show` command.

use crate::{ACTION, excerpt::Excerpt};
use runtime::{
    command::{Command, only_show},
    context::Context,
    error::ActionError,
    kusto::{Kusto, Target},
    request::{OnLimit, Options},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

pub(crate) const DESCRIPTION: &str = "Runs a management command that only shows something, such as .show databases, .show table T details or \
    .show queries, and answers its rows as JSON, as query does. Every other verb is refused. The Sentinel data lake knows .show version, \
    .show databases and .show database alone.";

/// What it is asked.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Arguments {
    /// The name of a connection; may be left out where there is only one.
    connection: Option<String>,
    /// The database; may be left out where the connection has exactly one.
    database: Option<String>,
    /// The command, in which {{name}} stands for a parameter. It can go on as a query: .show tables | where TableName has "Sign"
    command: String,
    /// The values of placeholders by name: values, or {"name": "My table"} for the name of a table or the like.
    #[serde(default)]
    parameters: Map<String, Value>,
    /// Rows to show, 1 to 1000; 100 where it is left out.
    max_rows: Option<u64>,
}

pub(super) async fn run(context: &Context<Kusto>, arguments: Arguments) -> Result<String, ActionError> {
    let Arguments { connection, database, command, parameters, max_rows } = &arguments;
    let target = Target { connection: connection.as_deref(), cluster: None, database: database.as_deref() };
    rows(context, target, command, parameters, *max_rows).await
}

/// The first rows of a show command.
pub(super) async fn rows(
    context: &Context<Kusto>,
    target: Target<'_>,
    text: &str,
    parameters: &Map<String, Value>,
    max_rows: Option<u64>,
) -> Result<String, ActionError> {
    only_show(text)?;
    let (options, on_limit) = (Options::default(), OnLimit::Error);
    let command = Command { target, text, parameters, options: &options, on_limit };
    let command = context.client.allowed(command, &context.invocation)?;
    let mut excerpt = Excerpt::new(context, max_rows)?;
    let answer = context.client.command(ACTION.name(), &command, context.invocation.deadline, &mut excerpt).await?;
    excerpt.finish(context, &answer).await
}
