//! Tokens for one cluster: got once, kept as long as they are good, given up when the cluster refuses them.

use crate::{
    authorization_error::{AuthorizationError, refusal},
    cluster_url::ClusterUrl,
    credential::{Credential, CredentialError},
    entra,
    http::HttpClient,
    login::{self, Login},
};
use azure_core::credentials::TokenCredential;
use http::HeaderValue;
use std::{fmt, sync::Arc};
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

impl Authorization {
    /// For requests to `cluster` with `credential`. Nothing is contacted before the first [`Self::bearer`].
    ///
    /// # Errors
    /// Where a token would travel in clear, or a cluster on the network would get none.
    pub fn new(cluster: ClusterUrl, credential: Credential) -> Result<Self, CredentialError> {
        match (&credential, cluster.is_loopback()) {
            (Credential::None, false) => Err(CredentialError::NoneOnTheNetwork),
            (Credential::None, true) | (_, false) => Ok(Self { cluster, credential, source: Mutex::default() }),
            (_, true) => Err(CredentialError::PlainHttp),
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
        if matches!(self.credential, Credential::None) {
            return Ok(None);
        }
        let mut source = self.source.lock().await;
        if let Some(tokens) = &source.current {
            return Ok(Some((tokens.clone(), source.built)));
        }
        let login = login::discover(http, &self.cluster).await?;
        let Some(credential) = self.set_up(&login, http)? else { return Ok(None) };
        let tokens = Tokens { credential, scope: login.scope.into() };
        source.built += 1;
        source.current = Some(tokens.clone());
        Ok(Some((tokens, source.built)))
    }

    fn set_up(&self, login: &Login, http: &HttpClient) -> Result<Option<Arc<dyn TokenCredential>>, AuthorizationError> {
        let credential = match &self.credential {
            Credential::None => return Ok(None),
            Credential::ClientSecret(configured) => entra::client_secret(configured, login, http.clone()),
            Credential::AwsFederated(configured) => entra::aws_federated(configured, login, http.clone()),
        };
        credential.map(Some).map_err(|_| AuthorizationError::Refused { code: None })
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
