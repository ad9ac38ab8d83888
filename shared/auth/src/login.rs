//! Which cloud a cluster belongs to, and for which resource its tokens are, by the cluster's own metadata.

use crate::{
    authorization_error::AuthorizationError,
    cluster_url::ClusterUrl,
    http::{HttpClient, Response},
    trusted_hosts::{CLOUDS, Cloud, cloud_of_login},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header::ACCEPT};
use serde::Deserialize;
use url::Url;

/// Always at the root of the host.
const METADATA_PATH: &str = "/v1/rest/auth/metadata";
/// The documents seen have less than 1 KiB.
const METADATA_LIMIT: usize = 64 * 1024;
/// The resource where the metadata names none, as in the Kusto SDKs.
pub(crate) const DEFAULT_RESOURCE: &str = "https://kusto.kusto.windows.net";

/// Where a cluster's tokens come from and what they are for.
#[derive(Debug)]
pub(crate) struct Login {
    /// The login endpoint, one of the embedded list.
    pub(crate) authority: &'static str,
    /// The scope to ask for.
    pub(crate) scope: String,
}

#[derive(Default, Deserialize)]
struct Metadata {
    #[serde(rename = "AzureAD")]
    entra: Option<EntraMetadata>,
}

#[derive(Default, Deserialize)]
struct EntraMetadata {
    #[serde(rename = "LoginEndpoint")]
    login: Option<String>,
    #[serde(rename = "KustoServiceResourceId")]
    resource: Option<String>,
}

/// Asks the cluster, whose host is on the lists of some cloud, and believes only an answer of the cloud it is listed for.
pub(crate) async fn discover(http: &HttpClient, cluster: &ClusterUrl) -> Result<Login, AuthorizationError> {
    let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    let endpoint = cluster.host_endpoint(METADATA_PATH);
    let response = http.send(Method::GET, &endpoint, headers, Bytes::new()).await;
    let metadata = read(response.map_err(AuthorizationError::MetadataUnreachable)?).await?;
    let entra = metadata.entra.unwrap_or_default();
    let cloud = match &entra.login {
        Some(login) => cloud_of_login(login).ok_or(AuthorizationError::UntrustedLogin)?,
        None => &CLOUDS[0],
    };
    let rule = cluster.rule_in(cloud).ok_or(AuthorizationError::UntrustedLogin)?;
    let resource = resource(cluster, cloud, rule, entra.resource)?;
    Ok(Login { authority: cloud.login, scope: format!("{resource}/.default") })
}

async fn read(response: Response) -> Result<Metadata, AuthorizationError> {
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return Ok(Metadata::default()),
        status => return Err(AuthorizationError::MetadataStatus(status.as_u16())),
    }
    let body = response.body(METADATA_LIMIT).await.map_err(AuthorizationError::MetadataUnreachable)?;
    if body.is_empty() {
        return Ok(Metadata::default());
    }
    serde_json::from_slice(&body).map_err(|_| AuthorizationError::MetadataMalformed)
}

/// A cluster's own origin is the audience of its tokens, so that no other cluster can replay one. The proxies and other products that
/// speak Kusto are not registered by name: they say what their resource is, which must be in the same cloud.
fn resource(
    cluster: &ClusterUrl,
    cloud: &Cloud,
    rule: &str,
    announced: Option<String>,
) -> Result<String, AuthorizationError> {
    if rule.starts_with(".kusto.") {
        return Ok(cluster.as_str().to_owned());
    }
    let Some(resource) = announced else { return Ok(DEFAULT_RESOURCE.to_owned()) };
    let url = Url::parse(&resource).map_err(|_| AuthorizationError::UntrustedResource)?;
    let trusted = url.scheme() == "https" && url.host_str().is_some_and(|host| cloud.rule(host).is_some());
    if !trusted {
        return Err(AuthorizationError::UntrustedResource);
    }
    Ok(url.origin().ascii_serialization())
}
