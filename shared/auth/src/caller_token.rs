//! The token that a caller hands in with a request.

use crate::jwt::is_jwt;
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

    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for CallerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
