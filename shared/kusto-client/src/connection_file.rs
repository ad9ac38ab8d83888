//! The connection file: `[[connection]]` tables in TOML, or one connection from settings of its own.

use crate::{
    connection::{Connection, Connections, Permissions},
    limits::Limits,
    toml_reader::{Reader, Table},
};
use auth::{
    cluster_url::{ClusterUrl, ClusterUrlError},
    credential::{ClientSecret, Credential, CredentialError},
    secret::{self, Lookup},
};
use std::fmt;
use toml::de::{DeTable, DeValue};

/// The keys of a connection.
const KEYS: &[&str] = &[
    "name",
    "cluster",
    "databases",
    "credential",
    "commands",
    "plugins",
    "callers",
    "limits",
    "allow_external_data",
    "allow_cross_cluster",
];

/// The kinds of credential that do not work yet.
const LATER_KINDS: &[&str] = &["aws-federated", "managed-identity", "caller-token", "azure-cli"];

/// One mistake in the connection file. It names the key, never the value: that may be a secret in the wrong place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The key, such as `credential.secret`; empty where the text is no TOML.
    pub key: String,
    /// What is wrong, and what to do.
    pub problem: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => write!(f, "line {}: {}", self.line, self.problem),
            key => write!(f, "line {}: `{key}` {}", self.line, self.problem),
        }
    }
}

/// Every mistake in the connection file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection file has {} to correct: {}", .mistakes.len(), list(.mistakes))]
pub struct ConnectionFileError {
    /// The mistakes, by line.
    pub mistakes: Vec<Mistake>,
}

fn list(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(Mistake::to_string).collect::<Vec<_>>().join("; ")
}

/// Why settings make no connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SingleError {
    /// The URL of the cluster cannot be used.
    #[error("the cluster's URL cannot be used: {0}")]
    Cluster(#[from] ClusterUrlError),
    /// The credential cannot be used.
    #[error(transparent)]
    Credential(#[from] CredentialError),
}

impl Connections {
    /// The one connection `default` that separate settings make: to one database of one cluster, with the defaults of the file.
    ///
    /// # Errors
    /// Where the cluster's URL or the credential cannot be used.
    pub fn single(cluster: &str, database: &str, credential: Credential) -> Result<Self, SingleError> {
        let cluster = ClusterUrl::parse(cluster)?;
        let permissions = Permissions::of_databases(vec![database.to_owned()]);
        let connection = Connection::new("default".to_owned(), cluster, credential, permissions, Limits::default())?;
        Ok(Self::one(connection))
    }

    /// The connections of a connection file; `lookup` gives the secrets it refers to.
    ///
    /// # Errors
    /// All its mistakes, each with line and key.
    pub fn from_toml(text: &str, lookup: Lookup<'_>) -> Result<Self, ConnectionFileError> {
        let (document, syntax) = DeTable::parse_recoverable(text);
        let reader = Reader::new(text);
        for error in &syntax {
            reader.mistake(&error.span().unwrap_or(0..0), "", format!("is not TOML: {}", error.message()));
        }
        // After a syntax error the rest would only repeat it.
        let connections =
            if syntax.is_empty() { read_document(&reader, document.get_ref(), lookup) } else { Vec::new() };
        match reader.into_mistakes() {
            mistakes if mistakes.is_empty() => Ok(Self::several(connections)),
            mistakes => Err(ConnectionFileError { mistakes }),
        }
    }
}

fn read_document<'t>(reader: &Reader<'t>, document: &DeTable<'t>, lookup: Lookup<'_>) -> Vec<Connection> {
    for key in document.keys().filter(|key| key.get_ref() != "connection") {
        reader.mistake(&key.span(), key.get_ref(), "is not known; a file holds [[connection]] tables only");
    }
    let tables =
        document.get("connection").filter(|tables| tables.get_ref().as_array().is_none_or(|all| !all.is_empty()));
    let Some(tables) = tables else {
        reader.mistake(&(0..0), "connection", "is missing; a file holds one [[connection]] table or more");
        return Vec::new();
    };
    let DeValue::Array(array) = tables.get_ref() else {
        reader.mistake(&tables.span(), "connection", "must be written [[connection]]");
        return Vec::new();
    };
    let mut names = Vec::new();
    let tables = array.iter().filter_map(|value| reader.table(value, "connection", ""));
    tables.filter_map(|table| read_connection(&table, &mut names, lookup)).collect()
}

fn read_connection<'r>(table: &Table<'r, '_>, names: &mut Vec<&'r str>, lookup: Lookup<'_>) -> Option<Connection> {
    table.only(KEYS);
    let name = table.required_text("name");
    if let Some(name) = name {
        if names.contains(&name) {
            table.mistake("name", "is the name of another connection too");
        }
        names.push(name);
    }
    let cluster = read_cluster(table);
    let permissions = read_permissions(table);
    let limits = read_limits(table);
    let credential = table.required_table("credential").and_then(|credential| read_credential(&credential, lookup));
    let connection = Connection::new(name?.to_owned(), cluster?, credential?, permissions?, limits);
    connection.map_err(|error| table.mistake("credential", format!("does not fit: {error}"))).ok()
}

fn read_cluster(table: &Table<'_, '_>) -> Option<ClusterUrl> {
    let cluster = ClusterUrl::parse(table.required_text("cluster")?);
    cluster.map_err(|error| table.mistake("cluster", format!("cannot be used: {error}"))).ok()
}

fn read_permissions(table: &Table<'_, '_>) -> Option<Permissions> {
    let databases = table.texts("databases").unwrap_or_default();
    if databases.is_empty() {
        table.mistake("databases", "must name at least one database, or all: [\"*\"]");
    }
    let mut permissions = Permissions::of_databases(databases);
    if let Some(commands) = table.texts("commands") {
        permissions.commands = commands;
    }
    if let Some(plugins) = table.texts("plugins") {
        permissions.plugins = plugins;
    }
    if let Some(callers) = table.texts("callers") {
        permissions.callers = callers;
    }
    permissions.external_data = table.flag("allow_external_data").unwrap_or_default();
    permissions.cross_cluster = table.flag("allow_cross_cluster").unwrap_or_default();
    Some(permissions)
}

fn read_limits(table: &Table<'_, '_>) -> Limits {
    let mut limits = Limits::default();
    let Some(table) = table.table("limits") else { return limits };
    table.only(&["rows", "bytes", "seconds"]);
    read_limit(&table, "rows", &mut limits.rows, Limits::MOST.rows, |_| None);
    read_limit(&table, "bytes", &mut limits.bytes, Limits::MOST.bytes, read_bytes);
    read_limit(&table, "seconds", &mut limits.seconds, Limits::MOST.seconds, |_| None);
    limits
}

fn read_limit(table: &Table<'_, '_>, key: &str, limit: &mut u64, most: u64, read: impl FnOnce(&str) -> Option<u64>) {
    let must_be = format!("must be a whole number from 1 to {most}");
    match table.number(key, &must_be, read) {
        Some(value) if (1..=most).contains(&value) => *limit = value,
        Some(_) => table.mistake(key, must_be),
        None => {}
    }
}

/// `32 MiB`, `512 KiB`, `1000 B`.
fn read_bytes(text: &str) -> Option<u64> {
    let (number, unit) = text.trim().split_once(' ')?;
    let unit = match unit.trim() {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

fn read_credential(table: &Table<'_, '_>, lookup: Lookup<'_>) -> Option<Credential> {
    match table.required_text("kind")? {
        "none" => {
            table.only(&["kind"]);
            Some(Credential::None)
        }
        "client-secret" => read_client_secret(table, lookup),
        later if LATER_KINDS.contains(&later) => {
            table.mistake(
                "kind",
                format!("is {later}, which does not work yet; use client-secret, or none for loopback"),
            );
            None
        }
        _ => {
            table.mistake("kind", "is not known; use client-secret, or none for loopback");
            None
        }
    }
}

fn read_client_secret(table: &Table<'_, '_>, lookup: Lookup<'_>) -> Option<Credential> {
    table.only(&["kind", "tenant", "client_id", "secret"]);
    let tenant = table.required_text("tenant");
    let client_id = table.required_text("client_id");
    let secret = table.required_text("secret").and_then(|reference| {
        let secret = secret::resolve(reference, lookup);
        secret.map_err(|error| table.mistake("secret", format!("cannot be used: {error}"))).ok()
    });
    let credential = ClientSecret::new(tenant?, client_id?, secret?);
    credential.map(Credential::ClientSecret).map_err(|error| report_credential(table, error)).ok()
}

fn report_credential(table: &Table<'_, '_>, error: CredentialError) {
    let key = match error {
        CredentialError::Tenant => "tenant",
        CredentialError::ClientId => "client_id",
        _ => "secret",
    };
    table.mistake(key, format!("cannot be used: {error}"));
}
