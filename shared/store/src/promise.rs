//! A result that is promised before it is there: who makes it, until when, and what its owner is told meanwhile.
//!
//! Beside `results/<id>`, the result, stand `<id>.pending`, the promise, `<id>.taken`, by which one and no second begins to make it, and
//! `<id>.cancelled`. Each is created once. A maker who dies leaves the others to find out: what nobody has begun in time, and what did not
//! end in time, is told apart.

use crate::{
    digest::Digest,
    envelope::{Label, Owner},
    error::StoreError,
    key::Key,
    reference::{NoRandomness, Reference},
    spool::Spool,
    store::{Store, Stored, Written},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::time::{Duration, SystemTime};

/// A promised result of one owner.
#[derive(Clone, Debug)]
pub struct Promise {
    store: Store,
    reference: Reference,
    owner: Owner,
}

/// What is promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Terms {
    /// The hash of the work, so that no other is done in its name.
    pub work: Digest,
    /// Whether the work changes something, so that nobody knows what became of it when its maker dies.
    pub changes: bool,
    /// The URL at which its owner fetches it.
    pub location: String,
    /// When somebody must have begun, in seconds since 1970.
    begin_by: u64,
}

/// What is to be promised.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// To whom.
    pub owner: Owner,
    /// [`Terms::work`].
    pub work: Digest,
    /// [`Terms::changes`].
    pub changes: bool,
    /// The URL below which results are fetched by their ids, without a slash at its end.
    pub results: &'a str,
    /// How long the work may wait to be begun.
    pub wait: Duration,
}

/// The turn to make it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Taken {
    /// When it must be there, in seconds since 1970.
    end_by: u64,
}

/// How far it is.
#[derive(Debug)]
pub enum State {
    /// It is there.
    Kept(Stored),
    /// It is still being made, or waits for that.
    Awaited(Terms),
    /// Nobody has begun in time.
    NotBegun(Terms),
    /// Whoever began did not end in time.
    Lost(Terms),
    /// There is no such promise, or its owner has cancelled it.
    Unknown,
}

/// A promise that could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PromiseError {
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no randomness to make an id of.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

impl Promise {
    /// Makes a promise.
    ///
    /// # Errors
    /// Where the store does not take it.
    pub async fn make(store: Store, offer: Offer<'_>) -> Result<(Self, Terms), PromiseError> {
        let reference = Reference::random()?;
        let terms = Terms {
            work: offer.work,
            changes: offer.changes,
            location: format!("{}/{}", offer.results, reference.id()),
            begin_by: seconds(store.time() + offer.wait),
        };
        let promise = Self { store, reference, owner: offer.owner };
        promise.create(&promise.reference.pending_key(), &terms).await?;
        Ok((promise, terms))
    }

    /// What may have been promised to `owner` as the result `reference`.
    pub fn of(store: Store, reference: Reference, owner: Owner) -> Self {
        Self { store, reference, owner }
    }

    /// By what its owner fetches it.
    pub fn id(&self) -> &str {
        self.reference.id()
    }

    /// What is promised; none where nothing is, or not to this owner.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn terms(&self) -> Result<Option<Terms>, StoreError> {
        self.read(&self.reference.pending_key()).await
    }

    /// Takes the turn to make it within `time`; false where somebody has taken it before.
    ///
    /// # Errors
    /// Where the store fails. Then nobody can begin.
    pub async fn take(&self, time: Duration) -> Result<bool, StoreError> {
        let taken = Taken { end_by: seconds(self.store.time() + time) };
        Ok(self.create(&self.reference.taken_key(), &taken).await? == Written::Created)
    }

    /// Keeps it: this is the result, unless there is one.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn keep(&self, status: u16, content_type: &str, content: &mut Spool) -> Result<Written, StoreError> {
        let label = Label { content_type: content_type.to_owned(), status, owner: Some(self.owner) };
        self.store.create_large(&self.reference.key(), &label, content).await
    }

    /// Its owner does not want it any more.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn cancel(&self) -> Result<(), StoreError> {
        self.create(&self.reference.cancelled_key(), &()).await.map(|_| ())
    }

    /// Whether its owner does not want it any more.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn is_cancelled(&self) -> Result<bool, StoreError> {
        Ok(self.found(&self.reference.cancelled_key()).await?.is_some())
    }

    /// How far it is.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn state(&self) -> Result<State, StoreError> {
        if let Some(stored) = self.found(&self.reference.key()).await? {
            return Ok(if self.is_cancelled().await? { State::Unknown } else { State::Kept(stored) });
        }
        let Some(terms) = self.terms().await? else { return Ok(State::Unknown) };
        let taken: Option<Taken> = self.read(&self.reference.taken_key()).await?;
        if self.is_cancelled().await? {
            return Ok(State::Unknown);
        }
        let now = seconds(self.store.time());
        Ok(match taken {
            Some(Taken { end_by }) if now < end_by => State::Awaited(terms),
            Some(_) => State::Lost(terms),
            None if now < terms.begin_by => State::Awaited(terms),
            None => State::NotBegun(terms),
        })
    }

    async fn found(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        match self.store.get(key, Some(self.owner)).await {
            Ok(stored) => Ok(Some(stored)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn read<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        let Some(stored) = self.found(key).await? else { return Ok(None) };
        let record = serde_json::from_slice(stored.content());
        record.map(Some).map_err(|_| StoreError::tampered(key, "it is no record of this version"))
    }

    async fn create(&self, key: &Key, record: &impl Serialize) -> Result<Written, StoreError> {
        let label = Label { content_type: "application/json".to_owned(), status: 202, owner: Some(self.owner) };
        // Numbers and hashes only: this cannot fail.
        self.store.create(key, &label, &serde_json::to_vec(record).unwrap_or_default()).await
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::{Offer, Promise, State};
    use crate::{
        digest::Digest,
        envelope::Owner,
        reference::Reference,
        spool::Spool,
        store::{Store, Written},
    };
    use std::{
        sync::atomic::{AtomicU64, Ordering},
        time::{Duration, SystemTime},
    };

    /// Seconds that have passed, for the one test that lets them.
    static PASSED: AtomicU64 = AtomicU64::new(0);

    fn store(folder: &tempfile::TempDir) -> Store {
        let url = format!("file://{}", folder.path().display());
        Store::open(&url, &|_| None, || Err("no network".to_owned())).unwrap()
    }

    async fn promise(store: &Store) -> Promise {
        let (owner, work) = (Owner::of(&["ada"]), Digest::of(b"work"));
        let (changes, results, wait) = (false, "https://api.example/result", Duration::from_secs(60));
        let offer = Offer { owner, work, changes, results, wait };
        let (promise, terms) = Promise::make(store.clone(), offer).await.unwrap();
        assert_eq!(terms.location, format!("https://api.example/result/{}", promise.id()));
        promise
    }

    async fn state(promise: &Promise) -> &'static str {
        match promise.state().await.unwrap() {
            State::Kept(_) => "kept",
            State::Awaited(_) => "awaited",
            State::NotBegun(_) => "not begun",
            State::Lost(_) => "lost",
            State::Unknown => "unknown",
        }
    }

    async fn keep(promise: &Promise, content: &[u8]) -> Written {
        promise.keep(200, "text/csv", &mut Spool::of(content.to_vec())).await.unwrap()
    }

    #[tokio::test]
    async fn time_ends_what_nobody_ends() {
        let folder = tempfile::tempdir().unwrap();
        let store =
            store(&folder).with_clock(|| SystemTime::now() + Duration::from_secs(PASSED.load(Ordering::SeqCst)));
        let [early, late] = [promise(&store).await, promise(&store).await];
        assert_eq!(state(&early).await, "awaited");
        assert!(early.take(Duration::from_secs(600)).await.unwrap());
        assert!(!early.take(Duration::from_secs(600)).await.unwrap(), "only one can begin");
        PASSED.store(70, Ordering::SeqCst);
        assert_eq!((state(&early).await, state(&late).await), ("awaited", "not begun"));
        PASSED.store(601, Ordering::SeqCst);
        assert_eq!(state(&early).await, "lost");
        // The first outcome stays, whoever writes it.
        assert_eq!(keep(&early, b"timeout").await, Written::Created);
        assert_eq!(keep(&early, b"late").await, Written::Exists);
        let State::Kept(stored) = early.state().await.unwrap() else { panic!("it is kept") };
        assert_eq!(store.read(&stored, 100).await.unwrap(), "timeout");
    }

    #[tokio::test]
    async fn only_its_owner_knows_of_it_until_it_is_cancelled() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        let mine = promise(&store).await;
        assert_eq!(mine.terms().await.unwrap().unwrap().work, Digest::of(b"work"));
        let reference = Reference::of_id(mine.id()).unwrap();
        let of = |name: &str| Promise::of(store.clone(), reference.clone(), Owner::of(&[name]));
        assert_eq!((state(&of("ada")).await, state(&of("ben")).await), ("awaited", "unknown"));
        assert_eq!(of("ben").terms().await.unwrap(), None);
        mine.cancel().await.unwrap();
        mine.cancel().await.unwrap();
        assert!(mine.is_cancelled().await.unwrap());
        assert_eq!(state(&mine).await, "unknown");
        keep(&mine, b"late").await;
        assert_eq!(state(&mine).await, "unknown");
    }
}
