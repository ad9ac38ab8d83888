//! As much of a result as fits into the context of a model, and the way to the rest.

use kusto_client::client::Answer;
use kusto_protocol::{
    cell::Row,
    column::Column,
    sink::{LimitReached, Sink, TableHeader},
};
use report::rows::{Counted, Format, OnLimit, RowLimits, Rows};
use runtime::{context::Context, error::ActionError, kusto::Kusto, metadata::Completeness, reply::Reply};
use serde::Serialize;

/// Rows, where the caller does not say how many.
pub(crate) const DEFAULT_ROWS: u64 = 100;

/// The most rows that a caller can have at once.
pub(crate) const MOST_ROWS: u64 = 1000;

/// Bytes of rows, whatever the caller says: about ten thousand tokens.
const BYTES: usize = 32 * 1024;

/// Bytes of columns; where they have more they are left out, since rows name theirs.
const COLUMN_BYTES: usize = 8 * 1024;

/// A sink that keeps the first rows for the model, and all of them for the store, where there is one.
pub(crate) struct Excerpt {
    shown: Rows,
    all: Option<Rows>,
    /// Rows that there are, of the tables before the current one and of that.
    earlier_rows: u64,
    rows: u64,
    /// What to call for less, where the caller has no say in what is asked.
    instead: Option<&'static str>,
}

/// What is said of the rows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Said<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<&'a [Column]>,
    completeness: Completeness,
    /// Rows that are shown, of all tables.
    row_count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_left_out: Option<u64>,
    /// How to come by them.
    #[serde(skip_serializing_if = "Option::is_none")]
    rest: Option<String>,
    /// A reference to all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    result_url: Option<String>,
    client_request_id: &'a str,
}

impl Excerpt {
    /// Keeps so many rows.
    ///
    /// # Errors
    /// `BadRequest` where that is none, or more than can be had at once.
    pub(crate) fn new(context: &Context<Kusto>, rows: Option<u64>) -> Result<Self, ActionError> {
        let rows = rows.unwrap_or(DEFAULT_ROWS);
        if !(1..=MOST_ROWS).contains(&rows) {
            return Err(ActionError::bad_request(format!("`maxRows` is {rows}: it can be 1 to {MOST_ROWS}")));
        }
        let kept = |rows, bytes: usize| {
            let (counted, on_limit) = (Counted::Plain, OnLimit::Truncate);
            Rows::new(Format::Json, RowLimits { rows, bytes: bytes as u64, counted, on_limit })
        };
        let all = context.store.is_some().then(|| kept(u64::MAX, context.content_limit()));
        Ok(Self { shown: kept(rows, BYTES), all, earlier_rows: 0, rows: 0, instead: None })
    }

    /// The same, of which a model that wants less is told to call this.
    pub(crate) fn or_else(self, call: &'static str) -> Self {
        Self { instead: Some(call), ..self }
    }

    /// The rows of an answer that came to its end, as JSON.
    ///
    /// # Errors
    /// Where the store fails that all of them are to go to.
    pub(crate) async fn finish(self, context: &Context<Kusto>, answer: &Answer) -> Result<String, ActionError> {
        let row_count = self.shown.total_row_count();
        let shown = self.shown.finish();
        let total = self.earlier_rows + self.rows;
        let left_out = total.saturating_sub(row_count);
        let said = |columns| Said {
            columns,
            completeness: if answer.truncated || left_out > 0 {
                Completeness::Truncated
            } else {
                Completeness::Complete
            },
            row_count,
            rows_left_out: None,
            rest: None,
            result_url: None,
            client_request_id: &answer.client_request_id,
        };
        let columns = Some(&*shown.columns);
        let fits = serde_json::to_vec(&columns).is_ok_and(|columns| columns.len() <= COLUMN_BYTES);
        let mut said_of_shown = said(columns.filter(|_| fits));
        if left_out > 0 {
            let all = self.all.filter(|all| !all.truncated()).map(Rows::finish);
            if let Some(all) = all {
                let completeness = Completeness::Complete;
                let all = json(all.content, &Said { row_count: total, completeness, ..said(columns) });
                said_of_shown.result_url = Some(context.keep("application/json", all.into_bytes()).await?.to_string());
            }
            said_of_shown.rows_left_out = Some(left_out);
            said_of_shown.rest = Some(rest(row_count, total, self.instead, said_of_shown.result_url.as_deref()));
        }
        Ok(json(shown.content, &said_of_shown))
    }
}

/// The beginning of a reply with the rest of its fields.
fn json(content: Vec<u8>, said: &Said<'_>) -> String {
    match Reply::rows("application/json", content, said) {
        Reply::Json(json) => json,
        // JSON rows are a JSON reply.
        _ => String::new(),
    }
}

/// What to do about rows that are left out.
fn rest(shown: u64, total: u64, instead: Option<&str>, kept: Option<&str>) -> String {
    let (cut, narrower) = match shown {
        0 => (
            "no row is shown, since the first one alone is too large".to_owned(),
            "`project` fewer columns, or cut long ones with `substring`",
        ),
        _ => (
            format!("only {shown} of {total} rows are shown"),
            "narrow them with `where`, aggregate with `summarize`, or take the ones that matter with `top`",
        ),
    };
    let said = format!("{cut}: {}", instead.unwrap_or(narrower));
    match kept {
        Some(reference) => format!(
            "{said}; all of them are kept for a day as {reference}, which the other actions of this API take, and its action `result` answers"
        ),
        None => said,
    }
}

impl Sink for Excerpt {
    fn table(&mut self, table: &TableHeader) -> Result<(), LimitReached> {
        self.earlier_rows += std::mem::take(&mut self.rows);
        self.shown.table(table)?;
        self.all.as_mut().map_or(Ok(()), |all| all.table(table))
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached> {
        self.rows += 1;
        self.shown.row(row)?;
        self.all.as_mut().map_or(Ok(()), |all| all.row(row))
    }

    fn forget_rows(&mut self) {
        self.rows = 0;
        self.shown.forget_rows();
        if let Some(all) = &mut self.all {
            all.forget_rows();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::rest;

    #[test]
    fn the_way_to_the_rest_is_said() {
        insta::assert_snapshot!(
            [
                rest(0, 1, None, None),
                rest(100, 5000, None, None),
                rest(100, 5000, None, Some("store:results/0123456789abcdef0123456789abcdef")),
                rest(100, 5000, Some("call something else"), None),
                rest(0, 1, Some("call something else"), None),
            ]
            .join("\n")
        );
    }
}
