//! The body of a request, which notes when it begins to be sent.

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

/// A body that is taken as a whole. It is taken when there is a connection, together with the head of the request: before that no byte
/// has left.
pub(crate) struct NotedBody {
    bytes: Option<Bytes>,
    begun: Begun,
}

/// Whether a body began to be sent.
#[derive(Clone, Default)]
pub(crate) struct Begun(Arc<AtomicBool>);

impl NotedBody {
    /// A body of these bytes, and what tells whether it began to be sent.
    pub(crate) fn new(bytes: Bytes) -> (Self, Begun) {
        let begun = Begun::default();
        (Self { bytes: Some(bytes), begun: begun.clone() }, begun)
    }
}

impl Begun {
    /// Whether it did.
    pub(crate) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Body for NotedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.begun.0.store(true, Ordering::Relaxed);
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
