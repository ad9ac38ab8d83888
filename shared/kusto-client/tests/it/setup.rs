//! What most tests start from.

use crate::fake::Fake;
use auth::{
    cluster_url::ClusterUrl,
    credential::{ClientId, ClientSecret, Credential, TenantId},
    http::{HttpClient, HttpSettings},
    secret::Secret,
};
use flate2::{Compression, write::GzEncoder};
use kusto_client::{client::Client, connection::Connections, toml_reader::FileError};
use kusto_protocol::{
    cell::Row,
    sink::{LimitReached, Sink, TableHeader},
};
use std::{io::Write, time::Duration};
use tokio::time::Instant;

/// A query's answer of two rows.
pub(crate) const TWO_ROWS: &str = r#"[{"FrameType":"DataSetHeader","IsProgressive":false,"Version":"v2.0"},{"FrameType":"DataTable","TableId":0,"TableKind":"PrimaryResult","TableName":"PrimaryResult","Columns":[{"ColumnName":"n","ColumnType":"long"},{"ColumnName":"t","ColumnType":"string"}],"Rows":[[1,"one"],[2,"two"]]},{"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":false}]"#;

/// A management command's answer of one row.
pub(crate) const ONE_ROW_V1: &str = r#"{"Tables":[{"TableName":"Table_0","Columns":[{"ColumnName":"a","DataType":"String","ColumnType":"string"}],"Rows":[["x"]]}]}"#;

/// Collects rows as text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Rows(pub(crate) Vec<String>);

impl Sink for Rows {
    fn table(&mut self, _table: &TableHeader) -> Result<(), LimitReached> {
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached> {
        self.0.push(row.cells().map(|cell| cell.raw().to_owned()).collect::<Vec<_>>().join(","));
        Ok(())
    }

    fn forget_rows(&mut self) {
        self.0.clear();
    }
}

/// A client of one loopback connection `local` to `fake`, with `more` lines for it.
pub(crate) fn local(fake: &Fake, more: &str) -> Client {
    let file = format!(
        "[[connection]]\nname = \"local\"\ncluster = \"{}\"\ndatabases = [\"db\"]\ncredential = {{ kind = \"none\" }}\n{more}",
        fake.url()
    );
    Client::new(HttpClient::new(&HttpSettings::default()).unwrap(), from_toml(&file).unwrap())
}

/// A client of https://help.kusto.windows.net with a client secret, everything through `fake`, which a root vouches for.
pub(crate) fn remote(fake: &Fake, root: Vec<u8>) -> Client {
    remote_to("https://help.kusto.windows.net", fake, root)
}

pub(crate) fn remote_to(cluster: &str, fake: &Fake, root: Vec<u8>) -> Client {
    remote_in(cluster, "Samples", fake, root)
}

pub(crate) fn remote_in(cluster: &str, database: &str, fake: &Fake, root: Vec<u8>) -> Client {
    let (tenant, client_id) =
        (TenantId::parse("contoso.onmicrosoft.com").unwrap(), ClientId::parse("11111111-2222").unwrap());
    let secret = ClientSecret { tenant, client_id, secret: Secret::new("s3cret-canary").into() };
    let cluster = ClusterUrl::parse(cluster).unwrap();
    let connections = Connections::single(cluster, database, Credential::ClientSecret(secret)).unwrap();
    let settings = HttpSettings { proxy: Some(fake.url()), extra_roots: Some(root) };
    Client::new(HttpClient::new(&settings).unwrap(), connections)
}

pub(crate) fn from_toml(file: &str) -> Result<Connections, FileError> {
    Connections::from_toml(file, &|name| (name == "SECRET").then(|| "s3cret-canary".to_owned()))
}

/// Long enough for every answer on loopback.
pub(crate) fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

/// Makes the waits between requests short: the first numbers that the seed gives are small ones.
pub(crate) fn hurry() {
    let quick = |seed: &u64| {
        let mut random = fastrand::Rng::with_seed(*seed);
        random.u64(0..=1000) < 5 && random.u64(0..=2000) < 10
    };
    fastrand::seed((0..).find(quick).unwrap());
}

pub(crate) fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_ref()).unwrap();
    encoder.finish().unwrap()
}
