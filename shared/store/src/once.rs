//! That a thing is done once, whoever asks for it how often: the first outcome is kept under the asker's key and told to all others.
//!
//! Below `once/<key>/` stand the steps of whoever works on it, numbered through, `attempt-1`, `attempt-2` and so on, and `done`, the
//! outcome. A step is created or somebody else has made it, so that only one can take a turn, and only who still has the turn can
//! begin. A turn ends with its lease: then the next who asks takes over, unless the work had begun; then nobody knows how it ended, and
//! that is the outcome.
//!
//! Leases are durations, measured by the clock of the store. No two machines need the same time.

use crate::{
    digest::Digest,
    envelope::Label,
    error::StoreError,
    key::{Key, Prefix},
    reference::{NoRandomness, random_id},
    store::{Store, Stored, Written},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;

/// How long is waited before it is looked again whether somebody else has finished; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What stands before the number in the name of a step.
const ATTEMPT: &str = "attempt-";

/// A thing to be done once.
#[derive(Clone, Debug)]
pub struct Once {
    store: Store,
    key: Digest,
    payload: Digest,
}

/// What somebody who asks for it gets.
#[derive(Debug)]
pub enum Turn {
    /// The turn.
    Mine(Attempt),
    /// The outcome: it is done.
    Done(String),
}

/// A turn that was taken. Dropped, it ends with its lease.
#[derive(Debug)]
pub struct Attempt {
    once: Once,
    holder: String,
    /// The next step.
    number: u32,
}

/// Why there is neither a turn nor an outcome.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OnceError {
    /// The store fails: nothing was begun.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no randomness to make a holder's name of.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The key came with something else before.
    #[error("the key was used for another request")]
    Conflict,
    /// It was begun, and how it ended was never told.
    #[error("it may have been done as {lookup}")]
    Unknown {
        /// By what it can be looked up.
        lookup: String,
    },
    /// Somebody else is at it.
    #[error("somebody else is at it")]
    Busy,
}

/// How far whoever has the turn has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Stage {
    /// Nothing can have been done.
    Taken,
    /// It may have been done.
    Begun,
    /// Nothing was done, and the next may try, with another request too.
    Released,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    stage: Stage,
    holder: String,
    payload: Digest,
    lease_ms: u64,
    /// By what it can be looked up, once it has begun.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    lookup: String,
}

/// What `done` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    payload: Digest,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    /// The outcome.
    Done(String),
    /// By what it can be looked up what nobody knows the outcome of.
    Unknown(String),
}

/// The last step, and when its lease is over.
struct Last {
    step: Step,
    number: u32,
    over: Instant,
}

impl Once {
    /// The thing that is known by `key`; `payload` is the hash of what is asked for, which is the same each time.
    pub fn new(store: Store, key: Digest, payload: Digest) -> Self {
        Self { store, key, payload }
    }

    /// Takes the turn for `lease`, or waits until `deadline` for the outcome of who has it.
    ///
    /// # Errors
    /// Where nothing was begun by this call.
    pub async fn take(&self, lease: Duration, deadline: Instant) -> Result<Turn, OnceError> {
        let holder = random_id()?;
        let (mut last, mut pause): (Option<Last>, _) = (None, FIRST_PAUSE);
        loop {
            if let Some(outcome) = self.outcome().await? {
                return match outcome {
                    Outcome::Done(outcome) => Ok(Turn::Done(outcome)),
                    Outcome::Unknown(lookup) => Err(OnceError::Unknown { lookup }),
                };
            }
            let next = self.catch_up(&mut last).await?;
            let now = Instant::now();
            match &last {
                Some(Last { step, over, .. }) if step.stage != Stage::Released && now < *over => {
                    if now + pause >= deadline {
                        return Err(OnceError::Busy);
                    }
                    tokio::time::sleep(pause.min(*over - now)).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Some(Last { step, .. }) if step.stage == Stage::Begun => {
                    self.finish(Outcome::Unknown(step.lookup.clone())).await?;
                }
                _ => {
                    let mut attempt = Attempt { once: self.clone(), holder: holder.clone(), number: next };
                    if attempt.step(Stage::Taken, "", lease).await? {
                        return Ok(Turn::Mine(attempt));
                    }
                }
            }
        }
    }

    /// The outcome, if there is one.
    async fn outcome(&self) -> Result<Option<Outcome>, OnceError> {
        let Some(stored) = self.found(&self.place("done")).await? else { return Ok(None) };
        let record: Record = parse(&stored, &self.place("done"))?;
        if record.payload == self.payload { Ok(Some(record.outcome)) } else { Err(OnceError::Conflict) }
    }

    /// Reads the last step, unless it is `last`, and returns the number of the next.
    async fn catch_up(&self, last: &mut Option<Last>) -> Result<u32, OnceError> {
        // They are listed and not tried one by one: a lifecycle rule removes the older ones first.
        let folder = Key::new(Prefix::Once, self.key.to_string());
        let number = self.store.latest(&folder, ATTEMPT).await?.unwrap_or_default();
        if number > last.as_ref().map_or(0, |last| last.number) {
            *last = match self.found(&self.attempt(number)).await? {
                Some(stored) => Some(self.last(&stored, number).await?),
                None => None,
            };
        }
        Ok(number.saturating_add(1))
    }

    async fn last(&self, stored: &Stored, number: u32) -> Result<Last, OnceError> {
        let step: Step = parse(stored, &self.attempt(number))?;
        // Who let go has done nothing: the key is free for what was corrected since.
        if step.payload != self.payload && step.stage != Stage::Released {
            return Err(OnceError::Conflict);
        }
        let lease = Duration::from_millis(step.lease_ms) + self.store.tick();
        let age = match step.stage {
            // It is over, however old it is.
            Stage::Released => lease,
            Stage::Taken | Stage::Begun => {
                let now = self.store.now(&self.place("clock")).await?;
                now.duration_since(stored.written).unwrap_or_default()
            }
        };
        Ok(Last { step, number, over: Instant::now() + lease.saturating_sub(age) })
    }

    /// Writes the outcome down, unless there is one.
    async fn finish(&self, outcome: Outcome) -> Result<(), OnceError> {
        let key = self.place("done");
        let record = json(&Record { payload: self.payload, outcome });
        let is_expired = async || Ok::<_, StoreError>(self.found(&key).await?.is_none());
        if self.store.create(&key, &label(), &record).await? == Written::Exists && is_expired().await? {
            self.store.replace(&key, &label(), &record).await?;
        }
        Ok(())
    }

    /// What is at `key`, unless it has expired.
    async fn found(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        Ok(self.store.find(key).await?.filter(|stored| !self.store.is_expired(stored)))
    }

    fn attempt(&self, number: u32) -> Key {
        self.place(&format!("{ATTEMPT}{number}"))
    }

    fn place(&self, name: &str) -> Key {
        Key::new(Prefix::Once, format!("{}/{name}", self.key))
    }
}

impl Attempt {
    /// From here on it may be done, within `lease`, as what `lookup` names.
    ///
    /// # Errors
    /// Where it must not be begun: the store fails, or somebody else has taken over.
    pub async fn begin(&mut self, lookup: &str, lease: Duration) -> Result<(), OnceError> {
        if self.step(Stage::Begun, lookup, lease).await? { Ok(()) } else { Err(OnceError::Busy) }
    }

    /// It is done, and `outcome` is what everybody is told from now on.
    ///
    /// # Errors
    /// Where the store fails: then others are told that the outcome is unknown.
    pub async fn finish(self, outcome: String) -> Result<(), OnceError> {
        self.once.finish(Outcome::Done(outcome)).await
    }

    /// It may have been done as what `lookup` names, and nobody will know.
    ///
    /// # Errors
    /// Where the store fails: then others are told the same once the lease is over.
    pub async fn give_up(self, lookup: &str) -> Result<(), OnceError> {
        self.once.finish(Outcome::Unknown(lookup.to_owned())).await
    }

    /// Nothing was done: the next may try at once, also with another request.
    ///
    /// # Errors
    /// Where the store fails: then the next may try once the lease is over, unless this one had begun.
    pub async fn release(mut self) -> Result<(), OnceError> {
        self.step(Stage::Released, "", Duration::ZERO).await.map(|_| ())
    }

    /// Makes the next step; false where somebody else has made it.
    async fn step(&mut self, stage: Stage, lookup: &str, lease: Duration) -> Result<bool, OnceError> {
        let key = self.once.attempt(self.number);
        let step = Step {
            stage,
            holder: self.holder.clone(),
            payload: self.once.payload,
            lease_ms: u64::try_from(lease.as_millis()).unwrap_or(u64::MAX),
            lookup: lookup.to_owned(),
        };
        let is_mine = match self.once.store.create(&key, &label(), &json(&step)).await? {
            Written::Created => true,
            // It can be our own: of a request whose answer was lost, and that was sent again.
            Written::Exists => match self.once.store.find(&key).await? {
                Some(stored) => parse::<Step>(&stored, &key)? == step,
                None => false,
            },
        };
        self.number += u32::from(is_mine);
        Ok(is_mine)
    }
}

fn label() -> Label {
    Label { content_type: "application/json".to_owned(), status: 200, owner: None }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    // Texts and numbers only: this cannot fail.
    serde_json::to_vec(value).unwrap_or_default()
}

fn parse<T: for<'de> Deserialize<'de>>(stored: &Stored, key: &Key) -> Result<T, StoreError> {
    serde_json::from_slice(stored.content()).map_err(|_| StoreError::tampered(key, "it is no record of this version"))
}
