//! That a thing is done once, by the same tests in a folder and on an S3 that was not written here.

use crate::store::{Opened, in_folder, on_both};
use futures::TryStreamExt;
use object_store::{ObjectStore, ObjectStoreExt};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};
use store::{
    digest::Digest,
    once::{Attempt, Once, OnceError, Turn},
    store::Store,
};
use tokio::time::Instant;

const LEASE: Duration = Duration::from_secs(60);

/// Less than S3's clock can tell.
const SHORT: Duration = Duration::from_millis(100);

fn once(store: &Store, key: &str, payload: &str) -> Once {
    Once::new(store.clone(), Digest::of(key.as_bytes()), Digest::of(payload.as_bytes()))
}

/// Takes a turn without waiting for anybody.
async fn take(once: &Once, lease: Duration) -> Result<Turn, OnceError> {
    once.take(lease, Instant::now()).await
}

/// Takes a turn, and waits for those whose lease ends soon.
async fn wait(once: &Once) -> Result<Turn, OnceError> {
    once.take(LEASE, Instant::now() + Duration::from_secs(10)).await
}

fn mine(turn: Result<Turn, OnceError>) -> Attempt {
    match turn {
        Ok(Turn::Mine(attempt)) => attempt,
        other => panic!("{other:?}"),
    }
}

fn outcome(turn: Result<Turn, OnceError>) -> String {
    match turn {
        Ok(Turn::Done(outcome)) => outcome,
        other => panic!("{other:?}"),
    }
}

fn error(turn: Result<Turn, OnceError>) -> OnceError {
    turn.map(|turn| panic!("{turn:?}")).unwrap_or_else(|error| error)
}

#[test]
fn the_first_outcome_is_told_to_all() {
    on_both("outcome", async |Opened { store, .. }| {
        let once = once(store, "key", "payload");
        let mut attempt = mine(take(&once, LEASE).await);
        attempt.begin("id", LEASE).await.unwrap();
        attempt.finish("{\"sent\":true}".to_owned()).await.unwrap();
        for _ in 0..2 {
            assert_eq!(outcome(take(&once, LEASE).await), "{\"sent\":true}");
        }
    });
}

#[test]
fn another_request_under_the_same_key_is_a_conflict() {
    on_both("conflict", async |Opened { store, .. }| {
        let attempt = mine(take(&once(store, "key", "payload"), LEASE).await);
        assert_eq!(error(take(&once(store, "key", "other"), LEASE).await), OnceError::Conflict);
        attempt.finish("1".to_owned()).await.unwrap();
        assert_eq!(error(take(&once(store, "key", "other"), LEASE).await), OnceError::Conflict);
        mine(take(&once(store, "another key", "other"), LEASE).await);
    });
}

#[test]
fn a_key_whose_holder_let_go_is_free_for_another_request() {
    on_both("free", async |Opened { store, .. }| {
        let [wrong, corrected] = ["wrong", "corrected"].map(|payload| once(store, "key", payload));
        mine(take(&wrong, LEASE).await).release().await.unwrap();
        let mut attempt = mine(take(&corrected, LEASE).await);
        assert_eq!(error(take(&wrong, LEASE).await), OnceError::Conflict, "somebody is at it");
        attempt.begin("id", LEASE).await.unwrap();
        assert_eq!(error(take(&wrong, LEASE).await), OnceError::Conflict);
        attempt.finish("1".to_owned()).await.unwrap();
        assert_eq!(error(take(&wrong, LEASE).await), OnceError::Conflict, "it is done");
        assert_eq!(outcome(take(&corrected, LEASE).await), "1");
    });
}

#[test]
fn only_one_has_the_turn() {
    on_both("turn", async |Opened { store, .. }| {
        let once = once(store, "key", "payload");
        let first = mine(take(&once, LEASE).await);
        assert_eq!(error(take(&once, LEASE).await), OnceError::Busy);
        first.release().await.unwrap();
        mine(take(&once, LEASE).await);
    });
}

#[test]
fn a_turn_whose_holder_died_is_taken_over_after_its_lease() {
    on_both("died", async |Opened { store, .. }| {
        let once = once(store, "key", "payload");
        let mut first = mine(take(&once, SHORT).await);
        let mut second = mine(wait(&once).await);
        assert_eq!(first.begin("id", LEASE).await, Err(OnceError::Busy), "the first has lost its turn");
        second.begin("id", LEASE).await.unwrap();
        second.finish("2".to_owned()).await.unwrap();
        assert_eq!(outcome(take(&once, LEASE).await), "2");
    });
}

#[test]
fn what_had_begun_is_not_done_again() {
    on_both("begun", async |Opened { store, .. }| {
        let once = once(store, "key", "payload");
        let mut first = mine(take(&once, SHORT).await);
        first.begin("<id@example.com>", SHORT).await.unwrap();
        let unknown = OnceError::Unknown { lookup: "<id@example.com>".to_owned() };
        for _ in 0..2 {
            assert_eq!(error(wait(&once).await), unknown);
        }
        // The outcome that was told first stays.
        first.finish("1".to_owned()).await.unwrap();
        assert_eq!(error(wait(&once).await), unknown);
    });
}

#[test]
fn after_a_failure_that_did_nothing_the_next_may_try() {
    on_both("failure", async |Opened { store, .. }| {
        let once = once(store, "key", "payload");
        let mut first = mine(take(&once, LEASE).await);
        first.begin("id", LEASE).await.unwrap();
        first.release().await.unwrap();
        let mut second = mine(take(&once, LEASE).await);
        second.begin("id", LEASE).await.unwrap();
        second.give_up("id").await.unwrap();
        assert_eq!(error(take(&once, LEASE).await), OnceError::Unknown { lookup: "id".to_owned() });
    });
}

#[test]
fn who_waits_gets_the_outcome() {
    on_both("waits", async |Opened { store, .. }| {
        let once = once(store, "key", "payload");
        let attempt = mine(take(&once, LEASE).await);
        let (waited, finished) = tokio::join!(wait(&once), async {
            tokio::task::yield_now().await;
            attempt.finish("1".to_owned()).await
        });
        finished.unwrap();
        assert_eq!(outcome(waited), "1");
    });
}

#[test]
fn clocks_ten_minutes_apart_make_no_difference() {
    let ahead: fn() -> SystemTime = || SystemTime::now() + Duration::from_secs(600);
    let behind: fn() -> SystemTime = || SystemTime::now() - Duration::from_secs(600);
    on_both("clocks", async |Opened { store, .. }| {
        for (key, first, second) in [("ahead", ahead, behind), ("behind", behind, ahead)] {
            let first = once(&store.clone().with_clock(first), key, "payload");
            let second = once(&store.clone().with_clock(second), key, "payload");
            let attempt = mine(take(&first, LEASE).await);
            assert_eq!(error(take(&second, LEASE).await), OnceError::Busy, "nobody is overtaken");
            attempt.release().await.unwrap();
            mine(take(&second, SHORT).await);
            let last = mine(wait(&first).await);
            last.finish("1".to_owned()).await.unwrap();
            assert_eq!(outcome(take(&second, LEASE).await), "1");
        }
    });
}

#[test]
fn after_fourteen_days_nothing_is_remembered() {
    let later = || SystemTime::now() + Duration::from_secs(14 * 86_400);
    on_both("expired", async |Opened { store, .. }| {
        let now = once(store, "key", "payload");
        let mut attempt = mine(take(&now, LEASE).await);
        attempt.begin("id", LEASE).await.unwrap();
        attempt.finish("1".to_owned()).await.unwrap();
        let later = once(&store.clone().with_clock(later), "key", "other payload");
        let mut attempt = mine(take(&later, LEASE).await);
        attempt.begin("id", LEASE).await.unwrap();
        assert_eq!(error(take(&later, LEASE).await), OnceError::Busy);
        attempt.finish("2".to_owned()).await.unwrap();
        assert_eq!(outcome(take(&later, LEASE).await), "2");
    });
}

/// As a lifecycle rule does, which removes each object at its own age.
#[test]
fn what_had_begun_is_not_done_again_where_the_steps_before_are_gone() {
    on_both("gone", async |Opened { store, objects }| {
        let (once, key) = (once(store, "gone", "payload"), Digest::of(b"gone").to_string());
        mine(take(&once, LEASE).await).release().await.unwrap();
        mine(take(&once, LEASE).await).begin("id", SHORT).await.unwrap();
        let all: Vec<_> = objects.list(None).try_collect().await.unwrap();
        let is_old = |path: &str| path.contains(&key) && (path.ends_with("/attempt-1") || path.ends_with("/attempt-2"));
        let old: Vec<_> = all.iter().map(|object| &object.location).filter(|path| is_old(path.as_ref())).collect();
        assert_eq!(old.len(), 2);
        for path in old {
            objects.delete(path).await.unwrap();
        }
        assert_eq!(error(wait(&once).await), OnceError::Unknown { lookup: "id".to_owned() });
    });
}

/// Only in a folder: moto does not create atomically.
#[test]
fn of_many_at_once_one_does_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(folder.path()).store;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        for key in 0..20 {
            let done = Arc::new(AtomicUsize::new(0));
            let workers = (0..16).map(|_| {
                let (once, done) = (once(&store, &key.to_string(), "payload"), Arc::clone(&done));
                tokio::spawn(async move {
                    match wait(&once).await {
                        Ok(Turn::Mine(mut attempt)) => {
                            attempt.begin("id", LEASE).await.unwrap();
                            let number = done.fetch_add(1, Ordering::SeqCst);
                            attempt.finish(number.to_string()).await.unwrap();
                        }
                        turn => assert_eq!(outcome(turn), "0"),
                    }
                })
            });
            futures::future::try_join_all(workers.collect::<Vec<_>>()).await.unwrap();
            assert_eq!(done.load(Ordering::SeqCst), 1);
        }
    });
}
