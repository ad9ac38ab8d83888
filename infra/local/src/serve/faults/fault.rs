//! A fault as a test writes it in JSON.

use super::partial::Place;
use crate::error::KustoError;
use crate::node::operations::State;
use crate::node::request::{Simulated, SimulatedOperation};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// What is to happen to which requests. What is not set happens as always.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::serve) struct Fault {
    /// Which requests.
    #[serde(default, rename = "match")]
    pub(super) pattern: Pattern,
    /// How many of them are let through first.
    #[serde(default)]
    pub(super) skip: usize,
    /// How many after those meet the fault.
    #[serde(default = "once")]
    pub(super) times: usize,
    /// How long the request runs before it does what it was asked, in milliseconds. It can be cancelled, and its time can end.
    #[serde(default)]
    runs_ms: u64,
    /// What becomes of the operation that the request starts.
    operation: Option<Operation>,
    /// What is answered in place of doing what was asked.
    pub(super) answer: Option<Answer>,
    /// Where in the answer an error stands that is not one of HTTP.
    pub(super) partial_failure: Option<Place>,
    /// How long the headers of the answer wait, in milliseconds.
    #[serde(default)]
    delay_ms: u64,
    /// Where and how long the body of the answer halts.
    pub(super) pause: Option<Pause>,
    /// After how many bytes of the body, as it is on the wire, the connection is closed.
    pub(super) cut_at: Option<usize>,
    /// Whether the connection is reset in place of an answer.
    pub(super) reset: Option<Reset>,
}

/// Which requests: those with all of these. An empty text is the beginning of every text.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(super) struct Pattern {
    /// How the path begins.
    pub(super) path: String,
    /// How `x-ms-client-request-id` begins.
    pub(super) client_request_id: String,
    /// How the statement begins.
    pub(super) text: String,
}

/// What becomes of an operation.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Operation {
    /// How long it runs before it does what it was asked, in milliseconds.
    runs_ms: u64,
    /// How long after its begin it is in no log, in milliseconds.
    hidden_ms: u64,
    /// The state it ends in, in place of doing what it was asked; any text.
    state: Option<String>,
    /// The status beside that state.
    status: String,
}

/// An answer that is not the node's.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Answer {
    /// The status of HTTP.
    pub(super) status: u16,
    /// Further headers.
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    /// The body: a text as it is, anything else as JSON. Without one, an error has a body in the service's form, of:
    pub(super) body: Option<Value>,
    /// `code`
    code: Option<String>,
    /// `@message`
    message: Option<String>,
    /// `@permanent`
    #[serde(default)]
    permanent: bool,
}

/// A halt in a body.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pause {
    /// After how many bytes.
    pub(super) at: usize,
    /// How long, in milliseconds.
    ms: u64,
}

/// When a connection is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Reset {
    /// Before the request does anything.
    Before,
    /// When the request has done what it was asked.
    After,
}

fn once() -> usize {
    1
}

impl Fault {
    /// What the node makes of it.
    pub(super) fn simulated(&self) -> Simulated {
        let operation = self.operation.clone().unwrap_or_default();
        Simulated {
            runs: Duration::from_millis(self.runs_ms),
            operation: SimulatedOperation {
                runs: Duration::from_millis(operation.runs_ms),
                hidden: Duration::from_millis(operation.hidden_ms),
                ends: operation.state.map(|state| (State::named(&state), operation.status)),
            },
        }
    }

    /// How long the headers wait.
    pub(super) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms)
    }
}

impl Pause {
    /// How long.
    pub(super) fn duration(self) -> Duration {
        Duration::from_millis(self.ms)
    }
}

impl Answer {
    /// The error that it is in the service's form.
    pub(super) fn error(&self) -> KustoError {
        let code = self.code.clone().unwrap_or_else(|| format!("General_Status{}", self.status));
        let message = self.message.clone().unwrap_or_else(|| "a test asked for this error".to_owned());
        KustoError {
            status: self.status,
            code: code.into(),
            permanent: self.permanent,
            ..KustoError::internal(message)
        }
    }
}
