//! Tokens for one cluster: got once, kept as long as they are good, given up when the cluster refuses them.

use crate::{
    authorization_error::{AuthorizationError, refusal},
    azure_cli::azure_cli,
    caller_token::CallerToken,
    cluster_url::ClusterUrl,
    credential::{Credential, CredentialError},
    entra,
    http::HttpClient,
    login::{self, Login},
    managed_identity::managed_identity,
    principal::Principal,
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
    /// Which one it is, counted by [`Source::built`].
    built: u64,
    /// Whether it was set up just now, its secret read with it.
    fresh: bool,
}

/// The value of an `Authorization` header.
#[derive(Clone)]
pub struct Bearer {
    value: HeaderValue,
    /// Of which set-up it is; none where the caller handed it in.
    built: Option<u64>,
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

    /// The header for the next request; none where the credential is `none`. The `caller`'s token is used where the credential is
    /// `caller-token`, and nowhere else.
    ///
    /// # Errors
    /// Where no token can be had.
    pub async fn bearer(
        &self,
        http: &HttpClient,
        caller: Option<&CallerToken>,
    ) -> Result<Option<Bearer>, AuthorizationError> {
        match &self.credential {
            Credential::None => Ok(None),
            Credential::CallerToken => {
                let caller = caller.ok_or(AuthorizationError::CallerTokenMissing)?;
                if !caller.may_go_to(&self.cluster) {
                    return Err(AuthorizationError::CallerTokenForAnother);
                }
                Ok(Some(Bearer { value: caller.header(), built: None }))
            }
            _ => self.issued(http).await.map(Some),
        }
    }

    /// The cluster refused `bearer`: the next one comes from a credential that is set up anew. Of several requests that were refused
    /// with the same credential only the first has an effect. Gives whether there can be another one: a caller's token has none.
    pub async fn give_up(&self, bearer: &Bearer) -> bool {
        if let Some(built) = bearer.built {
            self.forget(built).await;
        }
        bearer.built.is_some()
    }

    /// A token of Entra. A secret that is kept elsewhere may have been replaced since it was read: it is read once more then.
    async fn issued(&self, http: &HttpClient) -> Result<Bearer, AuthorizationError> {
        let tokens = self.tokens(http).await?;
        match self.token(&tokens).await {
            Err(error) if self.is_outdated(&error) && !tokens.fresh => self.token(&self.tokens(http).await?).await,
            outcome => outcome,
        }
    }

    async fn token(&self, tokens: &Tokens) -> Result<Bearer, AuthorizationError> {
        let token = tokens.credential.get_token(&[&tokens.scope], None).await.map_err(|error| refusal(&error));
        if let Err(error) = &token
            && self.is_outdated(error)
        {
            self.forget(tokens.built).await;
        }
        let token = token?;
        let token = Some(token.token.secret()).filter(|token| !token.is_empty());
        let value = token.and_then(|token| HeaderValue::try_from(format!("Bearer {token}")).ok());
        let mut value = value.ok_or(AuthorizationError::LoginMalformed)?;
        value.set_sensitive(true);
        Ok(Bearer { value, built: Some(tokens.built) })
    }

    /// Whether the secret may be another one by now.
    fn is_outdated(&self, error: &AuthorizationError) -> bool {
        let can_change =
            matches!(&self.credential, Credential::ClientSecret(configured) if configured.secret.can_change());
        can_change && error.is_of_the_secret()
    }

    async fn forget(&self, built: u64) {
        let mut source = self.source.lock().await;
        if source.built == built {
            source.current = None;
        }
    }

    async fn tokens(&self, http: &HttpClient) -> Result<Tokens, AuthorizationError> {
        let mut source = self.source.lock().await;
        if let Some(tokens) = &source.current {
            return Ok(tokens.clone());
        }
        let login = login::discover(http, &self.cluster).await?;
        let credential = self.set_up(&login, http).await?;
        source.built += 1;
        let tokens = Tokens { credential, scope: login.scope.into(), built: source.built, fresh: false };
        source.current = Some(tokens.clone());
        Ok(Tokens { fresh: true, ..tokens })
    }

    async fn set_up(&self, login: &Login, http: &HttpClient) -> Result<Arc<dyn TokenCredential>, AuthorizationError> {
        let credential = match &self.credential {
            Credential::None | Credential::CallerToken => return Err(AuthorizationError::CallerTokenMissing),
            Credential::ClientSecret(configured) => {
                let secret = configured.secret.read(http).await.map_err(AuthorizationError::Aws)?;
                entra::client_secret(configured, &secret, login, http.clone())
            }
            Credential::AwsFederated(configured) => entra::aws_federated(configured, login, http.clone()),
            Credential::ManagedIdentity(client_id) => managed_identity(client_id.as_ref(), http.clone()),
            Credential::AzureCli(tenant) => azure_cli(tenant.as_ref()),
        };
        credential.map_err(|error| refusal(&error))
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

    /// Whom the token is for; none where it does not say, as tokens may.
    pub fn principal(&self) -> Option<Principal> {
        Principal::of_token(self.value.to_str().ok()?.strip_prefix("Bearer ")?)
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer ***")
    }
}
