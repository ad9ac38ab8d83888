//! Objects that are created, read and handed on.

use crate::{
    digest::Digest,
    envelope::{self, Envelope, Label, Owner},
    error::StoreError,
    key::{Key, Prefix},
    location::Location,
    spool::Spool,
};
use auth::{http::HttpClient, secret::Lookup};
use bytes::Bytes;
use futures::TryStreamExt;
use object_store::{
    GetResult, MultipartUpload, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload,
    aws::AmazonS3,
    path::Path,
    signer::{SignedUrlOptions, Signer},
};
use sha2::{Digest as _, Sha256};
use std::{
    fmt, io,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// Bytes of a part of an upload: S3 takes 5 MiB and more, 10,000 parts.
const PART: usize = 8 * 1024 * 1024;

/// Bytes of a content that stands in one object with its envelope.
const MOST_INLINE: usize = 8 * 1024 * 1024;

/// How long a signed URL works.
pub const SIGNED_FOR: Duration = Duration::from_secs(15 * 60);

/// A store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    signer: Option<Arc<AmazonS3>>,
    root: Path,
    name: Arc<str>,
    clock: fn() -> SystemTime,
}

/// Whether an object is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is.
    Created,
    /// There is one already, which stays as it is.
    Exists,
}

/// A content that was found, and has not been read unless it is small.
#[derive(Debug)]
pub struct Stored {
    /// What is said of it.
    pub envelope: Envelope,
    /// When it was written, by the store's clock.
    pub(crate) written: SystemTime,
    key: Key,
    content: Option<Bytes>,
}

impl Store {
    /// The store that `url` names: `s3://bucket/prefix`, whose role and region `lookup` finds under AWS's own names, or
    /// `file:///folder`, which is made where it is not there. `http` is asked for where the store is reached through it.
    ///
    /// # Errors
    /// With what is wrong in the URL or missing beside it.
    pub fn open(
        url: &str,
        lookup: Lookup<'_>,
        http: impl FnOnce() -> Result<HttpClient, String>,
    ) -> Result<Self, String> {
        let Location { objects, signer, root } = Location::open(url, lookup, http)?;
        Ok(Self { objects, signer, root, name: url.into(), clock: SystemTime::now })
    }

    /// This store with `wrap` around its objects: tests put failures there.
    #[must_use]
    pub fn with_objects(mut self, wrap: impl FnOnce(Arc<dyn ObjectStore>) -> Arc<dyn ObjectStore>) -> Self {
        self.objects = wrap(self.objects);
        self
    }

    /// This store for somebody whose clock is `clock`.
    #[must_use]
    pub fn with_clock(self, clock: fn() -> SystemTime) -> Self {
        Self { clock, ..self }
    }

    /// `STORE_URL`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Creates a small object: its envelope and its content are one.
    ///
    /// # Errors
    /// Where it could not be written. It may be there all the same, if the store is [`StoreError::Unavailable`].
    pub async fn create(&self, key: &Key, label: &Label, content: &[u8]) -> Result<Written, StoreError> {
        let known = (content.len() as u64, Digest::of(content));
        let envelope = Envelope::new(key, label, known, true, (self.clock)());
        self.put(key, [envelope.line(), content.to_vec()].concat(), PutMode::Create).await
    }

    /// Stores a content of any size: first itself, under its hash, then its envelope under `key`, so that what is found is complete.
    ///
    /// # Errors
    /// Where it could not be written; then nothing is found under `key`, unless the store is [`StoreError::Unavailable`].
    pub async fn create_large(&self, key: &Key, label: &Label, content: &mut Spool) -> Result<Written, StoreError> {
        let hash = content.hash().map_err(|error| self.spool_error(&error))?;
        let envelope = Envelope::new(key, label, (content.len(), hash), false, (self.clock)());
        self.upload(&Key::content(key.prefix(), hash), content).await?;
        self.put(key, envelope.line(), PutMode::Create).await
    }

    /// What is stored under `key` for `owner`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is nothing, where it has expired, and where it belongs to somebody else.
    pub async fn get(&self, key: &Key, owner: Option<Owner>) -> Result<Stored, StoreError> {
        let found = self.find(key).await?;
        let found = found.filter(|stored| !self.is_expired(stored) && stored.envelope.label.owner == owner);
        found.ok_or_else(|| StoreError::not_found(key))
    }

    /// What is under `key`, expired or not, and whosever it is.
    pub(crate) async fn find(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        let Some(found) = self.open_object(key).await? else { return Ok(None) };
        if found.meta.size > (envelope::LONGEST + MOST_INLINE) as u64 {
            return Err(StoreError::tampered(key, "it has no envelope"));
        }
        let written = found.meta.last_modified.into();
        let object = found.bytes().await.map_err(|error| self.error(&error))?;
        let (envelope, content) =
            Envelope::split(&object).ok_or_else(|| StoreError::tampered(key, "it has no envelope"))?;
        if envelope.key != key.to_string() {
            return Err(StoreError::tampered(key, "it was written under another key"));
        }
        let content = envelope.inline.then(|| object.slice_ref(content));
        let stored = Stored { envelope, written, key: key.clone(), content };
        if let Some(content) = &stored.content {
            stored.check(content.len() as u64, Digest::of(content))?;
        }
        Ok(Some(stored))
    }

    /// The largest number that follows `name` in the names of the objects below `folder`; none where there is none.
    pub(crate) async fn latest(&self, folder: &Key, name: &str) -> Result<Option<u32>, StoreError> {
        let mut objects = self.objects.list(Some(&folder.path(&self.root)));
        let mut latest = None;
        while let Some(object) = objects.try_next().await.map_err(|error| self.error(&error))? {
            let number = object.location.filename().and_then(|file| file.strip_prefix(name)?.parse().ok());
            latest = latest.max(number);
        }
        Ok(latest)
    }

    /// The names of what is kept among the rejected records, of those that begin with `start`.
    ///
    /// # Errors
    /// Where the store does not list them.
    pub async fn rejected(&self, start: &str) -> Result<Vec<String>, StoreError> {
        let folder = Key::new(Prefix::Rejected, "").path(&self.root);
        let objects =
            self.objects.list(Some(&folder)).try_collect::<Vec<_>>().await.map_err(|error| self.error(&error))?;
        let names = objects.iter().filter_map(|object| object.location.filename());
        let mut names: Vec<String> = names.filter(|name| name.starts_with(start)).map(str::to_owned).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Removes what is kept under `name` among the rejected records: it was delivered.
    ///
    /// # Errors
    /// Where the store does not remove it.
    pub async fn remove_rejected(&self, name: &str) -> Result<(), StoreError> {
        let Some(key) = Key::rejected(name) else { return Ok(()) };
        match self.objects.delete(&key.path(&self.root)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.error(&error)),
        }
    }

    async fn open_object(&self, key: &Key) -> Result<Option<GetResult>, StoreError> {
        match self.objects.get(&key.path(&self.root)).await {
            Ok(found) => Ok(Some(found)),
            Err(object_store::Error::NotFound { source, .. }) if !source.to_string().contains("NoSuchBucket") => {
                Ok(None)
            }
            Err(error) => Err(self.error(&error)),
        }
    }

    /// What time it is for this store.
    pub(crate) fn time(&self) -> SystemTime {
        (self.clock)()
    }

    /// Whether the time of what was found is over.
    pub(crate) fn is_expired(&self, stored: &Stored) -> bool {
        stored.envelope.is_expired((self.clock)())
    }

    /// How exact the store's clock is: S3 tells whole seconds, file systems the ticks of their kernel.
    pub(crate) fn tick(&self) -> Duration {
        if self.signer.is_some() { Duration::from_secs(1) } else { Duration::from_millis(10) }
    }

    /// The content of what was found, which is what was stored.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] for more than `limit` bytes, [`StoreError::Tampered`] where its hash is another.
    pub async fn read(&self, stored: &Stored, limit: u64) -> Result<Bytes, StoreError> {
        let size = stored.envelope.size;
        if size > limit {
            return Err(StoreError::TooLarge { key: stored.key.to_string(), size, limit });
        }
        if let Some(content) = &stored.content {
            return Ok(content.clone());
        }
        let key = Key::content(stored.key.prefix(), stored.envelope.sha256);
        let found = self.open_object(&key).await?;
        let found = found.ok_or_else(|| StoreError::tampered(&stored.key, "its content is gone"))?;
        self.read_content(stored, found).await
    }

    async fn read_content(&self, stored: &Stored, found: GetResult) -> Result<Bytes, StoreError> {
        let expected = usize::try_from(stored.envelope.size).unwrap_or(usize::MAX);
        if found.meta.size != stored.envelope.size {
            return Err(StoreError::tampered(&stored.key, "its size is another"));
        }
        let (mut content, mut hash) = (Vec::with_capacity(expected), Sha256::new());
        let mut stream = found.into_stream();
        while let Some(chunk) = stream.try_next().await.map_err(|error| self.error(&error))? {
            hash.update(&chunk);
            content.extend_from_slice(&chunk);
        }
        stored.check(content.len() as u64, Digest::finish(hash))?;
        Ok(content.into())
    }

    /// A URL that gives the content to whoever has it, as a file to save, for [`SIGNED_FOR`]; none where the store is a folder, and for a
    /// small object, whose envelope nobody else can read.
    ///
    /// # Errors
    /// Where the role cannot sign.
    pub async fn signed_url(&self, stored: &Stored) -> Result<Option<String>, StoreError> {
        let (Some(signer), None) = (&self.signer, &stored.content) else { return Ok(None) };
        let options = SignedUrlOptions::new().with_query([
            ("response-content-disposition", "attachment"),
            ("response-content-type", stored.envelope.label.content_type.as_str()),
        ]);
        let path = Key::content(stored.key.prefix(), stored.envelope.sha256).path(&self.root);
        let url = signer.signed_url_opts(http::Method::GET, &path, SIGNED_FOR, &options).await;
        Ok(Some(url.map_err(|error| self.error(&error))?.into()))
    }

    /// What the store's own clock says: objects are as old as it says they are. Written below `key`, whoever's turn it is.
    pub(crate) async fn now(&self, key: &Key) -> Result<SystemTime, StoreError> {
        self.put(key, Vec::new(), PutMode::Overwrite).await?;
        let head = self.objects.head(&key.path(&self.root)).await.map_err(|error| self.error(&error))?;
        Ok(head.last_modified.into())
    }

    /// Replaces a small object, which only who has the turn may do.
    pub(crate) async fn replace(&self, key: &Key, label: &Label, content: &[u8]) -> Result<(), StoreError> {
        let known = (content.len() as u64, Digest::of(content));
        let envelope = Envelope::new(key, label, known, true, (self.clock)());
        self.put(key, [envelope.line(), content.to_vec()].concat(), PutMode::Overwrite).await.map(|_| ())
    }

    async fn put(&self, key: &Key, object: Vec<u8>, mode: PutMode) -> Result<Written, StoreError> {
        let options = PutOptions { mode, ..PutOptions::default() };
        match self.objects.put_opts(&key.path(&self.root), object.into(), options).await {
            Ok(_) => Ok(Written::Created),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(Written::Exists),
            Err(error) => Err(self.error(&error)),
        }
    }

    /// Uploads a content in parts, of which one is held at a time. An object of the same content, which is there already, begins its
    /// lifetime anew.
    async fn upload(&self, key: &Key, content: &mut Spool) -> Result<(), StoreError> {
        let path = key.path(&self.root);
        if content.len() <= PART as u64 {
            let mut reader = content.reader().map_err(|error| self.spool_error(&error))?;
            let whole = reader.next(PART).map_err(|error| self.spool_error(&error))?.unwrap_or_default();
            let put = self.objects.put(&path, whole.into()).await;
            return put.map(|_| ()).map_err(|error| self.error(&error));
        }
        let mut upload = self.objects.put_multipart(&path).await.map_err(|error| self.error(&error))?;
        let outcome = self.upload_parts(upload.as_mut(), content).await;
        if outcome.is_err() {
            // Nothing is to be done about parts that stay: the bucket's lifecycle rule removes them.
            let _ = upload.abort().await;
        }
        outcome
    }

    async fn upload_parts(&self, upload: &mut dyn MultipartUpload, content: &mut Spool) -> Result<(), StoreError> {
        let mut reader = content.reader().map_err(|error| self.spool_error(&error))?;
        while let Some(part) = reader.next(PART).map_err(|error| self.spool_error(&error))? {
            upload.put_part(PutPayload::from(part)).await.map_err(|error| self.error(&error))?;
        }
        upload.complete().await.map(|_| ()).map_err(|error| self.error(&error))
    }

    fn error(&self, error: &object_store::Error) -> StoreError {
        StoreError::of(&self.name, error)
    }

    fn spool_error(&self, error: &io::Error) -> StoreError {
        let cause = format!("the temporary file on the way to it fails, {error}");
        StoreError::Unavailable { store: self.name.to_string(), cause }
    }
}

impl Stored {
    /// The content of a small object.
    pub(crate) fn content(&self) -> &[u8] {
        self.content.as_deref().unwrap_or_default()
    }

    fn check(&self, size: u64, hash: Digest) -> Result<(), StoreError> {
        if (size, hash) == (self.envelope.size, self.envelope.sha256) {
            return Ok(());
        }
        Err(StoreError::tampered(&self.key, "its hash is another"))
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("name", &self.name).finish_non_exhaustive()
    }
}
