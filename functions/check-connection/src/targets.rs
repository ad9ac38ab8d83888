//! Which connections and databases a request means.

use crate::{Request, probe::Probe};
use kusto_client::connection::{Connection, Database};
use runtime::{
    context::Context,
    error::{ActionError, ErrorType},
    kusto::{self, Kusto},
};
use std::fmt;

/// A connection, and what of it is checked.
pub(crate) struct Target<'a> {
    pub(crate) probe: Probe<'a>,
    pub(crate) databases: Vec<Scope<'a>>,
    pub(crate) table: Option<&'a str>,
    pub(crate) mapping: Option<&'a str>,
}

/// Where statements run.
pub(crate) enum Scope<'a> {
    /// In this database.
    One(Database<'a>),
    /// Wherever the principal may: the connection allows every database, and none was named.
    Any(Database<'a>),
}

impl<'a> Scope<'a> {
    /// Where a statement runs.
    pub(crate) fn database(&self) -> &Database<'a> {
        let (Self::One(database) | Self::Any(database)) = self;
        database
    }
}

impl fmt::Display for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(database) => f.write_str(database.name()),
            Self::Any(_) => f.write_str("*"),
        }
    }
}

/// The connection that the request names, or all that the caller may use.
pub(crate) fn of<'a>(context: &'a Context<Kusto>, request: &'a Request) -> Result<Vec<Target<'a>>, ActionError> {
    let Request { connection, cluster, database, table, mapping } = request;
    if mapping.is_some() && table.is_none() {
        return Err(ActionError::bad_request("`mapping` needs `table`: name the table that the mapping belongs to"));
    }
    let named = [connection, cluster, database, table].into_iter().any(Option::is_some);
    let connections = if named { vec![one(context, request)?] } else { all(context)? };
    let (client, deadline) = (context.client.client(), context.invocation.deadline);
    let caller = context.invocation.caller_token.as_ref();
    let target = |connection: &'a Connection| {
        let probe = Probe { client, connection, caller, deadline };
        let databases = databases(&probe, database.as_deref(), table.is_some())?;
        Ok(Target { probe, databases, table: table.as_deref(), mapping: mapping.as_deref() })
    };
    connections.into_iter().map(target).collect()
}

fn one<'a>(context: &'a Context<Kusto>, request: &Request) -> Result<&'a Connection, ActionError> {
    let (connection, cluster) = (request.connection.as_deref(), request.cluster.as_deref());
    usable(context, kusto::Target { connection, cluster, database: None })
}

fn all(context: &Context<Kusto>) -> Result<Vec<&Connection>, ActionError> {
    let (mut found, mut refusal) = (Vec::new(), None);
    for connection in context.client.usable(&context.invocation.caller) {
        match usable(context, kusto::Target { connection: Some(connection.name()), ..kusto::Target::default() }) {
            Ok(connection) => found.push(connection),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    match refusal {
        Some(refusal) if found.is_empty() => Err(refusal),
        // There is none, and this says so.
        None if found.is_empty() => usable(context, kusto::Target::default()).map(|connection| vec![connection]),
        _ if context.invocation.caller_token.is_some() => for_one_cluster(found),
        _ => Ok(found),
    }
}

/// The connection that `target` means, where the caller may use it.
fn usable<'a>(context: &'a Context<Kusto>, target: kusto::Target<'_>) -> Result<&'a Connection, ActionError> {
    match context.client.connection(target, &context.invocation) {
        // It takes the caller's own token and there is none: how far it is good without one can be told.
        Err(error) if error.error_type == ErrorType::Unauthorized && context.invocation.caller_token.is_none() => {
            context.client.meant(target, &context.invocation.caller)
        }
        connection => connection,
    }
}

/// A caller's token is sent to one cluster only, so that no other gets hold of it.
fn for_one_cluster(connections: Vec<&Connection>) -> Result<Vec<&Connection>, ActionError> {
    match connections.windows(2).all(|pair| pair[0].cluster() == pair[1].cluster()) {
        true => Ok(connections),
        false => Err(ActionError::bad_request(
            "the caller's token is for one cluster, and connections to several take it: name one in `connection`",
        )),
    }
}

/// The database of this name, or those that the connection names; a table has one database.
fn databases<'a>(probe: &Probe<'a>, name: Option<&str>, one: bool) -> Result<Vec<Scope<'a>>, ActionError> {
    let of = |name: Option<&str>| Ok(probe.connection.database(name)?.on_behalf_of(probe.caller.cloned()));
    if name.is_some() || one {
        return Ok(vec![Scope::One(of(name.map(str::trim))?)]);
    }
    let scope = |name: &String| match name.as_str() {
        "*" => of(Some(probe.connection.any_database())).map(Scope::Any),
        name => of(Some(name)).map(Scope::One),
    };
    probe.connection.permissions().databases.iter().map(scope).collect()
}

#[cfg(test)]
mod tests {
    use super::for_one_cluster;
    use kusto_client::connection::Connections;

    #[test]
    fn a_callers_token_is_for_one_cluster() {
        for (second, is_one) in [("help", true), ("other", false)] {
            let connection = |name: &str, cluster: &str| {
                format!(
                    "[[connection]]\nname = \"{name}\"\ncluster = \"https://{cluster}.kusto.windows.net\"\ndatabases = [\"*\"]\ncredential = {{ kind = \"caller-token\" }}\n"
                )
            };
            let file = connection("a", "help") + &connection("b", second);
            let connections = Connections::from_toml(&file, &|_| None).unwrap();
            let usable = for_one_cluster(connections.all().iter().collect());
            match usable.map(|usable| usable.len()).map_err(|error| error.to_string()) {
                Ok(count) => assert_eq!((count, is_one), (2, true)),
                Err(error) => {
                    assert!(
                        !is_one && error.starts_with("BadRequest: the caller's token is for one cluster"),
                        "{error}"
                    );
                }
            }
        }
    }
}
