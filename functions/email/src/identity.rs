//! The identity of a mail: what its `Message-ID` and its content ids are made of.

use lettre::Address;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// What tells a mail from every other one, the same for the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity(String);

impl Identity {
    /// The identity by the caller's key, or else by the id of the call, which Lambda keeps when it delivers an event again.
    pub fn new(idempotency_key: Option<&str>, request_id: &str) -> Self {
        let (kind, key) =
            idempotency_key.filter(|key| !key.is_empty()).map_or(("request", request_id), |key| ("key", key));
        let digest = Sha256::digest(format!("email {kind} {key}"));
        // 128 bits are enough that no two mails meet.
        let mut hexadecimal = String::with_capacity(32);
        for byte in digest.iter().take(16) {
            let _ = write!(hexadecimal, "{byte:02x}");
        }
        Self(hexadecimal)
    }

    /// The `Message-ID`, with the angle brackets, in the domain of the sender.
    pub fn message_id(&self, sender: &Address) -> String {
        format!("<{}@{}>", self.0, sender.domain())
    }

    /// The middle part of content ids.
    pub fn mark(&self) -> &str {
        &self.0[..16]
    }
}

#[cfg(test)]
mod tests {
    use super::Identity;

    #[test]
    fn the_same_key_gives_the_same_identity() {
        let sender = "reports@example.com".parse().unwrap();
        let by_key = Identity::new(Some("a"), "1");
        assert_eq!(by_key, Identity::new(Some("a"), "2"));
        assert_ne!(by_key, Identity::new(Some("b"), "1"));
        assert_ne!(Identity::new(None, "1"), Identity::new(None, "2"));
        assert_ne!(Identity::new(None, "a"), by_key);
        let message_id = by_key.message_id(&sender);
        assert_eq!(message_id.len(), 32 + "<@example.com>".len(), "{message_id}");
        assert!(message_id.ends_with("@example.com>"));
        assert!(message_id[1..].starts_with(by_key.mark()));
    }
}
