//! What a function says of itself when it begins to serve: its name, its paths over HTTP, and what its requests and replies may be.

use crate::reply::JSON;

/// The most bytes of a request that is a query and what goes with it.
const REQUEST_LIMIT: usize = 256 * 1024;

/// The most bytes of a request that carries content: what Lambda itself takes, 6 MB.
const CONTENT_LIMIT: usize = 6 * 1024 * 1024;

/// An action, and what its requests may be.
#[derive(Clone, Copy, Debug)]
pub struct Action {
    pub(crate) name: &'static str,
    /// Bytes.
    pub(crate) request_limit: usize,
    /// The field whose value is somebody's data and not for the action to judge: its nesting and its keys are taken as they are.
    pub(crate) content: Option<&'static str>,
    /// Whether HTTP callers GET what the path names, in place of posting a request.
    pub(crate) is_fetched: bool,
    /// Whether it takes what queues and streams send, and bodies that are records and no request; those may be compressed.
    pub(crate) takes_records: bool,
    /// Whether its HTTP callers speak another protocol, whose calls it gets as they come.
    pub(crate) takes_calls: bool,
    /// Further paths that it answers: those of the connector.
    pub(crate) paths: &'static [&'static str],
    /// The media types of its replies over HTTP. The first is what a caller gets who names none.
    pub(crate) media_types: &'static [&'static str],
    /// Whether it changes something.
    pub(crate) changes: bool,
}

impl Action {
    /// An action whose requests are a query and what goes with it: at most 256 KiB.
    pub const fn new(name: &'static str) -> Self {
        let (request_limit, content, is_fetched, takes_records, takes_calls) =
            (REQUEST_LIMIT, None, false, false, false);
        let (paths, media_types, changes): (&[&str], &[&str], bool) = (&[], &[JSON], false);
        Self { name, request_limit, content, is_fetched, takes_records, takes_calls, paths, media_types, changes }
    }

    /// An action whose HTTP callers GET what the last part of the path names; it is the field `id` of the request. A DELETE sets `cancel`
    /// beside it. What they get has the type that it was made with.
    pub const fn fetching(name: &'static str) -> Self {
        Self { is_fetched: true, media_types: &[], ..Self::new(name) }
    }

    /// An action whose requests carry data in the field `content`: at most 6 MB.
    pub const fn with_content(name: &'static str, content: &'static str) -> Self {
        Self { request_limit: CONTENT_LIMIT, content: Some(content), ..Self::new(name) }
    }

    /// The same, which takes batches of SQS and Kinesis too, and over HTTP, where the path ends in `/records`, a body that is the records.
    /// See [`serve_records`](crate::serve::serve_records).
    #[must_use]
    pub const fn taking_records(self) -> Self {
        Self { takes_records: true, ..self }
    }

    /// The same, whose HTTP callers speak another protocol: it gets their calls as they come, and answers them with a status of its own.
    /// See [`serve_records`](crate::serve::serve_records).
    #[must_use]
    pub const fn taking_calls(self) -> Self {
        Self { takes_calls: true, ..self }
    }

    /// The same, answering these paths of the connector beside its own, which is its name.
    #[must_use]
    pub const fn at(self, paths: &'static [&'static str]) -> Self {
        Self { paths, ..self }
    }

    /// The same, answering with one of these media types, as `Accept` wants it.
    #[must_use]
    pub const fn offering(self, media_types: &'static [&'static str]) -> Self {
        Self { media_types, ..self }
    }

    /// The same, of an action that changes something: what becomes of it when it is cut off nobody knows, and it is not cancelled.
    #[must_use]
    pub const fn changing(self) -> Self {
        Self { changes: true, ..self }
    }

    /// Whether it changes something.
    pub fn changes(&self) -> bool {
        self.changes
    }

    /// Its name, which is its own path too.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The paths of the connector that it answers.
    pub fn paths(&self) -> &'static [&'static str] {
        self.paths
    }

    /// The media types of its replies over HTTP.
    pub fn media_types(&self) -> &'static [&'static str] {
        self.media_types
    }

    /// Whether it takes, at a further path, a body that is records and no request.
    pub fn takes_records(&self) -> bool {
        self.takes_records
    }

    /// Whether its HTTP callers speak another protocol.
    pub fn takes_calls(&self) -> bool {
        self.takes_calls
    }

    /// Whether HTTP callers GET what it answers.
    pub fn is_fetched(&self) -> bool {
        self.is_fetched
    }
}
