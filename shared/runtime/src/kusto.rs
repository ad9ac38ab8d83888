//! Kusto as a function has it: the configured connections, behind the caller's identity and the call's deadline.

use crate::{
    caller_token,
    cancellation::Cancellation,
    connections::connections,
    error::{ActionError, ErrorType},
    invocation::{Caller, Invocation},
    outbound::http_client,
    request::{OnLimit, Options},
    settings::{HttpAuthorizer, Settings, SettingsError},
};
use auth::cluster_kind::ClusterKind;
use futures::future::{Either, select};
use kql::{
    lake, parameters,
    refusal::{self, Allowed},
    statement::{StatementKind, statement_kind},
};
use kusto_client::{
    client::{Answer, Client},
    connection::{Connection, Database},
    error::Error,
    request::Request,
};
use kusto_protocol::sink::Sink;
use serde_json::{Map, Value};
use std::pin::pin;

/// The configured connections. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Kusto {
    client: Client,
}

/// Where a statement runs, as a request says it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Target<'a> {
    /// The name of a connection.
    pub connection: Option<&'a str>,
    /// The URL of a configured cluster, in place of the connection's name.
    pub cluster: Option<&'a str>,
    /// The database; may be left out where the connection has exactly one.
    pub database: Option<&'a str>,
}

/// A KQL query, as a request says it.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// Where it runs.
    pub target: Target<'a>,
    /// Its text.
    pub text: &'a str,
    /// Its parameters by name: values, or `{"type", "value"}`.
    pub parameters: &'a Map<String, Value>,
    /// Client request properties that the caller may set.
    pub options: &'a Options,
    /// What to do with more rows than are allowed.
    pub on_limit: OnLimit,
    /// Whether only the columns are wanted.
    pub schema_only: bool,
}

impl Kusto {
    /// The connections of the settings: `KUSTO_CONNECTIONS`, or the variables of a single one.
    ///
    /// # Errors
    /// Where they are missing or wrong, or nothing authorizes HTTP callers of a cluster that is not on this machine.
    pub fn from_settings(settings: &Settings) -> Result<Self, SettingsError> {
        let connections = connections(settings)?;
        if settings.http_authorizer == Some(HttpAuthorizer::None) && !connections.all_loopback() {
            return Err(SettingsError::new(
                "HTTP_AUTHORIZER",
                "none is only for clusters on this machine; set it to what stands in front of the function, jwt or iam",
            ));
        }
        Ok(Self { client: Client::new(http_client(settings)?, connections) })
    }

    /// The client, for requests that are no queries.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The connections that the caller may use.
    pub fn usable(&self, caller: &Caller) -> impl Iterator<Item = &Connection> {
        self.client.connections().all().iter().filter(|connection| may_use(caller, connection))
    }

    /// The connection that a request means, of those that the caller may use: whether the call has the token that it takes is not looked at.
    ///
    /// # Errors
    /// `BadRequest` or `Forbidden`; nothing was contacted.
    pub fn meant(&self, target: Target<'_>, caller: &Caller) -> Result<&Connection, ActionError> {
        let (name, cluster) = (target.connection.map(str::trim), target.cluster.map(str::trim));
        let connections = self.client.connections();
        Ok(connections.select(name, cluster, |connection| may_use(caller, connection))?)
    }

    /// The connection that a request means, of those that the caller may use, where the call has the token that it takes.
    ///
    /// # Errors
    /// `BadRequest`, `Forbidden`, or `Unauthorized` where it takes the caller's own token and there is none; nothing was contacted.
    pub fn connection(&self, target: Target<'_>, invocation: &Invocation) -> Result<&Connection, ActionError> {
        let connection = self.meant(target, &invocation.caller)?;
        match (connection.takes_caller_token(), &invocation.caller_token) {
            (true, None) => Err(ActionError::new(
                ErrorType::Unauthorized,
                format!(
                    "connection `{}` takes the caller's own token and the call has none; get an access token for {} and {}",
                    connection.name(),
                    connection.cluster().scope(),
                    caller_token::HOW
                ),
            )),
            (false, Some(_)) => Err(ActionError::bad_request(format!(
                "connection `{}` has a credential of its own and takes no token of the caller; leave the token out",
                connection.name()
            ))),
            _ => Ok(connection),
        }
    }

    /// The database that a request means. What is asked of it is asked with the caller's own token, where the connection takes that.
    ///
    /// # Errors
    /// As [`Self::connection`]; nothing was contacted.
    pub fn database<'a>(&'a self, target: Target<'_>, invocation: &Invocation) -> Result<Database<'a>, ActionError> {
        let database = self.connection(target, invocation)?.database(target.database.map(str::trim))?;
        Ok(database.on_behalf_of(invocation.caller_token.clone()))
    }

    /// Runs a KQL query on behalf of `action` and hands its rows to `sink`.
    ///
    /// # Errors
    /// Where there is no complete answer; what `sink` made is void then.
    pub async fn query<S: Sink>(
        &self,
        action: &str,
        query: Query<'_>,
        invocation: &Invocation,
        sink: &mut S,
    ) -> Result<Answer, ActionError> {
        match statement_kind(query.text) {
            StatementKind::Query => {}
            StatementKind::Empty => {
                return Err(ActionError::bad_request("`query` is empty: write a KQL query, such as `print 1`"));
            }
            StatementKind::ManagementCommand => {
                return Err(ActionError::bad_request(
                    "`query` is a management command (its first character is a dot): this action runs queries only; show-command, \
                     async-command and command-chart run commands",
                ));
            }
        }
        let database = self.database(query.target, invocation)?;
        refuse(query.text, database.connection())?;
        let bound = parameters::bind(query.text, query.parameters)
            .map_err(|error| ActionError::bad_request(error.to_string()))?;
        let mut request = Request::new(&database, &bound.text, action, invocation.deadline);
        request.parameters = bound.parameters;
        request.uses_plugins = refusal::uses_plugins(query.text);
        query.options.apply(&mut request, query.on_limit)?;
        if query.schema_only {
            request.options.insert("query_take_max_records".to_owned(), Value::from(0));
        }
        self.unless_cancelled(&request, &invocation.cancellation, self.client.query(&request, sink)).await
    }

    /// The answer to a request that only reads, which is cancelled on the service where its caller does not want it any more.
    pub(crate) async fn unless_cancelled(
        &self,
        request: &Request<'_>,
        cancellation: &Cancellation,
        answering: impl Future<Output = Result<Answer, Error>>,
    ) -> Result<Answer, ActionError> {
        match select(pin!(answering), pin!(cancellation.asked())).await {
            Either::Left((answer, _)) => Ok(answer?),
            Either::Right(_) => {
                self.client.cancel(request).await;
                Err(ActionError::new(ErrorType::NotFound, "the caller has cancelled it"))
            }
        }
    }
}

/// Whether the connection lists this caller. Whoever may invoke the function itself may use them all.
fn may_use(caller: &Caller, connection: &Connection) -> bool {
    match caller {
        Caller::Internal => true,
        Caller::Gateway(names) => connection.allows_callers(names),
    }
}

/// Refuses what the connection does not allow in a query or in the query of a command, or its data lake does not support, before anything
/// is sent.
pub(crate) fn refuse(text: &str, connection: &Connection) -> Result<(), ActionError> {
    if connection.kind() == ClusterKind::DataLake {
        lake::check(text).map_err(|unsupported| ActionError::bad_request(unsupported.to_string()))?;
    }
    let permissions = connection.permissions();
    let allowed = Allowed {
        external_data: permissions.external_data,
        cross_cluster: permissions.cross_cluster,
        databases: &permissions.databases,
        plugins: &permissions.plugins,
    };
    refusal::check(text, &allowed).map_err(|refusal| ActionError::new(ErrorType::Forbidden, refusal.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{Kusto, Query, Target};
    use crate::{
        cancellation::Cancellation,
        error::ActionError,
        invocation::{Caller, Channel, Invocation},
        request::{OnLimit, Options},
        settings::Settings,
    };
    use auth::caller_token::CallerToken;
    use kusto_client::client::Answer;
    use kusto_protocol::{
        cell::Row,
        sink::{LimitReached, Sink, TableHeader},
    };
    use serde_json::Map;
    use std::{io::ErrorKind, net::TcpListener, time::Duration};
    use store::digest::Digest;
    use tokio::time::Instant;

    fn start(pairs: &[(&str, &str)]) -> Result<Kusto, String> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Kusto::from_settings(&Settings::from_variables(pairs).unwrap()).map_err(|error| error.to_string())
    }

    const LOOPBACK: &str = "http://127.0.0.1:8080";
    const CLUSTER: &str = "https://help.kusto.windows.net";

    #[test]
    fn one_cluster_and_one_client_secret_are_five_variables() {
        let mut settings = vec![
            ("KUSTO_CLUSTER", CLUSTER),
            ("KUSTO_DATABASE", "Samples"),
            ("AZURE_TENANT_ID", "contoso.onmicrosoft.com"),
            ("AZURE_CLIENT_ID", "11111111-2222-3333-4444-555555555555"),
            ("AZURE_CLIENT_SECRET", "canary"),
        ];
        assert!(start(&settings).is_ok());
        for missing in ["KUSTO_DATABASE", "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"] {
            let without: Vec<_> = settings.iter().copied().filter(|(name, _)| *name != missing).collect();
            let error = start(&without).unwrap_err();
            assert!(error.starts_with(&format!("{missing}: it is missing; set it to ")), "{error}");
        }
        settings.truncate(1);
        assert_eq!(
            start(&settings).unwrap_err(),
            "KUSTO_DATABASE: it is missing; set it to the name of the database\n\
             AZURE_TENANT_ID: it is missing; set it to the tenant id of the app registration\n\
             AZURE_CLIENT_ID: it is missing; set it to the application (client) id of the app registration\n\
             AZURE_CLIENT_SECRET: it is missing; set it to a client secret of the app registration, or where AWS keeps it"
        );
    }

    #[test]
    fn loopback_needs_no_credential() {
        assert!(start(&[("KUSTO_CLUSTER", LOOPBACK), ("KUSTO_DATABASE", "db"), ("HTTP_AUTHORIZER", "none")]).is_ok());
    }

    #[test]
    fn a_function_that_cannot_work_does_not_start() {
        let file = "[[connection]]\nname = \"a\"\n";
        for (settings, start_of_sentence) in [
            (&[][..], "KUSTO_CLUSTER: no connection is configured; set it to the cluster's URL"),
            (
                &[("KUSTO_CLUSTER", LOOPBACK), ("KUSTO_CONNECTIONS", file)],
                "KUSTO_CONNECTIONS: KUSTO_CLUSTER is set as well",
            ),
            (&[("KUSTO_CONNECTIONS", "/no/such/file")], "KUSTO_CONNECTIONS: /no/such/file cannot be read: "),
            (&[("KUSTO_CONNECTIONS", file)], "KUSTO_CONNECTIONS: the connection file has"),
            (
                &[("KUSTO_CLUSTER", "https://evil.example"), ("KUSTO_DATABASE", "db")],
                "KUSTO_CLUSTER: the cluster's URL cannot be used",
            ),
            (
                &[("KUSTO_CLUSTER", LOOPBACK), ("KUSTO_DATABASE", "db"), ("AZURE_CLIENT_ID", "1")],
                "AZURE_CLIENT_ID: it is set, and a cluster on this machine is never sent a token; leave it unset",
            ),
            (
                &[("KUSTO_CLUSTER", LOOPBACK), ("KUSTO_DATABASE", "db"), ("PROXY_URL", "ftp://x y")],
                "PROXY_URL: the proxy must be a URL such as http://proxy.example:3128",
            ),
            (
                &[("KUSTO_CLUSTER", LOOPBACK), ("KUSTO_DATABASE", "db"), ("EXTRA_CA_FILE", "Cargo.toml")],
                "EXTRA_CA_FILE: the extra root certificates cannot be used",
            ),
            (
                &[("KUSTO_CLUSTER", LOOPBACK), ("KUSTO_DATABASE", "db"), ("EXTRA_CA_FILE", "/no/such/file")],
                "EXTRA_CA_FILE: /no/such/file cannot be read: ",
            ),
        ] {
            let error = start(settings).unwrap_err();
            assert!(error.starts_with(start_of_sentence), "{error}");
        }
    }

    #[test]
    fn nobody_calls_a_cluster_of_the_network_without_an_authorizer() {
        let error = start(&[
            ("KUSTO_CLUSTER", CLUSTER),
            ("KUSTO_DATABASE", "Samples"),
            ("AZURE_TENANT_ID", "t"),
            ("AZURE_CLIENT_ID", "c"),
            ("AZURE_CLIENT_SECRET", "s"),
            ("HTTP_AUTHORIZER", "none"),
        ]);
        assert!(error.unwrap_err().starts_with("HTTP_AUTHORIZER: none is only for clusters on this machine"));
    }

    /// A sink for answers that never come.
    struct Nothing;

    impl Sink for Nothing {
        fn table(&mut self, _: &TableHeader) -> Result<(), LimitReached> {
            panic!("a table came")
        }

        fn row(&mut self, _: &Row<'_>) -> Result<(), LimitReached> {
            panic!("a row came")
        }

        fn forget_rows(&mut self) {}
    }

    fn invocation() -> Invocation {
        Invocation {
            request_id: "1".to_owned(),
            channel: Channel::Direct { inline_limit: 200_000 },
            caller: Caller::Internal,
            caller_token: None,
            media_type: "application/json",
            path: None,
            idempotency_key: None,
            payload: Digest::of(b""),
            deadline: Instant::now() + Duration::from_millis(500),
            cancellation: Cancellation::default(),
        }
    }

    fn query(kusto: &Kusto, text: &str) -> Result<Answer, ActionError> {
        let invocation = invocation();
        let (target, parameters, options) = (Target::default(), Map::new(), Options::default());
        let (on_limit, schema_only) = (OnLimit::Error, false);
        let query = Query { target, text, parameters: &parameters, options: &options, on_limit, schema_only };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(kusto.query("query", query, &invocation, &mut Nothing))
    }

    const TWO: &str = r#"
[[connection]]
name = "own"
cluster = "https://help.kusto.windows.net"
databases = ["Samples"]
credential = { kind = "caller-token" }
callers = ["ada", "bert"]

[[connection]]
name = "app"
cluster = "https://other.kusto.windows.net"
databases = ["Samples"]
credential = { kind = "managed-identity" }
callers = ["ada"]
"#;

    #[track_caller]
    fn connects(caller: &str, name: impl Into<Option<&'static str>>, token: Option<&str>, expected: &str) {
        let kusto = start(&[("KUSTO_CONNECTIONS", TWO), ("HTTP_AUTHORIZER", "jwt")]).unwrap();
        let invocation = Invocation {
            caller: Caller::Gateway(vec![caller.to_owned()]),
            caller_token: token.map(|token| CallerToken::parse(token).unwrap()),
            ..invocation()
        };
        assert!(!format!("{invocation:?}").contains("canary"));
        let target = Target { connection: name.into(), ..Target::default() };
        let said = match kusto.database(target, &invocation) {
            Ok(database) => database.connection().name().to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(said, expected);
    }

    #[test]
    fn a_callers_token_is_taken_where_the_connection_wants_it_and_nowhere_else() {
        let token = Some("eyJh.eyJz.canary");
        connects("ada", "own", token, "own");
        connects("ada", "app", None, "app");
        connects(
            "ada",
            "own",
            None,
            "Unauthorized: connection `own` takes the caller's own token and the call has none; \
             get an access token for https://help.kusto.windows.net/.default and send it as X-Kusto-Authorization: Bearer <token>; \
             in a direct call, as kustoAuthorization in the custom part of the client context",
        );
        connects(
            "ada",
            "app",
            token,
            "BadRequest: connection `app` has a credential of its own and takes no token of the caller; leave the token out",
        );
    }

    #[test]
    fn a_caller_learns_nothing_of_the_connections_of_others() {
        connects("bert", "own", Some("eyJh.eyJz.x"), "own");
        connects(
            "bert",
            "app",
            None,
            "Forbidden: the caller may not use connection `app`; add it to the connection's `callers`",
        );
        connects("ada", "x", None, "BadRequest: there is no connection \"x\"; configured are: own, app");
        connects("bert", "x", None, "BadRequest: there is no connection \"x\"; configured are: own");
        connects("carl", "x", None, "BadRequest: there is no connection \"x\"");
        connects("carl", None, None, "Forbidden: the caller may use no connection; add it to the `callers` of one");
    }

    #[test]
    fn the_only_connection_that_a_caller_may_use_needs_no_name() {
        connects("bert", None, Some("eyJh.eyJz.x"), "own");
        let sentence = "BadRequest: several connections are configured; name one in `connection`: own, app";
        connects("ada", None, None, sentence);
    }

    #[test]
    fn a_refused_query_contacts_nothing() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let cluster = format!("http://{}", listener.local_addr().unwrap());
        let kusto = start(&[("KUSTO_CLUSTER", &cluster), ("KUSTO_DATABASE", "db")]).unwrap();
        for (text, sentence) in [
            ("T\n| join cluster('x').database('y').T on a", "`cluster` in line 2, column 8 is refused: "),
            ("externaldata(a:string)['https://evil.example']", "`externaldata` in line 1, column 1 is refused: "),
            ("database('other').T", "`database(\"other\")` in line 1, column 1 is refused: "),
            ("set notruncation; T", "`set notruncation` in line 1, column 1 is refused: "),
            ("T | evaluate python(typeof(*), '')", "`evaluate python` in line 1, column 5 is refused: "),
        ] {
            let error = query(&kusto, text).unwrap_err();
            assert!(error.message.starts_with(sentence), "{error}");
            assert_eq!(error.error_type.name(), "Forbidden");
            assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "{text}");
        }
        // The way is open: what is allowed arrives.
        assert!(query(&kusto, "database('db').T | evaluate pivot(a)").is_err());
        assert!(listener.accept().is_ok());
    }
}
