//! Statements of the check itself, and their rows.

use crate::{probe::Probe, targets::Scope};
use kusto_client::{client::Answer, error::Error, request::Request};
use kusto_protocol::sink::{Ignored, NamedCells, Selected};

/// The rows that a `.show` command answers, and of them these columns.
pub(crate) async fn show(
    probe: &Probe<'_>,
    scope: &Scope<'_>,
    text: &str,
    columns: &'static [&'static str],
) -> Result<Vec<NamedCells>, Error> {
    let mut request = Request::new(scope.database(), text, "check-connection", probe.until());
    request.read_only = true;
    let mut rows = Selected::columns(columns);
    // Many of these are parts of one future, which must not hold each of them.
    Box::pin(probe.client.command(&request, &mut rows)).await?;
    Ok(rows.into_rows())
}

/// The values of a column.
pub(crate) fn column(rows: Vec<NamedCells>, name: &str) -> Vec<String> {
    rows.into_iter().filter_map(|mut row| row.remove(name)).collect()
}

/// Runs a query whose rows do not matter.
pub(crate) async fn query(probe: &Probe<'_>, scope: &Scope<'_>, text: &str) -> Result<Answer, Error> {
    let request = Request::new(scope.database(), text, "check-connection", probe.until());
    Box::pin(probe.client.query(&request, &mut Ignored)).await
}
