//! What the data lake says when it refuses a query, and what to do about it.
//!
//! Source: "Troubleshoot KQL queries for the Microsoft Sentinel data lake" (Microsoft Learn), whose words these are. Under which statuses
//! they come is documented nowhere.

use crate::{
    classify::{Again, Verdict},
    error::ErrorKind,
};

/// How a principal gets to read a workspace.
pub(crate) const GRANT: &str = "give the principal the Azure role Log Analytics Reader on the workspace: roles of Entra and of Defender \
                                XDR do not work for a service principal";

/// What is known of a refusal.
pub(crate) struct Refusal {
    /// How the lake words it.
    says: &'static [&'static str],
    kind: ErrorKind,
    again: Again,
    /// What to do.
    pub(crate) remedy: &'static str,
}

impl Refusal {
    const fn new(says: &'static [&'static str], kind: ErrorKind, remedy: &'static str) -> Self {
        Self { says, kind, again: Again::None, remedy }
    }

    /// What it means for the request. The lake only ever reads: nothing was carried out.
    pub(crate) fn verdict(&self) -> Verdict {
        Verdict { kind: self.kind, again: self.again, refused: true }
    }
}

const KNOWN: [Refusal; 12] = [
    Refusal::new(
        &["No time range set"],
        ErrorKind::Query,
        "add a time filter, such as `| where TimeGenerated > ago(1d)`",
    ),
    Refusal::new(
        &["Unsupported function"],
        ErrorKind::Query,
        "remove what the data lake does not support: adx(), arg(), externaldata, ingestion_time() and stored functions",
    ),
    Refusal::new(
        &["called an external URL"],
        ErrorKind::Query,
        "remove what reads from a URL: the data lake reads from nowhere else",
    ),
    Refusal::new(
        &["Unexpected control command"],
        ErrorKind::Query,
        "the data lake knows .show version, .show databases, .show databases entities and .show database only",
    ),
    Refusal::new(
        &["customer-managed key", "customer managed key"],
        ErrorKind::NotFound,
        "the data lake has no workspace with customer-managed keys: query it through https://ade.loganalytics.io",
    ),
    Refusal::new(
        &["does not have access to any workspaces", "database name provided in the query is invalid or inaccessible"],
        ErrorKind::NotFound,
        "check `database`: it is `default` or <workspaceName>-<workspaceId>, of a workspace that is in the data lake (none with \
         customer-managed keys is) and on which the principal has the Azure role Log Analytics Reader",
    ),
    Refusal::new(
        &["Table could not be found or is empty", "Table(s) could not be found or may not have data"],
        ErrorKind::NotFound,
        "check the table's name, that the data lake has it already (new data takes about 15 minutes), and that the principal has the \
         Azure role Log Analytics Reader on the workspace",
    ),
    Refusal::new(&["401-Unauthorized"], ErrorKind::Forbidden, GRANT),
    Refusal::new(
        &["took longer than the assigned timeout", "timing out at Gateway"],
        ErrorKind::Timeout,
        "ask for less: add a time filter, or a narrower one",
    ),
    Refusal::new(
        &["exceeded the maximum allowable length", "arguments array exceeded the allowed limit"],
        ErrorKind::LimitExceeded,
        "make the lists in the query shorter",
    ),
    Refusal::new(
        &["exceeded the allowed limits"],
        ErrorKind::LimitExceeded,
        "ask for less with `take`, `summarize` or `project`: a query of the data lake brings at most 500,000 rows and 64 MB",
    ),
    Refusal {
        again: Again::Reading,
        ..Refusal::new(&["Cannot access a disposed object"], ErrorKind::Unavailable, "try again later")
    },
];

/// The refusal that these words are.
pub(crate) fn refusal(message: &str) -> Option<&'static Refusal> {
    let message = message.to_lowercase();
    KNOWN.iter().find(|known| known.says.iter().any(|words| message.contains(&words.to_lowercase())))
}

#[cfg(test)]
mod tests {
    use super::refusal;
    use crate::error::ErrorKind;

    #[test]
    fn the_documented_messages_are_told_apart() {
        for (message, kind) in [
            (
                "No time range set. Add a time parameter to control query cost and avoid timeouts.",
                Some(ErrorKind::Query),
            ),
            (
                "Unsupported function. Modify your query to remove functions that are not supported in the data lake: ingestion_time().",
                Some(ErrorKind::Query),
            ),
            (
                "The query called an external URL. Calling an external URL is not supported for queries in Lake.",
                Some(ErrorKind::Query),
            ),
            ("Unexpected control command", Some(ErrorKind::Query)),
            (
                "Client does not have access to any workspaces or client provided invalid workspace(s) in the scope.",
                Some(ErrorKind::NotFound),
            ),
            (
                "The workspace or database name provided in the query is invalid or inaccessible.",
                Some(ErrorKind::NotFound),
            ),
            ("Table could not be found or is empty.", Some(ErrorKind::NotFound)),
            (
                "Table(s) could not be found or may not have data. Please check if table(s) exists, has data, or user has permissions.",
                Some(ErrorKind::NotFound),
            ),
            (
                "401-Unauthorized: This normally represents a permanent error, and retrying is unlikely to help.",
                Some(ErrorKind::Forbidden),
            ),
            ("Query execution took longer than the assigned timeout and has been aborted.", Some(ErrorKind::Timeout)),
            ("Queries timing out at Gateway.", Some(ErrorKind::Timeout)),
            ("Query execution has exceeded the allowed limits.", Some(ErrorKind::LimitExceeded)),
            ("The arguments array exceeded the allowed limit (allowed=1,000,000).", Some(ErrorKind::LimitExceeded)),
            ("Cannot access a disposed object.", Some(ErrorKind::Unavailable)),
            ("Semantic error: 'where' operator: Failed to resolve scalar expression named 'Type'", None),
            ("", None),
        ] {
            assert_eq!(refusal(message).map(|known| known.verdict().kind), kind, "{message}");
        }
    }
}
