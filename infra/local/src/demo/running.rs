//! Everything up: a Kusto, the functions, and the settings that tie them together.

use super::{
    cluster::{CONNECTION, Cluster, RealCluster},
    functions::Functions,
    steps::{Cause, StepError, Steps},
};
use crate::api::serve;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
};

/// The recipients that the demo's mails may have, none of which exists (RFC 2606).
const ALLOWED_RECIPIENTS: &str = "@example.com";

/// The sender of the demo's mails.
const SENDER: &str = "reports@example.com";

/// The most bytes of a direct reply: what Lambda can carry. More goes to the store.
const INLINE_LIMIT: &str = "6000000";

/// What to start, and where.
#[derive(Debug, clap::Args)]
pub(super) struct Setup {
    #[command(flatten)]
    pub(crate) real: RealCluster,
    /// The cargo-lambda program.
    #[arg(long, default_value = "cargo-lambda")]
    cargo_lambda: PathBuf,
    /// Folder for everything that is written.
    #[arg(long, default_value = "target")]
    target: PathBuf,
}

/// The ports that a person may want to know beforehand; 0 for any.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ports {
    pub(crate) kusto: u16,
    pub(crate) functions: u16,
    pub(crate) api: u16,
}

/// The running parts and the folder of what they make.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) cluster: Cluster,
    pub(crate) functions: Functions,
    /// The URL of what stands in front of the functions.
    pub(crate) api: String,
    /// Absolute, emptied at the start.
    pub(crate) folder: PathBuf,
}

impl Setup {
    /// Starts everything. `name` becomes the folder below `target`; mails may go to `recipients` too.
    pub(crate) async fn start(
        &self,
        name: &str,
        ports: Ports,
        recipients: &[String],
        steps: &Steps,
    ) -> Result<Running, StepError> {
        let prepared = async {
            free(ports.kusto, "--kusto-port")?;
            free(ports.functions, "--functions-port")?;
            free(ports.api, "--api-port")?;
            Ok(empty_folder(&self.target.join(name))?)
        };
        let folder = steps.run("ports, folder", prepared).await?;
        let log = folder.join("kusto.log");
        let cluster = Cluster::start(&self.real, loopback(ports.kusto), &log);
        let cluster = steps.run("Kusto", async { Ok(cluster.await?) }).await?;
        steps.say(format_args!("  {cluster}"));
        let (functions, api) = match steps.run("functions", self.functions(&cluster, ports, recipients, &folder)).await
        {
            Ok(running) => running,
            Err(error) => {
                cluster.end().await;
                return Err(error);
            }
        };
        steps.say(format_args!("  {}, log {}", functions.url(), functions.log().display()));
        Ok(Running { cluster, functions, api, folder })
    }

    async fn functions(
        &self,
        cluster: &Cluster,
        ports: Ports,
        recipients: &[String],
        folder: &Path,
    ) -> Result<(Functions, String), Cause> {
        let listener = tokio::net::TcpListener::bind(loopback(ports.api)).await?;
        let api = format!("http://{}", listener.local_addr()?);
        let connections = folder.join("connections.toml");
        std::fs::write(&connections, cluster.connection_file())?;
        std::fs::create_dir(folder.join("mail"))?;
        std::fs::create_dir(folder.join("store"))?;
        let mut settings = BTreeMap::from([
            ("KUSTO_CONNECTIONS", connections.display().to_string()),
            ("MAIL_URL", format!("file://{}", folder.join("mail").display())),
            ("MAIL_FROM", SENDER.to_owned()),
            ("MAIL_ALLOWED_RECIPIENTS", [&[ALLOWED_RECIPIENTS.to_owned()], recipients].concat().join(",")),
            ("STORE_URL", format!("file://{}", folder.join("store").display())),
            ("INLINE_LIMIT", INLINE_LIMIT.to_owned()),
            ("LOG_LEVEL", "info".to_owned()),
            ("RESULT_URL", format!("{api}/result")),
            ("AWS_ENDPOINT_URL_LAMBDA", api.clone()),
        ]);
        // A function signs its call of itself; nobody here looks at the signature.
        for (name, value) in
            [("AWS_REGION", "local-1"), ("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local")]
        {
            if std::env::var_os(name).is_none() {
                settings.insert(name, value.to_owned());
            }
        }
        if cluster.is_embedded() {
            settings.insert("HTTP_AUTHORIZER", "none".to_owned());
        }
        let log = folder.join("functions.log");
        let functions = Functions::start(&self.cargo_lambda, loopback(ports.functions), &settings, &log).await?;
        // It ends with this process.
        tokio::spawn(serve(listener, functions.url()));
        Ok((functions, api))
    }
}

impl Running {
    /// A request of the demo's connection and database, with these further fields.
    pub(crate) fn request(&self, fields: Value) -> Value {
        let mut request = serde_json::json!({ "connection": CONNECTION, "database": self.cluster.database() });
        if let (Some(request), Value::Object(fields)) = (request.as_object_mut(), fields) {
            request.extend(fields);
        }
        request
    }

    /// Writes `content` to the file `name` of the folder.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> io::Result<()> {
        std::fs::write(self.folder.join(name), content)
            .map_err(|error| io::Error::new(error.kind(), format!("{name} cannot be written: {error}")))
    }

    /// Ends everything that was started.
    pub(crate) async fn end(self) {
        self.functions.end().await;
        self.cluster.end().await;
    }
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

/// Checks that nothing listens on `port` yet; before anything is emptied that may be in use too.
fn free(port: u16, option: &str) -> Result<(), Cause> {
    let bound = TcpListener::bind(loopback(port));
    bound.map(drop).map_err(|error| format!("port {port} cannot be used: {error}; choose another with {option}").into())
}

/// The folder `path`, absolute and empty.
fn empty_folder(path: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    if path.exists() {
        std::fs::remove_dir_all(&path)?;
    }
    std::fs::create_dir_all(&path)?;
    Ok(path)
}
