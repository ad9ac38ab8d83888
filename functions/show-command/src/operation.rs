//! `.show operations <id>`: where an operation is found, and what it is while it is not.

use crate::{Response, document, request::Request, response};
use kusto_client::connection::Database;
use runtime::{
    context::Context,
    error::{ActionError, ErrorType},
    kusto::Kusto,
    operation::{Found, Lookup, Operation, Place, pause},
};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long an operation that the cluster does not show is taken for one that it does not show yet.
///
/// Source: "note that records may take time to appear" in the documentation of `.show operations`, which says no number.
const GRACE: Duration = Duration::from_secs(10);

/// Answers the rows of operation `id` from where it is found: by its id, in the log, and by its id again until the grace is over.
pub(crate) async fn run(
    context: &Context<Kusto>,
    request: &Request,
    database: &Database<'_>,
    id: &str,
) -> Result<Response, ActionError> {
    let deadline = context.invocation.deadline;
    let lookup = Lookup { action: "show-command", database, id, deadline };
    let missing_until = Instant::now() + GRACE;
    let mut look = 0;
    loop {
        let by_id = seek(context, request, &lookup, Place::ById).await?;
        if by_id.is_found() {
            return Ok(by_id);
        }
        if look == 0 {
            let logged = seek(context, request, &lookup, Place::Log).await?;
            if logged.is_found() {
                return Ok(logged);
            }
        }
        let Some(pause) = pause(look, deadline) else { return Ok(by_id.pending(id)) };
        if Instant::now() + pause > missing_until {
            return Err(missing(id));
        }
        sleep(pause).await;
        look += 1;
    }
}

async fn seek(
    context: &Context<Kusto>,
    request: &Request,
    lookup: &Lookup<'_>,
    place: Place,
) -> Result<Response, ActionError> {
    let mut document = document(context, request)?;
    let found = context.client.operation(lookup, place, &mut document).await;
    let (answer, operation) = match found {
        Ok(Found { answer, operation }) => (Ok(answer), operation),
        Err(error) => (Err(error), None),
    };
    response(context, document, answer, operation)
}

impl Response {
    fn is_found(&self) -> bool {
        self.said.operation.is_some()
    }

    fn pending(mut self, id: &str) -> Self {
        self.said.operation = Some(Operation::pending(id));
        self
    }
}

fn missing(id: &str) -> ActionError {
    ActionError::new(
        ErrorType::NotFound,
        format!(
            "the cluster shows no operation {id}, neither by its id nor in its log of two weeks: check the id, and that the connection's principal has begun it or is an admin of its database"
        ),
    )
}
