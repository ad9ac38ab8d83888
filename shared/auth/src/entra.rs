//! azure_identity on our own transport: its credentials, nothing of its network stack.

use crate::{
    credential::{AwsFederated, ClientSecret},
    endpoint::Endpoint,
    http::{HttpClient, HttpError},
    login::Login,
    secret,
    web_identity::WebIdentity,
};
use async_trait::async_trait;
use azure_core::{
    cloud::CustomConfiguration,
    credentials::{Secret, TokenCredential},
    error::ErrorKind,
    http::{AsyncRawResponse, Body, ClientOptions, Request, RetryOptions, Transport, headers::Headers},
};
use azure_identity::{
    ClientAssertionCredential, ClientAssertionCredentialOptions, ClientSecretCredential, ClientSecretCredentialOptions,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use std::sync::Arc;

/// A token response has some KiB.
const TOKEN_RESPONSE_LIMIT: usize = 256 * 1024;

/// The application's credential by its `secret`.
pub(crate) fn client_secret(
    configured: &ClientSecret,
    secret: &secret::Secret,
    login: &Login,
    http: HttpClient,
) -> azure_core::Result<Arc<dyn TokenCredential>> {
    let options = ClientSecretCredentialOptions { client_options: client_options(login, http) };
    let secret = Secret::new(secret.expose().to_owned());
    let client_id = configured.client_id.as_str().to_owned();
    Ok(ClientSecretCredential::new(configured.tenant.as_str(), client_id, secret, Some(options))?)
}

/// The application's credential by what AWS says of the function.
pub(crate) fn aws_federated(
    configured: &AwsFederated,
    login: &Login,
    http: HttpClient,
) -> azure_core::Result<Arc<dyn TokenCredential>> {
    let options = ClientAssertionCredentialOptions { client_options: client_options(login, http.clone()) };
    let (role, audience) = (configured.role.clone(), configured.audience.clone());
    let (tenant, client_id) = (configured.tenant.as_str().to_owned(), configured.client_id.as_str().to_owned());
    Ok(ClientAssertionCredential::new(tenant, client_id, WebIdentity { role, audience, http }, Some(options))?)
}

/// To the authority of `login` through `http`, retrying nothing.
fn client_options(login: &Login, http: HttpClient) -> ClientOptions {
    let mut cloud = CustomConfiguration::default();
    login.authority.clone_into(&mut cloud.authority_host);
    ClientOptions {
        transport: Some(Transport::new(Arc::new(EntraTransport { http, authority: login.authority }))),
        retry: RetryOptions::none(),
        cloud: Some(Arc::new(cloud.into())),
        ..ClientOptions::default()
    }
}

/// A status of the authority that neither grants nor refuses.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("HTTP status {0}")]
pub(crate) struct LoginStatus(pub(crate) u16);

/// Sends what azure_identity asks to one authority and to nothing else.
#[derive(Debug)]
struct EntraTransport {
    http: HttpClient,
    authority: &'static str,
}

#[async_trait]
impl azure_core::http::HttpClient for EntraTransport {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        if request.url().origin().ascii_serialization() != self.authority
            || request.method() != azure_core::http::Method::Post
        {
            return Err(azure_core::Error::with_message(ErrorKind::Other, "not a request to the authority"));
        }
        let Body::Bytes(body) = request.body() else {
            return Err(azure_core::Error::with_message(ErrorKind::Other, "not a request for a token"));
        };
        let endpoint = Endpoint::trusted(request.url().clone());
        let response = self.http.send(Method::POST, &endpoint, headers(request), body.clone()).await.map_err(unsent)?;
        let status = response.status();
        if !(status.is_success() || status.is_client_error()) || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(azure_core::Error::new(ErrorKind::Other, LoginStatus(status.as_u16())));
        }
        let body = response.body(TOKEN_RESPONSE_LIMIT).await.map_err(unsent)?;
        Ok(AsyncRawResponse::from_bytes(status.as_u16().into(), Headers::new(), Bytes::from(body)))
    }
}

fn unsent(error: HttpError) -> azure_core::Error {
    let kind = if error.nothing_was_sent() { ErrorKind::Connection } else { ErrorKind::Io };
    azure_core::Error::new(kind, error)
}

pub(crate) fn headers(request: &Request) -> HeaderMap {
    let pairs = request.headers().iter().filter_map(|(name, value)| {
        Some((HeaderName::try_from(name.as_str()).ok()?, HeaderValue::try_from(value.as_str()).ok()?))
    });
    pairs.collect()
}
