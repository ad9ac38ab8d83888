//! What is looked at when a connection is checked: its parts one by one, each without the next.

use crate::{client::Client, connection::Connection, error::Error, request::Request};
use auth::{
    authorization_error::AuthorizationError, caller_token::CallerToken, cluster_kind::ClusterKind, endpoint::Endpoint,
    http::HttpError, principal::Principal,
};
use bytes::Bytes;
use http::{HeaderMap, Method};
use kusto_protocol::sink::{NamedCells, Selected};
use std::net::IpAddr;
use tokio::time::Instant;

/// What every cluster answers without a token, if only that there is no such thing.
const OPEN_PATH: &str = "/v1/rest/auth/metadata";

impl Client {
    /// The addresses of the cluster's host; none where a proxy looks names up.
    ///
    /// # Errors
    /// [`HttpError::Name`] where it has none.
    pub async fn look_up(&self, connection: &Connection) -> Result<Option<Vec<IpAddr>>, HttpError> {
        self.http().look_up(&open(connection)).await
    }

    /// Connects to the cluster, with TLS unless it is on this machine, and waits for any answer to a request without a token.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn connect(&self, connection: &Connection) -> Result<(), HttpError> {
        self.http().send(Method::GET, &open(connection), HeaderMap::new(), Bytes::new()).await.map(|_| ())
    }

    /// For whom the connection's token is: the next request is sent with the same one. None without a credential, or where the token
    /// does not say.
    ///
    /// # Errors
    /// Where no token can be had.
    pub async fn principal(
        &self,
        connection: &Connection,
        caller: Option<&CallerToken>,
    ) -> Result<Option<Principal>, AuthorizationError> {
        let bearer = connection.authorization().bearer(self.http(), caller).await?;
        Ok(bearer.and_then(|bearer| bearer.principal()))
    }

    /// The databases that the connection's principal sees, each with its pretty name, which is mostly empty. It is asked of the cluster,
    /// so that it works where the connection's own database does not exist.
    ///
    /// # Errors
    /// Where there is no complete answer.
    pub async fn databases(
        &self,
        connection: &Connection,
        caller: Option<&CallerToken>,
        deadline: Instant,
    ) -> Result<Vec<(String, String)>, Error> {
        let cluster = connection.of_the_cluster().on_behalf_of(caller.cloned());
        let mut request = Request::new(&cluster, ".show databases", "check-connection", deadline);
        request.read_only = true;
        let mut names = Selected::columns(&["DatabaseName", "PrettyName"]);
        self.command(&request, &mut names).await?;
        let text = |row: &mut NamedCells, column| row.remove(column).unwrap_or_default();
        let names = names.into_rows().into_iter();
        Ok(names.map(|mut row| (text(&mut row, "DatabaseName"), text(&mut row, "PrettyName"))).collect())
    }
}

fn open(connection: &Connection) -> Endpoint {
    let path = match connection.kind() {
        // It has no metadata.
        ClusterKind::DataLake => "/",
        _ => OPEN_PATH,
    };
    connection.cluster().host_endpoint(path)
}
