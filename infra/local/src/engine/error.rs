//! Why a query was not answered.

use std::fmt;

/// What is wrong with a query or its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The text is not KQL.
    Syntax,
    /// The text is KQL, but names or types in it do not fit.
    Semantic,
    /// The query did not finish within its time, rows or memory, or was cancelled.
    Limit,
    /// KQL that this engine does not run, refused by name.
    NotSupported,
    /// The query itself failed on its data, as `assert()` does.
    Execution,
}

/// An error, in the service's manner: a code, a sentence and a place in the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct EngineError {
    /// What is wrong.
    pub kind: ErrorKind,
    /// The service's code, such as `SYN0002` or `SEM0100`.
    pub code: &'static str,
    /// The sentence, without code and place.
    pub message: String,
    /// Line and position in it, each from 1; none where there is no single place.
    pub place: Option<(usize, usize)>,
    /// The byte of the text where `place` is, until the place is known.
    pub(super) offset: Option<usize>,
}

/// The result of a step of the engine.
pub type Result<T> = std::result::Result<T, EngineError>;

impl EngineError {
    fn new(kind: ErrorKind, code: &'static str, message: impl Into<String>) -> Self {
        Self { kind, code, message: message.into(), place: None, offset: None }
    }

    /// The text is not KQL at `offset`.
    pub(super) fn syntax(offset: usize, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Syntax, "SYN0002", message).at(offset)
    }

    /// Names or types do not fit.
    pub(super) fn semantic(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Semantic, code, message)
    }

    /// `what`, a part of KQL by its own name, is not supported here.
    pub(super) fn not_supported(what: impl fmt::Display) -> Self {
        Self::new(ErrorKind::NotSupported, "SEM0000", format!("{what} is not supported by the embedded Kusto"))
    }

    /// The query takes more than it may.
    pub(super) fn limit(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Limit, code, message)
    }

    /// The query failed on its data.
    pub(super) fn execution(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Execution, "SEM0001", message)
    }

    /// The same error with its place, unless it has one already.
    pub(super) fn at(mut self, offset: usize) -> Self {
        self.offset = self.offset.or(Some(offset));
        self
    }

    /// The same error with the line and position of its offset in `text`.
    pub(super) fn located(mut self, text: &str) -> Self {
        if let Some(before) = self.offset.and_then(|offset| text.get(..offset)) {
            let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
            let line = before.matches('\n').count() + 1;
            self.place = Some((line, before[line_start..].chars().count() + 1));
        }
        self
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = match self.kind {
            ErrorKind::Syntax => "Syntax error: ",
            ErrorKind::Semantic | ErrorKind::NotSupported => "Semantic error: ",
            ErrorKind::Limit | ErrorKind::Execution => "",
        };
        write!(f, "{prefix}{}: {}", self.code, self.message)?;
        match self.place {
            Some((line, position)) => write!(f, " (line {line}, position {position})"),
            None => Ok(()),
        }
    }
}
