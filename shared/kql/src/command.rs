//! Management commands: which verb a text is, and what of it is a query.

pub mod operation;

use crate::lexer::TokenKind;
use crate::statement::{StatementKind, statement_kind};
use crate::words::{Words, line_and_column};

/// Why a text has no verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// Its first token is no dot.
    #[error("the text is no management command: start it with a dot and a verb, such as `.show tables`")]
    NotACommand,
    /// What follows the dot is no word.
    #[error("the management command has no verb: write one after the dot, such as `.show tables`")]
    NoVerb,
    /// A second command follows, which the service would not carry out.
    #[error("a second management command starts in line {line}, column {column}: send one command at a time")]
    Several {
        /// The line of the second command, from 1.
        line: usize,
        /// The column of its dot, from 1.
        column: usize,
    },
}

/// The verb of the management command `text`, as it is written: `show`, `set-or-append`. A command that carries others is
/// a verb of its own, so that allowing it is never an accident: `execute database script`.
///
/// # Errors
/// Where `text` is no command, or more than one.
pub fn command_verb(text: &str) -> Result<String, CommandError> {
    let words = Words::of(text);
    if statement_kind(text) != StatementKind::ManagementCommand {
        return Err(CommandError::NotACommand);
    }
    let (verb, _) = verb(&words).ok_or(CommandError::NoVerb)?;
    match second_command(&words, &verb).and_then(|index| words.token(index)) {
        None => Ok(verb),
        Some(dot) => {
            let (line, column) = line_and_column(text, dot.start);
            Err(CommandError::Several { line, column })
        }
    }
}

/// Whether the management command `text` asks to be run asynchronously: `async` stands after its verb.
pub fn is_async(text: &str) -> bool {
    let words = Words::of(text);
    let is_command = statement_kind(text) == StatementKind::ManagementCommand;
    is_command && verb(&words).is_some_and(|(_, next)| words.is_word(next, "async"))
}

/// The words after the dot, and the index after them.
pub(crate) fn verb(words: &Words<'_>) -> Option<(String, usize)> {
    if words.kind(1) != Some(TokenKind::Name) {
        return None;
    }
    let mut verb = words.written(1).to_owned();
    let mut index = 2;
    while words.kind(index) == Some(TokenKind::Minus)
        && words.kind(index + 1) == Some(TokenKind::Name)
        && words.touches_previous(index)
        && words.touches_previous(index + 1)
    {
        verb.push('-');
        verb.push_str(words.written(index + 1));
        index += 2;
    }
    let script = (index..index + 2).find(|at| words.is_word(*at, "script"));
    if let Some(script) = script.filter(|_| verb.eq_ignore_ascii_case("execute")) {
        for index in index..=script {
            verb.push(' ');
            verb.push_str(words.written(index));
        }
        index = script + 1;
    }
    Some((verb, index))
}

/// The index at which the command's queries start: the first `|`, `<|` or `;`, or the brace of a function's or view's body.
/// None where the command has none; the records of `.ingest inline` are not KQL, whatever they look like.
pub(crate) fn query_start(words: &Words<'_>) -> Option<usize> {
    let start = (1..words.len()).find(|index| opens_query(words, *index))?;
    let is_records = ingests_inline(words) && words.kind(start) == Some(TokenKind::LessBar);
    (!is_records).then_some(start)
}

/// Where the records of `.ingest inline … <|` start: a byte of `text`. None for every other command.
pub(crate) fn records_start(text: &str) -> Option<usize> {
    let words = Words::of(text);
    let is_ingestion = statement_kind(text) == StatementKind::ManagementCommand && ingests_inline(&words);
    let mark = less_bar(&words).filter(|_| is_ingestion)?;
    words.token(mark).map(|mark| mark.end)
}

pub(crate) fn ingests_inline(words: &Words<'_>) -> bool {
    words.is_word(1, "ingest") && words.is_word(2, "inline")
}

fn less_bar(words: &Words<'_>) -> Option<usize> {
    (1..words.len()).find(|index| words.kind(*index) == Some(TokenKind::LessBar))
}

fn opens_query(words: &Words<'_>, index: usize) -> bool {
    use TokenKind::{Bar, LessBar, OpenBrace, Semicolon};
    matches!(words.kind(index), Some(Bar | LessBar | OpenBrace | Semicolon))
}

/// The index of the dot with which a second command starts. A script and the records of an ingestion hold what they want.
fn second_command(words: &Words<'_>, verb: &str) -> Option<usize> {
    let carries_any = verb.contains(' ') || ingests_inline(words);
    let end = less_bar(words).filter(|_| carries_any).unwrap_or(words.len());
    let (mut depth, mut in_query) = (0_usize, false);
    (1..end).find(|index| {
        in_query = in_query || opens_query(words, *index);
        match words.kind(*index) {
            Some(TokenKind::OpenParen | TokenKind::OpenBracket) => depth += 1,
            Some(TokenKind::CloseParen | TokenKind::CloseBracket) => depth = depth.saturating_sub(1),
            Some(TokenKind::Dot) if depth == 0 => return starts_command(words, *index, in_query),
            _ => {}
        }
        false
    })
}

/// Whether the dot at `index` starts a command: after a semicolon; in the query, at the start of a line and before a verb;
/// elsewhere, apart from what stands before it.
fn starts_command(words: &Words<'_>, index: usize, in_query: bool) -> bool {
    let apart = match in_query {
        true => words.starts_line(index) && VERBS.contains(&words.written(index + 1)),
        false => !words.touches_previous(index),
    };
    apart || words.kind(index - 1) == Some(TokenKind::Semicolon)
}

/// The first words of the verbs that Microsoft's own parser knows.
const VERBS: [&str; 29] = [
    "add", "alter", "append", "apply", "attach", "cancel", "clean", "clear", "create", "define", "delete", "detach",
    "disable", "drop", "enable", "execute", "export", "ingest", "make", "merge", "move", "purge", "rename", "replace",
    "set", "show", "shuffle", "undo", "update",
];

#[cfg(test)]
mod tests;
