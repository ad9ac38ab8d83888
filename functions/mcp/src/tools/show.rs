//! Rows of a `.show` command.

use super::target;
use crate::{
    ACTION,
    excerpt::{Excerpt, MOST_ROWS},
};
use kusto_client::client::Answer;
use kusto_protocol::sink::Sink;
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

pub(crate) const DESCRIPTION: &str = "Runs a management command that only shows something, such as .show databases or \
    .show table T details, and answers its rows as JSON, as query does. Every other verb is refused. The Sentinel data lake knows \
    .show version, .show databases, .show databases entities and .show database alone.";

/// What it is asked.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Arguments {
    /// The name of a connection; may be left out where there is only one.
    connection: Option<String>,
    /// The database; may be left out where the connection has exactly one.
    database: Option<String>,
    /// The command, in which {{name}} stands for a parameter. It can go on as a query: .show tables | where TableName contains "Sign"
    command: String,
    /// The values of placeholders by name: values, or {"name": "My table"} for the name of a table or the like.
    #[serde(default)]
    parameters: Map<String, Value>,
    /// Rows to show, 1 to 1000; 100 where it is left out.
    #[schemars(range(min = 1, max = MOST_ROWS))]
    max_rows: Option<u64>,
}

pub(super) async fn run(context: &Context<Kusto>, arguments: Arguments) -> Result<String, ActionError> {
    let Arguments { connection, database, command, parameters, max_rows } = &arguments;
    let excerpt = Excerpt::new(context, *max_rows)?;
    rows(context, target(connection, database), command, parameters, excerpt).await
}

/// The rows of a show command, as many as the excerpt takes.
pub(super) async fn rows(
    context: &Context<Kusto>,
    target: Target<'_>,
    text: &str,
    parameters: &Map<String, Value>,
    mut excerpt: Excerpt,
) -> Result<String, ActionError> {
    let answer = answer(context, target, text, parameters, &mut excerpt).await?;
    excerpt.finish(context, &answer).await
}

/// The answer to a show command, whose rows go to `sink`.
pub(super) async fn answer<S: Sink>(
    context: &Context<Kusto>,
    target: Target<'_>,
    text: &str,
    parameters: &Map<String, Value>,
    sink: &mut S,
) -> Result<Answer, ActionError> {
    only_show(text)?;
    let (options, on_limit) = (Options::default(), OnLimit::Error);
    let command = Command { target, text, parameters, options: &options, on_limit };
    let command = context.client.allowed(command, &context.invocation)?;
    context.client.command(ACTION.name(), &command, context.invocation.deadline, sink).await
}
