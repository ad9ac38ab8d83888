//! The connections that the settings configure: a connection file, or the variables of a single one.

use crate::{
    outbound::document,
    settings::{Settings, SettingsError},
};
use auth::{
    cluster_url::ClusterUrl,
    credential::{ClientId, ClientSecret, Credential, TenantId},
    stored_secret::SecretSource,
};
use kusto_client::connection::Connections;

/// The variables of a single connection beside `KUSTO_CLUSTER`, and what each is to be set to.
const SINGLE: [(&str, &str); 4] = [
    ("KUSTO_DATABASE", "the name of the database"),
    ("AZURE_TENANT_ID", "the tenant id of the app registration"),
    ("AZURE_CLIENT_ID", "the application (client) id of the app registration"),
    ("AZURE_CLIENT_SECRET", "a client secret of the app registration, or where AWS keeps it"),
];

/// The connections of `KUSTO_CONNECTIONS`, or the single one of `KUSTO_CLUSTER`.
pub(crate) fn connections(settings: &Settings) -> Result<Connections, SettingsError> {
    match (settings.get("KUSTO_CONNECTIONS"), settings.get("KUSTO_CLUSTER")) {
        (Some(_), Some(_)) => Err(SettingsError::new(
            "KUSTO_CONNECTIONS",
            "KUSTO_CLUSTER is set as well; set one of them: the file for several connections, the other for a single one",
        )),
        (Some(_), None) => connection_file(settings),
        (None, Some(cluster)) => single_connection(cluster, settings),
        (None, None) => Err(SettingsError::new(
            "KUSTO_CLUSTER",
            "no connection is configured; set it to the cluster's URL, such as https://help.kusto.windows.net, with KUSTO_DATABASE, \
             AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; or set KUSTO_CONNECTIONS to a connection file",
        )),
    }
}

fn connection_file(settings: &Settings) -> Result<Connections, SettingsError> {
    let text = document(settings, "KUSTO_CONNECTIONS")?.unwrap_or_default();
    let lookup = |name: &str| settings.get(name).map(str::to_owned);
    Connections::from_toml(&text, &lookup).map_err(|error| SettingsError::new("KUSTO_CONNECTIONS", error))
}

fn single_connection(cluster: &str, settings: &Settings) -> Result<Connections, SettingsError> {
    let cluster = ClusterUrl::parse(cluster)
        .map_err(|error| SettingsError::new("KUSTO_CLUSTER", format!("the cluster's URL cannot be used: {error}")))?;
    let missing = |name, what| SettingsError::new(name, format!("it is missing; set it to {what}"));
    let values = SINGLE.map(|(name, what)| settings.get(name).ok_or_else(|| missing(name, what)));
    let (database, credential) = match values {
        [database, _, Err(_), _] if cluster.is_loopback() => (database?, Credential::None),
        _ if cluster.is_loopback() => {
            return Err(SettingsError::new(
                "AZURE_CLIENT_ID",
                "it is set, and a cluster on this machine is never sent a token; leave it unset",
            ));
        }
        [Ok(database), Ok(tenant), Ok(client_id), Ok(secret)] => {
            (database, client_secret(tenant, client_id, secret, settings)?)
        }
        values => return Err(SettingsError::all(values.into_iter().filter_map(Result::err))),
    };
    Connections::single(cluster, database, credential).map_err(|error| SettingsError::new("KUSTO_CLUSTER", error))
}

fn client_secret(
    tenant: &str,
    client_id: &str,
    secret: &str,
    settings: &Settings,
) -> Result<Credential, SettingsError> {
    let tenant = TenantId::parse(tenant).map_err(|error| SettingsError::new("AZURE_TENANT_ID", error))?;
    let client_id = ClientId::parse(client_id).map_err(|error| SettingsError::new("AZURE_CLIENT_ID", error))?;
    let lookup = |name: &str| settings.get(name).map(str::to_owned);
    let secret = SecretSource::of_setting(secret, &lookup);
    let secret = secret.map_err(|error| SettingsError::new("AZURE_CLIENT_SECRET", error))?;
    Ok(Credential::ClientSecret(ClientSecret { tenant, client_id, secret }))
}
