//! Who the function is, as AWS says it: a web identity token that Entra takes for a client assertion.

use crate::{
    aws_call::{self, AwsAction, AwsError},
    aws_role::AwsRole,
    credential::Audience,
    http::HttpClient,
    jwt::is_jwt,
};
use async_trait::async_trait;
use azure_core::{error::ErrorKind, http::ClientMethodOptions};
use azure_identity::ClientAssertion;
use url::form_urlencoded;

/// Seconds until the assertion expires, the default of STS: it is used at once.
const LIFETIME: &str = "300";

/// Asks the STS of the role's region for an assertion each time that Entra wants one.
#[derive(Debug)]
pub(crate) struct WebIdentity {
    pub(crate) role: AwsRole,
    pub(crate) audience: Audience,
    pub(crate) http: HttpClient,
}

#[async_trait]
impl ClientAssertion for WebIdentity {
    async fn secret(&self, _options: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        self.token().await.map_err(|error| azure_core::Error::new(ErrorKind::Credential, error))
    }
}

impl WebIdentity {
    async fn token(&self) -> Result<String, AwsError> {
        let action = AwsAction::GetWebIdentityToken;
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("Action", "GetWebIdentityToken")
            .append_pair("Version", "2011-06-15")
            .append_pair("Audience.member.1", self.audience.as_str())
            // Of the two that STS has, the one that Entra takes.
            .append_pair("SigningAlgorithm", "RS256")
            .append_pair("DurationSeconds", LIFETIME)
            .finish();
        let answer = aws_call::call(&self.http, &self.role, action, form).await?;
        let token = std::str::from_utf8(&answer).ok().and_then(|xml| aws_call::xml_text(xml, "WebIdentityToken"));
        token.filter(|token| is_jwt(token)).ok_or(AwsError::Malformed { action })
    }
}
