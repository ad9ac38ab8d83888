//! Tokens for one cluster.

use crate::{
    authorization_error::AuthorizationError,
    caller_token::CallerToken,
    cluster_kind::{ClusterKind, LAKE_SCOPE},
    cluster_url::ClusterUrl,
    credential::{Credential, CredentialError},
    http::HttpClient,
    principal::Principal,
    tokens::{Issued, Issuer, TokenSource},
    trusted_hosts::CLOUDS,
};
use http::HeaderValue;
use std::fmt;

/// Authorizes requests to one cluster. It lives as long as its connection, so that many requests share one token.
pub struct Authorization {
    cluster: ClusterUrl,
    tokens: TokenSource,
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
            (Credential::None, true) | (_, false) => Ok(Self { cluster, tokens: TokenSource::new(credential) }),
            (_, true) => Err(CredentialError::PlainHttp),
        }
    }

    /// The cluster.
    pub fn cluster(&self) -> &ClusterUrl {
        &self.cluster
    }

    /// The credential.
    pub fn credential(&self) -> &Credential {
        self.tokens.credential()
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
        match self.credential() {
            Credential::None => Ok(None),
            Credential::CallerToken => {
                let caller = caller.ok_or(AuthorizationError::CallerTokenMissing)?;
                if !caller.may_go_to(&self.cluster) {
                    return Err(AuthorizationError::CallerTokenForAnother);
                }
                Ok(Some(Bearer { value: caller.header(), built: None }))
            }
            _ => Ok(Some(self.tokens.issued(http, self.issuer()).await?.into())),
        }
    }

    /// The data lake, which is of the public cloud, has no metadata to ask for.
    fn issuer(&self) -> Issuer<'_> {
        match self.cluster.kind() {
            ClusterKind::DataLake => Issuer::Known { authority: CLOUDS[0].login, scope: LAKE_SCOPE },
            _ => Issuer::Of(&self.cluster),
        }
    }

    /// The cluster refused `bearer`: the next one comes from a credential that is set up anew. Of several requests that were refused
    /// with the same credential only the first has an effect. Gives whether there can be another one: a caller's token has none.
    pub async fn give_up(&self, bearer: &Bearer) -> bool {
        if let Some(built) = bearer.built {
            self.tokens.forget(built).await;
        }
        bearer.built.is_some()
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization")
            .field("cluster", &self.cluster)
            .field("credential", self.credential())
            .finish_non_exhaustive()
    }
}

impl From<Issued> for Bearer {
    fn from(issued: Issued) -> Self {
        Self { value: issued.value, built: Some(issued.built) }
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
