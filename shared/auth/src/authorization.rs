//! Tokens for one cluster: got once, kept as long as they are good, given up when the cluster refuses them.

use crate::{
    cluster_url::ClusterUrl,
    credential::{Credential, CredentialError},
    entra::{self, LoginStatus},
    http::{HttpClient, HttpError},
    login,
};
use azure_core::credentials::TokenCredential;
use http::HeaderValue;
use std::{error::Error, fmt, sync::Arc};
use tokio::sync::Mutex;

/// Authorizes requests to one cluster. It lives as long as its connection, so that many requests share one token.
pub struct Authorization {
    cluster: ClusterUrl,
    credential: Credential,
    source: Mutex<Source>,
}

/// Where tokens come from at present; `built` counts how often that has been set up.
#[derive(Default)]
struct Source {
    current: Option<Tokens>,
    built: u64,
}

#[derive(Clone)]
struct Tokens {
    credential: Arc<dyn TokenCredential>,
    scope: Arc<str>,
}

/// The value of an `Authorization` header.
#[derive(Clone)]
pub struct Bearer {
    value: HeaderValue,
    built: u64,
}

/// Why there is no token. The text holds neither secret nor token nor what the authority wrote.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationError {
    /// The cluster does not answer.
    #[error("its authentication metadata cannot be read: {0}")]
    MetadataUnreachable(#[source] HttpError),
    /// The cluster answers neither metadata nor that it has none.
    #[error("its authentication metadata cannot be read: HTTP status {0}")]
    MetadataStatus(u16),
    /// The metadata is no JSON object.
    #[error("its authentication metadata is not what a Kusto cluster answers")]
    MetadataMalformed,
    /// The metadata names a login endpoint that is not the one of the cluster's cloud.
    #[error(
        "its authentication metadata names a login endpoint that is not the one of its cloud; no token was asked for"
    )]
    UntrustedLogin,
    /// The metadata names a resource that is no Kusto one.
    #[error("its authentication metadata names a resource outside its cloud; no token was asked for")]
    UntrustedResource,
    /// The authority does not answer.
    #[error("the login endpoint cannot be reached: {0}")]
    LoginUnreachable(#[source] HttpError),
    /// The authority neither grants nor refuses.
    #[error("the login endpoint answers HTTP status {0}")]
    LoginStatus(u16),
    /// The authority refused the credential.
    #[error("Entra refused the credential{}: {}", code_text(code.as_deref()), advice(code.as_deref()))]
    Refused {
        /// Entra's number, such as `7000215`.
        code: Option<String>,
    },
    /// What the authority answered is no token.
    #[error("the login endpoint answered something that is not a token")]
    LoginMalformed,
}

impl AuthorizationError {
    /// Whether the same may succeed later: the network or a server failed, nobody refused.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::MetadataUnreachable(_) | Self::LoginUnreachable(_) => true,
            Self::MetadataStatus(status) | Self::LoginStatus(status) => *status == 429 || *status >= 500,
            _ => false,
        }
    }
}

impl Authorization {
    /// For requests to `cluster` with `credential`. Nothing is contacted before the first [`Self::bearer`].
    ///
    /// # Errors
    /// Where a token would travel in clear, or a cluster on the network would get none.
    pub fn new(cluster: ClusterUrl, credential: Credential) -> Result<Self, CredentialError> {
        match (&credential, cluster.is_loopback()) {
            (Credential::None, false) => Err(CredentialError::NoneOnTheNetwork),
            (Credential::ClientSecret(_), true) => Err(CredentialError::PlainHttp),
            _ => Ok(Self { cluster, credential, source: Mutex::default() }),
        }
    }

    /// The cluster.
    pub fn cluster(&self) -> &ClusterUrl {
        &self.cluster
    }

    /// The credential.
    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// The header for the next request; none where the credential is `none`.
    ///
    /// # Errors
    /// Where no token can be had.
    pub async fn bearer(&self, http: &HttpClient) -> Result<Option<Bearer>, AuthorizationError> {
        let Some((tokens, built)) = self.tokens(http).await? else { return Ok(None) };
        let token = tokens.credential.get_token(&[&tokens.scope], None).await.map_err(|error| refusal(&error))?;
        let token = Some(token.token.secret()).filter(|token| !token.is_empty());
        let value = token.and_then(|token| HeaderValue::try_from(format!("Bearer {token}")).ok());
        let mut value = value.ok_or(AuthorizationError::LoginMalformed)?;
        value.set_sensitive(true);
        Ok(Some(Bearer { value, built }))
    }

    /// The cluster refused `bearer`: the next one comes from a credential that is set up anew. Of several requests that were refused
    /// with the same credential only the first has an effect.
    pub async fn give_up(&self, bearer: &Bearer) {
        let mut source = self.source.lock().await;
        if source.built == bearer.built {
            source.current = None;
        }
    }

    async fn tokens(&self, http: &HttpClient) -> Result<Option<(Tokens, u64)>, AuthorizationError> {
        let Credential::ClientSecret(configured) = &self.credential else { return Ok(None) };
        let mut source = self.source.lock().await;
        if let Some(tokens) = &source.current {
            return Ok(Some((tokens.clone(), source.built)));
        }
        let login = login::discover(http, &self.cluster).await?;
        let credential = entra::client_secret(configured, &login, http.clone())?;
        let tokens = Tokens { credential, scope: login.scope.into() };
        source.built += 1;
        source.current = Some(tokens.clone());
        Ok(Some((tokens, source.built)))
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization")
            .field("cluster", &self.cluster)
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}

impl Bearer {
    /// The value of the header, marked as sensitive.
    pub fn header(&self) -> HeaderValue {
        self.value.clone()
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer ***")
    }
}

/// What azure_identity's error comes from: our own transport, or the authority's refusal.
fn refusal(error: &azure_core::Error) -> AuthorizationError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<HttpError>() {
            return AuthorizationError::LoginUnreachable(error.clone());
        }
        if let Some(status) = error.downcast_ref::<LoginStatus>() {
            return AuthorizationError::LoginStatus(status.0);
        }
        if let Some(azure_core::error::ErrorKind::HttpResponse { error_code, .. }) =
            error.downcast_ref::<azure_core::Error>().map(azure_core::Error::kind)
        {
            return AuthorizationError::Refused { code: error_code.clone() };
        }
        cause = error.source();
    }
    AuthorizationError::LoginMalformed
}

fn code_text(code: Option<&str>) -> String {
    code.map(|code| format!(" (AADSTS{code})")).unwrap_or_default()
}

/// What to do about an error of Entra, by its documented number.
fn advice(code: Option<&str>) -> &'static str {
    match code {
        Some("7000215") => "the client secret is wrong; set the secret's value, not its id",
        Some("7000222") => "the client secret has expired; make a new one",
        Some("700016") => "the tenant has no such application; check the client id and the tenant",
        Some("90002" | "900021" | "900023") => "there is no such tenant; check the tenant",
        Some("7000112") => "the application is disabled in its tenant",
        Some("500011") => "the tenant does not know this cluster; check the cluster and the tenant",
        _ => "check tenant, client id and secret",
    }
}
