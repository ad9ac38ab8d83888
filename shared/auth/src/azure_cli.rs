//! The account that a developer has signed in with: `az login`.

use crate::credential::TenantId;
use async_trait::async_trait;
use azure_core::{
    credentials::{AccessToken, TokenCredential, TokenRequestOptions},
    error::ErrorKind,
    time::{Duration, OffsetDateTime},
};
use azure_identity::{AzureCliCredential, AzureCliCredentialOptions};
use std::sync::Arc;
use tokio::sync::Mutex;

/// The CLI gave no token. What it wrote may quote anything, and is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`az account get-access-token` gives no token")]
pub struct AzureCliError;

impl AzureCliError {
    /// What to do about it.
    pub(crate) const REMEDY: &str = "install the Azure CLI (2.54 or later) and run `az login`";
}

/// Tokens of the account, in `tenant` or else in the one that the CLI is set to.
pub(crate) fn azure_cli(tenant: Option<&TenantId>) -> azure_core::Result<Arc<dyn TokenCredential>> {
    let tenant_id = tenant.map(|tenant| tenant.as_str().to_owned());
    let options = AzureCliCredentialOptions { tenant_id, ..AzureCliCredentialOptions::default() };
    Ok(Arc::new(Kept { cli: AzureCliCredential::new(Some(options))?, token: Mutex::default() }))
}

/// The CLI's token as long as it is good: `azure_identity` keeps every other kind's, but starts the CLI, which takes a second, each time.
#[derive(Debug)]
struct Kept {
    cli: Arc<AzureCliCredential>,
    token: Mutex<Option<AccessToken>>,
}

#[async_trait]
impl TokenCredential for Kept {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let mut kept = self.token.lock().await;
        // As long before its end as azure_identity does.
        let soon = OffsetDateTime::now_utc() + Duration::minutes(5);
        if let Some(token) = kept.as_ref().filter(|token| token.expires_on > soon) {
            return Ok(token.clone());
        }
        let token = self.cli.get_token(scopes, options).await;
        let token = token.map_err(|_| azure_core::Error::new(ErrorKind::Credential, AzureCliError))?;
        Ok(kept.insert(token).clone())
    }
}
