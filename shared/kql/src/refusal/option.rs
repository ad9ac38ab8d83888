//! `set` statements: which request properties a query may change.

use crate::lexer::{LexError, TokenKind};
use crate::words::Words;

/// What setting a request property needs.
pub(super) enum SetOption {
    /// Nothing.
    Harmless,
    /// What reading from outside the cluster needs.
    ExternalData,
    /// What reading from other clusters needs.
    CrossCluster,
    /// It is never allowed.
    Unsafe,
}

/// The properties that any query may set: they say what the query means or how the service goes about it, and neither
/// raise a limit nor widen its reach nor hide a failure. All others are refused, because the service keeps adding
/// properties, and a new one must not be allowed before somebody has looked at it.
///
/// Source: "Request properties" of the Kusto REST API.
const HARMLESS: [&str; 22] = [
    "materialized_view_shuffle",
    "materialized_view_shuffle_query",
    "push_selection_through_aggregation",
    "query_bin_auto_at",
    "query_bin_auto_size",
    "query_cursor_after_default",
    "query_cursor_before_or_at_default",
    "query_cursor_current",
    "query_cursor_disabled",
    "query_cursor_scoped_tables",
    "query_datascope",
    "query_datetimescope_column",
    "query_datetimescope_from",
    "query_datetimescope_to",
    "query_distribution_nodes_span",
    "query_fanout_nodes_percent",
    "query_fanout_threads_percent",
    "query_now",
    "query_results_cache_max_age",
    "query_results_cache_per_shard",
    "queryconsistency",
    "request_description",
];

impl SetOption {
    /// Of the property `name`, spelled as the service does.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "request_callout_disabled" | "request_external_data_disabled" | "request_external_table_disabled" => {
                Self::ExternalData
            }
            "request_remote_entities_disabled" => Self::CrossCluster,
            _ if HARMLESS.contains(&name) => Self::Harmless,
            _ => Self::Unsafe,
        }
    }
}

/// The property that a `set` statement at `index` sets; none where no statement starts there.
pub(super) fn set_statement(words: &Words<'_>, index: usize) -> Option<String> {
    let starts = match index.checked_sub(1).and_then(|previous| words.kind(previous)) {
        None => true,
        Some(previous) => matches!(
            previous,
            TokenKind::Semicolon
                | TokenKind::OpenBrace
                | TokenKind::LessBar
                | TokenKind::Error(LexError::UnterminatedString | LexError::UnterminatedLiteral)
        ),
    };
    let name = words.name(index + 1).filter(|_| starts && words.is_word(index, "set"))?;
    Some(name.name.into_owned())
}
