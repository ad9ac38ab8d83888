//! The properties of frames and answers that mean something to a decoder.

/// What a property belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// A whole answer of v1.
    Answer,
    /// A frame of v2 or a table of v1.
    Frame,
}

/// A property by its name on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Property {
    FrameType,
    TableId,
    TableKind,
    TableName,
    Columns,
    Rows,
    TableFragmentType,
    RowCount,
    HasErrors,
    Cancelled,
    OneApiErrors,
    /// A OneApi error in place of a result.
    Error,
    Tables,
    Exceptions,
}

impl Property {
    /// The property that `key`, a JSON string, names; none if it means nothing there.
    pub(crate) fn named(level: Level, key: &str) -> Option<Self> {
        let unescaped: String;
        let name = match key.contains('\\') {
            true => {
                unescaped = serde_json::from_str(key).ok()?;
                unescaped.as_str()
            }
            false => key.trim_matches('"'),
        };
        Some(match (level, name) {
            (Level::Frame, "FrameType") => Self::FrameType,
            (Level::Frame, "TableId") => Self::TableId,
            (Level::Frame, "TableKind") => Self::TableKind,
            (Level::Frame, "TableName") => Self::TableName,
            (Level::Frame, "Columns") => Self::Columns,
            (Level::Frame, "Rows") => Self::Rows,
            (Level::Frame, "TableFragmentType") => Self::TableFragmentType,
            (Level::Frame, "RowCount") => Self::RowCount,
            (Level::Frame, "HasErrors") => Self::HasErrors,
            (Level::Frame, "Cancelled") => Self::Cancelled,
            (Level::Answer, "Tables") => Self::Tables,
            (_, "OneApiErrors") => Self::OneApiErrors,
            (_, "error") => Self::Error,
            (_, "Exceptions") => Self::Exceptions,
            _ => return None,
        })
    }
}

/// Which properties an answer and its current frame have had.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    answer: u16,
    frame: u16,
}

impl Seen {
    /// Notes a property; false if it was noted before.
    pub(crate) fn insert(&mut self, level: Level, property: Property) -> bool {
        let seen = match level {
            Level::Answer => &mut self.answer,
            Level::Frame => &mut self.frame,
        };
        let bit = 1 << property as u16;
        let fresh = *seen & bit == 0;
        *seen |= bit;
        fresh
    }

    /// Another frame begins.
    pub(crate) fn begin_frame(&mut self) {
        self.frame = 0;
    }
}
