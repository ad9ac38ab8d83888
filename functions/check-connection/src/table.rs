//! The table that records go into.

use crate::{
    database::SHOW_IS_NOT_ALLOWED,
    near::near,
    probe::Probe,
    show::{column, query, show},
    step::{Name, Step, Steps},
    targets::Scope,
};
use kql::name::quote;
use kusto_client::error::{Error, ErrorKind};
use serde::Deserialize;
use serde_json::json;

/// `table`, `streaming` and `mapping`.
pub(crate) async fn steps(
    probe: &Probe<'_>,
    scope: &Scope<'_>,
    table: Option<&str>,
    mapping: Option<&str>,
    steps: &mut Steps,
) {
    let kind = probe.connection.kind();
    if !kind.is_whole() {
        let table = table.ok_or("not asked: name a table in `table`");
        steps.then(Name::Table, tell(Name::Table, async { Ok(columns(probe, scope, table?).await?) })).await;
        for name in [Name::Streaming, Name::Mapping] {
            steps.then(name, async { Step::skipped(name, format!("a {kind} takes no records")) }).await;
        }
        return;
    }
    let show = probe.connection.allows_command("show");
    let table = table.ok_or("not asked: name a table in `table`");
    let table = table.and_then(|table| if show { Ok(table) } else { Err(SHOW_IS_NOT_ALLOWED) });
    let mapping = mapping.ok_or("not asked: name a mapping in `mapping`");
    steps.then(Name::Table, tell(Name::Table, async { Ok(schema(probe, scope, table?).await?) })).await;
    steps.then(Name::Streaming, tell(Name::Streaming, async { Ok(streaming(probe, scope, table?).await?) })).await;
    let of_table = async { Ok(self::mapping(probe, scope, table?, mapping?).await?) };
    steps.then(Name::Mapping, tell(Name::Mapping, of_table)).await;
}

/// Why nothing was found.
enum Untold {
    NotAsked(&'static str),
    Failed(Error),
}

impl From<&'static str> for Untold {
    fn from(reason: &'static str) -> Self {
        Self::NotAsked(reason)
    }
}

impl From<Error> for Untold {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

async fn tell(name: Name, found: impl Future<Output = Result<Step, Untold>>) -> Step {
    match found.await {
        Ok(step) => step,
        Err(Untold::NotAsked(reason)) => Step::skipped(name, reason),
        Err(Untold::Failed(error)) => Step::error(name, &error),
    }
}

/// What `.show table T schema as json` answers.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Schema {
    ordered_columns: Vec<Column>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Column {
    name: String,
    csl_type: String,
}

async fn schema(probe: &Probe<'_>, scope: &Scope<'_>, table: &str) -> Result<Step, Error> {
    let rows = match show(probe, scope, &format!(".show table {} schema as json", quote(table)), &["Schema"]).await {
        Err(error) if error.kind() == ErrorKind::NotFound => return missing(probe, scope, table).await,
        rows => rows?,
    };
    let schema = column(rows, "Schema").pop().and_then(|schema| serde_json::from_str::<Schema>(&schema).ok());
    let columns = schema.map(|schema| schema.ordered_columns).unwrap_or_default();
    let listed: Vec<_> = columns.iter().map(|column| json!({"name": column.name, "type": column.csl_type})).collect();
    Ok(Step::ok(Name::Table, format!("{table} is there, columns: {}", columns.len()))
        .with_detail(json!({ "columns": listed })))
}

/// The columns of a table where no command shows them.
async fn columns(probe: &Probe<'_>, scope: &Scope<'_>, table: &str) -> Result<Step, Error> {
    let answer = query(probe, scope, &format!("{} | take 0", quote(table))).await?;
    let columns = answer.completion.tables.into_iter().next().unwrap_or_default().columns;
    Ok(Step::ok(Name::Table, format!("{table} is there, columns: {}", columns.len()))
        .with_detail(json!({ "columns": columns })))
}

async fn missing(probe: &Probe<'_>, scope: &Scope<'_>, table: &str) -> Result<Step, Error> {
    let names = column(show(probe, scope, ".show tables", &["TableName"]).await?, "TableName");
    let message = format!("there is no table {table:?}; {}", near(table, names));
    Ok(Step::failed(Name::Table, message, "correct its name, or let `ingest` make it with `createTable`"))
}

/// What a streaming ingestion policy says; without one, `null`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    is_enabled: bool,
}

/// The table's own policy holds; where it has none, that of the database.
async fn streaming(probe: &Probe<'_>, scope: &Scope<'_>, table: &str) -> Result<Step, Error> {
    let (table, database) = (quote(table), quote(scope.database().name()));
    let own = policy(probe, scope, &format!(".show table {table} policy streamingingestion")).await?;
    let (policy, place) = match own {
        Some(own) => (Some(own), "on the table"),
        None => (
            policy(probe, scope, &format!(".show database {database} policy streamingingestion")).await?,
            "on the database, and the table has no policy of its own",
        ),
    };
    if policy.is_some_and(|policy| policy.is_enabled) {
        return Ok(Step::ok(Name::Streaming, format!("streaming ingestion is enabled {place}")));
    }
    let remedy = format!("let an admin of the table run `.alter table {table} policy streamingingestion enable`");
    Ok(Step::failed(Name::Streaming, format!("streaming ingestion is not enabled {place}"), remedy))
}

async fn policy(probe: &Probe<'_>, scope: &Scope<'_>, command: &str) -> Result<Option<Policy>, Error> {
    let policy = column(show(probe, scope, command, &["Policy"]).await?, "Policy").pop();
    Ok(policy.and_then(|policy| serde_json::from_str(&policy).ok()))
}

async fn mapping(probe: &Probe<'_>, scope: &Scope<'_>, table: &str, mapping: &str) -> Result<Step, Error> {
    let rows = match show(probe, scope, &format!(".show table {} ingestion mappings", quote(table)), &["Name", "Kind"])
        .await
    {
        // The table is there, as an earlier step has seen: it is the mappings that are not.
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        rows => rows?,
    };
    let found = rows.iter().find(|row| row.get("Name").is_some_and(|name| name == mapping));
    if let Some(kind) = found.map(|row| row.get("Kind").map_or("", String::as_str).to_lowercase()) {
        return Ok(Step::ok(Name::Mapping, format!("{mapping} is there, of kind {kind}")));
    }
    let message = format!("there is no mapping {mapping:?}; {}", near(mapping, column(rows, "Name")));
    let remedy = format!(
        "correct its name, or let an admin of the table run `.create table {} ingestion json mapping …`",
        quote(table)
    );
    Ok(Step::failed(Name::Mapping, message, remedy))
}
