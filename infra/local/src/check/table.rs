//! What was found, for a person at a terminal.

use serde::Deserialize;
use std::fmt::Write as _;

/// The reply of `check-connection`.
#[derive(Debug, Deserialize)]
pub(super) struct Reply {
    pub(super) ok: bool,
    connections: Vec<Connection>,
}

#[derive(Debug, Deserialize)]
struct Connection {
    name: String,
    cluster: String,
    database: String,
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
struct Step {
    step: String,
    status: String,
    message: String,
    remedy: Option<String>,
}

/// A block for each connection, a line for each step, and under a failed one what to do.
pub(super) fn table(reply: &Reply) -> String {
    reply.connections.iter().map(block).collect::<Vec<_>>().join("\n")
}

fn block(Connection { name, cluster, database, steps }: &Connection) -> String {
    let mut text = format!("{name}: {cluster}, database {database}\n");
    let widest = |column: fn(&Step) -> &str| steps.iter().map(|step| column(step).len()).max().unwrap_or(0);
    let (step_width, status_width) = (widest(|step| &step.step), widest(|step| &step.status));
    for Step { step, status, message, remedy } in steps {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {step:step_width$}  {status:status_width$}  {message}");
        if let Some(remedy) = remedy {
            let _ = writeln!(text, "  {:step_width$}  {:status_width$}  {remedy}", "", "->");
        }
    }
    text
}
