//! What an answer says beside its results: visualizations, statistics, and that it failed.

use crate::{
    cell::Row,
    column::Column,
    error::{Problem, ServiceError},
    limits::MAX_TABLES,
    statistics::Statistics,
    visualization::Visualization,
};
use serde_json::Value;

/// What a table is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TableKind {
    /// Its rows are the result.
    Result,
    /// `@ExtendedProperties`.
    Properties,
    /// How the query ended and what it cost.
    Status,
    /// Anything else, known or not: traces, plans, the table of contents.
    Other,
}

impl TableKind {
    /// The kind of this name in a frame of v2 or a table of contents of v1.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "PrimaryResult" | "QueryResult" => Self::Result,
            "QueryProperties" => Self::Properties,
            "QueryCompletionInformation" | "QueryStatus" => Self::Status,
            _ => Self::Other,
        }
    }
}

/// The remarks of an answer.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    /// In order, each with the id of its table (as JSON) in v2; none for a table that is not rendered.
    pub(crate) visualizations: Vec<(Option<String>, Option<Visualization>)>,
    pub(crate) statistics: Option<Statistics>,
    /// That the query failed, in the words of a status row.
    failure: Option<Box<ServiceError>>,
}

impl Remarks {
    /// Takes note of a row of a table of this kind.
    pub(crate) fn note(&mut self, kind: TableKind, columns: &[Column], cells: &[&str]) {
        // A row of a side table may be of any width; what is missing is not noted.
        let width = columns.len().min(cells.len());
        let (Some(columns), Some(cells)) = (columns.get(..width), cells.get(..width)) else { return };
        let row = Row::new(columns, cells);
        match kind {
            TableKind::Properties => self.note_property(&row),
            TableKind::Status => self.note_status(&row),
            TableKind::Result | TableKind::Other => {}
        }
    }

    /// Fails if a status row said that the query failed.
    pub(crate) fn check(&mut self) -> Result<(), Problem> {
        self.failure.take().map_or(Ok(()), |failure| Err(Problem::Failed(failure)))
    }

    fn note_property(&mut self, row: &Row<'_>) {
        if row.named("Key").is_some_and(|key| key.text() != "Visualization") || self.visualizations.len() >= MAX_TABLES
        {
            return;
        }
        let Some(value) = row.named("Value").and_then(|value| value.dynamic()) else { return };
        if value.get("Visualization").is_some() {
            let table_id = row.named("TableId").map(|id| id.raw().to_owned());
            self.visualizations.push((table_id, Visualization::from_annotation(&value)));
        }
    }

    /// A row of v2's QueryCompletionInformation or of v1's QueryStatus.
    fn note_status(&mut self, row: &Row<'_>) {
        let payload =
            ["Payload", "StatusDescription"].iter().find_map(|name| row.named(name)).and_then(|cell| cell.dynamic());
        let level = ["Level", "Severity"]
            .iter()
            .find_map(|name| row.named(name))
            .and_then(|cell| cell.text().parse::<i64>().ok());
        // 1 and 2 are errors: management/queries.md and the SDKs' severity lists.
        if level.is_some_and(|level| level <= 2) {
            self.failure.get_or_insert_with(|| Box::new(failure(row, payload.as_ref())));
        } else if let Some(statistics) = payload.as_ref().and_then(Statistics::from_payload) {
            self.statistics = Some(statistics);
        }
    }
}

fn failure(row: &Row<'_>, payload: Option<&Value>) -> ServiceError {
    let text = |name: &str| row.named(name).map(|cell| cell.text().into_owned()).filter(|text| !text.is_empty());
    let payload_text =
        payload.and_then(|payload| payload.get("Text")?.as_str().or(payload.as_str())).map(str::to_owned);
    // The status code is an HRESULT, written as a signed number and known by its hexadecimal form.
    let status_code = row.named("StatusCode").and_then(|cell| cell.raw().parse::<i32>().ok());
    ServiceError {
        code: text("EventTypeName").unwrap_or_else(|| "QueryStatus".to_owned()),
        inner_code: status_code.map(|code| format!("{:08X}", code.cast_unsigned())).unwrap_or_default(),
        message: payload_text
            .or_else(|| text("StatusDescription"))
            .or_else(|| text("StatusCodeName"))
            .unwrap_or_else(|| ServiceError::unexplained().message),
        activity_id: text("ActivityId"),
        ..ServiceError::default()
    }
}
