//! The first line of every object: what it is, whose, and until when.
//!
//! It stands in the object and not beside it, since a folder keeps no attributes.

use crate::{digest::Digest, key::Key};
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};

/// The longest first line: names and numbers only, so this is ample.
pub(crate) const LONGEST: usize = 4096;

/// Somebody whom results belong to: a hash, so that no identity is in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner(Digest);

impl Owner {
    /// The owner with these names.
    pub fn of(names: &[&str]) -> Self {
        Self(Digest::of_texts(names))
    }

    /// As a text, to go into a [`Digest::of_texts`].
    pub fn text(self) -> String {
        self.0.to_string()
    }
}

/// What is said of a content by whoever stores it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Label {
    /// Its media type.
    pub content_type: String,
    /// The HTTP status with which it is answered.
    pub status: u16,
    /// Whom it belongs to; nobody else is told that it exists. None where it is only found by who can reckon its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
}

/// Everything that is known of a content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// The key under which it was written: an object that was copied to another is refused.
    pub(crate) key: String,
    /// What it is.
    #[serde(flatten)]
    pub label: Label,
    /// Bytes of the content.
    pub size: u64,
    /// Its hash.
    pub sha256: Digest,
    /// When it expires, in seconds since 1970.
    pub(crate) expires: u64,
    /// Whether the content follows the line; otherwise it is an object of its own, under its hash.
    pub(crate) inline: bool,
}

impl Envelope {
    /// The envelope of a content that is written under `key` at `now`.
    pub(crate) fn new(key: &Key, label: &Label, (size, sha256): (u64, Digest), inline: bool, now: SystemTime) -> Self {
        let expires = seconds(now).saturating_add(key.prefix().lifetime().as_secs());
        Self { key: key.to_string(), label: label.clone(), size, sha256, expires, inline }
    }

    /// The line, with its line feed.
    pub(crate) fn line(&self) -> Vec<u8> {
        // The fields are names and numbers: this cannot fail.
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line
    }

    /// The envelope and what follows it; none where `object` does not begin with one.
    pub(crate) fn split(object: &[u8]) -> Option<(Self, &[u8])> {
        let end = object.iter().take(LONGEST).position(|byte| *byte == b'\n')?;
        let (line, content) = object.split_at_checked(end)?;
        Some((serde_json::from_slice(line).ok()?, content.get(1..)?))
    }

    /// Whether its time is over at `now`.
    pub(crate) fn is_expired(&self, now: SystemTime) -> bool {
        seconds(now) >= self.expires
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}

#[cfg(test)]
mod tests {
    use super::{Envelope, Label, Owner};
    use crate::{
        digest::Digest,
        key::{Key, Prefix},
    };
    use std::time::{Duration, SystemTime};

    fn envelope(owner: Option<Owner>) -> Envelope {
        let label = Label { content_type: "text/csv".to_owned(), status: 200, owner };
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_154_400);
        Envelope::new(&Key::new(Prefix::Results, "a"), &label, (3, Digest::of(b"a\nb")), true, now)
    }

    #[test]
    fn it_is_one_line_before_the_content() {
        insta::assert_snapshot!(String::from_utf8(envelope(Some(Owner::of(&["oid"]))).line()).unwrap());
        for owner in [None, Some(Owner::of(&["sub", "oid"]))] {
            let object = [envelope(owner).line(), b"a\nb".to_vec()].concat();
            assert_eq!(Envelope::split(&object), Some((envelope(owner), b"a\nb".as_slice())));
        }
    }

    #[test]
    fn what_has_no_envelope_is_told() {
        for object in [&b""[..], b"a,b\n1,2\n", b"{}\n", &[b'{'; 10_000]] {
            assert_eq!(Envelope::split(object), None);
        }
    }

    #[test]
    fn it_expires_after_the_lifetime_of_its_prefix() {
        let written = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_154_400);
        let day = Duration::from_secs(86_400);
        assert!(!envelope(None).is_expired(written + day - Duration::from_secs(1)));
        assert!(envelope(None).is_expired(written + day));
    }
}
