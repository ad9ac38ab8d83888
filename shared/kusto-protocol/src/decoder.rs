//! The push decoder: chunks of an answer in, rows to a sink, and a completion at the end.

use crate::{column::Column, error::DecodeError, sink::Sink, statistics::Statistics, visualization::Visualization};

/// What a complete answer said beside its rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Completion {
    /// The primary tables, in order.
    pub tables: Vec<PrimaryTable>,
    /// Query resource consumption, when the service sent it.
    pub statistics: Option<Statistics>,
}

/// A primary table after its last row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PrimaryTable {
    /// The name the service gave it.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Rows that were handed to the sink.
    pub row_count: u64,
    /// What `render` asked for; none without a `render`.
    pub visualization: Option<Visualization>,
}

/// Decodes one answer, v1 or v2 in any of its shapes, into `S`.
#[derive(Debug)]
pub struct Decoder<S> {
    sink: S,
}

impl<S: Sink> Decoder<S> {
    /// A decoder whose primary rows go to `sink`.
    pub fn new(sink: S) -> Self {
        Self { sink }
    }

    /// Takes the next bytes of the answer, decompressed; chunks may end anywhere.
    ///
    /// # Errors
    /// As soon as the answer cannot become a result: see [`DecodeError`].
    pub fn feed(&mut self, _chunk: &[u8]) -> Result<(), DecodeError> {
        Ok(())
    }

    /// The answer has ended.
    ///
    /// # Errors
    /// [`DecodeError::Incomplete`] where it ended too early, and whatever the answer said against itself at its end.
    pub fn finish(self) -> Result<Completion, DecodeError> {
        Err(DecodeError::Incomplete { received: 0 })
    }
}
