//! A statement for one database, and what the service is told about it.

use crate::{connection::Database, limits::Limits, server_timeout};
use auth::cluster_kind::ClusterKind;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, time::Duration};
use tokio::time::Instant;
use uuid::Uuid;

/// How the service's own records name us.
pub(crate) const APPLICATION: &str = "AzureDataExplorerFunctions";

/// A query or a management command for one database.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The database, through its connection.
    pub database: &'a Database<'a>,
    /// The statement.
    pub text: &'a str,
    /// The query's parameters: KQL literals, as `kql` makes them.
    pub parameters: BTreeMap<String, String>,
    /// Further client request properties that the caller has allowed, by the service's names. They can lower the limits of the
    /// connection, not raise them; those that keep a request safe cannot be changed.
    pub options: Map<String, Value>,
    /// The most time the caller gives the service; the connection and the deadline may give it less.
    pub server_timeout: Option<Duration>,
    /// Whether a management command only reads, so that the service is told to refuse anything else, and that it may be sent again. A
    /// query always only reads.
    pub read_only: bool,
    /// Whether a management command goes on after its answer, which is an operation's id, so that the time it may take does not depend on
    /// the deadline.
    pub asynchronous: bool,
    /// Whether the query names plugins, which the hardest kind of read-only disables.
    pub uses_plugins: bool,
    /// What may come back; never more than the connection's own limits.
    pub limits: Limits,
    /// What to do with more rows than that.
    pub on_limit: OnLimit,
    /// When the caller must have an answer or an error.
    pub deadline: Instant,
    /// Under which the service knows the request.
    pub client_request_id: String,
}

/// What to do with more rows than are allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnLimit {
    /// The answer is an error.
    #[default]
    Error,
    /// The rows after the last one that is allowed are left out, and the answer says so.
    Truncate,
}

impl<'a> Request<'a> {
    /// `text` for `database`, on behalf of `action`, to be answered before `deadline`; with the limits of the connection.
    pub fn new(database: &'a Database<'a>, text: &'a str, action: &str, deadline: Instant) -> Self {
        Self {
            database,
            text,
            parameters: BTreeMap::new(),
            options: Map::new(),
            server_timeout: None,
            read_only: false,
            asynchronous: false,
            uses_plugins: false,
            limits: database.connection().limits(),
            on_limit: OnLimit::default(),
            deadline,
            client_request_id: client_request_id(action),
        }
    }

    /// The limits that hold: the lower ones of the caller's and the connection's.
    pub(crate) fn effective_limits(&self) -> Limits {
        let most = self.database.connection().limits();
        Limits {
            rows: self.limits.rows.min(most.rows),
            bytes: self.limits.bytes.min(most.bytes),
            seconds: self.limits.seconds.min(most.seconds),
        }
    }

    /// The body of a query that is sent with `left` to its deadline.
    pub(crate) fn query_body(&self, left: Duration) -> Vec<u8> {
        let mut options = self.options(left);
        options.insert("request_readonly".to_owned(), json!(true));
        // It may disable what the tables of the lake are: see `Self::options`.
        if !self.uses_plugins && !self.is_of_the_lake() {
            options.insert("request_readonly_hardline".to_owned(), json!(true));
        }
        if self.on_limit == OnLimit::Truncate {
            // The service then stops by itself, without calling it an error, one row past the last that is kept.
            lower(&mut options, "query_take_max_records", self.effective_limits().rows + 1);
        }
        self.body(options)
    }

    /// The body of a management command that is sent with `left` to its deadline.
    pub(crate) fn command_body(&self, left: Duration) -> Vec<u8> {
        let mut options = self.options(left);
        if self.read_only {
            options.insert("request_readonly".to_owned(), json!(true));
        }
        self.body(options)
    }

    fn options(&self, left: Duration) -> Map<String, Value> {
        let limits = self.effective_limits();
        let permissions = self.database.connection().permissions();
        let mut options = self.options.clone();
        // Of truncation limits the lowest holds, on the service as here.
        options.remove("notruncation");
        options.remove("norequesttimeout");
        lower(&mut options, "truncationmaxrecords", limits.rows + 1);
        lower(&mut options, "truncationmaxsize", limits.bytes);
        if !permissions.external_data {
            // The tables of the lake are external tables (docs: "Run KQL queries on the Microsoft Sentinel data lake"), and there are no others.
            let external_table = Some("external_table").filter(|_| !self.is_of_the_lake());
            for option in ["callout", "external_data"].into_iter().chain(external_table) {
                options.insert(format!("request_{option}_disabled"), json!(true));
            }
        }
        if !permissions.cross_cluster {
            options.insert("request_remote_entities_disabled".to_owned(), json!(true));
        }
        let (allowed, left) = match self.asynchronous {
            false => (Duration::from_secs(limits.seconds), left),
            true => (Duration::from_secs(Limits::MOST.seconds), Duration::MAX),
        };
        let server_timeout = server_timeout::choose(self.server_timeout, allowed, left);
        options.insert("servertimeout".to_owned(), json!(server_timeout::format(server_timeout)));
        options.insert("request_app_name".to_owned(), json!(APPLICATION));
        options
    }

    fn is_of_the_lake(&self) -> bool {
        self.database.connection().kind() == ClusterKind::DataLake
    }

    fn body(&self, options: Map<String, Value>) -> Vec<u8> {
        let mut properties = Map::from_iter([("Options".to_owned(), Value::Object(options))]);
        if !self.parameters.is_empty() {
            properties.insert("Parameters".to_owned(), json!(self.parameters));
        }
        json!({ "db": self.database.name(), "csl": self.text, "properties": properties }).to_string().into_bytes()
    }
}

/// A new id in the form of the Kusto SDKs: who asks, and a UUID.
pub(crate) fn client_request_id(action: &str) -> String {
    known_client_request_id(action, Uuid::new_v4())
}

/// The id with this UUID: a mutating request that may come again has the same one each time.
pub fn known_client_request_id(action: &str, id: Uuid) -> String {
    let action: String = action.chars().filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).take(64).collect();
    format!("{APPLICATION}.{action};{id}")
}

/// Sets `option` to `limit` unless it is lower already.
fn lower(options: &mut Map<String, Value>, option: &str, limit: u64) {
    let present = options.get(option).and_then(Value::as_u64).unwrap_or(limit);
    options.insert(option.to_owned(), json!(present.min(limit)));
}
