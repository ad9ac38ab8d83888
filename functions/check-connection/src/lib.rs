//! What saving a connection does: every part of it is tried, one after the other, and what does not hold is named with what to do.

mod database;
mod near;
mod probe;
mod reach;
mod show;
pub mod step;
mod table;
mod targets;

use futures::future::join_all;
use runtime::{
    action::Action,
    context::Context,
    error::ActionError,
    kusto::Kusto,
    reply::{CONTRACT_VERSION, Reply},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use step::{Status, Step};
use targets::Target;

/// What HTTP callers may ask.
pub const ACTION: Action = Action::new("check-connection");

/// What is to be checked: nothing named means every connection with its databases.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// The name of a connection; without one every connection is checked, or the only one where the rest is named.
    pub connection: Option<String>,
    /// The URL of a configured cluster, in place of the connection's name.
    pub cluster: Option<String>,
    /// The database; without one, each that the connection names.
    #[serde(alias = "db")]
    pub database: Option<String>,
    /// A table that is to be ingested into.
    pub table: Option<String>,
    /// An ingestion mapping of that table.
    pub mapping: Option<String>,
}

/// What was found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Whether no step failed.
    pub ok: bool,
    /// The connections, once for each database.
    pub connections: Vec<Checked>,
    /// The version of the contract.
    pub contract_version: u32,
}

/// A connection and one of its databases.
#[derive(Debug, Serialize)]
pub struct Checked {
    /// The name of the connection.
    pub name: String,
    /// The URL of its cluster.
    pub cluster: String,
    /// The database; `*` where the connection allows all and none was named.
    pub database: String,
    /// Every step, in order.
    pub steps: Vec<Step>,
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        Self::json(&response)
    }
}

/// Checks the connections of the request at the same time. A step that fails is no error.
pub async fn run(context: &Context<Kusto>, request: Request) -> Result<Response, ActionError> {
    let targets = targets::of(context, &request)?;
    let checked = join_all(targets.iter().map(check)).await;
    let connections: Vec<Checked> = checked.into_iter().flatten().collect();
    let ok = connections.iter().flat_map(|checked| &checked.steps).all(|step| step.status != Status::Failed);
    Ok(Response { ok, connections, contract_version: CONTRACT_VERSION })
}

/// The way to the cluster is tried once, then each database.
async fn check(target: &Target<'_>) -> Vec<Checked> {
    let reached = reach::steps(&target.probe).await;
    let databases = target.databases.iter().map(async |scope| {
        let mut steps = reached.clone();
        database::steps(&target.probe, scope, &mut steps).await;
        table::steps(&target.probe, scope, target.table, target.mapping, &mut steps).await;
        let connection = target.probe.connection;
        Checked {
            name: connection.name().to_owned(),
            cluster: connection.cluster().to_string(),
            database: scope.to_string(),
            steps: steps.finish(),
        }
    });
    join_all(databases).await
}
