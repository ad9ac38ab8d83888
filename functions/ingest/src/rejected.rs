//! Records that could not be delivered: kept in the store with the reason, in the very bytes that came, until somebody replays them.

use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeSet, iter};
use store::{digest::Digest, envelope::Label, error::StoreError, key::Key, store::Store};

/// Bytes of an object before the next is begun. A record alone may have more: what an event can carry.
const OBJECT: usize = 4 << 20;

/// The most bytes of an object that is read.
const LONGEST: u64 = 8 << 20;

/// Characters of a reason that are kept: it may quote the record, or the service.
const REASON: usize = 500;

/// A record, and why it is not in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection<'r> {
    /// Why, for a person. It may quote the record.
    pub reason: Cow<'r, str>,
    /// What came.
    pub record: &'r [u8],
}

/// The line before a record.
#[derive(Serialize, Deserialize)]
struct Head {
    reason: String,
    bytes: usize,
}

/// Keeps what could not go from the message `id` to `destination`, and returns under which names. The same again is kept once.
///
/// # Errors
/// Where the store fails; what is kept by then is kept.
pub async fn keep(
    store: &Store,
    destination: &str,
    id: &str,
    rejections: &[Rejection<'_>],
) -> Result<BTreeSet<String>, StoreError> {
    let mut names = BTreeSet::new();
    for object in objects(rejections) {
        let name = format!("{destination}.{}", Digest::of_texts(&[id, &Digest::of(&object).to_string()]));
        let label = Label { content_type: "application/octet-stream".to_owned(), status: 200, owner: None };
        // The name is made of a plain name and of digits.
        if let Some(key) = Key::rejected(&name) {
            store.create(&key, &label, &object).await?;
        }
        names.insert(name);
    }
    Ok(names)
}

/// The object that is kept under `name`.
///
/// # Errors
/// Where it cannot be read.
pub async fn read(store: &Store, name: &str) -> Result<Vec<u8>, StoreError> {
    let missing = || StoreError::NotFound { key: name.to_owned() };
    let stored = store.get(&Key::rejected(name).ok_or_else(missing)?, None).await?;
    Ok(store.read(&stored, LONGEST).await?.into())
}

/// The records in the object that is kept under `name`.
///
/// # Errors
/// Where it is damaged.
pub fn records<'o>(name: &str, object: &'o [u8]) -> Result<Vec<&'o [u8]>, StoreError> {
    let damaged = || StoreError::Tampered { key: name.to_owned(), problem: "it is no list of records" };
    let rejections = parse(object).ok_or_else(damaged)?;
    Ok(rejections.into_iter().map(|rejection| rejection.record).collect())
}

/// The objects that hold these records, in order, each made when it is wanted.
fn objects(rejections: &[Rejection<'_>]) -> impl Iterator<Item = Vec<u8>> {
    let mut entries = rejections.iter().map(entry).peekable();
    iter::from_fn(move || {
        let mut object = entries.next()?;
        while let Some(entry) = entries.next_if(|entry| object.len() + entry.len() <= OBJECT) {
            object.extend(entry);
        }
        Some(object)
    })
}

fn entry(Rejection { reason, record }: &Rejection<'_>) -> Vec<u8> {
    let head = Head { reason: reason.chars().take(REASON).collect(), bytes: record.len() };
    // A text and a number: this cannot fail.
    let mut entry = serde_json::to_vec(&head).unwrap_or_default();
    entry.push(b'\n');
    entry.extend_from_slice(record);
    entry.push(b'\n');
    entry
}

fn parse(mut content: &[u8]) -> Option<Vec<Rejection<'_>>> {
    let mut rejections = Vec::new();
    while !content.is_empty() {
        let end = content.iter().position(|byte| *byte == b'\n')?;
        let Head { reason, bytes } = serde_json::from_slice(content.get(..end)?).ok()?;
        let rest = content.get(end + 1..)?;
        rejections.push(Rejection { reason: reason.into(), record: rest.get(..bytes)? });
        content = rest.get(bytes..)?.strip_prefix(b"\n")?;
    }
    Some(rejections)
}

#[cfg(test)]
mod tests {
    use super::{OBJECT, Rejection, parse};
    use proptest::prelude::{Strategy, any, prop, proptest};

    fn rejection<'r>(reason: &'r str, record: &'r [u8]) -> Rejection<'r> {
        Rejection { reason: reason.into(), record }
    }

    fn objects(rejections: &[Rejection<'_>]) -> Vec<Vec<u8>> {
        super::objects(rejections).collect()
    }

    #[test]
    fn a_person_can_read_it() {
        let kept = objects(&[rejection("it is no JSON", b"{\"a\":"), rejection("no \"b\"", b"{}")]);
        let expected =
            "{\"reason\":\"it is no JSON\",\"bytes\":5}\n{\"a\":\n{\"reason\":\"no \\\"b\\\"\",\"bytes\":2}\n{}\n";
        assert_eq!(kept, [expected.as_bytes()]);
    }

    #[test]
    fn objects_do_not_grow_without_end() {
        let record = vec![b'x'; OBJECT / 2];
        let large = rejection("x", &record);
        let kept = objects(&[large.clone(), large.clone(), large]);
        assert_eq!(kept.len(), 3);
    }

    #[test]
    fn a_reason_does_not_grow_with_what_it_quotes() {
        let kept = objects(&[rejection(&"\u{1}".repeat(4_000_000), b"{}")]);
        assert!(kept[0].len() < 10_000 && parse(&kept[0]).is_some());
    }

    #[test]
    fn what_is_damaged_is_told() {
        for content in ["x", "{}\n", "{\"reason\":\"\",\"bytes\":9}\nabc\n", "{\"reason\":\"\",\"bytes\":1}\nab\n"] {
            assert_eq!(parse(content.as_bytes()), None, "{content}");
        }
    }

    proptest! {
        #[test]
        fn every_byte_comes_back(all in prop::collection::vec((any::<String>(), prop::collection::vec(any::<u8>(), 0..40)), 0..8).boxed()) {
            let all: Vec<_> = all.iter().map(|(reason, record)| rejection(reason, record)).collect();
            let objects = objects(&all);
            let back: Vec<_> = objects.iter().flat_map(|object| parse(object).unwrap()).collect();
            assert_eq!(back, all);
        }
    }
}
