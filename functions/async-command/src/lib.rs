//! Run async management command: submitted once, and followed until it has ended where the caller waits.
//!
//! Where there is a store, it is submitted once for each idempotency key or, without one, for each event, however often that is
//! delivered. Who comes later gets the same operation, as it is by then.

pub mod request;
mod submission;

use kusto_client::connection::Database;
use kusto_protocol::sink::Ignored;
use request::Request;
use runtime::{
    action::Action,
    command::{AllowedCommand, lookup},
    context::Context,
    error::ActionError,
    kusto::Kusto,
    once::Turn,
    operation::{Lookup, Operation, Place, pause},
    reply::{CONTRACT_VERSION, Reply},
};
use serde::Serialize;
use std::time::Duration;
use submission::submit;
use tokio::time::{Instant, sleep};

/// What HTTP callers may ask.
pub const ACTION: Action = Action::new(NAME).at(&["/RunAsyncControlCommandAndWait"]).changing();

/// How the service's records and the store name this action.
const NAME: &str = "async-command";

/// The operation that the command has become. The connector's three fields come first.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The operation as it was seen last; `Pending` where it was not seen yet.
    #[serde(flatten)]
    pub operation: Operation,
    /// Why the operation could not be looked at, the last time that was tried. It was submitted all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// To find the command in `.show commands`.
    pub client_request_id: String,
    /// To find the command in a support case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity_id: Option<String>,
    /// The version of the contract.
    pub contract_version: u32,
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        Self::json(&response)
    }
}

/// Submits the command and answers the operation that it has become. From the moment that there is an operation there is no error.
pub async fn run(context: &Context<Kusto>, request: Request) -> Result<Response, ActionError> {
    let key = request.idempotency_key.as_deref();
    let id = context.client_request_id(NAME, key)?;
    let command = context.client.allowed(request.command(), &context.invocation)?.known_by(id.clone());
    only_async(&command)?;
    let submit = async |turn: &mut Turn| {
        turn.begin(&format!("the command that {} has when it has ended", lookup(&id))).await?;
        submit(context, &command, turn.deadline()).await
    };
    let submission = context.once(NAME, key, submit).await.map_err(|error| error.known_by(&id))?;
    let (operation, note) = watch(context, command.database(), &submission.operation_id, request.wait).await;
    Ok(Response {
        operation,
        note,
        client_request_id: submission.client_request_id,
        activity_id: submission.activity_id,
        contract_version: CONTRACT_VERSION,
    })
}

/// Refuses what would answer its result, and not an operation.
fn only_async(command: &AllowedCommand<'_>) -> Result<(), ActionError> {
    let verb = command.verb();
    match (command.is_show(), command.is_async()) {
        (true, _) => {
            Err(ActionError::bad_request("`.show` answers its rows: run it with show-command or command-chart"))
        }
        (false, false) => Err(ActionError::bad_request(format!(
            "the command is not asynchronous: write `async` after its verb, `.{verb} async …`"
        ))),
        (false, true) => Ok(()),
    }
}

/// How long one look may take, so that one that hangs keeps neither the caller nor the next look waiting.
const LONGEST_LOOK: Duration = Duration::from_secs(10);

/// Looks at the operation: once, or with `wait` until it has ended or the deadline nears. The second is why the last look failed.
async fn watch(context: &Context<Kusto>, database: &Database<'_>, id: &str, wait: bool) -> (Operation, Option<String>) {
    let until = last_look(context.invocation.deadline);
    let mut seen = Operation::pending(id);
    let mut look = 0;
    loop {
        let deadline = until.min(Instant::now() + LONGEST_LOOK);
        let lookup = Lookup { action: NAME, database, id, deadline };
        let note = match context.client.operation(&lookup, Place::ById, &mut Ignored).await {
            Ok(found) => {
                seen = found.operation.unwrap_or(seen);
                None
            }
            Err(error) => Some(format!("the operation could not be looked at: {}", error.sentence())),
        };
        match pause(look, until).filter(|_| wait && !seen.is_terminal) {
            None => return (seen, note),
            Some(pause) => sleep(pause).await,
        }
        look += 1;
    }
}

/// When the last look must have ended, so that there is time to answer: what is left of the time but a tenth.
fn last_look(deadline: Instant) -> Instant {
    let now = Instant::now();
    now + deadline.saturating_duration_since(now) / 10 * 9
}

#[cfg(test)]
mod tests {
    use super::{Operation, Response, last_look};
    use std::time::Duration;
    use tokio::time::Instant;

    #[test]
    fn the_connectors_fields_come_first() {
        let response = Response {
            operation: Operation::pending("3827def6-0773-4f2a-859e-c02cf395deaf"),
            note: None,
            client_request_id: "c;1".to_owned(),
            activity_id: None,
            contract_version: 1,
        };
        assert_eq!(
            serde_json::to_string(&response).unwrap(),
            r#"{"operationId":"3827def6-0773-4f2a-859e-c02cf395deaf","state":"Pending","status":"","isTerminal":false,"succeeded":false,"clientRequestId":"c;1","contractVersion":1}"#
        );
    }

    #[test]
    fn a_tenth_of_the_time_is_left_to_answer() {
        let begun = Instant::now();
        let until = last_look(begun + Duration::from_secs(100)) - begun;
        assert!(until >= Duration::from_secs(90) && until < Duration::from_secs(91), "{until:?}");
        assert!(last_look(begun) >= begun);
    }
}
