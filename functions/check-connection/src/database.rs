//! A query, the database, and what the principal may do there.

use crate::{
    near::{MOST, near},
    probe::Probe,
    show::{query, show},
    step::{Name, Step, Steps},
    targets::Scope,
};
use auth::cluster_kind::ClusterKind;
use kusto_client::error::ErrorKind;
use kusto_protocol::sink::NamedCells;
use serde_json::json;

/// Why nothing can be looked at.
pub(crate) const SHOW_IS_NOT_ALLOWED: &str =
    "the connection does not allow `.show` commands; add `show` to its `commands`";

/// What a workspace needs that the data lake does not know.
const OF_THE_LAKE: &str = "correct the connection's `databases` (KUSTO_DATABASE), or give the principal the Azure role Log Analytics Reader on \
                           the workspace; one with customer-managed keys is not in the data lake";

/// `query`, `database` and `roles`.
pub(crate) async fn steps(probe: &Probe<'_>, scope: &Scope<'_>, steps: &mut Steps) {
    steps.then(Name::Query, print(probe, scope)).await;
    let answered = steps.holds(Name::Query);
    steps.then(Name::Database, database(probe, scope, answered)).await;
    steps.then(Name::Roles, roles(probe, scope)).await;
}

async fn print(probe: &Probe<'_>, scope: &Scope<'_>) -> Step {
    match query(probe, scope, "print 1").await {
        Ok(answer) => Step::ok(Name::Query, "`print 1` has its answer").with_detail(json!({
            "clientRequestId": answer.client_request_id,
            "activityId": answer.activity_id,
        })),
        // The next step says more of a database that is not there.
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Step::skipped(Name::Query, "the cluster answers, but not in this database")
        }
        Err(error) => Step::error(Name::Query, &error),
    }
}

/// A database in which a query has run is there, whatever is listed: the service answers in some that it does not list.
async fn database(probe: &Probe<'_>, scope: &Scope<'_>, answered: bool) -> Step {
    let listed = if probe.connection.allows_command("show") {
        probe.client.databases(probe.connection, probe.caller, probe.until()).await.map_err(|error| error.reason())
    } else {
        Err(SHOW_IS_NOT_ALLOWED.to_owned())
    };
    let name = scope.database().name();
    let remedy = match probe.connection.kind() {
        ClusterKind::DataLake => OF_THE_LAKE,
        _ => {
            "correct the connection's `databases` (KUSTO_DATABASE), create the database, or give the principal a role on it"
        }
    };
    match (scope, listed) {
        (Scope::Any(_), Ok(databases)) if databases.is_empty() => {
            Step::failed(Name::Database, "the principal sees no database", "give it a role on one")
        }
        (Scope::Any(_), Ok(databases)) => seen(&databases),
        (_, Ok(databases)) if databases.iter().any(|(listed, pretty)| listed == name || pretty == name) => {
            Step::ok(Name::Database, format!("the principal sees {name}"))
        }
        (_, _) if answered => Step::ok(Name::Database, "the query has run in it"),
        (_, Ok(databases)) => {
            let names = databases.into_iter().map(|(listed, _)| listed).collect();
            Step::failed(Name::Database, format!("there is no database {name:?}; {}", near(name, names)), remedy)
        }
        (_, Err(reason)) => Step::failed(Name::Database, format!("there is no database {name:?} ({reason})"), remedy),
    }
}

fn seen(databases: &[(String, String)]) -> Step {
    let names: Vec<&str> = databases.iter().map(|(name, _)| name.as_str()).collect();
    Step::ok(Name::Database, format!("the principal sees {}", few(&names))).with_detail(json!({ "databases": names }))
}

/// Some of `names`, and how many more there are.
fn few(names: &[&str]) -> String {
    let (some, more) = names.split_at(names.len().min(MOST));
    let some = some.join(", ");
    if more.is_empty() { some } else { format!("{some} and {} more", more.len()) }
}

/// The principal's own roles, which whoever sees a database may ask for. (Everybody's are for admins of the database.)
async fn roles(probe: &Probe<'_>, scope: &Scope<'_>) -> Step {
    if probe.connection.is_loopback() {
        return Step::skipped(Name::Roles, "the credential is `none`: there is no principal");
    }
    let kind = probe.connection.kind();
    if !kind.is_whole() {
        let role = if kind == ClusterKind::ApplicationInsights { "Monitoring Reader" } else { "Log Analytics Reader" };
        return Step::skipped(Name::Roles, format!("a {kind} does not say; it takes the Azure role {role}"));
    }
    if !probe.connection.allows_command("show") {
        return Step::skipped(Name::Roles, SHOW_IS_NOT_ALLOWED);
    }
    match show(probe, scope, ".show principal roles", &["Scope", "Role"]).await {
        Ok(rows) => roles_step(&rows, scope),
        Err(error) => Step::skipped(Name::Roles, format!("the cluster does not say: {}", error.reason())),
    }
}

fn roles_step(rows: &[NamedCells], scope: &Scope<'_>) -> Step {
    let text = |row: &NamedCells, column: &str| row.get(column).cloned().unwrap_or_default();
    let all = rows.iter().map(|row| (text(row, "Scope"), text(row, "Role")));
    let here: Vec<(String, String)> = all.filter(|(place, _)| concerns(place, scope)).collect();
    if here.is_empty() {
        let reason = "the cluster lists no role of the principal here; one that it has through a group may be missing";
        return Step::skipped(Name::Roles, reason);
    }
    let listed: Vec<String> = here.iter().map(|(place, role)| format!("{role} ({place})")).collect();
    let detail = here.iter().map(|(place, role)| json!({"scope": place, "role": role})).collect();
    Step::ok(Name::Roles, listed.join(", ")).with_detail(detail)
}

/// Whether a role at `place` holds in the database. The documentation does not say how places are written: seen are names of databases
/// with words before them, and the cluster.
fn concerns(place: &str, scope: &Scope<'_>) -> bool {
    let Scope::One(database) = scope else { return true };
    let (place, name) = (place.to_lowercase(), database.name().to_lowercase());
    let ends = |text: &str| !text.starts_with(char::is_alphanumeric);
    let begins = |text: &str| !text.ends_with(char::is_alphanumeric);
    let names_it = |at: usize| begins(&place[..at]) && ends(&place[at + name.len()..]);
    place.contains("cluster") || place.match_indices(&name).any(|(at, _)| names_it(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use auth::{cluster_url::ClusterUrl, credential::Credential};
    use kusto_client::{
        connection::{Connection, Permissions},
        limits::Limits,
    };

    #[test]
    fn some_databases_are_named_and_the_others_counted() {
        assert_eq!(few(&["A"]), "A");
        assert_eq!(few(&["A", "B", "C", "D", "E"]), "A, B, C, D, E");
        assert_eq!(few(&["A", "B", "C", "D", "E", "F", "G"]), "A, B, C, D, E and 2 more");
    }

    #[test]
    fn roles_elsewhere_are_not_listed() {
        let permissions = Permissions::of_databases(vec!["Logs".to_owned()]);
        let cluster = ClusterUrl::parse("http://127.0.0.1:1").unwrap();
        let connection =
            Connection::new("c".to_owned(), cluster, Credential::None, permissions, Limits::default()).unwrap();
        let scope = Scope::One(connection.database(None).unwrap());
        for (place, expected) in [
            ("Logs", true),
            ("Database logs", true),
            ("[Logs]", true),
            ("Cluster help", true),
            ("Database SecurityLogs", false),
            ("Logs2", false),
            ("Samples", false),
            ("", false),
        ] {
            assert_eq!(concerns(place, &scope), expected, "{place}");
        }
    }
}
