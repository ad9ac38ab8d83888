//! Calls that reach beyond the database of the request.

use crate::lexer::TokenKind;
use crate::string::unescape;
use crate::words::Words;

/// Where a call reaches.
pub(super) enum Reach {
    /// Outside Kusto: storage, other databases, web services.
    ExternalData,
    /// Another cluster, or a workspace that is queried like one.
    CrossCluster,
    /// A database of this name; none where the name is no literal.
    Database(Option<String>),
    /// Whatever a text names that only the service reads.
    Unseen,
}

/// Functions and plugins that read from, or send to, a place outside the cluster.
///
/// Source: the language reference, and the functions and plugins that Microsoft's own parser knows (npm
/// `@kusto/language-service-next` 12.4.1), which has more of them than the reference.
const EXTERNAL_DATA: [&str; 19] = [
    "ai_chat_completion",
    "ai_chat_completion_prompt",
    "ai_embed_text",
    "ai_embeddings",
    "azure_digital_twins_query_request",
    "cosmosdb_sql_request",
    "dax_request",
    "external_data",
    "external_datatable",
    "external_table",
    "externaldata",
    "http_request",
    "http_request_post",
    "infer_storage_schema",
    "infer_storage_schema_with_suggestions",
    "inline_external_table",
    "mysql_request",
    "postgresql_request",
    "sql_request",
];

/// Functions and plugins that read from another cluster, or from what the service treats as one. The two that take a
/// connection string and a further text are among them; they must be listed as plugins as well.
const CROSS_CLUSTER: [&str; 8] =
    ["adx", "app", "arg", "cluster", "execute_query", "execute_show_command", "resource", "workspace"];

/// Operators that may have parameters before their parenthesis: `externaldata kind=x (a:string) […]`.
const EXTERNAL_OPERATORS: [&str; 3] = ["external_data", "externaldata", "inline_external_table"];

/// What is called at `index`, and where that reaches; none where nothing is called, or nothing that reaches anywhere.
pub(super) fn call(words: &Words<'_>, index: usize) -> Option<(String, Reach)> {
    let is_operator = EXTERNAL_OPERATORS.into_iter().any(|name| words.is_word(index, name));
    if is_operator && is_parameter(words, index + 1) {
        return Some((words.written(index).to_owned(), Reach::ExternalData));
    }
    let called = words.called(index)?;
    let is = |names: &[&str]| names.iter().any(|name| called.name.eq_ignore_ascii_case(name));
    let reach = if is(&EXTERNAL_DATA) {
        Reach::ExternalData
    } else if is(&CROSS_CLUSTER) {
        Reach::CrossCluster
    } else if is(&["database"]) {
        Reach::Database(literal(words, called.next + 1))
    } else if is(&["__invoke"]) {
        Reach::Unseen
    } else {
        return None;
    };
    Some((called.name.into_owned(), reach))
}

/// The text of the string at `index` where it is all that stands in the parentheses.
fn literal(words: &Words<'_>, index: usize) -> Option<String> {
    let alone = words.kind(index) == Some(TokenKind::String) && words.kind(index + 1) == Some(TokenKind::CloseParen);
    alone.then(|| unescape(words.written(index)))?
}

/// Words of the language that may stand between a column and a parenthesis, so that `evaluate in (…)` compares a column of that name.
const AFTER_COLUMN: [&str; 20] = [
    "and",
    "between",
    "contains",
    "contains_cs",
    "endswith",
    "endswith_cs",
    "has",
    "has_all",
    "has_any",
    "has_cs",
    "hasprefix",
    "hasprefix_cs",
    "hassuffix",
    "hassuffix_cs",
    "in",
    "like",
    "on",
    "or",
    "startswith",
    "startswith_cs",
];

/// The plugin that the operator `evaluate` at `index` calls; none where there is no such operator.
pub(super) fn plugin(words: &Words<'_>, index: usize) -> Option<String> {
    if !words.is_word(index, "evaluate") {
        return None;
    }
    let called = if is_parameter(words, index + 1) {
        let ends = |at: &usize| {
            matches!(words.kind(*at), None | Some(TokenKind::Bar | TokenKind::Semicolon))
                || words.is_word(*at, "evaluate")
        };
        (index + 1..).take_while(|at| !ends(at)).find_map(|at| words.called(at))?
    } else {
        words.called(index + 1).filter(|called| !AFTER_COLUMN.contains(&called.name.as_ref()))?
    };
    Some(called.name.into_owned())
}

/// Whether an operator's parameter starts at `index`: `kind=…` or `hint.distribution=…`.
fn is_parameter(words: &Words<'_>, index: usize) -> bool {
    let is_dotted = words.kind(index + 1) == Some(TokenKind::Dot) && words.kind(index + 2) == Some(TokenKind::Name);
    let after = if is_dotted { index + 3 } else { index + 1 };
    words.kind(index) == Some(TokenKind::Name) && words.kind(after) == Some(TokenKind::Equal)
}
