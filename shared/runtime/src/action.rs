//! What a function says of itself when it begins to serve: its name, and how large its requests may be.

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
}

impl Action {
    /// An action whose requests are a query and what goes with it: at most 256 KiB.
    pub const fn new(name: &'static str) -> Self {
        Self { name, request_limit: REQUEST_LIMIT, content: None, is_fetched: false, takes_records: false }
    }

    /// An action whose HTTP callers GET what the last part of the path names; it is the field `id` of the request.
    pub const fn fetching(name: &'static str) -> Self {
        Self { is_fetched: true, ..Self::new(name) }
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
}

impl From<&'static str> for Action {
    fn from(name: &'static str) -> Self {
        Self::new(name)
    }
}
