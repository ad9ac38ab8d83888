//! Steps, and which of them are tried at all.

use kusto_client::error::Error;
use serde::Serialize;
use serde_json::Value;
use std::fmt;

/// What a step tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Name {
    /// The cluster's host has an address.
    Dns,
    /// It takes a connection, through the proxy where there is one, and answers.
    Connect,
    /// Its certificate is good.
    Tls,
    /// The credential gives a token.
    Token,
    /// `print 1` has an answer.
    Query,
    /// The principal sees the database.
    Database,
    /// Which roles it has there.
    Roles,
    /// The table is there, with a schema.
    Table,
    /// It takes streaming ingestion.
    Streaming,
    /// It has the ingestion mapping.
    Mapping,
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It holds.
    Ok,
    /// It does not.
    Failed,
    /// It was not tried, or cannot be told.
    Skipped,
}

/// One step.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// What was tried.
    pub step: Name,
    /// How it went.
    pub status: Status,
    /// What was found, what happened and why, or why it was skipped.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// What was found, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Value>,
    #[serde(skip)]
    stops: bool,
}

impl Name {
    /// Whether nothing after it can hold without it.
    fn is_needed(self) -> bool {
        !matches!(self, Self::Roles | Self::Streaming | Self::Mapping)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl Step {
    /// It holds.
    pub fn ok(step: Name, message: impl Into<String>) -> Self {
        Self { step, status: Status::Ok, message: message.into(), remedy: None, detail: None, stops: false }
    }

    /// It does not hold.
    pub fn failed(step: Name, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        let remedy = Some(remedy.into()).filter(|remedy| !remedy.is_empty());
        Self { status: Status::Failed, remedy, stops: step.is_needed(), ..Self::ok(step, message) }
    }

    /// It does not hold because of this error.
    pub fn error(step: Name, error: &Error) -> Self {
        Self::failed(step, error.reason(), error.remedy())
    }

    /// It was not tried.
    pub fn skipped(step: Name, reason: impl Into<String>) -> Self {
        Self { status: Status::Skipped, ..Self::ok(step, reason) }
    }

    /// The same, and no later step is tried either.
    pub fn stopping(self) -> Self {
        Self { stops: true, ..self }
    }

    /// The same, with what was found for programs.
    pub fn with_detail(self, detail: Value) -> Self {
        Self { detail: Some(detail), ..self }
    }
}

/// The steps so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Steps(Vec<Step>);

impl Steps {
    /// Adds what `check` finds; it is not tried where an earlier step stops that.
    pub(crate) async fn then(&mut self, name: Name, check: impl Future<Output = Step>) {
        let stop = self.0.iter().find(|step| step.stops).map(|step| match step.status {
            Status::Failed => format!("`{}` failed", step.step),
            _ => format!("`{}` was skipped", step.step),
        });
        let step = match stop {
            Some(reason) => Step::skipped(name, reason),
            None => check.await,
        };
        self.0.push(step);
    }

    /// Whether the step was tried and holds.
    pub(crate) fn holds(&self, name: Name) -> bool {
        self.0.iter().any(|step| step.step == name && step.status == Status::Ok)
    }

    /// All of them.
    pub(crate) fn finish(self) -> Vec<Step> {
        self.0
    }
}
