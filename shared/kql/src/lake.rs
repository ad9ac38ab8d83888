//! What the Microsoft Sentinel data lake does not support: found before anything is sent.
//!
//! Source: "Run KQL queries on the Microsoft Sentinel data lake" (Microsoft Learn), query considerations and limitations.

use crate::{
    command::query_start,
    lexer::TokenKind,
    statement::{StatementKind, statement_kind},
    words::{Words, line_and_column},
};

/// Functions that it refuses.
const FUNCTIONS: [&str; 5] = ["adx", "arg", "external_data", "externaldata", "ingestion_time"];

/// The management commands that it knows, by the words behind their dot.
const COMMANDS: [&[&str]; 4] =
    [&["show", "version"], &["show", "databases"], &["show", "databases", "entities"], &["show", "database"]];

/// What the data lake does not support.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// A function, or an operator that reads from outside.
    #[error("`{name}` in line {line}, column {column} is not supported by the data lake; remove it")]
    Function {
        /// Its name as it is written.
        name: String,
        /// The line on which it starts, from 1.
        line: usize,
        /// The character of the line at which it starts, from 1.
        column: usize,
    },
    /// A management command.
    #[error(
        "the data lake knows four management commands: .show version, .show databases, .show databases entities and .show database; ask \
         for anything else with a query"
    )]
    Command,
}

/// Looks for the first thing in `text` that the data lake does not support. That a stored function is called cannot be told from the text.
///
/// # Errors
/// [`Unsupported`], which says what to do.
pub fn check(text: &str) -> Result<(), Unsupported> {
    let words = Words::of(text);
    if statement_kind(text) == StatementKind::ManagementCommand && !is_known(&words) {
        return Err(Unsupported::Command);
    }
    let mut names = (0..words.len()).filter_map(|index| Some((index, unsupported(&words, index)?)));
    names.next().map_or(Ok(()), |(index, name)| {
        let (line, column) = line_and_column(text, words.token(index).map_or(0, |token| token.start));
        Err(Unsupported::Function { name, line, column })
    })
}

/// Whether a query follows it or not.
fn is_known(words: &Words<'_>) -> bool {
    let end = query_start(words).unwrap_or(words.len());
    let is = |command: &&[&str]| {
        command.len() + 1 == end && command.iter().enumerate().all(|(at, word)| words.is_word(at + 1, word))
    };
    matches!(words.kind(end), None | Some(TokenKind::Bar)) && COMMANDS.iter().any(is)
}

fn unsupported(words: &Words<'_>, index: usize) -> Option<String> {
    let called = words.called(index)?.name;
    FUNCTIONS.iter().any(|name| called.eq_ignore_ascii_case(name)).then(|| called.into_owned())
}

#[cfg(test)]
mod tests {
    use super::check;
    use proptest::prelude::{any, proptest};

    #[track_caller]
    fn says(text: &str, expected: &str) {
        assert_eq!(check(text).err().map(|error| error.to_string()).unwrap_or_default(), expected, "{text}");
    }

    #[test]
    fn what_is_not_supported_is_named_with_its_place() {
        let unsupported = |name: &str, line: usize, column: usize| {
            format!("`{name}` in line {line}, column {column} is not supported by the data lake; remove it")
        };
        says("SigninLogs\n| extend t = ingestion_time()", &unsupported("ingestion_time", 2, 14));
        says("union T, adx('https://help.kusto.windows.net/Samples').T", &unsupported("adx", 1, 10));
        says("arg('').Resources", &unsupported("arg", 1, 1));
        says("externaldata (a:string)[@'https://x.example']", &unsupported("externaldata", 1, 1));
        says("T | where x in (['Ingestion_Time']())", &unsupported("Ingestion_Time", 1, 17));
        for text in [
            "SigninLogs | take 10",
            "SigninLogs | where arg == 1 and adx != 2",
            "print 'ingestion_time()' // adx('x')",
            "workspace('other').SigninLogs",
            "let args = (x:long) { x }; args(1)",
        ] {
            says(text, "");
        }
    }

    #[test]
    fn four_commands_are_known() {
        for text in [
            ".show version",
            " .Show Databases ",
            ".show databases entities // all of them",
            ".show database",
            ".show databases | where DatabaseName has 'soc'",
        ] {
            says(text, "");
        }
        for text in [
            ".show tables",
            ".show database schema",
            ".show databases details",
            ".show database ['x'] schema | count",
            ".show",
            ".show version; T",
            ".create table T (a:string)",
            ".drop table T",
            ".cancel query 'x'",
        ] {
            assert!(
                check(text).is_err_and(|error| error.to_string().starts_with("the data lake knows four")),
                "{text}"
            );
        }
        assert!(check(".show databases | extend t = ingestion_time()").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_looked_at(text in any::<String>()) {
            let _ = check(&text);
            let _ = check(&format!(".show databases {text}"));
        }
    }
}
