//! Connections with every kind of credential that works on Lambda, to a cluster in a network of ours.

use std::fmt::Write;
use tests::{
    cloud::{ARN, CLUSTER, SECRET},
    lambda::Function,
    network::Network,
};

/// A kind of credential, as a connection file writes it.
#[derive(Clone, Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    credential: String,
}

const APPLICATION: &str = r#"tenant = "contoso.onmicrosoft.com", client_id = "11111111-2222""#;

/// A client secret by this reference.
fn client_secret(name: &'static str, reference: &str) -> Kind {
    let credential = format!(r#"{{ kind = "client-secret", {APPLICATION}, secret = "{reference}" }}"#);
    Kind { name, credential }
}

pub(crate) fn secret_at_hand() -> Kind {
    client_secret("client-secret", "env:KUSTO_SECRET")
}

pub(crate) fn secret_of_secrets_manager() -> Kind {
    client_secret("client-secret of Secrets Manager", &format!("aws-secret:{ARN}"))
}

pub(crate) fn secret_of_systems_manager() -> Kind {
    client_secret("client-secret of Systems Manager", "aws-ssm:/kusto")
}

pub(crate) fn aws_federated() -> Kind {
    Kind { name: "aws-federated", credential: format!(r#"{{ kind = "aws-federated", {APPLICATION} }}"#) }
}

pub(crate) fn managed_identity() -> Kind {
    Kind { name: "managed-identity", credential: r#"{ kind = "managed-identity" }"#.to_owned() }
}

/// A function with one connection to `cluster`, with a credential of this kind; what the machine's identity endpoint is, where there
/// is one.
pub(crate) fn function(action: &str, cluster: &str, kind: &Kind, network: &Network, identity: &str) -> Function {
    let mut file = String::new();
    let commands = r#"["show", "ingest", "create-merge", "create-or-alter", "alter"]"#;
    write!(
        file,
        "[[connection]]\nname = \"soc\"\ncluster = \"https://{cluster}\"\ndatabases = [\"Samples\"]\ncommands = {commands}\ncredential = {}\n",
        kind.credential
    )
    .unwrap();
    let settings = network.settings(&[
        ("KUSTO_CONNECTIONS", &file),
        ("KUSTO_SECRET", SECRET),
        ("HTTP_AUTHORIZER", "jwt"),
        ("IDENTITY_ENDPOINT", identity),
        ("IDENTITY_HEADER", "header-canary"),
    ]);
    Function::start(action, &settings)
}

/// The query function with a connection to [`CLUSTER`].
pub(crate) fn query(kind: &Kind, network: &Network) -> Function {
    function("query", CLUSTER, kind, network, "")
}
