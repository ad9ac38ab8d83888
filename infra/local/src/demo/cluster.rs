//! Where the demo's tables are: in the embedded Kusto, or in a real cluster.

use super::process;
use std::{fmt, fs::File, io, net::SocketAddr, path::Path, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

/// The database of the embedded Kusto, as that of Microsoft's emulator.
pub(crate) const EMBEDDED_DATABASE: &str = "NetDefaultDB";

/// The one connection that the functions get.
pub(crate) const CONNECTION: &str = "demo";

/// A real cluster in place of the embedded one: all of these settings, or none.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct RealCluster {
    /// URL of a real cluster to use in place of the embedded Kusto.
    #[arg(long = "cluster", env = "KUSTO_CLUSTER", hide_env_values = true, requires_all = ["database", "tenant", "client"])]
    cluster: Option<String>,
    /// A database there, in which the demo may create a table.
    #[arg(long, env = "KUSTO_DATABASE", hide_env_values = true, value_name = "KUSTO_DATABASE")]
    database: Option<String>,
    /// Its Entra tenant.
    #[arg(long, env = "AZURE_TENANT_ID", hide_env_values = true, value_name = "AZURE_TENANT_ID")]
    tenant: Option<String>,
    /// The application (client) id; its secret is read from AZURE_CLIENT_SECRET by the functions.
    #[arg(long, env = "AZURE_CLIENT_ID", hide_env_values = true, value_name = "AZURE_CLIENT_ID")]
    client: Option<String>,
}

/// The Kusto that the functions talk to.
#[derive(Debug)]
pub(crate) enum Cluster {
    /// A child process of ours.
    Embedded {
        /// `kusto-local serve`.
        child: Child,
        /// Where it listens.
        url: String,
    },
    /// A real one.
    Real {
        /// Its URL.
        url: String,
        /// Which database.
        database: String,
        /// Whose credential.
        tenant: String,
        /// Which application.
        client: String,
    },
}

impl Cluster {
    /// The real cluster where one is set, else an embedded one that listens on `address` and logs to the file `log`.
    pub(crate) async fn start(real: &RealCluster, address: SocketAddr, log: &Path) -> io::Result<Self> {
        match real.clone() {
            RealCluster {
                cluster: Some(url),
                database: Some(database),
                tenant: Some(tenant),
                client: Some(client),
            } => Ok(Self::Real { url, database, tenant, client }),
            _ => embedded(address, log).await,
        }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        match self {
            Self::Embedded { url, .. } | Self::Real { url, .. } => url,
        }
    }

    /// The database that holds the tables.
    pub(crate) fn database(&self) -> &str {
        match self {
            Self::Embedded { .. } => EMBEDDED_DATABASE,
            Self::Real { database, .. } => database,
        }
    }

    /// Whether everything stays on this machine, so that an HTTP event needs nobody who vouches for its caller.
    pub(crate) fn is_embedded(&self) -> bool {
        matches!(self, Self::Embedded { .. })
    }

    /// The connection file for it.
    pub(crate) fn connection_file(&self) -> String {
        let (url, database) = (toml_text(self.url()), toml_text(self.database()));
        let credential = match self {
            Self::Embedded { .. } => "kind = \"none\"".to_owned(),
            Self::Real { tenant, client, .. } => format!(
                "kind = \"client-secret\", tenant = {}, client_id = {}, secret = \"env:AZURE_CLIENT_SECRET\"",
                toml_text(tenant),
                toml_text(client)
            ),
        };
        format!(
            "# Written by the demo; overwritten each time.\n\
             [[connection]]\n\
             name = \"{CONNECTION}\"\n\
             cluster = {url}\n\
             databases = [{database}]\n\
             credential = {{ {credential} }}\n\
             # What `ingest` needs for a table of the request and for `createTable`, and a command for `async-command`.\n\
             commands = [\"show\", \"ingest\", \"create-merge\", \"create-or-alter\", \"alter\", \"set-or-append\"]\n"
        )
    }

    /// Ends what was started.
    pub(crate) async fn end(self) {
        if let Self::Embedded { child, .. } = self {
            process::end(child).await;
        }
    }
}

impl fmt::Display for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_embedded() { "embedded Kusto" } else { "cluster" };
        write!(f, "{kind} {}, database {}", self.url(), self.database())
    }
}

/// Starts `kusto-local serve`, which is this program, and waits until it says where it listens.
async fn embedded(address: SocketAddr, log: &Path) -> io::Result<Cluster> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["serve", "--listen", &address.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(log)?)
        // A Ctrl-C at the terminal is for us, and we end it.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    let silent =
        || io::Error::other(format!("the embedded Kusto does not listen on {address}; its log is {}", log.display()));
    let mut lines = BufReader::new(child.stdout.take().ok_or_else(silent)?).lines();
    let line = lines.next_line().await?.ok_or_else(silent)?;
    let url = line.split_whitespace().find(|word| word.starts_with("http://")).ok_or_else(silent)?;
    let url = url.trim_end_matches(['/', ',', '.']).to_owned();
    // Whoever closes the pipe makes its next line an error.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Ok(Cluster::Embedded { child, url })
}

/// `text` as a TOML string.
fn toml_text(text: &str) -> String {
    toml::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::Cluster;

    #[test]
    fn the_file_of_a_real_cluster_names_the_secret_and_does_not_hold_it() {
        let cluster = Cluster::Real {
            url: "https://help.kusto.windows.net".to_owned(),
            database: "Samples \"2\"".to_owned(),
            tenant: "contoso.com".to_owned(),
            client: "00000000-0000-0000-0000-000000000001".to_owned(),
        };
        insta::assert_snapshot!(cluster.connection_file());
    }
}
