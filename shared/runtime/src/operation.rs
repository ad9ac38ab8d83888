//! Operations: what a cluster says of an asynchronous command that it goes on with.

mod records;
pub mod state;

use crate::{
    error::{ActionError, ErrorType},
    kusto::Kusto,
};
use kusto_client::{client::Answer, connection::Database, request::Request};
use kusto_protocol::sink::Sink;
use records::{Record, Records};
use serde::Serialize;
use state::State;
use std::time::Duration;
use tokio::time::Instant;

/// An operation as it was last seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Its id.
    pub operation_id: String,
    /// How far it is.
    pub state: State,
    /// What the cluster says of it: why it failed.
    pub status: String,
    /// Whether it will stay so.
    pub is_terminal: bool,
    /// Whether it has done all that was asked.
    pub succeeded: bool,
    /// When it began, a datetime.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_on: Option<String>,
    /// How long it has taken, a timespan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
}

/// Where an operation is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `.show operations <id>`, which has it for six hours after its last change.
    ById,
    /// `.show operations`, the log of two weeks.
    Log,
}

/// What a look for an operation has found.
#[derive(Clone, Debug)]
pub struct Found {
    /// What is said of its rows.
    pub answer: Answer,
    /// The operation; none where there is no row of it.
    pub operation: Option<Operation>,
}

/// An operation to look for.
#[derive(Clone, Copy, Debug)]
pub struct Lookup<'a> {
    /// On whose behalf.
    pub action: &'a str,
    /// The database of the request.
    pub database: &'a Database<'a>,
    /// The operation's id, a GUID in lower case.
    pub id: &'a str,
    /// When there must be an answer.
    pub deadline: Instant,
}

impl Operation {
    /// One that the cluster does not show yet.
    pub fn pending(id: &str) -> Self {
        Self::new(id, State::Pending, Record::default())
    }

    fn new(id: &str, state: State, record: Record) -> Self {
        Self {
            operation_id: id.to_owned(),
            is_terminal: state.is_terminal(),
            succeeded: state == State::Completed,
            state,
            status: record.status,
            started_on: record.started_on,
            duration: record.duration,
        }
    }
}

/// What a look takes: more than any does, unless the cluster is in trouble.
const LOOK: Duration = Duration::from_secs(1);

/// How long to wait after the `look`th look, counted from 0, for something that goes on: from half a second to half a minute. None where
/// there is no time for another look before `deadline`.
pub fn pause(look: u32, deadline: Instant) -> Option<Duration> {
    let pause = Duration::from_millis(500 << look.min(6)).min(Duration::from_secs(30));
    (pause + LOOK < deadline.saturating_duration_since(Instant::now())).then_some(pause)
}

impl Kusto {
    /// Looks for an operation, once, and hands all its rows to `rows`. It only reads, whatever commands the connection allows.
    ///
    /// # Errors
    /// Where there is no complete answer, and `Forbidden` where the operation is of a database that the connection does not allow.
    pub async fn operation<S: Sink>(
        &self,
        lookup: &Lookup<'_>,
        place: Place,
        rows: &mut S,
    ) -> Result<Found, ActionError> {
        let id = lookup.id;
        let text = match place {
            Place::ById => format!(".show operations {id}"),
            // The docs call the column a string, and show a GUID.
            Place::Log => format!(".show operations | where tostring(OperationId) =~ \"{id}\""),
        };
        let mut request = Request::new(lookup.database, &text, lookup.action, lookup.deadline);
        request.read_only = true;
        let mut records = Records::new(rows, id);
        let answer = self.client().command(&request, &mut records).await?;
        let record = records.finish();
        if let Some(database) = record.as_ref().and_then(|record| record.database.as_deref()) {
            allow_database(lookup, database)?;
        }
        let operation = record.map(|record| Operation::new(id, State::of(&record.state), record));
        Ok(Found { answer, operation })
    }
}

/// Where the cluster says of which database an operation is, the connection must allow that database.
fn allow_database(lookup: &Lookup<'_>, database: &str) -> Result<(), ActionError> {
    let Err(error) = lookup.database.connection().database(Some(database)) else { return Ok(()) };
    Err(ActionError::new(ErrorType::Forbidden, format!("operation {} is of another database: {error}", lookup.id)))
}

#[cfg(test)]
mod tests {
    use super::pause;
    use std::time::Duration;
    use tokio::time::Instant;

    #[test]
    fn pauses_grow_to_half_a_minute_and_end_before_the_deadline() {
        let later = Instant::now() + Duration::from_secs(3600);
        let pauses: Vec<u128> = (0..9).filter_map(|look| pause(look, later)).map(|pause| pause.as_millis()).collect();
        assert_eq!(pauses, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
        let soon = Instant::now() + Duration::from_secs(2);
        assert_eq!((0..9).filter_map(|look| pause(look, soon)).count(), 1);
        assert_eq!(pause(0, Instant::now()), None);
    }
}
