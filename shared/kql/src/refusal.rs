//! What a connection does not allow in a text: found before anything is sent, and said with the key that would allow it.
//!
//! The options that go with every query are the wall; this is the early and clear word. It reads tokens, never patterns
//! of characters, and where the language leaves a doubt it refuses: a name of the service followed by a parenthesis is a
//! call of it, in whatever letter case, bare or in brackets, also where the text itself declares a function of this name.

mod database;
mod head;
mod option;
mod reach;

use crate::command;
use crate::lexer::TokenKind;
use crate::statement::{StatementKind, statement_kind};
use crate::words::{Words, line_and_column};
use option::SetOption;
use reach::Reach;

/// What a connection allows.
#[derive(Clone, Copy, Debug)]
pub struct Allowed<'a> {
    /// Whether a text may read from outside the cluster.
    pub external_data: bool,
    /// Whether a text may read from other clusters.
    pub cross_cluster: bool,
    /// The databases it may read; `*` stands for all. They hold by name, also on other clusters.
    pub databases: &'a [String],
    /// The plugins that `evaluate` may name.
    pub plugins: &'a [String],
}

/// The first construct of a text that is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{construct}` in line {line}, column {column} is refused: {remedy}")]
pub struct Refusal {
    /// What is refused, as the service calls it.
    pub construct: String,
    /// The line on which it starts, from 1.
    pub line: usize,
    /// The character of the line at which it starts, from 1.
    pub column: usize,
    /// What would help.
    pub remedy: Remedy,
}

/// What helps against a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Remedy {
    /// `allow_external_data` of the connection.
    #[error("it reaches outside the cluster; remove it, or set `allow_external_data = true` in the connection")]
    AllowExternalData,
    /// `allow_cross_cluster` of the connection.
    #[error("it reaches other clusters; remove it, or set `allow_cross_cluster = true` in the connection")]
    AllowCrossCluster,
    /// `databases` of the connection.
    #[error("add the database to the connection's `databases`")]
    AddDatabase,
    /// A literal, because only that can be compared with the connection's databases.
    #[error("name the database as quoted text, so that it can be looked up in the connection's `databases`")]
    NameDatabase,
    /// `plugins` of the connection.
    #[error("add the plugin to the connection's `plugins`")]
    AddPlugin,
    /// Nothing but leaving it out.
    #[error("it could weaken what keeps requests safe, so no connection allows it; remove it")]
    Remove,
    /// KQL in place of T-SQL.
    #[error("it starts T-SQL, which cannot be checked; write the query in KQL")]
    UseKql,
}

/// Looks for the first construct of `text` that is not allowed. A query is looked at as a whole; of a management command the
/// databases and clusters that it names, whether it reads or writes storage, and its queries: what follows the first `|`, `<|` or `;`,
/// or stands in braces.
///
/// # Errors
/// [`Refusal`], which names the construct, its place and the remedy.
pub fn check(text: &str, allowed: &Allowed<'_>) -> Result<(), Refusal> {
    let words = Words::of(text);
    let found = match statement_kind(text) {
        StatementKind::ManagementCommand => {
            let in_query = || command::query_start(&words).and_then(|start| first(&words, start, allowed));
            refused_database(&words, allowed).or_else(|| refused_head(&words, allowed)).or_else(in_query)
        }
        StatementKind::Empty | StatementKind::Query => t_sql(&words).or_else(|| first(&words, 0, allowed)),
    };
    found.map_or(Ok(()), |found| Err(found.refusal(text, &words)))
}

/// Whether `text` has the operator `evaluate`, which calls a plugin; a column of that name is none.
pub fn uses_plugins(text: &str) -> bool {
    let words = Words::of(text);
    (0..words.len()).any(|index| reach::plugin(&words, index).is_some())
}

/// What is refused, and the index of its first token.
struct Found {
    index: usize,
    construct: String,
    remedy: Remedy,
}

impl Found {
    fn refusal(self, text: &str, words: &Words<'_>) -> Refusal {
        let start = words.token(self.index).map_or(0, |token| token.start);
        let (line, column) = line_and_column(text, start);
        Refusal { construct: shortened(self.construct), line, column, remedy: self.remedy }
    }
}

/// A construct fit for a sentence.
fn shortened(mut construct: String) -> String {
    const LONGEST: usize = 100;
    if let Some((end, _)) = construct.char_indices().nth(LONGEST) {
        construct.truncate(end);
        construct.push('…');
    }
    construct
}

/// The service also takes T-SQL, after an empty comment of that language or where the text starts like it. A table may be
/// called like a word of it.
fn t_sql(words: &Words<'_>) -> Option<Found> {
    let is = |names: &[&str]| names.iter().any(|name| words.is_word(0, name));
    let comment = words.kind(0) == Some(TokenKind::Minus) && words.touches_previous(1);
    let starts = match words.kind(1)? {
        TokenKind::Minus if comment => true,
        TokenKind::At => is(&["declare"]),
        TokenKind::Bar | TokenKind::Semicolon | TokenKind::Dot | TokenKind::Equal => false,
        _ => is(&["explain", "select", "with"]),
    };
    let construct = if comment { "--" } else { words.written(0) };
    starts.then(|| Found { index: 0, construct: construct.to_owned(), remedy: Remedy::UseKql })
}

fn first(words: &Words<'_>, start: usize, allowed: &Allowed<'_>) -> Option<Found> {
    (start..words.len()).find_map(|index| {
        refused_option(words, index, allowed)
            .or_else(|| refused_plugin(words, index, allowed))
            .or_else(|| refused_call(words, index, allowed))
    })
}

fn refused_database(words: &Words<'_>, allowed: &Allowed<'_>) -> Option<Found> {
    let is_allowed = |name: &String| allowed.databases.iter().any(|allowed| allowed == "*" || allowed == name);
    let (index, name) = database::named(words).into_iter().find(|(_, name)| !is_allowed(name))?;
    Some(Found { index, construct: format!("database {name:?}"), remedy: Remedy::AddDatabase })
}

fn refused_head(words: &Words<'_>, allowed: &Allowed<'_>) -> Option<Found> {
    let construct = head::external(words).filter(|_| !allowed.external_data);
    let external = construct.map(|construct| Found {
        index: 1,
        construct: construct.to_owned(),
        remedy: Remedy::AllowExternalData,
    });
    let calls = || head::tokens(words).filter(|index| head::is_called_with_text(words, *index));
    external.or_else(|| calls().find_map(|index| refused_call(words, index, allowed)))
}

fn refused_option(words: &Words<'_>, index: usize, allowed: &Allowed<'_>) -> Option<Found> {
    let name = option::set_statement(words, index)?;
    let remedy = match SetOption::of(&name) {
        SetOption::Harmless => return None,
        SetOption::ExternalData if allowed.external_data => return None,
        SetOption::ExternalData => Remedy::AllowExternalData,
        SetOption::CrossCluster if allowed.cross_cluster => return None,
        SetOption::CrossCluster => Remedy::AllowCrossCluster,
        SetOption::Unsafe => Remedy::Remove,
    };
    Some(Found { index, construct: format!("set {name}"), remedy })
}

fn refused_plugin(words: &Words<'_>, index: usize, allowed: &Allowed<'_>) -> Option<Found> {
    let plugin = reach::plugin(words, index)?;
    (!allowed.plugins.contains(&plugin)).then(|| Found {
        index,
        construct: format!("evaluate {plugin}"),
        remedy: Remedy::AddPlugin,
    })
}

fn refused_call(words: &Words<'_>, index: usize, allowed: &Allowed<'_>) -> Option<Found> {
    let (name, reach) = reach::call(words, index)?;
    let remedy = match reach {
        Reach::ExternalData if allowed.external_data => return None,
        Reach::ExternalData => Remedy::AllowExternalData,
        Reach::CrossCluster if allowed.cross_cluster => return None,
        Reach::CrossCluster => Remedy::AllowCrossCluster,
        Reach::Unseen => Remedy::Remove,
        Reach::Database(_) if allowed.databases.iter().any(|allowed| allowed == "*") => return None,
        Reach::Database(Some(database)) if allowed.databases.contains(&database) => return None,
        Reach::Database(Some(database)) => {
            return Some(Found { index, construct: format!("{name}({database:?})"), remedy: Remedy::AddDatabase });
        }
        Reach::Database(None) => Remedy::NameDatabase,
    };
    Some(Found { index, construct: name, remedy })
}

#[cfg(test)]
mod tests;
