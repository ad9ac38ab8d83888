//! What a JSON web token looks like. Whether it is good is for the cluster to say.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

/// Longer ones fit no header of an HTTP server.
const LONGEST: usize = 16 * 1024;

/// Whether `text` is three parts of base64url, as RFC 7515 writes a signed token, the first of them an object.
pub(crate) fn is_jwt(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    // An object starts with `{"`, which base64 writes `ey`.
    text.len() <= LONGEST && text.starts_with("ey") && text.split('.').count() == 3 && text.split('.').all(is_part)
}

/// The claims of a token, as JSON that nobody has checked.
pub(crate) fn payload(token: &str) -> Option<Vec<u8>> {
    let part = token.split('.').nth(1).filter(|_| is_jwt(token))?;
    BASE64_URL_SAFE_NO_PAD.decode(part).ok()
}

/// A part of a token.
#[cfg(test)]
pub(crate) fn encode(part: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_three_parts() {
        assert!(is_jwt("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln-_"));
        for wrong in [
            "",
            "ey",
            "ey.ey",
            "ey..x",
            "ey.ey.",
            "ey.ey.x.y",
            "x.ey.x",
            "ey.e y.x",
            "ey.ey.x\n",
            "ey.ey.x\0",
            "ey.ey.x=",
            "Bearer ey.ey.x",
            "ey.ey.ö",
        ] {
            assert!(!is_jwt(wrong), "{wrong:?}");
        }
        assert!(!is_jwt(&format!("ey.ey.{}", "x".repeat(LONGEST))));
    }
}
