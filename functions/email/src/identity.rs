//! The identity of a mail: what its `Message-ID` and its content ids are made of.

use lettre::Address;
use store::{digest::Digest, envelope::Owner};

/// What tells a mail from every other one, the same for the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity(String);

impl Identity {
    /// The identity by the key, which is one of this caller's own, or else by the id of the call, which Lambda keeps when it delivers an
    /// event again. Mailboxes leave out a mail whose `Message-ID` they have.
    pub fn new(caller: Owner, idempotency_key: Option<&str>, request_id: &str) -> Self {
        let (kind, key) =
            idempotency_key.filter(|key| !key.is_empty()).map_or(("request", request_id), |key| ("key", key));
        let mut hexadecimal = Digest::of_texts(&["email", &caller.text(), kind, key]).to_string();
        // 128 bits are enough that no two mails meet.
        hexadecimal.truncate(32);
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
    use store::envelope::Owner;

    #[test]
    fn the_same_key_gives_the_same_identity() {
        let sender = "reports@example.com".parse().unwrap();
        let [ada, bob] = ["ada", "bob"].map(|name| Owner::of(&[name]));
        let by_key = Identity::new(ada, Some("a"), "1");
        assert_eq!(by_key, Identity::new(ada, Some("a"), "2"));
        assert_ne!(by_key, Identity::new(ada, Some("b"), "1"));
        assert_ne!(by_key, Identity::new(bob, Some("a"), "1"), "the same key of another caller is another key");
        assert_ne!(Identity::new(ada, None, "1"), Identity::new(ada, None, "2"));
        assert_ne!(Identity::new(ada, None, "a"), by_key);
        let message_id = by_key.message_id(&sender);
        assert_eq!(message_id.len(), 32 + "<@example.com>".len(), "{message_id}");
        assert!(message_id.ends_with("@example.com>"));
        assert!(message_id[1..].starts_with(by_key.mark()));
    }
}
