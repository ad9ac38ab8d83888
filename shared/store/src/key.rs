//! Where an object is: a prefix, which says how long it lasts, and a name below it.

use crate::digest::Digest;
use object_store::path::Path;
use std::{fmt, time::Duration};

/// A part of the store with a lifetime of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// Results that were too large for their channel.
    Results,
    /// The memory that a thing was done.
    Once,
    /// Records that could not be delivered.
    Rejected,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Prefix {
    /// Its name, which a lifecycle rule of the bucket is set on.
    pub fn name(self) -> &'static str {
        match self {
            Self::Results => "results",
            Self::Once => "once",
            Self::Rejected => "rejected",
        }
    }

    /// How long an object lasts. Lambda queues an event for six hours at most and a person repeats within days; what was rejected waits
    /// for somebody to look.
    pub fn lifetime(self) -> Duration {
        match self {
            Self::Results => DAY,
            Self::Once => 14 * DAY,
            Self::Rejected => 90 * DAY,
        }
    }
}

/// The place of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    prefix: Prefix,
    name: String,
}

impl Key {
    /// `prefix/name`. Names are made here, of hexadecimal digits and words: none comes from a request as it is.
    pub(crate) fn new(prefix: Prefix, name: impl Into<String>) -> Self {
        Self { prefix, name: name.into() }
    }

    /// Where content with this hash is.
    pub fn content(prefix: Prefix, hash: Digest) -> Self {
        Self::new(prefix, format!("content/{hash}"))
    }

    /// The object `name` among the rejected records.
    ///
    /// None where the name is made of anything but letters, digits, `-`, `_` and `.`, or begins with a dot.
    pub fn rejected(name: &str) -> Option<Self> {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let fits = !name.is_empty() && !name.starts_with('.') && name.len() <= 200 && name.bytes().all(is_part);
        fits.then(|| Self::new(Prefix::Rejected, name))
    }

    /// The prefix.
    pub fn prefix(&self) -> Prefix {
        self.prefix
    }

    pub(crate) fn path(&self, root: &Path) -> Path {
        // Part by part: made of a text, the prefix would be percent-encoded.
        root.parts().chain(Path::from(self.to_string()).parts()).collect()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.prefix.name(), self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Prefix};
    use object_store::path::Path;

    #[test]
    fn a_name_stays_below_its_prefix() {
        assert_eq!(Key::rejected("2026-11-20.batch_1").unwrap().to_string(), "rejected/2026-11-20.batch_1");
        for name in ["", ".", "..", "../results/x", "a/b", "a b", "é", &"a".repeat(201)] {
            assert_eq!(Key::rejected(name), None, "{name}");
        }
        let path = Key::new(Prefix::Once, "a/done").path(&"teams/soc".into());
        assert_eq!(path.as_ref(), "teams/soc/once/a/done");
        // The prefix of STORE_URL is the one that the role's policy names.
        for root in ["~soc", "team #1/100%"] {
            let path = Key::new(Prefix::Once, "a/done").path(&Path::parse(root).unwrap());
            assert_eq!(path.as_ref(), format!("{root}/once/a/done"));
        }
    }
}
