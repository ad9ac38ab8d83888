//! Connections: a cluster, a credential, and what may be done with them.

use crate::{
    limits::Limits,
    pace::{Pace, Rate},
    queued::staging::Staging,
    workspace,
};
use auth::{
    authorization::Authorization,
    caller_token::CallerToken,
    cluster_kind::ClusterKind,
    cluster_url::{ClusterUrl, ClusterUrlError},
    credential::{Credential, CredentialError},
};

/// A connection as it is configured. It cannot be cloned: its token lives with it.
#[derive(Debug)]
pub struct Connection {
    name: String,
    authorization: Authorization,
    /// None for what is no cluster.
    staging: Option<Staging>,
    permissions: Permissions,
    limits: Limits,
    /// None where nothing but the cluster limits how often it is asked.
    pace: Option<Pace>,
}

/// What a connection may do.
#[derive(Clone, Debug)]
pub struct Permissions {
    /// The databases; `*` stands for all.
    pub databases: Vec<String>,
    /// The verbs of management commands, without the dot.
    pub commands: Vec<String>,
    /// The plugins that `evaluate` may name.
    pub plugins: Vec<String>,
    /// Identities that the gateway vouches for; `*` stands for all.
    pub callers: Vec<String>,
    /// Whether a query may read from outside the cluster (`externaldata`, external tables, callouts).
    pub external_data: bool,
    /// Whether a query may read from other clusters (`cluster()`).
    pub cross_cluster: bool,
}

impl Permissions {
    /// The defaults for these databases: `.show` commands, plugins that only compute, every caller, nothing from outside.
    pub fn of_databases(databases: Vec<String>) -> Self {
        Self {
            databases,
            commands: vec!["show".to_owned()],
            plugins: ["bag_unpack", "pivot", "narrow"].map(str::to_owned).to_vec(),
            callers: vec!["*".to_owned()],
            external_data: false,
            cross_cluster: false,
        }
    }
}

impl Connection {
    /// A connection of this name.
    ///
    /// # Errors
    /// Where the credential does not fit the cluster: see [`Authorization::new`].
    pub fn new(
        name: String,
        cluster: ClusterUrl,
        credential: Credential,
        permissions: Permissions,
        limits: Limits,
    ) -> Result<Self, CredentialError> {
        let data_management = cluster.data_management();
        let data_management = data_management.map(|cluster| Authorization::new(cluster, credential.clone()));
        let staging = data_management.transpose()?.map(Staging::new);
        let pace = (cluster.kind() == ClusterKind::DataLake).then(|| Pace::new(Rate::default()));
        Ok(Self { name, authorization: Authorization::new(cluster, credential)?, staging, permissions, limits, pace })
    }

    /// The same, whose data lake allows queries at this rate.
    pub(crate) fn at_rate(self, rate: Rate) -> Self {
        Self { pace: self.pace.map(|_| Pace::new(rate)), ..self }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The cluster.
    pub fn cluster(&self) -> &ClusterUrl {
        self.authorization.cluster()
    }

    /// What answers there.
    pub fn kind(&self) -> ClusterKind {
        self.cluster().kind()
    }

    /// How often it may be asked.
    pub(crate) fn pace(&self) -> Option<&Pace> {
        self.pace.as_ref()
    }

    /// What authorizes its requests.
    pub(crate) fn authorization(&self) -> &Authorization {
        &self.authorization
    }

    /// Where records for queued ingestion are laid down; none for what is no cluster.
    pub(crate) fn staging(&self) -> Option<&Staging> {
        self.staging.as_ref()
    }

    /// What it may do.
    pub fn permissions(&self) -> &Permissions {
        &self.permissions
    }

    /// What one request may bring back.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The database that every cluster has, for what needs one and no particular one.
    pub fn any_database(&self) -> &'static str {
        match self.kind() {
            ClusterKind::DataLake => workspace::DEFAULT,
            _ => "NetDefaultDB",
        }
    }

    /// Where commands about the cluster itself run, whatever databases are allowed.
    pub(crate) fn of_the_cluster(&self) -> Database<'_> {
        Database { connection: self, name: self.any_database().to_owned(), caller_token: None }
    }

    /// Whether its cluster is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.cluster().is_loopback()
    }

    /// Whether management commands of this verb, without the dot, are allowed; letter case does not matter.
    pub fn allows_command(&self, verb: &str) -> bool {
        self.permissions.commands.iter().any(|allowed| allowed.eq_ignore_ascii_case(verb))
    }

    /// Whether somebody whom the gateway calls by these names may use it; without any name only where everybody may.
    pub fn allows_callers(&self, names: &[String]) -> bool {
        self.permissions.callers.iter().any(|allowed| allowed == "*" || names.contains(allowed))
    }

    /// Whether its requests go out with the token that each caller hands in.
    pub fn takes_caller_token(&self) -> bool {
        matches!(self.authorization.credential(), Credential::CallerToken)
    }

    /// The database of this name; without a name, the one that is configured.
    ///
    /// # Errors
    /// Where the connection does not allow it, or none is named and there is not exactly one.
    pub fn database(&self, name: Option<&str>) -> Result<Database<'_>, DatabaseError> {
        let configured = &self.permissions.databases;
        let name = match (name, configured.as_slice()) {
            (None, [only]) if only != "*" => only.clone(),
            (None, _) => return Err(DatabaseError::NotNamed { connection: self.name.clone() }),
            (Some(name), _) => name.to_owned(),
        };
        let spelled = !name.is_empty() && !name.chars().any(char::is_control);
        if !spelled || !configured.iter().any(|allowed| allowed == "*" || *allowed == name) {
            return Err(DatabaseError::NotAllowed { database: name, connection: self.name.clone() });
        }
        if self.kind() == ClusterKind::DataLake && !workspace::is_one(&name) {
            return Err(DatabaseError::NotOfTheLake { database: name });
        }
        Ok(Database { connection: self, name, caller_token: None })
    }
}

/// A database that its connection allows.
#[derive(Clone, Debug)]
pub struct Database<'a> {
    connection: &'a Connection,
    name: String,
    caller_token: Option<CallerToken>,
}

impl<'a> Database<'a> {
    /// The connection.
    pub fn connection(&self) -> &'a Connection {
        self.connection
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same database, asked with the caller's own token where the connection takes that.
    pub fn on_behalf_of(self, caller_token: Option<CallerToken>) -> Self {
        Self { caller_token, ..self }
    }

    /// The caller's own token.
    pub(crate) fn caller_token(&self) -> Option<&CallerToken> {
        self.caller_token.as_ref()
    }

    /// Where it is, for a reader: `cluster help, database Samples`, `data lake, workspace default`.
    pub fn place(&self) -> String {
        let kind = self.connection.kind();
        match kind {
            ClusterKind::Kusto => {}
            ClusterKind::DataLake => return format!("{kind}, workspace {}", self.name),
            ClusterKind::LogAnalytics | ClusterKind::ApplicationInsights => return format!("{kind} {}", self.name),
        }
        let cluster = self.connection.cluster().host();
        let cluster = cluster.strip_suffix(".kusto.windows.net").unwrap_or(cluster);
        format!("cluster {cluster}, database {}", self.name)
    }
}

/// Why there is no database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// None is named, and there is not exactly one.
    #[error("connection `{connection}` has more than one database; name it in `database`")]
    NotNamed {
        /// The connection.
        connection: String,
    },
    /// The connection does not allow it.
    #[error(
        "connection `{connection}` does not allow database {database:?}; add it to the connection's `databases` (KUSTO_DATABASE)"
    )]
    NotAllowed {
        /// The database.
        database: String,
        /// The connection.
        connection: String,
    },
    /// The data lake has none of such a name.
    #[error("{database:?} is no database of the data lake: it is {}", workspace::FORM)]
    NotOfTheLake {
        /// The database.
        database: String,
    },
}

/// Every connection that is configured; at least one.
#[derive(Debug)]
pub struct Connections {
    all: Vec<Connection>,
}

/// Why a request has no connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// Neither a connection nor a cluster is named, and there are several.
    #[error("several connections are configured; name one in `connection`: {}", .known.join(", "))]
    NotNamed {
        /// The names of those that may be used.
        known: Vec<String>,
    },
    /// Neither a connection nor a cluster is named, and none may be used.
    #[error("the caller may use no connection; add it to the `callers` of one")]
    NoneUsable,
    /// The connection that is named may not be used.
    #[error("the caller may not use connection `{connection}`; add it to the connection's `callers`")]
    NotUsable {
        /// The connection.
        connection: String,
    },
    /// No connection has this name.
    #[error("there is no connection {name:?}{}", listed("; configured are: ", .known))]
    Unknown {
        /// The name.
        name: String,
        /// The names of those that may be used.
        known: Vec<String>,
    },
    /// The URL of a cluster is none that a token may be sent to.
    #[error("`cluster` is not a cluster's URL: {0}")]
    ClusterUrl(#[from] ClusterUrlError),
    /// No connection that may be used is configured for this cluster: nothing was contacted. Whether there is one that may not is not said.
    #[error(
        "no connection is configured for cluster {cluster} that the caller may use; add one, or the caller to its `callers`"
    )]
    NotConfigured {
        /// The cluster.
        cluster: String,
    },
    /// Several connections are configured for this cluster.
    #[error("several connections are for this cluster; name one in `connection`: {}", .names.join(", "))]
    Ambiguous {
        /// The names of those that may be used.
        names: Vec<String>,
    },
    /// The connection and the cluster that are named do not belong together.
    #[error("connection `{connection}` is not for the cluster that is named; leave `cluster` out")]
    Mismatch {
        /// The connection.
        connection: String,
    },
}

/// The names behind `intro`; nothing where there are none.
fn listed(intro: &str, names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!("{intro}{}", names.join(", ")) }
}

impl Connections {
    /// Exactly this connection.
    pub fn one(connection: Connection) -> Self {
        Self { all: vec![connection] }
    }

    pub(crate) fn several(all: Vec<Connection>) -> Self {
        Self { all }
    }

    /// All of them, in the order of the file.
    pub fn all(&self) -> &[Connection] {
        &self.all
    }

    /// Whether every cluster is on this machine.
    pub fn all_loopback(&self) -> bool {
        self.all.iter().all(Connection::is_loopback)
    }

    /// The connection that a request means, of those that may be used: by its name, by its cluster's URL, or the only one.
    ///
    /// # Errors
    /// Where that is not exactly one. Nothing is contacted, and none is named that may not be used, but the one that the request names.
    pub fn select(
        &self,
        connection: Option<&str>,
        cluster: Option<&str>,
        may_use: impl Fn(&Connection) -> bool,
    ) -> Result<&Connection, SelectError> {
        let cluster = cluster.map(ClusterUrl::parse).transpose()?;
        let usable: Vec<&Connection> = self.all.iter().filter(|connection| may_use(connection)).collect();
        match (connection, cluster) {
            (Some(name), cluster) => self.by_name(name, cluster.as_ref(), &usable),
            (None, Some(cluster)) => by_cluster(&cluster, &usable),
            (None, None) => match usable.as_slice() {
                [] => Err(SelectError::NoneUsable),
                [only] => Ok(only),
                several => Err(SelectError::NotNamed { known: names(several) }),
            },
        }
    }

    fn by_name<'a>(
        &self,
        name: &str,
        cluster: Option<&ClusterUrl>,
        usable: &[&'a Connection],
    ) -> Result<&'a Connection, SelectError> {
        let Some(found) = usable.iter().find(|connection| connection.name == name) else {
            let is_configured = self.all.iter().any(|connection| connection.name == name);
            return Err(match is_configured {
                true => SelectError::NotUsable { connection: name.to_owned() },
                false => SelectError::Unknown { name: name.to_owned(), known: names(usable) },
            });
        };
        match cluster {
            Some(cluster) if cluster != found.cluster() => Err(SelectError::Mismatch { connection: name.to_owned() }),
            _ => Ok(found),
        }
    }
}

fn by_cluster<'a>(cluster: &ClusterUrl, usable: &[&'a Connection]) -> Result<&'a Connection, SelectError> {
    let found: Vec<&Connection> = usable.iter().copied().filter(|connection| connection.cluster() == cluster).collect();
    match found.as_slice() {
        [] => Err(SelectError::NotConfigured { cluster: cluster.to_string() }),
        [only] => Ok(only),
        several => Err(SelectError::Ambiguous { names: names(several) }),
    }
}

fn names(connections: &[&Connection]) -> Vec<String> {
    connections.iter().map(|connection| connection.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections() -> Connections {
        let connection = |name: &str, cluster: &str, databases: &[&str]| {
            let permissions = Permissions::of_databases(databases.iter().map(|name| (*name).to_owned()).collect());
            let cluster = ClusterUrl::parse(cluster).unwrap();
            Connection::new(name.to_owned(), cluster, Credential::None, permissions, Limits::default()).unwrap()
        };
        Connections::several(vec![
            connection("one", "http://127.0.0.1:8080", &["a"]),
            connection("two", "http://localhost:8080", &["a", "b"]),
            connection("three", "http://localhost:8080", &["*"]),
        ])
    }

    #[track_caller]
    fn check(connection: Option<&str>, cluster: Option<&str>, expected: &str) {
        check_among(&["one", "two", "three"], connection, cluster, expected);
    }

    /// Of three connections these may be used.
    #[track_caller]
    fn check_among(usable: &[&str], connection: Option<&str>, cluster: Option<&str>, expected: &str) {
        let connections = connections();
        let selected = connections.select(connection, cluster, |one| usable.contains(&one.name()));
        let selected = selected.map(|found| found.name().to_owned()).unwrap_or_else(|error| error.to_string());
        assert_eq!(selected, expected);
    }

    #[test]
    fn a_request_means_exactly_one_connection() {
        check(Some("two"), None, "two");
        check(None, Some("HTTP://127.0.0.1:8080/"), "one");
        check(Some("three"), Some("http://localhost:8080"), "three");
        check(None, None, "several connections are configured; name one in `connection`: one, two, three");
        check(Some("four"), None, "there is no connection \"four\"; configured are: one, two, three");
        check(Some("One"), None, "there is no connection \"One\"; configured are: one, two, three");
        check(
            None,
            Some("http://localhost:8080"),
            "several connections are for this cluster; name one in `connection`: two, three",
        );
        check(
            None,
            Some("https://help.kusto.windows.net"),
            "no connection is configured for cluster https://help.kusto.windows.net that the caller may use; add one, or the caller to its `callers`",
        );
        check(
            None,
            Some("http://localhost:8081"),
            "no connection is configured for cluster http://localhost:8081 that the caller may use; add one, or the caller to its `callers`",
        );
        check(
            None,
            Some("https://evil.example"),
            "`cluster` is not a cluster's URL: its host belongs to no known Kusto cloud",
        );
        check(
            Some("one"),
            Some("http://localhost:8080"),
            "connection `one` is not for the cluster that is named; leave `cluster` out",
        );
        let only = Connections::one(connections().all.remove(0));
        assert_eq!(only.select(None, None, |_| true).unwrap().name(), "one");
    }

    #[test]
    fn a_request_means_none_that_may_not_be_used_and_hears_of_none() {
        let cluster = Some("http://localhost:8080");
        check_among(&["two"], None, None, "two");
        check_among(&["two"], None, cluster, "two");
        check_among(
            &["two", "three"],
            None,
            None,
            "several connections are configured; name one in `connection`: two, three",
        );
        check_among(&[], None, None, "the caller may use no connection; add it to the `callers` of one");
        check_among(&["one"], Some("four"), None, "there is no connection \"four\"; configured are: one");
        check_among(&[], Some("four"), None, "there is no connection \"four\"");
        for named in [None, Some("http://127.0.0.1:8080")] {
            let expected = "the caller may not use connection `two`; add it to the connection's `callers`";
            check_among(&["one"], Some("two"), named, expected);
        }
        check_among(
            &["one"],
            None,
            cluster,
            "no connection is configured for cluster http://localhost:8080 that the caller may use; add one, or the caller to its `callers`",
        );
    }

    #[test]
    fn a_database_must_be_allowed() {
        let connections = connections();
        for (connection, database, expected) in [
            ("one", Some("a"), "a"),
            ("one", None, "a"),
            ("three", Some("anything at all"), "anything at all"),
            (
                "one",
                Some("b"),
                "connection `one` does not allow database \"b\"; add it to the connection's `databases` (KUSTO_DATABASE)",
            ),
            (
                "one",
                Some("A"),
                "connection `one` does not allow database \"A\"; add it to the connection's `databases` (KUSTO_DATABASE)",
            ),
            (
                "one",
                Some("*"),
                "connection `one` does not allow database \"*\"; add it to the connection's `databases` (KUSTO_DATABASE)",
            ),
            (
                "three",
                Some(""),
                "connection `three` does not allow database \"\"; add it to the connection's `databases` (KUSTO_DATABASE)",
            ),
            (
                "three",
                Some("a\nb"),
                "connection `three` does not allow database \"a\\nb\"; add it to the connection's `databases` (KUSTO_DATABASE)",
            ),
            ("two", None, "connection `two` has more than one database; name it in `database`"),
            ("three", None, "connection `three` has more than one database; name it in `database`"),
        ] {
            let found = connections.select(Some(connection), None, |_| true).unwrap().database(database);
            let found = found.map(|database| database.name().to_owned()).unwrap_or_else(|error| error.to_string());
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn permissions_are_what_is_listed() {
        let connections = connections();
        let one = &connections.all()[0];
        assert!(one.allows_command("SHOW") && !one.allows_command("drop") && !one.allows_command("*"));
        assert!(one.allows_callers(&[]));
        assert!(one.is_loopback() && connections.all_loopback());
    }
}
