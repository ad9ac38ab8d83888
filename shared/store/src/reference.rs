//! `store:results/<id>`: what travels in place of a result.

use crate::key::{Key, Prefix};
use std::{fmt, str::FromStr};

/// A result in the store, as a reply names it and a request brings it: 128 random bits, which only who got it knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference(String);

/// A text that is no reference. It is not repeated: it comes from a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reference is written store:results/<id>, as `resultUrl` and `url` of a reply have it")]
pub struct NoReference;

/// There is no randomness to make an id of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this machine gives no random numbers")]
pub struct NoRandomness;

const START: &str = "store:results/";

impl Reference {
    /// A new one.
    ///
    /// # Errors
    /// Where the machine has no random numbers.
    pub fn random() -> Result<Self, NoRandomness> {
        Ok(Self(random_id()?))
    }

    /// The reference with this id alone, as a path has it.
    ///
    /// # Errors
    /// Where it is no id.
    pub fn of_id(id: &str) -> Result<Self, NoReference> {
        let is_id = id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_id { Ok(Self(id.to_owned())) } else { Err(NoReference) }
    }

    /// The id alone.
    pub fn id(&self) -> &str {
        &self.0
    }

    /// Where the result is.
    pub fn key(&self) -> Key {
        Key::new(Prefix::Results, &self.0)
    }

    /// Where it is written that the result is promised.
    pub fn pending_key(&self) -> Key {
        self.beside("pending")
    }

    /// Where whoever makes the result has said so.
    pub(crate) fn taken_key(&self) -> Key {
        self.beside("taken")
    }

    /// Where it is written that nobody wants the result.
    pub(crate) fn cancelled_key(&self) -> Key {
        self.beside("cancelled")
    }

    fn beside(&self, name: &str) -> Key {
        Key::new(Prefix::Results, format!("{}.{name}", self.0))
    }
}

/// 128 random bits in hexadecimal.
pub(crate) fn random_id() -> Result<String, NoRandomness> {
    let random = ring::rand::generate::<[u8; 16]>(&ring::rand::SystemRandom::new()).map_err(|_| NoRandomness)?;
    Ok(random.expose().iter().map(|byte| format!("{byte:02x}")).collect())
}

impl FromStr for Reference {
    type Err = NoReference;

    fn from_str(text: &str) -> Result<Self, NoReference> {
        Self::of_id(text.strip_prefix(START).ok_or(NoReference)?)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{START}{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{NoReference, Reference};
    use std::collections::HashSet;

    #[test]
    fn it_reads_what_it_writes_and_nothing_else() {
        let reference = Reference::random().unwrap();
        assert_eq!(reference.to_string().parse(), Ok(reference.clone()));
        assert_eq!(reference.key().to_string(), format!("results/{}", reference.id()));
        let id = "0123456789abcdef0123456789abcdef";
        assert!(format!("store:results/{id}").parse::<Reference>().is_ok());
        for text in [
            id.to_owned(),
            format!("store:results/{}", &id[1..]),
            format!("store:results/{}", id.to_uppercase()),
            format!("store:results/../{id}"),
            format!("store:once/{id}"),
            format!("https://example.com/{id}"),
            format!("STORE:results/{id}"),
            String::new(),
        ] {
            assert_eq!(text.parse::<Reference>(), Err(NoReference), "{text}");
        }
    }

    #[test]
    fn no_two_are_the_same() {
        let ids: HashSet<_> = (0..1000).map(|_| Reference::random().unwrap().id().to_owned()).collect();
        assert_eq!(ids.len(), 1000);
    }
}
