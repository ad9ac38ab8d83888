//! The tools: their names, what a model is told of them, and what they do.

mod chart;
mod lake;
mod query;
mod show;
mod tables;

use crate::ACTION;
use rmcp::model::{ContentBlock, JsonObject, Tool as Definition, ToolAnnotations};
use runtime::{
    context::Context,
    error::ActionError,
    kusto::{Kusto, Target},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A tool. All of them only read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    /// Rows of a query.
    Query,
    /// The tables of a database.
    ListTables,
    /// The columns of a table.
    TableSchema,
    /// Rows of a `.show` command.
    ShowCommand,
    /// A picture of a query's rows.
    Chart,
}

impl Tool {
    /// All of them, in the order in which an agent is told of them.
    pub(crate) const ALL: [Self; 5] =
        [Self::ListTables, Self::TableSchema, Self::Query, Self::ShowCommand, Self::Chart];

    /// The tool of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::ListTables => "list_tables",
            Self::TableSchema => "table_schema",
            Self::ShowCommand => "show_command",
            Self::Chart => "chart",
        }
    }

    /// What a model is told of it.
    pub(crate) fn definition(self) -> Definition {
        let described = |title, description| {
            let annotations = ToolAnnotations::with_title(title).read_only(true).destructive(false);
            Definition::new(self.name(), description, JsonObject::new()).with_annotations(annotations)
        };
        match self {
            Self::Query => described("Run a KQL query", query::DESCRIPTION).with_input_schema::<query::Arguments>(),
            Self::ListTables => described("List tables", tables::LIST).with_input_schema::<tables::Database>(),
            Self::TableSchema => described("Columns of a table", tables::SCHEMA).with_input_schema::<tables::Table>(),
            Self::ShowCommand => {
                described("Run a .show command", show::DESCRIPTION).with_input_schema::<show::Arguments>()
            }
            Self::Chart => {
                described("Chart of a KQL query", chart::DESCRIPTION).with_input_schema::<chart::Arguments>()
            }
        }
    }

    /// What it answers.
    ///
    /// # Errors
    /// As the action does that it stands for.
    pub(crate) async fn call(
        self,
        context: &Context<Kusto>,
        arguments: JsonObject,
    ) -> Result<Vec<ContentBlock>, ActionError> {
        let text = |text| vec![ContentBlock::text(text)];
        match self {
            Self::Query => query::run(context, read(arguments)?).await.map(text),
            Self::ListTables => tables::list(context, read(arguments)?).await.map(text),
            Self::TableSchema => tables::schema(context, read(arguments)?).await.map(text),
            Self::ShowCommand => show::run(context, read(arguments)?).await.map(text),
            Self::Chart => chart::run(context, read(arguments)?).await,
        }
    }
}

/// Where a tool looks, as its arguments say it.
fn target<'a>(connection: &'a Option<String>, database: &'a Option<String>) -> Target<'a> {
    Target { connection: connection.as_deref(), cluster: None, database: database.as_deref() }
}

/// The arguments of a tool, which are checked as the request of an action is.
fn read<T: DeserializeOwned>(arguments: JsonObject) -> Result<T, ActionError> {
    ACTION.read(&Value::Object(arguments).to_string())
}

#[cfg(test)]
mod tests {
    use super::{Tool, query, read};
    use serde_json::json;

    #[test]
    fn a_model_is_told_what_it_needs() {
        let definitions = Tool::ALL.map(Tool::definition);
        insta::assert_snapshot!(serde_json::to_string_pretty(&definitions).unwrap());
    }

    #[test]
    fn arguments_are_checked_as_a_request_is() {
        let read = |arguments| match arguments {
            serde_json::Value::Object(arguments) => read::<query::Arguments>(arguments).map(|_| ()),
            other => panic!("{other}"),
        };
        assert!(read(json!({"query": "print 1"})).is_ok());
        for (arguments, words) in [
            (json!({}), "missing field `query`"),
            (json!({"query": 1}), "`query` is a number, expected a string"),
            (json!({"query": "print 1", "databse": "x"}), "unknown field `databse`, expected one of"),
        ] {
            let error = read(arguments).unwrap_err().to_string();
            assert!(error.starts_with("BadRequest: ") && error.contains(words), "{error}");
        }
    }
}
