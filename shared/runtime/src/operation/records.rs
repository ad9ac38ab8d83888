//! The rows of `.show operations`, read by the names of their columns.

use super::state::State;
use kusto_protocol::{
    cell::{Cell, Row},
    column::ColumnType,
    sink::{LimitReached, Sink, TableHeader},
};

/// What a row says of an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) state: String,
    pub(super) status: String,
    pub(super) started_on: Option<String>,
    pub(super) duration: Option<String>,
    /// Ticks; an operation that has just begun may have none, or those of the year 1.
    last_updated: Option<i64>,
    pub(super) database: Option<String>,
}

/// A sink that passes rows on, and keeps what they say of one operation.
pub(super) struct Records<'a, S> {
    rows: &'a mut S,
    id: &'a str,
    kept: Option<Record>,
}

impl<'a, S> Records<'a, S> {
    pub(super) fn new(rows: &'a mut S, id: &'a str) -> Self {
        Self { rows, id, kept: None }
    }

    /// The operation's last record.
    pub(super) fn finish(self) -> Option<Record> {
        self.kept
    }
}

impl Record {
    /// What `row` says, where it is a row of the operation.
    fn of(row: &Row<'_>, id: &str) -> Option<Self> {
        let text = |name: &str| row.named(name).map(|cell| cell.text().into_owned()).filter(|text| !text.is_empty());
        text("OperationId").filter(|written| written.eq_ignore_ascii_case(id))?;
        Some(Self {
            state: text("State").unwrap_or_default(),
            status: text("Status").unwrap_or_default(),
            started_on: text("StartedOn"),
            duration: row.named("Duration").map(|cell| duration(&cell)).filter(|text| !text.is_empty()),
            last_updated: row.named("LastUpdatedOn").and_then(|cell| cell.ticks()),
            database: text("Database"),
        })
    }

    /// What orders the records of one operation: it has one with a terminal state at most, and none comes after that, whatever the
    /// clocks say that wrote them.
    fn order(&self) -> (bool, Option<i64>) {
        (State::of(&self.state).is_terminal(), self.last_updated)
    }
}

/// A duration as a timespan. The documentation declares it a datetime, and shows what then counts from the year 1.
fn duration(cell: &Cell<'_>) -> String {
    match cell.ticks().filter(|_| cell.column_type() == ColumnType::DateTime) {
        Some(ticks) => Cell::new(&ticks.to_string(), ColumnType::Timespan).text().into_owned(),
        None => cell.text().into_owned(),
    }
}

impl<S: Sink> Sink for Records<'_, S> {
    fn table(&mut self, table: &TableHeader) -> Result<(), LimitReached> {
        self.rows.table(table)
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached> {
        if let Some(record) = Record::of(row, self.id)
            && self.kept.as_ref().is_none_or(|kept| record.order() >= kept.order())
        {
            self.kept = Some(record);
        }
        self.rows.row(row)
    }

    fn forget_rows(&mut self) {
        self.kept = None;
        self.rows.forget_rows();
    }
}

#[cfg(test)]
mod tests {
    use super::{Records, duration};
    use kusto_protocol::{
        cell::{Cell, Row},
        column::{Column, ColumnType},
        sink::{Ignored, Sink},
    };

    /// The state of operation `a` after rows of operation, last update and state.
    fn last(rows: &[[&str; 3]]) -> Option<String> {
        let column = |name: &str, column_type| Column { name: name.to_owned(), column_type };
        let columns = [
            column("State", ColumnType::String),
            column("LastUpdatedOn", ColumnType::DateTime),
            column("OperationId", ColumnType::String),
        ];
        let mut ignored = Ignored;
        let mut records = Records::new(&mut ignored, "a");
        for row in rows {
            let [id, updated, state] = row.map(|text| format!("\"{text}\""));
            records.row(&Row::new(&columns, &[&state, &updated, &id])).unwrap();
        }
        records.finish().map(|record| record.state)
    }

    #[test]
    fn a_duration_is_a_timespan_however_it_is_declared() {
        for (raw, column_type) in [
            ("\"00:01:17\"", ColumnType::Timespan),
            ("770000000", ColumnType::Timespan),
            ("\"0001-01-01T00:01:17.0000000Z\"", ColumnType::DateTime),
            ("\"00:01:17\"", ColumnType::String),
        ] {
            assert_eq!(duration(&Cell::new(raw, column_type)), "00:01:17", "{raw}");
        }
        assert_eq!(duration(&Cell::new("null", ColumnType::DateTime)), "");
    }

    #[test]
    fn the_last_record_of_the_operation_counts() {
        let begun = ["a", "0001-01-01T00:00:00Z", "InProgress"];
        let going_on = ["A", "2026-11-20T06:00:00Z", "InProgress"];
        let failed = ["a", "2026-11-20T06:01:00Z", "Failed"];
        let late = ["a", "2026-11-20T06:02:00Z", "InProgress"];
        let other = ["b", "2026-11-20T07:00:00Z", "Completed"];
        for (rows, state) in [
            (&[][..], None),
            (&[other], None),
            (&[begun, other], Some("InProgress")),
            (&[begun, going_on, failed], Some("Failed")),
            (&[failed, begun, going_on], Some("Failed")),
            (&[going_on, failed, late], Some("Failed")),
        ] {
            assert_eq!(last(rows).as_deref(), state, "{rows:?}");
        }
    }
}
