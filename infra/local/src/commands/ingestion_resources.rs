//! `.get ingestion resources` and `.get kusto identity token`, which a cluster's data management endpoint knows.

use super::Invocation;
use super::cursor::Cursor;
use crate::answer;
use crate::engine::result::ResultTable;
use crate::error::KustoError;
use crate::storage::column_type::ColumnType::String as Text;
use crate::storage::value::Value;

/// What clients expect to be handed out, and where it is. What has no route is there because Python's client asks again for each
/// ingestion as long as one of the kinds is missing.
const RESOURCES: [(&str, &str); 5] = [
    ("TempStorage", "ingestdata"),
    ("SecuredReadyForAggregationQueue", "readyforaggregation"),
    ("FailedIngestionsQueue", "failedingestions"),
    ("SuccessfulIngestionsQueue", "successfulingestions"),
    ("IngestionsStatusTable", "ingestionsstatus"),
];

/// Hands out URLs of this node itself, by the name under which the client has asked it.
pub(super) fn get(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    cursor.end()?;
    let (host, signature) = (&invocation.request.host, invocation.node.staged.signature);
    let url = |name: &str| format!("http://{host}/storage/{name}?sv=2018-03-28&sp=rwa&sig={signature}");
    let rows = RESOURCES.map(|(kind, name)| [Value::from(kind), Value::from(url(name))]);
    Ok(answer::table([("ResourceTypeName", Text), ("StorageRoot", Text)], rows))
}

/// Gives the token that announcements are to have.
pub(super) fn identity_token(invocation: &Invocation<'_>, cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    cursor.end()?;
    let token = invocation.node.staged.identity_token.to_string();
    Ok(answer::table([("AuthorizationContext", Text)], [[Value::from(token)]]))
}
