//! What a connection authenticates with.

use crate::secret::Secret;

/// A credential as it is configured. It has no token: [`crate::authorization::Authorization`] gets that.
#[derive(Clone, Debug)]
pub enum Credential {
    /// None at all, for loopback only.
    None,
    /// An application of Entra and its client secret.
    ClientSecret(ClientSecret),
}

/// An application of Entra and its client secret.
#[derive(Clone, Debug)]
pub struct ClientSecret {
    pub(crate) tenant: String,
    pub(crate) client_id: String,
    pub(crate) secret: Secret,
}

/// What is wrong with a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The tenant can be no part of a URL.
    #[error("the tenant must be a tenant id or a domain name, such as contoso.onmicrosoft.com")]
    Tenant,
    /// The application id is none.
    #[error("the client id must be the application (client) id of an app registration")]
    ClientId,
    /// The secret is empty.
    #[error("the client secret is empty")]
    Secret,
    /// A token would travel in clear.
    #[error("a token is never sent over plain http; use credential kind `none` with a loopback cluster")]
    PlainHttp,
    /// A cluster on the network without a credential.
    #[error("credential kind `none` is for a loopback cluster only; use `client-secret`")]
    NoneOnTheNetwork,
}

impl ClientSecret {
    /// The application `client_id` of `tenant`, with its secret.
    ///
    /// # Errors
    /// Where one of them cannot be what it must be.
    pub fn new(tenant: &str, client_id: &str, secret: Secret) -> Result<Self, CredentialError> {
        if !is_made_of(tenant, b".-") {
            return Err(CredentialError::Tenant);
        }
        if !is_made_of(client_id, b"-") {
            return Err(CredentialError::ClientId);
        }
        if secret.expose().is_empty() {
            return Err(CredentialError::Secret);
        }
        Ok(Self { tenant: tenant.to_owned(), client_id: client_id.to_owned(), secret })
    }
}

fn is_made_of(text: &str, marks: &[u8]) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || marks.contains(&byte))
}
