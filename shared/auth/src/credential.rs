//! What a connection authenticates with.

use crate::{aws_role::AwsRole, stored_secret::SecretSource};

/// A credential as it is configured. It has no token: [`crate::authorization::Authorization`] gets that.
#[derive(Clone, Debug)]
pub enum Credential {
    /// None at all, for loopback only.
    None,
    /// An application of Entra and its client secret.
    ClientSecret(ClientSecret),
    /// An application of Entra that trusts the AWS role of the function: no secret at all.
    AwsFederated(AwsFederated),
    /// The managed identity of a machine on Azure: the one of this client id, or the machine's own.
    ManagedIdentity(Option<ClientId>),
    /// The token that each caller hands in.
    CallerToken,
    /// The account that the Azure CLI is signed in with, in this tenant or else in the CLI's own. For development.
    AzureCli(Option<TenantId>),
}

/// An application of Entra and its client secret.
#[derive(Clone, Debug)]
pub struct ClientSecret {
    /// The tenant of the application.
    pub tenant: TenantId,
    /// The application.
    pub client_id: ClientId,
    /// Its secret, or where that is kept.
    pub secret: SecretSource,
}

/// An application of Entra with a federated credential for an AWS role.
#[derive(Clone, Debug)]
pub struct AwsFederated {
    /// The tenant of the application.
    pub tenant: TenantId,
    /// The application.
    pub client_id: ClientId,
    /// The audience of its federated credential.
    pub audience: Audience,
    /// The role, as which AWS vouches for the function.
    pub role: AwsRole,
}

/// Whom an assertion is for: the audience of a federated credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience(String);

/// A tenant of Entra: its id, or one of its domain names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantId(String);

/// The application (client) id of an app registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientId(String);

/// What is wrong with a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The tenant can be no part of a URL.
    #[error("the tenant must be a tenant id or a domain name, such as contoso.onmicrosoft.com")]
    Tenant,
    /// The application id is none.
    #[error("the client id must be the application (client) id of an app registration")]
    ClientId,
    /// The audience is none.
    #[error("the audience must be that of the application's federated credential, such as {}", Audience::ENTRA)]
    Audience,
    /// A token would travel in clear.
    #[error("a token is never sent over plain http; use credential kind `none` with a loopback cluster")]
    PlainHttp,
    /// A cluster on the network without a credential.
    #[error("credential kind `none` is for a loopback cluster only; use `client-secret`")]
    NoneOnTheNetwork,
}

impl TenantId {
    /// The tenant that `text` names.
    ///
    /// # Errors
    /// Where it has other characters than letters, digits, dots and hyphens: it becomes a segment of a URL.
    pub fn parse(text: &str) -> Result<Self, CredentialError> {
        if is_made_of(text, b".-") { Ok(Self(text.to_owned())) } else { Err(CredentialError::Tenant) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ClientId {
    /// The application that `text` names.
    ///
    /// # Errors
    /// Where it has other characters than letters, digits and hyphens.
    pub fn parse(text: &str) -> Result<Self, CredentialError> {
        if is_made_of(text, b"-") { Ok(Self(text.to_owned())) } else { Err(CredentialError::ClientId) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Audience {
    /// The audience that Entra proposes for federated credentials.
    const ENTRA: &str = "api://AzureADTokenExchange";

    /// The audience that `text` names.
    ///
    /// # Errors
    /// Where it has blanks, control characters or more than 1,000 characters, the limit of STS.
    pub fn parse(text: &str) -> Result<Self, CredentialError> {
        let fits = (1..=1000).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(CredentialError::Audience) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Audience {
    fn default() -> Self {
        Self(Self::ENTRA.to_owned())
    }
}

fn is_made_of(text: &str, marks: &[u8]) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || marks.contains(&byte);
    text.bytes().all(is_part) && text.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_no_other_characters_than_ids_have() {
        for (text, tenant, client_id) in [
            ("11111111-2222-3333-4444-555555555555", true, true),
            ("contoso.onmicrosoft.com", true, false),
            ("", false, false),
            ("..", false, false),
            ("a/b", false, false),
            ("a?b", false, false),
            ("a#b", false, false),
            ("a b", false, false),
            ("a%2fb", false, false),
            ("contoso\r\n", false, false),
            ("https://login.microsoftonline.com/contoso", false, false),
            ("cöntoso", false, false),
        ] {
            assert_eq!((TenantId::parse(text).is_ok(), ClientId::parse(text).is_ok()), (tenant, client_id), "{text:?}");
        }
    }
}
