//! The store, by the same tests in a folder and on an S3 that was not written here.

use auth::http::{HttpClient, HttpSettings};
use object_store::{ObjectStore, ObjectStoreExt, path::Path};
use std::{
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime},
};
use store::{
    digest::Digest,
    envelope::{Label, Owner},
    error::StoreError,
    key::Key,
    reference::Reference,
    spool::Spool,
    store::{Store, Written},
};
use tempfile::TempDir;
use tests::{cluster::Cluster, s3::S3};

/// A store, and its objects past the store.
pub(crate) struct Opened {
    pub(crate) store: Store,
    pub(crate) objects: Arc<dyn ObjectStore>,
}

/// Opens `url`, with these variables around it.
pub(crate) fn open(url: &str, variables: &[(&str, &str)]) -> Result<Opened, String> {
    let lookup = |wanted: &str| {
        let (_, value) = variables.iter().find(|(name, _)| *name == wanted)?;
        Some((*value).to_owned())
    };
    let http = || HttpClient::new(&HttpSettings::default()).map_err(|error| error.to_string());
    let mut objects = None;
    let store = Store::open(url, &lookup, http)?.with_objects(|all| objects.insert(all).clone());
    Ok(Opened { store, objects: objects.unwrap() })
}

pub(crate) fn in_folder(folder: &std::path::Path) -> Opened {
    open(&format!("file://{}", folder.display()), &[]).unwrap()
}

/// A store in a bucket that all tests share, below a prefix of its own.
fn in_bucket(prefix: &str) -> Opened {
    static S3_SERVER: OnceLock<S3> = OnceLock::new();
    open(&format!("s3://store/{prefix}"), &S3_SERVER.get_or_init(S3::start).settings()).unwrap()
}

/// Runs `test` on an empty store in a folder and on one in a bucket.
pub(crate) fn on_both(name: &str, test: impl AsyncFn(&Opened)) {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(test(&in_folder(folder.path())));
    runtime.block_on(test(&in_bucket(name)));
}

fn label(owner: Option<Owner>) -> Label {
    Label { content_type: "text/csv".to_owned(), status: 200, owner }
}

/// Stores `content` for `owner`, and returns where.
async fn stored(store: &Store, content: &[u8], owner: Option<Owner>) -> Key {
    let key = Reference::random().unwrap().key();
    let mut spool = Spool::of(content.to_vec());
    assert_eq!(store.create_large(&key, &label(owner), &mut spool).await, Ok(Written::Created));
    key
}

async fn read(store: &Store, key: &Key, owner: Option<Owner>) -> Result<Vec<u8>, StoreError> {
    let stored = store.get(key, owner).await?;
    Ok(store.read(&stored, u64::MAX).await?.to_vec())
}

/// Bytes that no two positions share a pattern in.
fn bytes(length: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(length as u64);
    std::iter::repeat_with(|| random.u8(..)).take(length).collect()
}

#[test]
fn what_was_stored_is_what_is_read() {
    on_both("read", async |Opened { store, .. }| {
        // None, one part less a byte, one part, one byte more, and more than two.
        for length in [0, 1, 8_388_607, 8_388_608, 8_388_609, 20_000_000] {
            let content = bytes(length);
            let key = stored(store, &content, None).await;
            let found = store.get(&key, None).await.unwrap();
            assert_eq!((found.envelope.size, found.envelope.sha256), (length as u64, Digest::of(&content)));
            assert_eq!(found.envelope.label, label(None));
            assert!(read(store, &key, None).await.unwrap() == content, "{length}");
        }
    });
}

#[test]
fn a_file_on_its_way_is_stored_as_it_is() {
    on_both("file", async |Opened { store, .. }| {
        let folder = tempfile::tempdir().unwrap();
        let content = bytes(9_000_000);
        let mut spool = Spool::new(1000, folder.path());
        content.chunks(10_007).for_each(|piece| spool.write(piece).unwrap());
        let key = Reference::random().unwrap().key();
        store.create_large(&key, &label(None), &mut spool).await.unwrap();
        assert!(read(store, &key, None).await.unwrap() == content);
    });
}

#[test]
fn an_object_is_created_once() {
    on_both("create", async |Opened { store, .. }| {
        let key = Key::rejected("batch-1").unwrap();
        assert_eq!(store.create(&key, &label(None), b"first").await, Ok(Written::Created));
        assert_eq!(store.create(&key, &label(None), b"second").await, Ok(Written::Exists));
        assert_eq!(read(store, &key, None).await.unwrap(), b"first");
    });
}

#[test]
fn nobody_is_told_of_what_belongs_to_another() {
    on_both("owner", async |Opened { store, .. }| {
        let (ada, ben) = (Some(Owner::of(&["ada"])), Some(Owner::of(&["ben"])));
        let key = stored(store, b"a", ada).await;
        assert_eq!(read(store, &key, ada).await.unwrap(), b"a");
        let absent = |key: &Key| Err(StoreError::NotFound { key: key.to_string() });
        for owner in [ben, None] {
            assert_eq!(read(store, &key, owner).await, absent(&key));
        }
        let unknown = Reference::random().unwrap().key();
        assert_eq!(read(store, &unknown, ada).await, absent(&unknown));
    });
}

#[test]
fn what_has_expired_is_not_found() {
    let in_a_day = || SystemTime::now() + Duration::from_secs(86_400);
    let just_before = || SystemTime::now() + Duration::from_secs(86_400 - 60);
    on_both("expired", async |Opened { store, .. }| {
        let key = stored(store, b"a", None).await;
        assert_eq!(read(&store.clone().with_clock(just_before), &key, None).await.unwrap(), b"a");
        let error = read(&store.clone().with_clock(in_a_day), &key, None).await;
        assert_eq!(error, Err(StoreError::NotFound { key: key.to_string() }));
        // Records that were rejected last longer.
        let key = Key::rejected("batch").unwrap();
        store.create(&key, &label(None), b"a").await.unwrap();
        assert_eq!(read(&store.clone().with_clock(in_a_day), &key, None).await.unwrap(), b"a");
    });
}

#[test]
fn what_was_tampered_with_is_told() {
    on_both("tampered", async |Opened { store, objects }| {
        let prefix = if store.name().starts_with("s3://") { "tampered/" } else { "" };
        let path = |key: &str| Path::from(format!("{prefix}{key}"));
        let content_of = |content: &[u8]| path(&format!("results/content/{}", Digest::of(content)));
        let problem = async |key: &Key| match read(store, key, None).await {
            Err(StoreError::Tampered { key: named, problem }) if named == key.to_string() => problem,
            other => panic!("{other:?}"),
        };
        let key = stored(store, b"large", None).await;
        objects.put(&content_of(b"large"), "Large".into()).await.unwrap();
        assert_eq!(problem(&key).await, "its hash is another");
        objects.put(&content_of(b"large"), "larg".into()).await.unwrap();
        assert_eq!(problem(&key).await, "its size is another");
        objects.delete(&content_of(b"large")).await.unwrap();
        assert_eq!(problem(&key).await, "its content is gone");
        let other = stored(store, b"x", None).await;
        objects.copy(&path(&other.to_string()), &path(&key.to_string())).await.unwrap();
        assert_eq!(problem(&key).await, "it was written under another key");
        objects.put(&path(&key.to_string()), "a,b\n1,2\n".into()).await.unwrap();
        assert_eq!(problem(&key).await, "it has no envelope");
        let small = Key::rejected("small").unwrap();
        store.create(&small, &label(None), b"small").await.unwrap();
        let object = objects.get(&path(&small.to_string())).await.unwrap().bytes().await.unwrap();
        let changed = String::from_utf8(object.to_vec()).unwrap().replace("\nsmall", "\nSmall");
        objects.put(&path(&small.to_string()), changed.into()).await.unwrap();
        assert_eq!(problem(&small).await, "its hash is another");
    });
}

#[test]
fn a_reader_that_takes_less_is_told_how_much_it_is() {
    on_both("large", async |Opened { store, .. }| {
        let key = stored(store, b"abc", None).await;
        let found = store.get(&key, None).await.unwrap();
        assert_eq!(store.read(&found, 3).await.unwrap(), "abc");
        let error = store.read(&found, 2).await.unwrap_err().to_string();
        assert_eq!(error, format!("{key} has 3 bytes, more than the 2 that can be taken here"));
    });
}

#[test]
fn a_signed_url_gives_the_content_and_nothing_else() {
    on_both("signed", async |Opened { store, .. }| {
        let key = stored(store, b"a,b\n", Some(Owner::of(&["ada"]))).await;
        let found = store.get(&key, Some(Owner::of(&["ada"]))).await.unwrap();
        let url = store.signed_url(&found).await.unwrap();
        if store.name().starts_with("file://") {
            assert_eq!(url, None);
            return;
        }
        let url = url.unwrap();
        assert!(url.contains("X-Amz-Expires=900"), "{url}");
        let answer = tests::http::get(&url);
        assert!(answer.to_lowercase().contains("content-disposition: attachment\r\n"), "{answer}");
        assert!(answer.to_lowercase().contains("content-type: text/csv"), "{answer}");
        assert!(answer.ends_with("\r\n\r\na,b\n"), "{answer}");
    });
}

#[test]
fn a_store_that_refuses_is_named_with_the_remedy() {
    let refusal = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>m</Message></Error>";
    let head = format!("HTTP/1.1 403 Forbidden\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", refusal.len());
    let closed = Cluster::answering([head.as_bytes(), refusal.as_bytes()].concat());
    let variables = |endpoint| {
        [
            ("AWS_ENDPOINT_URL", endpoint),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "k"),
            ("AWS_SECRET_ACCESS_KEY", "canary"),
        ]
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let key = Key::rejected("a").unwrap();
    let create = |url: &str, variables: &[(&str, &str)]| {
        let store = open(url, variables).unwrap().store;
        let (created, found) = runtime.block_on(async {
            (store.create(&key, &label(None), b"a").await, store.get(&key, None).await.map(|_| ()))
        });
        assert_eq!(created.clone().map(|_| ()), found);
        created.unwrap_err().to_string()
    };
    // Nobody listens on port 1, and no test that runs beside this one is given it.
    let s3 = S3::start();
    insta::assert_snapshot!(
        [
            create("s3://bucket/prefix", &variables(closed.url())),
            create("s3://missing", &s3.settings()),
            create("s3://bucket", &variables("http://127.0.0.1:1")),
        ]
        .join("\n")
    );
}
