//! Where a cluster has records laid down for it: its data management endpoint says so, for a while.

use crate::{
    call::Call,
    client::{COMMAND_PATH, json_headers},
    connection::Database,
    error::{Error, ErrorKind},
    request::client_request_id,
};
use auth::{
    authorization::Authorization,
    cluster_url::ClusterUrl,
    http::HttpClient,
    signed_storage::{SignedStorage, SignedStorageError, StorageKind},
};
use bytes::Bytes;
use kusto_protocol::{
    decoder::Decoder,
    sink::{NamedCells, Selected},
};
use serde_json::json;
use std::{fmt, sync::Arc, time::Duration};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout_at},
};

/// How long the answers are good, as in the SDKs; signatures live longer.
const KEPT_FOR: Duration = Duration::from_secs(3600);
/// Dozens of URLs; a token.
const ANSWER_LIMIT: u64 = 1 << 20;
const PLACE: &str = "its data management endpoint";

/// A cluster's data management endpoint, and what it has said.
pub(crate) struct Staging {
    authorization: Authorization,
    resources: Mutex<Option<Arc<Resources>>>,
}

/// What the cluster hands out. Whoever has it may write to its storage.
pub(crate) struct Resources {
    /// For records; at least one.
    pub(crate) containers: Vec<SignedStorage>,
    /// For messages; at least one.
    pub(crate) queues: Vec<SignedStorage>,
    /// By which the cluster knows who sent a message.
    pub(crate) authorization_context: String,
    asked: Instant,
}

impl Staging {
    pub(crate) fn new(authorization: Authorization) -> Self {
        Self { authorization, resources: Mutex::default() }
    }

    /// What the cluster hands out: what it said before, as long as that is good. Of several who ask at once one is sent.
    pub(crate) async fn resources(
        &self,
        http: &HttpClient,
        database: &Database<'_>,
        deadline: Instant,
    ) -> Result<Arc<Resources>, Error> {
        let client_request_id = client_request_id("ingest");
        let asking = Asking { staging: self, http, database, client_request_id: &client_request_id, deadline };
        let kept = timeout_at(deadline, self.resources.lock()).await;
        let mut kept = kept.map_err(|_| asking.error(ErrorKind::Timeout, "the deadline passed"))?;
        if let Some(resources) = kept.as_ref().filter(|resources| resources.asked.elapsed() < KEPT_FOR) {
            return Ok(resources.clone());
        }
        let resources = Arc::new(asking.resources().await?);
        *kept = Some(resources.clone());
        Ok(resources)
    }

    /// The storage refused what `resources` say: the next ones are asked for, unless that has been done meanwhile.
    pub(crate) async fn forget(&self, resources: &Arc<Resources>) {
        let mut kept = self.resources.lock().await;
        if kept.as_ref().is_some_and(|kept| Arc::ptr_eq(kept, resources)) {
            *kept = None;
        }
    }
}

impl fmt::Debug for Staging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.authorization.cluster())
    }
}

struct Asking<'a> {
    staging: &'a Staging,
    http: &'a HttpClient,
    database: &'a Database<'a>,
    client_request_id: &'a str,
    deadline: Instant,
}

impl Asking<'_> {
    async fn resources(&self) -> Result<Resources, Error> {
        let roots = self.ask(".get ingestion resources", &["ResourceTypeName", "StorageRoot"]).await?;
        let cluster = self.staging.authorization.cluster();
        let of =
            |name, kind| storage(&roots, name, kind, cluster).map_err(|cause| self.error(ErrorKind::BadAnswer, cause));
        let containers = of("TempStorage", StorageKind::Container)?;
        let queues = of("SecuredReadyForAggregationQueue", StorageKind::Queue)?;
        let mut contexts = self.ask(".get kusto identity token", &["AuthorizationContext"]).await?;
        let context = contexts.first_mut().and_then(|row| row.remove("AuthorizationContext"));
        let authorization_context =
            context.ok_or_else(|| self.error(ErrorKind::BadAnswer, "it gives no identity token"))?;
        Ok(Resources { containers, queues, authorization_context, asked: Instant::now() })
    }

    async fn ask(&self, command: &str, columns: &'static [&'static str]) -> Result<Vec<NamedCells>, Error> {
        let body = Bytes::from(json!({ "db": "NetDefaultDB", "csl": command }).to_string());
        let body = |_left: Duration| body.clone();
        let call = Call {
            database: self.database,
            authorization: &self.staging.authorization,
            role: Some("ingestors"),
            endpoint: self.staging.authorization.cluster().endpoint(COMMAND_PATH),
            headers: json_headers(false),
            body: &body,
            reading: true,
            frames: false,
            client_request_id: self.client_request_id,
            deadline: self.deadline,
        };
        let mut rows = Selected::columns(columns);
        let read = async {
            let response = call.send(self.http).await?;
            let mut decoder = Decoder::new(&mut rows);
            call.read(response, ANSWER_LIMIT, |chunk| decoder.feed(chunk)).await?;
            decoder.finish().map_err(|error| call.undecodable(error))
        };
        read.await.map_err(|error| error.at(PLACE))?;
        Ok(rows.into_rows())
    }

    fn error(&self, kind: ErrorKind, cause: impl Into<String>) -> Error {
        Error::new(kind, cause, self.database.connection(), self.client_request_id).at(PLACE)
    }
}

/// What rows of this name say, as far as it may be written to; why not where it is nothing at all.
fn storage(
    roots: &[NamedCells],
    name: &str,
    kind: StorageKind,
    cluster: &ClusterUrl,
) -> Result<Vec<SignedStorage>, String> {
    let of_name = roots.iter().filter(|row| row.get("ResourceTypeName").is_some_and(|found| found == name));
    let urls = of_name.filter_map(|row| row.get("StorageRoot"));
    let (mut usable, mut refused) = (Vec::new(), None);
    for found in urls.map(|url| SignedStorage::parse(url, kind, cluster)) {
        match found {
            Ok(storage) => usable.push(storage),
            Err(error) => refused = Some(error),
        }
    }
    let why = |error: SignedStorageError| format!("nothing is sent to its {name}: {error}");
    if usable.is_empty() { Err(refused.map_or_else(|| format!("it hands out no {name}"), why)) } else { Ok(usable) }
}
