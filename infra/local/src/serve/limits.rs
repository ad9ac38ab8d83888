//! Rows as JSON, as many as the limits of a request allow.

use super::options::Options;
use crate::engine::result::ResultTable;
use crate::error::KustoError;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

/// The limits of a request and what is left of them.
pub(super) struct Limits {
    take: usize,
    records: Limit,
    bytes: Limit,
    exceeded: bool,
}

#[derive(Clone, Copy)]
struct Limit {
    most: usize,
    left: usize,
}

/// Rows as they stand in an answer.
pub(super) struct Rows {
    /// Each row as a JSON array.
    pub(super) rows: Vec<Box<RawValue>>,
    /// The error that kept further rows out.
    pub(super) error: Option<KustoError>,
}

impl Limits {
    /// The limits that the options set.
    pub(super) fn of(options: &Options) -> Self {
        let take = options.take.unwrap_or(usize::MAX);
        Self { take, records: Limit::new(options.records), bytes: Limit::new(options.bytes), exceeded: false }
    }

    /// No limits: for tables that are not the result of a query.
    pub(super) fn none() -> Self {
        Self { take: usize::MAX, records: Limit::new(usize::MAX), bytes: Limit::new(usize::MAX), exceeded: false }
    }

    /// The rows of a table that the limits allow. After the first error there are none, and no further error.
    pub(super) fn rows(&mut self, table: &ResultTable) -> Rows {
        let count = if self.exceeded { 0 } else { table.rows.min(self.take) };
        let mut rows = Vec::with_capacity(count.min(self.records.left));
        for index in 0..count {
            match self.row(table, index) {
                Ok(row) => rows.push(row),
                Err(error) => {
                    self.exceeded = true;
                    return Rows { rows, error: Some(error) };
                }
            }
        }
        Rows { rows, error: None }
    }

    fn row(&mut self, table: &ResultTable, index: usize) -> Result<Box<RawValue>, KustoError> {
        let row = to_raw_value(&Row { table, index })
            .map_err(|error| KustoError::internal(format!("a row cannot be written: {error}")))?;
        self.records.spend(1, "records")?;
        self.bytes.spend(row.get().len(), "bytes")?;
        Ok(row)
    }
}

impl Limit {
    fn new(most: usize) -> Self {
        Self { most, left: most }
    }

    fn spend(&mut self, amount: usize, unit: &str) -> Result<(), KustoError> {
        self.left = self.left.checked_sub(amount).ok_or_else(|| too_large(&format!("{} {unit}", self.most)))?;
        Ok(())
    }
}

/// The service's error for a result beyond `limit`. It calls the error not permanent, which retrying does not help.
fn too_large(limit: &str) -> KustoError {
    KustoError {
        code: "LimitsExceeded".into(),
        exception: "Kusto.Data.Exceptions.KustoServicePartialQueryFailureLimitsExceededException",
        permanent: false,
        ..KustoError::bad_request(format!(
            "Query execution has exceeded the allowed limits (80DA0003): The results of this query exceed the set limit of {limit}, \
             so not all records were returned (E_QUERY_RESULT_SET_TOO_LARGE, 0x80DA0003)."
        ))
    }
}

/// A row as a JSON array.
struct Row<'t> {
    table: &'t ResultTable,
    index: usize,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.table.row(self.index))
    }
}
