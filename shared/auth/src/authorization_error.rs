//! Why there is no token, and what to do about it.

use crate::{
    aws_call::AwsError, azure_cli::AzureCliError, entra::LoginStatus, http::HttpError, managed_identity::IdentityError,
};
use std::{borrow::Cow, error::Error};

/// Why there is no token. The text holds neither secret nor token nor what the authority wrote.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationError {
    /// The cluster does not answer.
    #[error("the cluster's authentication metadata cannot be read: {0}")]
    MetadataUnreachable(#[source] HttpError),
    /// The cluster answers neither metadata nor that it has none.
    #[error("the cluster's authentication metadata cannot be read: HTTP status {0}")]
    MetadataStatus(u16),
    /// The metadata is no JSON object.
    #[error("the cluster's authentication metadata is not what a Kusto cluster answers")]
    MetadataMalformed,
    /// The metadata names a login endpoint that is not the one of the cluster's cloud.
    #[error(
        "the cluster's authentication metadata names a login endpoint that is not the one of its cloud; no token was asked for"
    )]
    UntrustedLogin,
    /// The metadata names a resource that is no Kusto one.
    #[error("the cluster's authentication metadata names a resource outside its cloud; no token was asked for")]
    UntrustedResource,
    /// The authority does not answer.
    #[error("the login endpoint cannot be reached: {0}")]
    LoginUnreachable(#[source] HttpError),
    /// The authority neither grants nor refuses.
    #[error("the login endpoint answers HTTP status {0}")]
    LoginStatus(u16),
    /// The authority refused the credential.
    #[error("Entra refused the credential{}: {}", code_text(code.as_deref()), advice(code.as_deref()).0)]
    Refused {
        /// Entra's number, such as `7000215`.
        code: Option<String>,
    },
    /// AWS does not say who the function is, or does not hand its secret over.
    #[error("AWS gives nothing to ask Entra with: {0}")]
    Aws(#[source] AwsError),
    /// The machine's managed identity gives no token.
    #[error(transparent)]
    ManagedIdentity(IdentityError),
    /// The Azure CLI gives no token.
    #[error(transparent)]
    AzureCli(AzureCliError),
    /// The request came without the token that this connection needs.
    #[error("it takes the caller's own token, and the request has none")]
    CallerTokenMissing,
    /// The request came with a token that says that it is for another cluster.
    #[error("the caller's token is for another cluster; it was not sent")]
    CallerTokenForAnother,
    /// What the authority answered is no token.
    #[error("the login endpoint answered something that is not a token")]
    LoginMalformed,
}

impl AuthorizationError {
    /// What the network did, where that is the cause.
    pub fn transport(&self) -> Option<&HttpError> {
        match self {
            Self::MetadataUnreachable(error) | Self::LoginUnreachable(error) => Some(error),
            Self::Aws(error) => error.transport(),
            Self::ManagedIdentity(error) => error.transport(),
            _ => None,
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> Cow<'static, str> {
        match self {
            Self::MetadataUnreachable(error) | Self::LoginUnreachable(error) => error.remedy().into(),
            Self::MetadataStatus(300..=399) => "set the connection's cluster to the URL that is meant".into(),
            Self::MetadataStatus(_) | Self::MetadataMalformed => {
                "check that the connection's cluster is the URL of a Kusto cluster, and that nothing answers in its place".into()
            }
            Self::UntrustedLogin | Self::UntrustedResource => {
                "check the connection's cluster: a cluster of this cloud names neither".into()
            }
            Self::LoginStatus(_) => "try again later; see what stands between here and the login endpoint".into(),
            Self::Refused { code } => advice(code.as_deref()).1.into(),
            Self::Aws(error) => error.remedy(),
            Self::ManagedIdentity(error) => error.remedy().into(),
            Self::AzureCli(_) => AzureCliError::REMEDY.into(),
            Self::CallerTokenMissing | Self::CallerTokenForAnother => "hand in an access token for the cluster".into(),
            Self::LoginMalformed => "see what stands between here and the login endpoint".into(),
        }
    }

    /// Whether Entra says that the client secret is wrong or has expired.
    pub(crate) fn is_of_the_secret(&self) -> bool {
        matches!(self, Self::Refused { code: Some(code) } if code == "7000215" || code == "7000222")
    }

    /// Whether the same may succeed later: the network or a server failed, nobody refused.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::MetadataUnreachable(_) | Self::LoginUnreachable(_) => true,
            Self::Aws(error) => error.is_transient(),
            Self::ManagedIdentity(error) => error.is_transient(),
            Self::MetadataStatus(status) | Self::LoginStatus(status) => *status == 429 || *status >= 500,
            _ => false,
        }
    }
}

/// What azure_identity's error comes from: our own transport, or the authority's refusal.
pub(crate) fn refusal(error: &azure_core::Error) -> AuthorizationError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<AwsError>() {
            return AuthorizationError::Aws(error.clone());
        }
        if let Some(error) = error.downcast_ref::<IdentityError>() {
            return AuthorizationError::ManagedIdentity(error.clone());
        }
        if let Some(error) = error.downcast_ref::<AzureCliError>() {
            return AuthorizationError::AzureCli(*error);
        }
        if let Some(error) = error.downcast_ref::<HttpError>() {
            return AuthorizationError::LoginUnreachable(error.clone());
        }
        if let Some(status) = error.downcast_ref::<LoginStatus>() {
            return AuthorizationError::LoginStatus(status.0);
        }
        if let Some(azure_core::error::ErrorKind::HttpResponse { error_code, .. }) =
            error.downcast_ref::<azure_core::Error>().map(azure_core::Error::kind)
        {
            let first = error_code.as_deref().and_then(|codes| codes.split(',').next());
            return AuthorizationError::Refused { code: first.map(str::to_owned) };
        }
        cause = error.source();
    }
    AuthorizationError::LoginMalformed
}

fn code_text(code: Option<&str>) -> String {
    code.map(|code| format!(" (AADSTS{code})")).unwrap_or_default()
}

/// What an error of Entra means, and what to do, by its documented number.
fn advice(code: Option<&str>) -> (&'static str, &'static str) {
    match code {
        Some("7000215") => ("the client secret is wrong", "set the secret's value, not its id"),
        Some("7000222") => {
            ("the client secret has expired", "make a new one, and put it where the connection has its secret from")
        }
        Some("700016") => ("the tenant has no such application", "check the client id and the tenant"),
        Some("90002" | "900021" | "900023") => ("there is no such tenant", "check the tenant"),
        Some("65001") => {
            ("nobody has consented to the application", "let an administrator of the tenant grant it consent")
        }
        Some("53003") => (
            "a conditional access policy blocks the application",
            "let an administrator of the tenant exclude it from the policy, or allow this network",
        ),
        Some("50105" | "501051") => (
            "the application is not assigned to the cluster's enterprise application",
            "let an administrator of the tenant assign it",
        ),
        // https://learn.microsoft.com/entra/workload-id/workload-identity-federation: what does not match comes with its own number.
        Some("70021") => ("the application has no federated credential for this AWS role", "add one"),
        Some("700211") => ("the application has no federated credential of this AWS account's issuer", "add one"),
        Some("700212") => ("the federated credential has another audience", "set `audience` to it"),
        Some("700213") => ("the federated credential has another subject", "set it to the ARN of the function's role"),
        Some("700024") => (
            "the assertion of AWS is outside its time",
            "check the clock; it is made anew with each request for a token",
        ),
        Some("7000112") => {
            ("the application is disabled in its tenant", "let an administrator of the tenant enable it")
        }
        Some("500011") => ("the tenant does not know this cluster", "check the cluster and the tenant"),
        _ => ("it says no more than that", "check tenant, client id and secret"),
    }
}
