//! Splits an answer into the properties and rows of its tables, as the bytes come in.
//!
//! Both versions nest the same way: v2 is a list of frames, v1 an object whose `Tables` is a list of tables, and a frame or
//! table is an object whose `Rows` is a list of rows. No more than one property or row is ever kept.

use crate::{
    error::Problem,
    limits::{MAX_PROPERTY_BYTES, MAX_ROW_BYTES},
    property::{Level, Property, Seen},
    scan::{Fault, Scanner},
    sink::LimitReached,
};

/// What an answer consists of, in the order of its bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Event<'a> {
    /// The answer is JSON, of this version.
    Begin(Version),
    /// The answer is not JSON; these are its next bytes.
    Text(&'a [u8]),
    /// The list of tables of a v1 answer begins.
    TablesBegin,
    /// A frame of v2 or a table of v1 begins.
    FrameBegin,
    /// A property of the frame, as JSON.
    FrameProperty(Property, &'a str),
    /// A row of the frame.
    Row(RowText<'a>),
    /// An object where a row should be: an error.
    RowObject(&'a str),
    /// The frame ends.
    FrameEnd,
    /// A property of a v1 answer, as JSON.
    AnswerProperty(Property, &'a str),
    /// The outermost bracket is closed.
    End,
}

/// Which protocol an answer follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// An object of tables.
    V1,
    /// A list of frames.
    V2,
}

/// A row: its JSON text, and where in it each cell starts and ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RowText<'a> {
    pub(crate) text: &'a str,
    marks: &'a [u32],
}

impl<'a> RowText<'a> {
    /// The row of `text`, which `scanner` has scanned with its marks.
    pub(crate) fn new(text: &'a str, scanner: &'a Scanner) -> Self {
        Self { text, marks: scanner.marks() }
    }

    /// How many cells the row has.
    pub(crate) fn len(&self) -> usize {
        self.marks.len() / 2
    }

    /// The JSON text of each cell.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let text = self.text;
        self.marks
            .as_chunks::<2>()
            .0
            .iter()
            .map(move |&[start, end]| text.get(start as usize..end as usize).unwrap_or("null"))
    }
}

/// The state of splitting one answer.
#[derive(Debug)]
pub(crate) struct Splitter {
    position: Position,
    version: Version,
    scanner: Scanner,
    /// The beginning of the value that is being scanned, where it came in earlier chunks.
    kept: Vec<u8>,
    seen: Seen,
    offset: u64,
}

/// Where in the answer the next byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    Start,
    Text,
    FirstKey(Level),
    Key(Level),
    InKey(Level),
    Colon(Level, Option<Property>),
    Value(Level, Option<Property>),
    InValue(Level, Option<Property>),
    AfterValue(Level),
    FirstFrame,
    Frame,
    AfterFrame,
    FirstRow,
    Row,
    InRow,
    AfterRow,
    End,
}

/// Where the bytes of a complete value are.
enum Taken<'a> {
    Chunk(&'a [u8]),
    Kept,
}

impl Splitter {
    pub(crate) fn new() -> Self {
        Self {
            position: Position::Start,
            version: Version::V2,
            scanner: Scanner::new(),
            kept: Vec::new(),
            seen: Seen::default(),
            offset: 0,
        }
    }

    /// Bytes that were taken so far; after a fault, where it is.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next event; none when all of `chunk` is taken and more is needed.
    pub(crate) fn next<'a, 'c: 'a>(&'a mut self, chunk: &mut &'c [u8]) -> Result<Option<Event<'a>>, Problem> {
        loop {
            match self.position {
                Position::Text => return Ok(self.text(chunk)),
                Position::InKey(level) => {
                    let Some(taken) = self.take(chunk, Some(MAX_PROPERTY_BYTES), "bytes in a property")? else {
                        return Ok(None);
                    };
                    let property = Property::named(level, self.resolve(&taken)?);
                    if !property.is_none_or(|property| self.seen.insert(level, property)) {
                        return Err(Problem::Malformed("a property occurs twice"));
                    }
                    self.position = Position::Colon(level, property);
                }
                Position::InValue(level, property) => {
                    let limit = property.map(|_| MAX_PROPERTY_BYTES);
                    let Some(taken) = self.take(chunk, limit, "bytes in a property")? else { return Ok(None) };
                    self.position = Position::AfterValue(level);
                    let Some(property) = property else { continue };
                    let json = self.resolve(&taken)?;
                    return Ok(Some(match level {
                        Level::Answer => Event::AnswerProperty(property, json),
                        Level::Frame => Event::FrameProperty(property, json),
                    }));
                }
                Position::InRow => {
                    let Some(taken) = self.take(chunk, Some(MAX_ROW_BYTES), "bytes in a row")? else { return Ok(None) };
                    self.position = Position::AfterRow;
                    let text = self.resolve(&taken)?;
                    return Ok(Some(match text.starts_with('{') {
                        true => Event::RowObject(text),
                        false => Event::Row(RowText::new(text, &self.scanner)),
                    }));
                }
                _ => {
                    let blanks = chunk.iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t')).count();
                    self.advance(chunk, blanks);
                    let Some(&byte) = chunk.first() else { return Ok(None) };
                    if let Some(event) = self.step(byte, chunk)? {
                        return Ok(Some(event));
                    }
                }
            }
        }
    }

    /// One byte between values.
    fn step(&mut self, byte: u8, chunk: &mut &[u8]) -> Result<Option<Event<'static>>, Problem> {
        let (next, event) = match (self.position, byte) {
            (Position::Start, b'[') => self.begin(Version::V2, Position::FirstFrame),
            (Position::Start, b'{') => self.begin(Version::V1, Position::FirstKey(Level::Answer)),
            // The values begin with the very byte, so it is not taken here.
            (Position::Start, _) => return Ok(self.stay(Position::Text)),
            (Position::FirstKey(level) | Position::Key(level), b'"') => {
                return Ok(self.scan(Position::InKey(level), false));
            }
            (Position::Value(level, property), _) if !is_list(property, byte) => {
                return Ok(self.scan(Position::InValue(level, property), property == Some(Property::Columns)));
            }
            (Position::FirstRow | Position::Row, b'[' | b'{') => return Ok(self.scan(Position::InRow, true)),

            (Position::FirstKey(level) | Position::AfterValue(level), b'}') => self.end_object(level),
            (Position::Colon(level, property), b':') => (Position::Value(level, property), None),
            (Position::AfterValue(level), b',') => (Position::Key(level), None),
            (Position::Value(Level::Answer, _), _) => (Position::FirstFrame, Some(Event::TablesBegin)),
            (Position::Value(Level::Frame, _), _) => (Position::FirstRow, None),
            (Position::FirstFrame | Position::Frame, b'{') => {
                self.seen.begin_frame();
                (Position::FirstKey(Level::Frame), Some(Event::FrameBegin))
            }
            (Position::AfterFrame, b',') => (Position::Frame, None),
            (Position::FirstFrame | Position::AfterFrame, b']') => self.end_frames(),
            (Position::AfterRow, b',') => (Position::Row, None),
            (Position::FirstRow | Position::AfterRow, b']') => (Position::AfterValue(Level::Frame), None),
            (position, _) => return Err(Problem::Malformed(position.expectation())),
        };
        self.position = next;
        self.advance(chunk, 1);
        Ok(event)
    }

    fn begin(&mut self, version: Version, next: Position) -> (Position, Option<Event<'static>>) {
        self.version = version;
        (next, Some(Event::Begin(version)))
    }

    fn end_object(&self, level: Level) -> (Position, Option<Event<'static>>) {
        match level {
            Level::Answer => (Position::End, Some(Event::End)),
            Level::Frame => (Position::AfterFrame, Some(Event::FrameEnd)),
        }
    }

    fn end_frames(&self) -> (Position, Option<Event<'static>>) {
        match self.version {
            Version::V1 => (Position::AfterValue(Level::Answer), None),
            Version::V2 => (Position::End, Some(Event::End)),
        }
    }

    fn stay(&mut self, next: Position) -> Option<Event<'static>> {
        self.position = next;
        None
    }

    fn scan(&mut self, next: Position, marking: bool) -> Option<Event<'static>> {
        self.scanner.restart(marking);
        self.kept.clear();
        self.stay(next)
    }

    fn text<'a>(&mut self, chunk: &mut &'a [u8]) -> Option<Event<'a>> {
        let text = *chunk;
        self.advance(chunk, text.len());
        (!text.is_empty()).then_some(Event::Text(text))
    }

    fn advance(&mut self, chunk: &mut &[u8], count: usize) {
        *chunk = chunk.get(count..).unwrap_or_default();
        self.offset += count as u64;
    }

    /// Takes from `chunk` what belongs to the value being scanned. Without a `limit` the value is not kept.
    fn take<'a>(
        &mut self,
        chunk: &mut &'a [u8],
        limit: Option<usize>,
        unit: &'static str,
    ) -> Result<Option<Taken<'a>>, Problem> {
        // One byte beyond the limit is looked at, so that the outcome is the same wherever the chunks end.
        let room = limit.map_or(usize::MAX, |limit| limit + 1 - self.kept.len());
        let window = chunk.get(..room).unwrap_or(chunk);
        let ended = self.scanner.scan(window).map_err(|(fault, at)| self.fault(fault, at))?;
        let bytes = window.get(..ended.unwrap_or(window.len())).unwrap_or(window);
        self.advance(chunk, bytes.len());
        let Some(limit) = limit else { return Ok(ended.map(|_| Taken::Chunk(bytes))) };
        if self.kept.len() + bytes.len() > limit {
            return Err(Problem::Limit(LimitReached { limit: limit as u64, unit }));
        }
        if ended.is_some() && self.kept.is_empty() {
            return Ok(Some(Taken::Chunk(bytes)));
        }
        self.kept.extend_from_slice(bytes);
        Ok(ended.map(|_| Taken::Kept))
    }

    fn fault(&mut self, fault: Fault, at: usize) -> Problem {
        self.offset += at as u64;
        match fault {
            Fault::Malformed(reason) => Problem::Malformed(reason),
            Fault::Limit(limit) => Problem::Limit(limit),
        }
    }

    fn resolve<'a>(&'a self, taken: &Taken<'a>) -> Result<&'a str, Problem> {
        let bytes = match taken {
            Taken::Chunk(bytes) => bytes,
            Taken::Kept => self.kept.as_slice(),
        };
        str::from_utf8(bytes).map_err(|_| Problem::Malformed("text that is not UTF-8"))
    }
}

impl Position {
    /// What should have been found here instead of something else.
    fn expectation(self) -> &'static str {
        match self {
            Self::End => "something follows the end",
            Self::FirstFrame | Self::Frame => "a frame is not an object",
            Self::FirstRow | Self::Row => "a row is not a list",
            Self::FirstKey(_) | Self::Key(_) => "a key is missing",
            Self::Colon(..) => "a colon is missing",
            _ => "a comma or a closing bracket is missing",
        }
    }
}

/// Whether the value that begins with `byte` is one of the lists that are split further.
fn is_list(property: Option<Property>, byte: u8) -> bool {
    byte == b'[' && matches!(property, Some(Property::Rows | Property::Tables))
}
