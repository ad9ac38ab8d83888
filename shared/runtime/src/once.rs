//! Idempotency of mutating actions: the same key with the same request gives the first outcome.

use crate::{
    context::Context,
    error::{ActionError, ErrorType},
};
use kusto_client::request::known_client_request_id;
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;
use store::{
    digest::Digest,
    once::{Attempt, Once, Turn as Taken},
};
use tokio::time::{Instant, timeout_at};

/// The longest key: the names of schedules and their executions fit many times.
const LONGEST_KEY: usize = 256;

/// What is kept of the time to say that somebody else is at it.
const MARGIN: Duration = Duration::from_millis(200);

/// What is kept of the time to write down how it ended, and to answer.
const TIME_TO_END: Duration = Duration::from_millis(500);

/// The one call that may do it.
#[derive(Debug)]
pub struct Turn {
    /// None where there is no store to remember anything in.
    attempt: Option<Attempt>,
    lookup: String,
    deadline: Instant,
}

impl Turn {
    /// From here on it may be done, as what `lookup` names: everything before can be done again.
    ///
    /// # Errors
    /// Where it must not be begun, since nobody would remember it.
    pub async fn begin(&mut self, lookup: &str) -> Result<(), ActionError> {
        lookup.clone_into(&mut self.lookup);
        let Some(attempt) = &mut self.attempt else { return Ok(()) };
        Ok(attempt.begin(lookup, lease(self.deadline)).await?)
    }

    /// When it must have ended, so that there is time to write down how, and to answer.
    pub fn deadline(&self) -> Instant {
        self.deadline.checked_sub(TIME_TO_END).unwrap_or(self.deadline)
    }

    /// Writes down how it ended. The outcome is what it is, also where the store does not take it, or not in time to answer; others are
    /// then told that it is unknown.
    async fn end<A: Serialize>(self, outcome: &Result<A, ActionError>) {
        let Some(attempt) = self.attempt else { return };
        let writing = async {
            match outcome {
                Ok(answer) => attempt.finish(serde_json::to_string(answer).unwrap_or_default()).await,
                Err(error) if error.error_type == ErrorType::OutcomeUnknown => attempt.give_up(&self.lookup).await,
                Err(_) => attempt.release().await,
            }
        };
        let reason = match timeout_at(self.deadline - MARGIN, writing).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(_elapsed) => "the store does not answer in time".to_owned(),
        };
        tracing::warn!(reason, "the outcome is not remembered");
    }
}

impl<C> Context<C> {
    /// Does `act` once for all calls of this caller with the same key: that of the request, or of the `Idempotency-Key` header, or else
    /// the id of the call, which Lambda keeps when it delivers an event again. Who comes later gets the first outcome.
    ///
    /// `act` fails with `OutcomeUnknown` where something may have been done; any other error says that nothing was. Without a store it is
    /// done, unless a key was given.
    ///
    /// # Errors
    /// Those of `act`; `Conflict` where the key came with another request; `OutcomeUnknown` where an earlier call was cut off after it
    /// had begun; `Unavailable` where the store fails, before anything is begun, or another call is still at it.
    pub async fn once<A: Serialize + DeserializeOwned>(
        &self,
        action: &str,
        key: Option<&str>,
        act: impl AsyncFnOnce(&mut Turn) -> Result<A, ActionError>,
    ) -> Result<A, ActionError> {
        let key = self.idempotency_key(key)?;
        if key.is_some() {
            self.required_store("an idempotency key")?;
        }
        let deadline = self.invocation.deadline;
        let attempt = match &self.store {
            None => None,
            Some(store) => {
                let once = Once::new(store.clone(), self.identity(action, key), self.invocation.payload);
                match once.take(lease(deadline), deadline - MARGIN).await? {
                    Taken::Mine(attempt) => Some(attempt),
                    Taken::Done(answer) => {
                        return serde_json::from_str(&answer).map_err(|_| ActionError::internal());
                    }
                }
            }
        };
        let mut turn = Turn { attempt, lookup: String::new(), deadline };
        let outcome = act(&mut turn).await;
        turn.end(&outcome).await;
        outcome
    }

    /// The idempotency key of this call: `field` of the request, or the header; none where neither is given.
    ///
    /// # Errors
    /// `BadRequest` where both are and differ, or where it is too long.
    pub fn idempotency_key<'a>(&'a self, field: Option<&'a str>) -> Result<Option<&'a str>, ActionError> {
        let given = |key: Option<&'a str>| key.filter(|key| !key.is_empty());
        let (field, header) = (given(field), given(self.invocation.idempotency_key.as_deref()));
        match field.or(header) {
            Some(key) if key.len() > LONGEST_KEY => Err(ActionError::bad_request(format!(
                "the idempotency key has {} bytes, more than the {LONGEST_KEY} that it may have",
                key.len()
            ))),
            _ if field.is_some() && header.is_some() && field != header => Err(ActionError::bad_request(
                "`idempotencyKey` and the header Idempotency-Key are not the same: give one of them",
            )),
            key => Ok(key),
        }
    }

    /// The client request id of a mutating request to Kusto, the same for the same key: what was begun can be looked up by it.
    ///
    /// # Errors
    /// As [`Context::idempotency_key`].
    pub fn client_request_id(&self, action: &str, key: Option<&str>) -> Result<String, ActionError> {
        let identity = self.identity(action, self.idempotency_key(key)?);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&identity.bytes()[..16]);
        Ok(known_client_request_id(action, uuid::Builder::from_random_bytes(bytes).into_uuid()))
    }

    /// What tells this request of this caller from every other one.
    fn identity(&self, action: &str, key: Option<&str>) -> Digest {
        let owner = self.invocation.caller.owner().text();
        let (kind, key) = key.map_or(("request", self.invocation.request_id.as_str()), |key| ("key", key));
        Digest::of_texts(&[action, &owner, kind, key])
    }
}

/// How long this call can be at it.
fn lease(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

#[cfg(test)]
mod tests {
    use crate::{
        cancellation::Cancellation,
        context::Context,
        invocation::{Caller, Channel, Invocation},
    };
    use std::time::Duration;
    use store::digest::Digest;

    fn call(caller: Caller, request_id: &str, header: Option<&str>) -> Context<()> {
        let invocation = Invocation {
            request_id: request_id.to_owned(),
            channel: Channel::Http,
            caller,
            caller_token: None,
            media_type: "application/json",
            path: None,
            idempotency_key: header.map(str::to_owned),
            payload: Digest::of(b""),
            deadline: tokio::time::Instant::now() + Duration::from_secs(1),
            cancellation: Cancellation::default(),
        };
        Context { client: (), store: None, invocation }
    }

    #[test]
    fn the_key_is_in_the_field_or_in_the_header() {
        let key = |field, header| {
            let context = call(Caller::Internal, "1", header);
            context.idempotency_key(field).map(|key| key.map(str::to_owned)).map_err(|error| error.message)
        };
        let long = "k".repeat(257);
        assert_eq!(key(None, None), Ok(None));
        assert_eq!(key(Some(""), Some("")), Ok(None));
        for (field, header) in [(Some("k"), None), (None, Some("k")), (Some("k"), Some("k")), (Some("k"), Some(""))] {
            assert_eq!(key(field, header), Ok(Some("k".to_owned())));
        }
        assert!(key(Some("k"), Some("other")).unwrap_err().contains("are not the same"));
        assert!(key(Some(&long), None).unwrap_err().contains("has 257 bytes, more than the 256"));
    }

    #[test]
    fn the_client_request_id_is_that_of_the_key() {
        let ada = || Caller::Gateway(vec!["ada".to_owned()]);
        let id =
            |caller, request_id, key| call(caller, request_id, None).client_request_id("async-command", key).unwrap();
        let by_key = id(ada(), "1", Some("k"));
        assert!(by_key.starts_with("AzureDataExplorerFunctions.async-command;"), "{by_key}");
        assert_eq!(by_key, id(ada(), "2", Some("k")));
        assert_eq!(
            id(ada(), "1", None),
            id(ada(), "1", None),
            "Lambda keeps the id of an event that it delivers again"
        );
        for other in [id(ada(), "1", Some("l")), id(Caller::Internal, "1", Some("k")), id(ada(), "k", None)] {
            assert_ne!(by_key, other);
        }
    }

    #[tokio::test]
    async fn without_a_store_it_is_done_unless_a_key_was_given() {
        let context = call(Caller::Internal, "1", None);
        let act = async |turn: &mut super::Turn| {
            turn.begin("x").await?;
            Ok(1)
        };
        assert_eq!(context.once("email", None, act).await.unwrap(), 1);
        let error = context.once("email", Some("k"), act).await.unwrap_err().to_string();
        assert!(error.starts_with("BadRequest: an idempotency key needs a store: set STORE_URL"), "{error}");
    }
}
