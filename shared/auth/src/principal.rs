//! Who a token is for.

use crate::jwt;
use serde::Deserialize;

/// Longer claims are not shown.
const LONGEST_CLAIM: usize = 200;

/// Who a token is for and whom it may be shown to, as its claims say. Nothing is verified here: that is for the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Whether it is a person, on whose behalf the application asks.
    pub is_user: bool,
    /// The application (client) id: `appid`, or `azp` in a token of version 2.
    pub application_id: Option<String>,
    /// The object id of the principal in its tenant: `oid`.
    pub object_id: Option<String>,
    /// How its tenant calls it: `app_displayname`, or the name that a person signs in with.
    pub name: Option<String>,
    /// The tenant: `tid`.
    pub tenant: Option<String>,
    /// Whom the token is for: `aud`.
    pub audience: Option<String>,
    /// When it ends, in seconds since 1970: `exp`.
    pub expires: Option<u64>,
}

/// Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
#[derive(Deserialize)]
struct Claims {
    appid: Option<String>,
    azp: Option<String>,
    oid: Option<String>,
    tid: Option<String>,
    aud: Option<String>,
    exp: Option<u64>,
    /// Delegated permissions, which only a token of a person has.
    scp: Option<String>,
    app_displayname: Option<String>,
    upn: Option<String>,
    unique_name: Option<String>,
    preferred_username: Option<String>,
}

impl Principal {
    /// What `token` says; none where it is no JSON web token.
    pub(crate) fn of_token(token: &str) -> Option<Self> {
        let claims: Claims = serde_json::from_slice(&jwt::payload(token)?).ok()?;
        let is_user = claims.scp.is_some();
        let person = claims.upn.or(claims.preferred_username).or(claims.unique_name);
        Some(Self {
            is_user,
            application_id: claims.appid.or(claims.azp).and_then(shown),
            object_id: claims.oid.and_then(shown),
            name: if is_user { person } else { claims.app_displayname }.and_then(shown),
            tenant: claims.tid.and_then(shown),
            audience: claims.aud.and_then(shown),
            expires: claims.exp,
        })
    }

    /// As Kusto's commands name it: `aadapp=application;tenant` or `aaduser=object;tenant`.
    pub fn fully_qualified_name(&self) -> Option<String> {
        let (prefix, id) = if self.is_user { ("aaduser", &self.object_id) } else { ("aadapp", &self.application_id) };
        let (id, tenant) = (id.as_deref()?, self.tenant.as_deref()?);
        // It is meant to be pasted into a command, so nothing but ids gets there.
        let is_id = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (is_id(id) && is_id(tenant)).then(|| format!("{prefix}={id};{tenant}"))
    }
}

fn shown(claim: String) -> Option<String> {
    (claim.len() <= LONGEST_CLAIM && !claim.contains(char::is_control)).then_some(claim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop, proptest};

    fn token(claims: &str) -> String {
        format!("eyJhbGciOiJSUzI1NiJ9.{}.c2ln", jwt::encode(claims.as_bytes()))
    }

    #[test]
    fn an_application_and_a_person_are_told_apart() {
        let application = Principal::of_token(&token(
            r#"{"appid":"11-22","oid":"33","tid":"44","aud":"https://help.kusto.windows.net","exp":7,"app_displayname":"reports"}"#,
        ));
        let application = application.unwrap();
        assert_eq!(application.fully_qualified_name().unwrap(), "aadapp=11-22;44");
        assert_eq!((application.name.as_deref(), application.expires), (Some("reports"), Some(7)));
        let person =
            token(r#"{"azp":"11-22","oid":"33","tid":"44","scp":"user_impersonation","upn":"ada@contoso.example"}"#);
        let person = Principal::of_token(&person).unwrap();
        assert_eq!(person.fully_qualified_name().unwrap(), "aaduser=33;44");
        assert_eq!((person.name.as_deref(), person.is_user), (Some("ada@contoso.example"), true));
    }

    #[test]
    fn what_is_no_claim_is_not_shown() {
        for text in ["", "t0ken", "a.b.c", &token("[]"), &token("{\"exp\":\"x\"}"), "ey.====.x"] {
            assert_eq!(Principal::of_token(text), None, "{text}");
        }
        let odd = Principal::of_token(&token(r#"{"appid":"') | x ('","tid":"a\nb"}"#)).unwrap();
        assert_eq!((odd.fully_qualified_name(), odd.tenant), (None, None));
        let odd = Principal::of_token(&token(r#"{"appid":"') | x ('","tid":"44"}"#)).unwrap();
        assert_eq!(odd.fully_qualified_name(), None);
    }

    proptest! {
        #[test]
        fn any_token_is_read_without_panic(text in any::<String>(), claims in prop::collection::vec(any::<u8>(), 0..64)) {
            Principal::of_token(&text);
            Principal::of_token(&format!("ey.{}.x", jwt::encode(&claims)));
        }
    }
}
