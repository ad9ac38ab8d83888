//! Tokens of Entra with one credential: got once, kept as long as they are good, given up when a service refuses them.

use crate::{
    authorization_error::{AuthorizationError, refusal},
    azure_cli::azure_cli,
    cluster_url::ClusterUrl,
    credential::Credential,
    entra,
    http::HttpClient,
    login::{self, Login},
    managed_identity::managed_identity,
};
use azure_core::credentials::TokenCredential;
use http::HeaderValue;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Where the tokens of one credential come from. It lives as long as what it authorizes, so that many requests share one token.
pub(crate) struct TokenSource {
    credential: Credential,
    source: Mutex<Source>,
}

/// Who issues the tokens, and for what.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Issuer<'a> {
    /// What the cluster says of itself.
    Of(&'a ClusterUrl),
    /// A login endpoint and a scope that are known.
    Known { authority: &'static str, scope: &'static str },
}

/// A token as the value of an `Authorization` header, marked as sensitive, and of which set-up it is.
#[derive(Clone)]
pub(crate) struct Issued {
    pub(crate) value: HeaderValue,
    pub(crate) built: u64,
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

impl TokenSource {
    pub(crate) fn new(credential: Credential) -> Self {
        Self { credential, source: Mutex::default() }
    }

    pub(crate) fn credential(&self) -> &Credential {
        &self.credential
    }

    /// A token of Entra. A secret that is kept elsewhere may have been replaced since it was read: it is read once more then.
    pub(crate) async fn issued(&self, http: &HttpClient, issuer: Issuer<'_>) -> Result<Issued, AuthorizationError> {
        let tokens = self.tokens(http, issuer).await?;
        match self.token(&tokens).await {
            Err(error) if self.is_outdated(&error) && !tokens.fresh => {
                self.token(&self.tokens(http, issuer).await?).await
            }
            outcome => outcome,
        }
    }

    /// The next token comes from a credential that is set up anew, unless that has been done since the set-up `built`.
    pub(crate) async fn forget(&self, built: u64) {
        let mut source = self.source.lock().await;
        if source.built == built {
            source.current = None;
        }
    }

    async fn token(&self, tokens: &Tokens) -> Result<Issued, AuthorizationError> {
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
        Ok(Issued { value, built: tokens.built })
    }

    /// Whether the secret may be another one by now.
    fn is_outdated(&self, error: &AuthorizationError) -> bool {
        let can_change =
            matches!(&self.credential, Credential::ClientSecret(configured) if configured.secret.can_change());
        can_change && error.is_of_the_secret()
    }

    async fn tokens(&self, http: &HttpClient, issuer: Issuer<'_>) -> Result<Tokens, AuthorizationError> {
        let mut source = self.source.lock().await;
        if let Some(tokens) = &source.current {
            return Ok(tokens.clone());
        }
        let login = match issuer {
            Issuer::Of(cluster) => login::discover(http, cluster).await?,
            Issuer::Known { authority, scope } => Login { authority, scope: scope.to_owned() },
        };
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
