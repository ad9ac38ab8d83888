//! The push decoder: chunks of an answer in, rows to a sink, and a completion at the end.

use crate::{
    column::Column,
    error::{DecodeError, Problem, ServiceError},
    frames::Frames,
    limits::MAX_TEXT_BYTES,
    results::Results,
    sink::Sink,
    split::{Event, Splitter, Version},
    statistics::Statistics,
    tables::Tables,
    visualization::Visualization,
};

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
    splitter: Splitter,
    results: Results<S>,
    answer: Answer,
    failure: Option<DecodeError>,
}

/// What kind of answer it is.
#[derive(Debug)]
enum Answer {
    /// No byte of it has come.
    Unknown,
    /// It is a text, in place of a result.
    Text(Vec<u8>),
    /// It is v1.
    Tables(Tables),
    /// It is v2.
    Frames(Frames),
}

impl<S: Sink> Decoder<S> {
    /// A decoder whose primary rows go to `sink`.
    pub fn new(sink: S) -> Self {
        Self { splitter: Splitter::new(), results: Results::new(sink), answer: Answer::Unknown, failure: None }
    }

    /// The sink, to take away between chunks what it has made.
    pub fn sink_mut(&mut self) -> &mut S {
        &mut self.results.sink
    }

    /// Whether the answer is v1, which has no completion frame to end with.
    pub fn is_v1(&self) -> bool {
        matches!(self.answer, Answer::Tables(_))
    }

    /// Takes the next bytes of the answer, decompressed; chunks may end anywhere.
    ///
    /// # Errors
    /// As soon as the answer cannot become a result: see [`DecodeError`]. From then on always the same.
    pub fn feed(&mut self, chunk: &[u8]) -> Result<(), DecodeError> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        self.take(chunk).map_err(|problem| {
            let failure = self.outcome(problem);
            self.failure = Some(failure.clone());
            failure
        })
    }

    /// The answer has ended.
    ///
    /// # Errors
    /// [`DecodeError::Incomplete`] where it ended too early, and whatever the answer said against itself at its end.
    pub fn finish(self) -> Result<Completion, DecodeError> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let (has_rows, offset) = (self.has_rows(), self.splitter.offset());
        let completion = match self.answer {
            Answer::Unknown => Err(Problem::Incomplete),
            Answer::Text(text) => Err(ServiceError::from_text(&text)
                .map_or(Problem::Malformed("it is neither JSON nor text"), |error| Problem::Failed(Box::new(error)))),
            Answer::Tables(tables) => tables.finish(self.results),
            Answer::Frames(frames) => frames.finish(self.results),
        };
        completion.map_err(|problem| problem.into_error(has_rows, offset))
    }

    fn take(&mut self, mut chunk: &[u8]) -> Result<(), Problem> {
        while let Some(event) = self.splitter.next(&mut chunk)? {
            match (&mut self.answer, event) {
                (Answer::Frames(frames), event) => frames.take(event, &mut self.results)?,
                (Answer::Tables(tables), event) => tables.take(event, &mut self.results)?,
                (_, Event::Begin(Version::V2)) => self.answer = Answer::Frames(Frames::default()),
                (_, Event::Begin(Version::V1)) => self.answer = Answer::Tables(Tables::default()),
                (Answer::Text(text), Event::Text(more)) => keep(text, more),
                (answer, Event::Text(first)) => {
                    let mut text = Vec::new();
                    keep(&mut text, first);
                    *answer = Answer::Text(text);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn outcome(&self, problem: Problem) -> DecodeError {
        problem.into_error(self.has_rows(), self.splitter.offset())
    }

    /// Whether rows of a result have come.
    fn has_rows(&self) -> bool {
        let held = match &self.answer {
            Answer::Tables(tables) => tables.holds_result_rows(),
            Answer::Frames(frames) => frames.holds_result_rows(),
            Answer::Unknown | Answer::Text(_) => false,
        };
        held || self.results.has_rows()
    }
}

/// Appends to a text as much as is kept of it.
fn keep(text: &mut Vec<u8>, more: &[u8]) {
    let room = MAX_TEXT_BYTES.saturating_sub(text.len());
    text.extend_from_slice(more.get(..room).unwrap_or(more));
}
