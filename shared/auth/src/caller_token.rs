//! The token that a caller hands in with a request.

use crate::{
    cluster_kind::{ClusterKind, LAKE_APPLICATION},
    cluster_url::ClusterUrl,
    jwt::is_jwt,
    principal::Principal,
};
use http::HeaderValue;
use std::fmt;

/// A caller's own token for a cluster, for one request: it is sent to the cluster of the connection and kept nowhere.
#[derive(Clone)]
pub struct CallerToken(HeaderValue);

/// The text is no token. It is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the caller's token must be an access token of Entra as it was issued: three parts between dots, without `Bearer`"
)]
pub struct CallerTokenError;

impl CallerToken {
    /// The token `text`.
    ///
    /// # Errors
    /// Where it does not look like a signed JSON web token, or is longer than any header of HTTP.
    pub fn parse(text: &str) -> Result<Self, CallerTokenError> {
        if !is_jwt(text) {
            return Err(CallerTokenError);
        }
        let mut value = HeaderValue::try_from(format!("Bearer {text}")).map_err(|_| CallerTokenError)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    /// Whether it may be sent to `cluster`. One that names another cluster, or the data lake, as its audience would give that one away; a
    /// token that names none of them, such as the resource that they share, says nothing against it.
    pub(crate) fn may_go_to(&self, cluster: &ClusterUrl) -> bool {
        let token = self.0.to_str().ok().and_then(|value| value.strip_prefix("Bearer "));
        let audience = token.and_then(Principal::of_token).and_then(|principal| principal.audience);
        if audience.as_deref().is_some_and(is_of_the_lake) {
            return cluster.kind() == ClusterKind::DataLake;
        }
        let audience = audience.and_then(|audience| named(&audience));
        let another =
            audience.filter(ClusterUrl::is_named_by_tokens).filter(|audience| audience.host() != cluster.host());
        another.is_none()
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

fn is_of_the_lake(audience: &str) -> bool {
    audience.strip_prefix("api://").unwrap_or(audience).eq_ignore_ascii_case(LAKE_APPLICATION)
}

/// The cluster that `audience` names, also by its data ingestion URI: that takes the same tokens.
fn named(audience: &str) -> Option<ClusterUrl> {
    ClusterUrl::parse(&audience.to_ascii_lowercase().replacen("https://ingest-", "https://", 1)).ok()
}

impl fmt::Debug for CallerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::{CallerToken, LAKE_APPLICATION};
    use crate::cluster_url::ClusterUrl;
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

    const LAKE: &str = "https://api.securityplatform.microsoft.com/lake/kql";

    #[test]
    fn a_token_for_another_cluster_may_not_go_to_this_one() {
        let help = "https://help.kusto.windows.net";
        for (audience, cluster, may) in [
            ("https://help.kusto.windows.net", help, true),
            ("https://Help.kusto.windows.net/", help, true),
            ("https://ingest-help.kusto.windows.net", help, true),
            ("https://Ingest-other.kusto.windows.net", help, false),
            ("https://kusto.kusto.windows.net", help, true),
            ("https://kusto.kusto.chinacloudapi.cn", help, true),
            ("2746ea77-4702-4b45-80ca-3c97e680e8b7", help, true),
            ("https://ade.loganalytics.io", "https://adx.monitor.azure.com", true),
            ("https://other.kusto.windows.net", help, false),
            ("https://help.westeurope.kusto.windows.net", help, false),
            ("https://x.z0.kusto.fabric.microsoft.com", help, false),
            ("https://help.kusto.windows.net", "https://evil.playfab.com", false),
            (LAKE_APPLICATION, LAKE, true),
            (LAKE_APPLICATION, help, false),
            ("api://4500EBFB-89B6-4B14-A480-7F749797BFCD", help, false),
            (LAKE_APPLICATION, "https://api.securityplatform.microsoft.com", false),
            ("https://help.kusto.windows.net", LAKE, false),
            ("https://api.securityplatform.microsoft.com", LAKE, true),
        ] {
            let claims = BASE64_URL_SAFE_NO_PAD.encode(format!(r#"{{"aud":"{audience}"}}"#));
            let token = CallerToken::parse(&format!("eyJh.{claims}.s")).unwrap();
            let cluster = ClusterUrl::parse(cluster).unwrap();
            assert_eq!(token.may_go_to(&cluster), may, "{audience} to {cluster}");
        }
        let silent = CallerToken::parse("eyJh.eyJh.s").unwrap();
        assert!(silent.may_go_to(&ClusterUrl::parse(help).unwrap()));
    }
}
