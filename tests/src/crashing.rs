//! A store in whose middle its user dies.

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result, path::Path,
};
use std::{fmt, sync::Arc};
use tokio::sync::Notify;

/// Where somebody who sends a mail dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// Before the turn is taken.
    BeforeTurn,
    /// With the turn, before anything is begun.
    AfterTurn,
    /// When it is written down that it begins, before the mail server is asked.
    AfterBegin,
    /// When the mail server has taken the mail and has not said so.
    BeforeAnswer,
    /// With the mail server's answer, before it is written down.
    BeforeDone,
    /// When it is written down, before the caller is told.
    AfterDone,
}

impl Crash {
    /// All of them, in the order of events.
    pub const ALL: [Self; 6] =
        [Self::BeforeTurn, Self::AfterTurn, Self::AfterBegin, Self::BeforeAnswer, Self::BeforeDone, Self::AfterDone];
}

/// Objects that pass everything on, until the crash.
#[derive(Debug)]
pub struct Crashing {
    /// The objects.
    pub objects: Arc<dyn ObjectStore>,
    /// Where the crash is.
    pub crash: Option<Crash>,
    /// Is told that it is there. Nothing goes on from then.
    pub dead: Arc<Notify>,
}

impl Crashing {
    async fn die(&self) -> ! {
        self.dead.notify_one();
        std::future::pending().await
    }
}

impl fmt::Display for Crashing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.objects.fmt(f)
    }
}

/// The crashes before and after an object is written.
fn around(location: &Path, payload: &PutPayload) -> [Option<Crash>; 2] {
    let text = payload.iter().map(|bytes| String::from_utf8_lossy(bytes)).collect::<String>();
    match location.filename() {
        Some("done") => [Some(Crash::BeforeDone), Some(Crash::AfterDone)],
        _ if text.contains("\"stage\":\"taken\"") => [Some(Crash::BeforeTurn), Some(Crash::AfterTurn)],
        _ if text.contains("\"stage\":\"begun\"") => [None, Some(Crash::AfterBegin)],
        _ => [None, None],
    }
}

#[async_trait]
impl ObjectStore for Crashing {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let [before, after] = around(location, &payload);
        if before.is_some() && before == self.crash {
            self.die().await;
        }
        let put = self.objects.put_opts(location, payload, options).await;
        if put.is_ok() && after.is_some() && after == self.crash {
            self.die().await;
        }
        put
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.objects.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.objects.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.objects.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.objects.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.objects.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.objects.copy_opts(from, to, options).await
    }
}
