//! Statements of the check itself, and their rows.

use crate::{probe::Probe, targets::Scope};
use kusto_client::{client::Answer, error::Error, request::Request};
use kusto_protocol::{
    cell::Row,
    sink::{Ignored, LimitReached, Sink, TableHeader},
};
use std::collections::BTreeMap;

/// A row: its cells as text, by column.
pub(crate) type Cells = BTreeMap<&'static str, String>;

/// The rows that a `.show` command answers, and of them these columns: a cluster may answer more of them than fit into memory.
pub(crate) async fn show(
    probe: &Probe<'_>,
    scope: &Scope<'_>,
    text: &str,
    columns: &'static [&'static str],
) -> Result<Vec<Cells>, Error> {
    let mut request = Request::new(scope.database(), text, "check-connection", probe.until());
    request.read_only = true;
    let mut rows = Rows { columns, kept: Vec::new() };
    // Many of these are parts of one future, which must not hold each of them.
    Box::pin(probe.client.command(&request, &mut rows)).await?;
    Ok(rows.kept)
}

/// The values of a column.
pub(crate) fn column(rows: Vec<Cells>, name: &str) -> Vec<String> {
    rows.into_iter().filter_map(|mut row| row.remove(name)).collect()
}

/// Runs a query whose rows do not matter.
pub(crate) async fn query(probe: &Probe<'_>, scope: &Scope<'_>, text: &str) -> Result<Answer, Error> {
    let request = Request::new(scope.database(), text, "check-connection", probe.until());
    probe.client.query(&request, &mut Ignored).await
}

struct Rows {
    columns: &'static [&'static str],
    kept: Vec<Cells>,
}

impl Sink for Rows {
    fn table(&mut self, _: &TableHeader) -> Result<(), LimitReached> {
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached> {
        let cell = |name: &&'static str| Some((*name, row.named(name)?.text().into_owned()));
        self.kept.push(self.columns.iter().filter_map(cell).collect());
        Ok(())
    }

    fn forget_rows(&mut self) {
        self.kept.clear();
    }
}
