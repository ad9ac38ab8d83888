//! What there is lately in a table, where a query found nothing: data takes a while to arrive, in the Sentinel data lake about 15 minutes.

use crate::request::Request;
use kql::name::quote;
use kusto_protocol::sink::Selected;
use runtime::{
    context::Context,
    error::ErrorType,
    kusto::{Kusto, Query},
    request::{OnLimit, Options},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Map;

/// The table that a query which finds nothing is to be told apart by.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Probe {
    /// Its name.
    pub table: String,
    /// When a row happened: `TimeGenerated` where it is left out.
    #[serde(default = "time_generated")]
    pub column: String,
}

fn time_generated() -> String {
    "TimeGenerated".to_owned()
}

/// What the table has.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Probed {
    /// Its name.
    pub table: String,
    /// The time of its latest row of the last day; null where there is none. What happened before that is there, so nothing matched;
    /// what happened later may be on its way.
    pub latest: Option<String>,
    /// Why that is not known; absent where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_type: Option<ErrorType>,
}

/// Asks for the latest row of the table. The query has its answer, whatever comes of this.
pub(crate) async fn ask(context: &Context<Kusto>, request: &Request, probe: &Probe) -> Probed {
    let (table, column) = (quote(&probe.table), quote(&probe.column));
    let text = format!("{table}\n| where {column} > ago(1d)\n| summarize latest = max({column})");
    let (parameters, options) = (Map::new(), Options::default());
    let query = Query {
        target: request.target(),
        text: &text,
        parameters: &parameters,
        options: &options,
        on_limit: OnLimit::Error,
        schema_only: false,
    };
    let mut rows = Selected::columns(&["latest"]);
    let answer = context.client.query("query", query, &context.invocation, &mut rows).await;
    let latest = rows.into_rows().into_iter().find_map(|mut row| row.remove("latest")).filter(|text| !text.is_empty());
    match answer {
        Ok(_) => Probed { table: probe.table.clone(), latest, error_type: None },
        Err(error) => Probed { table: probe.table.clone(), latest: None, error_type: Some(error.error_type) },
    }
}
